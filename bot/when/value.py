"""A moment that somebody named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.errors import UserError


@dataclass(frozen=True, slots=True)
class When:
    """`at` is UTC, `zone` the IANA zone in which people meant it.

    `date_only`: nobody named an hour; `at` is then the first moment of that day in `zone`.
    `guessed`: the half of the day was ours ("at 5" is read as 5 PM); say so where it is shown back.
    """

    at: datetime
    zone: str
    date_only: bool = False
    guessed: bool = False


class WhenRefused(UserError):
    """A time that cannot be taken; the key says why.

    `when.unknown`, `when.past` (shown), `when.gap` (before, after), `when.twice` (first, second), `when.weekday`
    (shown), `when.range`, `when.too_far`, `when.too_long`, `when.no_zone` (zone), `when.no_state` (state).
    """
