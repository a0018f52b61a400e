"""Pure decisions about what becomes of a call: how far it is, when that is worth an edit, whose numbers are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from cogs.alerts.rules import ALSO, SUM_FROM

LONG = 60.0  # seconds; what takes longer is told while it goes on
EVERY = timedelta(seconds=30)  # progress is looked at, and edited, at most so often
PATIENCE = timedelta(minutes=30)  # then what is still under way is named
NAMED = 8  # problems that are named in one message; the ledger has them all
LATE_MOST = 5  # calls that somebody who comes late is asked about
UNDER_WAY = ("queued", "sending", "withdrawing")
ARRIVED = ("sent", "outdated", "removed")
# What needs somebody, after each act. A copy without the newest change is told by the correction's own look.
PROBLEMS = {
    "sent": ("failed", "unknown"),
    "corrected": ("outdated", "unknown", "old"),
    "withdrawn": ("standing", "unknown", "old"),
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """How far a call is: channels where it stands, where it is under way, where it did not arrive."""

    done: int
    under_way: int
    missed: int

    @property
    def all(self) -> int:
        """Channels that it goes to now; those that are asked first, or whose hour comes later, are not among them."""
        return self.done + self.under_way + self.missed

    @property
    def quarter(self) -> int:
        """0 to 4: what is worth an edit."""
        return 4 * (self.all - self.under_way) // self.all if self.all else 4


def minutes(seconds: float) -> int:
    """Whole minutes to say; 0 for less than one."""
    return round(seconds / 60) if seconds >= LONG else 0


def next_look(waited: timedelta) -> timedelta:
    """How long until the next look at what is still under way: less and less often."""
    return max(EVERY, min(waited / 2, PATIENCE / 3))


def own(tallies: Iterable[tuple[str, str, int]], organization: str) -> Mapping[str, int]:
    """One organization's own numbers by answer, of (organization, answer, count); of nobody else anything.

    Those who are counted in the sum through another organization are its own too: it reads the same whether or not
    another one has them (n4).
    """
    found: Counter[str] = Counter()
    for whose, value, n in tallies:
        if whose == organization:
            found[value.removeprefix(ALSO)] += n
    return {value: n for value, n in found.items() if n > 0}


def is_shown(n: int, of_all: int) -> bool:
    """Whether a number is shown to one organization: its own whole number, or a sum from five people on."""
    return n == of_all or of_all >= SUM_FROM
