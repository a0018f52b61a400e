"""An attack on published debriefs: what can be worked out about 1 to k - 1 people by adding and subtracting figures.

Coalitions are made up: up to a dozen organizations, most of them small. The attacker reads what was published, knows
every answer of one organization (or nothing), and knows the rules. Counted as a disclosure:

- a set of 1 to k - 1 people that is a difference of published sets, also after taking one organization's people away;
- a figure that does not stand for the people it claims to stand for;
- a count of 1 to k - 1 others that the rounding leaves no doubt about;
- people who all answered alike beside a figure that says so; a sum of which one person is more than half.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from zlib import crc32

from benchmarks.cycles import gain_of
from cogs.checkins.rules import Asked, Block, Debrief, Given, K, of_members

TITLE = "Differencing attack on the figures of simulated check-ins"
QUESTIONS = (Asked("q1", "choice", ("a", "b", "c")), Asked("q2", "scale", ("1", "2")), Asked("q3", "number"))


async def run(coalitions: int = 20_000, seed: int = 1, k: int = K, cycles: int = 1) -> dict[str, Any]:
    """How many disclosures were found in so many coalitions; `published`: how many showed anything at all.

    With more `cycles` also how much better one known person's answer is guessed (`benchmarks.cycles`).
    """
    began, dice = time.perf_counter(), random.Random(seed)
    found = published = 0
    for number in range(coalitions):
        given = people(dice)
        debrief = of_members(given, QUESTIONS, _draw(f"{seed} {number}"), k)
        published += bool(debrief.blocks)
        found += len(list(attack(given, debrief, k)))
    seconds = round(time.perf_counter() - began, 1)
    figures = {"coalitions": coalitions, "disclosures": found, "published": published, "seconds": seconds, "k": k}
    return figures | ({"cycles": cycles, **gain_of(coalitions, cycles, seed, k)} if cycles > 1 else {})


def _draw(seed: str) -> Any:
    return lambda cell: crc32(f"{seed}|{cell}".encode())


def people(dice: random.Random) -> list[Given]:
    """The answers of a made-up coalition; in some, nearly everybody answers alike."""
    shares = dice.choice([(1, 1, 1, 1), (20, 1, 1, 0), (5, 5, 1, 1), (1, 0, 0, 0)])
    sizes = [dice.choice((0, 1, 1, 2, 3, 4, 5, 6, 9, 14, 30)) for _ in range(dice.randint(1, 12))]
    return [_answer(dice, f"o{home}", shares) for home, size in enumerate(sizes) for _ in range(size)]


def _answer(dice: random.Random, home: str, shares: Sequence[int]) -> Given:
    said = {
        "q1": dice.choices(("a", "b", "c", ""), shares)[0],
        "q2": dice.choices(("1", "2", ""), shares[:3])[0],
        "q3": str(dice.choice((0, 1, 2, 5, 10, 500))) if dice.random() < 0.8 else "",
    }
    return Given(home, {key: value for key, value in said.items() if value})


def attack(given: Sequence[Given], debrief: Debrief, k: int) -> Iterator[str]:
    """Every disclosure that is found, in words."""
    sizes = Counter(one.organization for one in given)
    yield from subtract(debrief, sizes, k)
    for block in debrief.blocks:
        inside = [one for one in given if one.organization in block.organizations]
        for mole in ("", *block.organizations) if len(block.organizations) > 1 else ("",):
            known = [one for one in inside if one.organization == mole]
            rest = [one for one in inside if one.organization != mole]
            yield from _compare(block, known, rest, k)


def subtract(debrief: Debrief, sizes: Counter[str], k: int) -> Iterator[str]:
    """Differences of the sets of people behind the figures: blocks, and the totals over blocks."""
    sets = {frozenset(one.organizations) for one in debrief.blocks}
    for key in [one.key for one in QUESTIONS]:
        shown = [one for one in debrief.blocks if one.figures[key] != type(one.figures[key])()]
        sets.add(frozenset(name for one in shown for name in one.organizations))
    sets.add(frozenset(name for one in debrief.blocks for name in one.organizations))
    derived = sets | {a - b for a in sets for b in sets if b < a}
    derived |= {a - b for a in derived for b in derived if b < a} if len(derived) < 60 else set()
    for one in derived:
        for mole in ("", *sizes):
            left = sum(sizes[name] for name in one if name != mole)
            if 0 < left < k and not (mole and one == {mole}):
                yield f"{sorted(one)} without {mole or 'anybody'}: {left}"


def _compare(block: Block, known: Sequence[Given], rest: Sequence[Given], k: int) -> Iterator[str]:
    everybody = [*known, *rest]
    for question in QUESTIONS:
        figure = block.figures[question.key]
        said = Counter(one.answers.get(question.key, "none") for one in everybody)
        others = Counter(one.answers.get(question.key, "none") for one in rest)
        if figure.counts is None and figure.total is None:
            continue
        if len(others) < 2:
            yield f"{question.key}: all alike"
        if figure.total is not None and (
            figure.total != sum(_numbers(question.key, everybody)) or _is_most(question.key, rest)
        ):
            yield f"{question.key}: one person's number"
        if figure.counts is not None and any(abs(n - said[value]) > 2 for value, n in figure.counts.items()):
            yield f"{question.key}: not the people it says"
    yield from _certain(block, known, rest, k)


def _is_most(key: str, rest: Sequence[Given]) -> bool:
    numbers = _numbers(key, rest)
    return not numbers or 2 * max(numbers) > sum(numbers)


def _numbers(key: str, people: Sequence[Given]) -> list[int]:
    return [int(one.answers[key]) for one in people if one.answers.get(key)]


def _certain(block: Block, known: Sequence[Given], rest: Sequence[Given], k: int) -> Iterator[str]:
    """Counts of others of which only one value fits everything that was published."""
    tables = {key: one.counts for key, one in block.figures.items() if one.counts is not None}
    ranges = {key: [_fits(key, value, n, known) for value, n in counts.items()] for key, counts in tables.items()}
    most = min([block.n + 2 - len(known), *(sum(max(one) for one in cells) for cells in ranges.values())])
    least = max([block.n - 2 - len(known), *(sum(min(one) for one in cells) for cells in ranges.values())])
    for key, cells in ranges.items():
        for at, cell in enumerate(cells):
            others = [one for number, one in enumerate(cells) if number != at]
            low, high = sum(min(one) for one in others), sum(max(one) for one in others)
            possible = [n for n in cell if n + high >= least and n + low <= most]
            if len(possible) == 1 and 0 < possible[0] < k:
                yield f"{key}: exactly {possible[0]} of {len(rest)}"


def _fits(key: str, value: str, shown: int, known: Sequence[Given]) -> list[int]:
    mine = sum(one.answers.get(key, "none") == value for one in known)
    return [n - mine for n in range(max(0, shown - 2), shown + 3) if n >= mine]
