"""Pure decisions about moments: when a call leaves for a zone, when somebody is reminded, when people are asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WAKES, SLEEPS, EVENING = 9, 21, 20  # local hours
AHEAD = timedelta(hours=6)  # how long before it begins people are reminded (WORDS-AND-DEFAULTS)
LEAST = timedelta(hours=3)  # a reminder that is moved out of the night comes at least so long before
AFTER = timedelta(hours=1)  # "did you go?" comes so long after it began
THANKS = timedelta(hours=24)  # answers to that are waited for so long before the thanks


@dataclass(frozen=True)
class Leave:
    """How a call leaves. `at` is UTC; `each`: at that hour of each space's own clock; `morning`: never at night."""

    at: datetime
    zone: str
    each: bool = False
    morning: bool = False

    def for_zone(self, zone: str) -> datetime:
        """The moment (UTC) for a space in a zone."""
        moment = same_clock(self.at, self.zone, zone) if self.each else self.at
        return awake(moment, zone) if self.morning else moment

    def to_text(self) -> str:
        """As the table keeps it."""
        return "|".join([self.at.isoformat(), self.zone, "each" * self.each, "morning" * self.morning])

    @classmethod
    def from_text(cls, text: str) -> Leave:
        """From the table."""
        at, zone, each, morning = text.split("|")
        return cls(datetime.fromisoformat(at), zone, bool(each), bool(morning))


def leaves_at(way: str | None, zone: str, now: datetime) -> datetime:
    """When a copy may stand in a zone at the earliest: at once, or as its author said."""
    return max(now, Leave.from_text(way).for_zone(zone)) if way else now


def same_clock(at: datetime, zone: str, there: str) -> datetime:
    """The moment at which clocks elsewhere show what they show here at `at`.

    An hour that is skipped there is the one behind the skip; of one that comes twice it is the first.
    """
    shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    return shown.replace(tzinfo=ZoneInfo(there)).astimezone(UTC)


def awake(at: datetime, zone: str) -> datetime:
    """The moment itself, or the next 9 in the morning when it is night there."""
    local = at.astimezone(ZoneInfo(zone))
    if WAKES <= local.hour < SLEEPS:
        return at
    return _at_hour(local + timedelta(days=local.hour >= SLEEPS), WAKES)


def _at_hour(local: datetime, hour: int) -> datetime:
    return datetime.combine(local.date(), time(hour), local.tzinfo).astimezone(UTC)


def remind_at(starts_at: datetime, zone: str, now: datetime) -> datetime | None:
    """Six hours before it begins; at night the next morning if that is early enough, else the evening before.

    None when that moment went by.
    """
    found = _reminded_at(starts_at, zone)
    return found if found > now else None


@lru_cache(maxsize=128)  # a crowd answers one call
def _reminded_at(starts_at: datetime, zone: str) -> datetime:
    wanted = starts_at - AHEAD
    found = awake(wanted, zone)
    if found > starts_at - LEAST:
        local = wanted.astimezone(ZoneInfo(zone))
        found = _at_hour(local - timedelta(days=local.hour < WAKES), EVENING)
    return found


def asks_at(starts_at: datetime, date_only: bool, zone: str) -> datetime:
    """One hour after it began, a day without an hour after its end; at night the next morning, where it takes place."""
    over = starts_at + (timedelta(days=1) if date_only else timedelta())
    return awake(over + AFTER, zone)
