"""What happens in one run, drawn from its seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.faults.world import Platform

CHANNELS = 4  # each of a server of its own
MOST_STEPS = 160  # awaits of the sender after which a life is over at the latest


@dataclass(frozen=True)
class Do:
    """One act of the features: `post`, `long` (several messages), `edit`, `withdraw` or `whisper`."""

    kind: str
    code: str
    version: int = 1
    after: float = 0.0  # seconds from the start of the life
    hours: float = 72.0  # after which a post is old news


@dataclass(frozen=True)
class Ill:
    """What people of a server do to us: `lose` the channel, `mute`, `blind` (no history), `mend`, `cut` the line."""

    kind: str
    channel: int
    after: float


@dataclass(frozen=True)
class Stage:
    """One life and what goes on around it."""

    acts: tuple[Do, ...]
    ills: tuple[Ill, ...]
    trouble: float  # share of requests that go wrong
    outage: float  # seconds between the last life and this one
    kill_step: int | None = None  # the await of the sender at which it dies
    kill_after: float | None = None  # seconds after which it is killed from outside


@dataclass
class Plan:
    """A whole run."""

    seed: int
    stages: list[Stage] = field(default_factory=list)


def draw(seed: int, platform: Platform) -> Plan:
    """Two to four killed lives, and one that ends in peace."""
    chance = random.Random(seed)
    plan, codes = Plan(seed), _Codes(chance)
    deaths = chance.randint(2, 4)
    for number in range(deaths + 1):
        last = number == deaths
        by_step = not last and chance.random() < 0.75
        plan.stages.append(
            Stage(
                acts=tuple(codes.acts(first=number == 0)),
                ills=_ills(chance),
                trouble=chance.choice((0.0, 0.15, 0.3, 1.0 if not last else 0.1)),
                outage=chance.choice(platform.outages) if number else 0.0,
                kill_step=chance.randint(1, MOST_STEPS) if by_step else None,
                kill_after=None if by_step or last else chance.uniform(*platform.lives),
            )
        )
    return plan


class _Codes:
    """The objects of a run, each with a printed code, and which of them can still change."""

    def __init__(self, chance: random.Random) -> None:
        self._chance, self._count = chance, 0
        self._versions: dict[str, int] = {}

    def acts(self, first: bool) -> list[Do]:
        """A few acts of one life."""
        found = [self._new("post") for _ in range(2 if first else self._chance.randint(0, 1))]
        if self._chance.random() < 0.3:
            found.append(self._new("long"))
        if self._chance.random() < 0.3:
            found.append(self._new("whisper"))
        for code in [*self._versions]:
            if self._chance.random() < 0.4:
                found.append(self._change(code))
        return found

    def _new(self, kind: str) -> Do:
        self._count += 1
        code = f"A-{self._count:04d}"
        if kind == "post":
            self._versions[code] = 1
        short = kind == "post" and self._chance.random() < 0.1
        return Do(kind, code, after=self._moment(), hours=0.1 if short else 72.0)

    def _change(self, code: str) -> Do:
        if self._chance.random() < 0.2:
            del self._versions[code]
            return Do("withdraw", code, after=self._moment())
        self._versions[code] += 1
        return Do("edit", code, self._versions[code], self._moment())

    def _moment(self) -> float:
        return 0.0 if self._chance.random() < 0.7 else self._chance.uniform(0.0, 0.4)


def _ills(chance: random.Random) -> tuple[Ill, ...]:
    kinds = ("lose", "mute", "blind", "mend", "cut")
    return tuple(
        Ill(chance.choice(kinds), chance.randrange(CHANNELS), chance.uniform(0.0, 0.6))
        for _ in range(chance.choice((0, 0, 0, 1, 2)))
    )
