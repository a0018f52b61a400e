"""An attacker who watches the same people over several cycles: how much better do they guess one person's answer?

The attacker knows who answered which cycle, every answer of everybody but one known person, what was published, and
that published counts are rounded by at most 2. Most people say the same again; some skip a cycle. For each cycle the
attacker keeps the answers that fit what was published and takes the likeliest; over cycles the likelihoods multiply.
This is the worst case: nobody knows everybody else's answers, and against it no rounding of base 3 is perfect.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

from cogs.checkins.rules import Asked, Debrief, Given, of_members

OPTIONS = ("a", "b", "c")
QUESTION = Asked("q1", "choice", OPTIONS)
SHARES = (5, 3, 2)  # how common the answers are; the base rate is guessing the first one
SAME, PRESENT = 0.8, 0.9  # says the same as in the cycle before; answers a cycle at all


def gain_of(coalitions: int, cycles: int, seed: int, k: int) -> dict[str, float]:
    """`base_rate`: right by always guessing the commonest answer; `guessed`: right with what was published; `gain`:
    the difference, over people of published blocks."""
    dice, right, base, people = random.Random(seed), 0, 0, 0
    for number in range(coalitions):
        found = _target(dice, cycles, f"{seed} {number}", k)
        if found is not None:
            truth, guess = found
            people, right, base = people + 1, right + (guess == truth), base + (truth == OPTIONS[0])
    rates = (base / people, right / people) if people else (0.0, 0.0)
    return {"watched": people, "base_rate": round(rates[0], 3), "guessed": round(rates[1], 3),
            "gain": round(rates[1] - rates[0], 3)}  # fmt: skip


def _target(dice: random.Random, cycles: int, seed: str, k: int) -> tuple[str, str] | None:
    """(what somebody answered last, what the attacker says); None when nothing with them in it was published."""
    sizes = [dice.choice((1, 2, 3, 4, 5, 6, 9, 14)) for _ in range(dice.randint(1, 8))]
    town = [(f"o{home}", dice.choices(OPTIONS, SHARES)[0]) for home, size in enumerate(sizes) for _ in range(size)]
    known, seen = dice.randrange(len(town)), False
    home, weights = town[known][0], {one: float(share) for one, share in zip(OPTIONS, SHARES, strict=True)}
    for cycle in range(cycles):
        town = [(place, said if dice.random() < SAME else dice.choices(OPTIONS, SHARES)[0]) for place, said in town]
        present = [at for at in range(len(town)) if at == known or dice.random() < PRESENT]
        others = [Given(town[at][0], {"q1": town[at][1]}) for at in present if at != known]
        me = Given(home, {"q1": town[known][1]})
        debrief = of_members([*others, me], [QUESTION], _draw(f"{seed} {cycle}"), k)
        weights = _watched(weights, others, debrief, home)
        seen = seen or any(home in block.organizations for block in debrief.blocks)
    return (town[known][1], max(OPTIONS, key=lambda one: weights[one])) if seen else None


def _draw(seed: str) -> Callable[[str], int]:
    return lambda cell: crc32(f"{seed}|{cell}".encode())


def _watched(
    before: Mapping[str, float], others: Sequence[Given], debrief: Debrief, home: str
) -> dict[str, float]:
    """How likely each answer is after one cycle more: it may have changed, and it must fit what was published."""
    total = sum(before.values())
    moved = {
        one: before[one] / total * SAME + (1 - SAME) * share / sum(SHARES)
        for one, share in zip(OPTIONS, SHARES, strict=True)
    }
    block = next((one for one in debrief.blocks if home in one.organizations), None)
    counts = block.figures["q1"].counts if block else None
    if block is None or counts is None:
        return moved
    fits = {}
    for said in OPTIONS:
        real = Counter(one.answers["q1"] for one in others if one.organization in block.organizations) + Counter([said])
        chance = 1.0
        for value, shown in counts.items():
            chance *= _chance(real[value], shown)
        fits[said] = moved[said] * chance
    return fits if sum(fits.values()) else moved


def _chance(real: int, shown: int) -> float:
    """How likely a count is rounded to what is shown (SECURITY 6.3: to threes, the mean is kept)."""
    rest = real % 3
    if shown == real - rest:
        return (3 - rest) / 3
    return rest / 3 if shown == real - rest + 3 else 0.0
