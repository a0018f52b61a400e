"""Whose turn it is: what somebody waits for, calls, the rest; and a small call is not behind a big one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.turns import Turns

BIG, LITTLE = 1000, 100


def queued(turns: Turns, subject: str, n: int, *, urgent: bool = True) -> list[tuple[int, str]]:
    return [(turns.next("discord", "post", urgent, subject), subject) for _ in range(n)]


def test_a_small_call_behind_a_big_one_is_through_in_twice_its_own_time() -> None:
    turns = Turns()
    line = sorted(queued(turns, "big", BIG) + queued(turns, "small", LITTLE), key=lambda one: one[0])
    last = max(at for at, (_, subject) in enumerate(line, 1) if subject == "small")
    assert last <= 2 * LITTLE


def test_a_small_call_that_comes_in_the_middle_of_a_big_one_is_through_as_soon() -> None:
    turns = Turns()
    big = queued(turns, "big", BIG)
    for turn, _ in big[:500]:
        turns.passed("discord", turn)
    small = queued(turns, "small", LITTLE)
    line = sorted(big[500:] + small, key=lambda one: one[0])
    assert max(at for at, (_, subject) in enumerate(line, 1) if subject == "small") <= 2 * LITTLE


def test_calls_go_before_the_rest_and_what_is_taken_back_before_both() -> None:
    turns = Turns()
    calm = turns.next("discord", "post", False, "C-1")
    urgent = turns.next("discord", "post", True, "A-1")
    edit = turns.next("discord", "edit", False, "A-2")
    answer, back = turns.next("discord", "direct", False, ""), turns.next("discord", "redact", False, "A-1")
    assert max(answer, back) < min(urgent, edit)
    assert max(urgent, edit) < calm


def test_platforms_do_not_wait_for_each_other() -> None:
    turns = Turns()
    for turn, _ in queued(turns, "big", BIG):
        turns.passed("discord", turn)
    assert turns.next("matrix", "post", True, "small") < turns.next("discord", "post", True, "small")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=300))
def test_the_copies_of_one_call_keep_their_order(acts: list[tuple[str, bool]]) -> None:
    """Whatever arrives meanwhile, and in which order."""
    turns, given_to = Turns(), dict[str, list[int]]()
    waiting: list[int] = []
    for subject, arrives in acts:
        turn = turns.next("discord", "post", True, subject)
        given_to.setdefault(subject, []).append(turn)
        waiting.append(turn)
        if arrives:
            waiting.remove(first := min(waiting))
            turns.passed("discord", first)
    assert all(numbers == sorted(numbers) for numbers in given_to.values())


def test_what_is_through_is_forgotten() -> None:
    turns = Turns()
    for number in range(5000):
        turns.passed("discord", turns.next("discord", "post", True, f"A-{number}"))
    assert len(turns._flows) <= 501
