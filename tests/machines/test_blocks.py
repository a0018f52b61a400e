"""n5 b8: nothing published about a check-in concerns 1 to k - 1 people, whatever is added or subtracted."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import differencing
from benchmarks.differencing import QUESTIONS, attack, people, subtract
from cogs.checkins import rules
from cogs.checkins.rules import Block, Debrief, Figure, Given, holds, of_members, partition, rounded

SIZES = st.dictionaries(st.sampled_from([f"o{n}" for n in range(14)]), st.integers(0, 40), max_size=14)


@settings(max_examples=400, deadline=None)
@given(SIZES, st.integers(3, 8))
def test_blocks_hold_against_subtraction(sizes: dict[str, int], k: int) -> None:
    """SECURITY 6.3: a partition; k in each block, and k left in a merged one whichever organization goes."""
    blocks = partition(sizes, k)
    inside = [name for block in blocks for name in block]
    assert len(inside) == len(set(inside))
    for block in blocks:
        found = [sizes[name] for name in block]
        assert all(found)
        assert sum(found) >= k
        assert len(block) == 1 or holds(found, k)


@settings(max_examples=400, deadline=None)
@given(SIZES)
def test_an_organization_with_enough_people_is_never_left_out(sizes: dict[str, int]) -> None:
    """b8: the small ones may stay unpublished, the large ones never do."""
    inside = {name for block in partition(sizes) for name in block}
    assert {name for name, n in sizes.items() if n >= rules.K} <= inside


ANSWER = st.builds(
    Given,
    st.sampled_from(["o1", "o2", "o3", "o4", "o5"]),
    st.fixed_dictionaries(
        {},
        optional={"q1": st.sampled_from("abc"), "q2": st.sampled_from("12"), "q3": st.sampled_from(["0", "3", "90"])},
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ANSWER, max_size=30), st.integers(0, 1 << 30))
def test_no_attack_on_a_debrief_succeeds(answers: list[Given], seed: int) -> None:
    """n5: also by an organization that knows all its own answers."""
    debrief = of_members(answers, QUESTIONS, differencing._draw(str(seed)))
    assert list(attack(answers, debrief, rules.K)) == []


async def test_the_whole_attack_on_coalitions_finds_nothing() -> None:
    """n5: the figure of `python -m benchmarks differencing`, which takes 20,000."""
    figures = await differencing.run(2_000, seed=7)
    assert figures["disclosures"] == 0
    assert figures["published"] > 1_000


def test_no_sum_or_difference_of_twenty_thousand_coalitions_isolates_anybody() -> None:
    """n5: the sets of people behind the figures alone."""
    dice, figures = random.Random(11), {one.key: Figure(total=1) for one in QUESTIONS}
    for _ in range(20_000):
        sizes = Counter({f"o{n}": dice.choice((0, 1, 2, 3, 4, 5, 7, 12, 40)) for n in range(dice.randint(1, 10))})
        debrief = Debrief(tuple(Block(part, 9, figures) for part in partition(sizes)))
        assert not list(subtract(debrief, sizes, rules.K))


# -- the attack bites -----------------------------------------------------------------------------------------------


async def found(many: int = 300) -> int:
    """Disclosures with a rule taken out."""
    return int((await differencing.run(many, seed=3))["disclosures"])


async def test_the_attack_finds_organizations_that_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """n5: without blocks."""
    monkeypatch.setattr(rules, "partition", lambda counts, k: [(name,) for name, n in counts.items() if n])
    assert await found() > 0


async def test_the_attack_finds_blocks_that_do_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """n5: without the rule of subtraction."""
    monkeypatch.setattr(rules, "holds", lambda sizes, k=5: len(sizes) > 1 and sum(sizes) >= k)
    assert await found() > 0


@pytest.mark.parametrize("rule", ["is_mixed", "told"])
async def test_the_attack_finds_what_a_figure_would_tell(monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    """n5: without the rule on people who are all alike, or on counts that have only one value."""
    monkeypatch.setattr(rules, rule, lambda *_: rule == "is_mixed" or "")
    assert await found(3000 if rule == "told" else 300) > 0


def test_the_attack_finds_a_total_over_more_than_the_blocks() -> None:
    """n5: large ones alone and everybody together give the small ones away."""
    figures = {one.key: Figure(total=1) for one in QUESTIONS}
    debrief = Debrief((Block(("a",), 9, figures), Block(("a", "b"), 12, figures)))
    assert list(subtract(debrief, Counter(a=9, b=3), 5))


# -- rounding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(7))
def test_rounding_keeps_the_mean_and_moves_by_at_most_two(n: int) -> None:
    """6.3: to threes, over the three equally likely numbers."""
    results = [rounded(n, number) for number in range(3)]
    assert sum(results) == 3 * n
    assert all(one % 3 == 0 and abs(one - n) <= 2 for one in results)


def test_asking_again_gives_the_same_numbers() -> None:
    """6.3: a second reading is no second chance."""
    answers = people(random.Random(5))
    draws = (differencing._draw("one cycle"), differencing._draw("one cycle"))
    assert of_members(answers, QUESTIONS, draws[0]) == of_members(answers, QUESTIONS, draws[1])


def test_a_debrief_is_the_same_after_it_was_kept() -> None:
    """6.3: frozen."""
    debrief = of_members(people(random.Random(5)), QUESTIONS, differencing._draw("x"))
    assert Debrief.from_json(debrief.to_json()) == debrief
