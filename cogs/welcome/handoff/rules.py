"""What can be decided about a hand-off without asking: waking hours, deadlines, what is shared, what proves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cogs.welcome.rules import TAKEN_KEPT, UNTAKEN_KEPT, Given

WAKES, SLEEPS = time(9), time(21)  # WORDS-AND-DEFAULTS: waking hours, in the organization's zone
DEADLINE = timedelta(hours=24)
LONGEST_HOLD = timedelta(hours=72)  # *More time* moves the first words no further than so long after taking somebody
LAST_WORD = timedelta(hours=2)  # a reminder later than so long before the deadline helps nobody
MISSES = 2  # greeters who let their time run out; then another organization
WARN_AT = 5  # open people at once
ASKED_AFTER = (timedelta(days=3), timedelta(days=14))  # c14: *did you connect?*; 30 days is noise
CLOSED_AFTER = timedelta(days=21)  # without an answer of both by then it is lost

PURPOSE = "introduction"
TEXT_VERSION = 1  # of the consent card: a change of its sentences is a new number
CONSENT_LIFE = UNTAKEN_KEPT + TAKEN_KEPT
ALWAYS = ("name", "place", "language")  # SECURITY 6.1: on; all others are off until the person ticks
TICKED = ("activity", "spoken", "free", "direct")
DIRECT = "direct"  # ticked: the greeter may see their account, so that the two can talk in a place of their own
SEEN_BY_ALL = ("activity", "language", "place")  # of what is shared: on the greeters' card, without a name
GREETER_SPEAKS = ("en", "es", "both")
NAME = 40  # characters of a greeter's name
MESSAGE = 1200  # characters of one message passed on

OPEN = ("offered", "claimed", "introduced")
HELD = ("claimed", "introduced")
TALKING = ("claimed", "introduced", "met")
LOST_FOR_NEWCOMER = ("silence", "no_fit", "no_time", "found")
LOST_FOR_GREETER = ("no_reply", "no_fit", "moved")
REASONS = tuple(dict.fromkeys((*LOST_FOR_NEWCOMER, *LOST_FOR_GREETER)))
STAYS_ALONE = ("no_time", "found")  # reasons after which nobody wants to see more organizations


def is_awake(at: datetime, zone: str) -> bool:
    """Whether a moment is between 9 and 21 in a zone."""
    return WAKES <= at.astimezone(ZoneInfo(zone)).time() < SLEEPS


def waking(at: datetime, zone: str) -> datetime:
    """The moment itself, or the next morning at 9."""
    if is_awake(at, zone):
        return at
    local = at.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=local.time() >= SLEEPS)
    return datetime.combine(day, WAKES, ZoneInfo(zone)).astimezone(at.tzinfo)


def deadline(now: datetime, zone: str) -> datetime:
    """24 hours from now, or the morning after."""
    return waking(now + DEADLINE, zone)


def nudge_at(now: datetime, until: datetime, zone: str) -> datetime:
    """At half time; where that is at night the morning after, or the evening before when the morning is too late."""
    half = now + (until - now) / 2
    at = waking(half, zone)
    if at <= until - LAST_WORD:
        return at
    local = half.astimezone(ZoneInfo(zone))
    evening = local.date() - timedelta(days=local.time() < WAKES)
    before = datetime.combine(evening, time(20, 30), ZoneInfo(zone)).astimezone(now.tzinfo)
    return max(before, now)


def longer(claimed_at: datetime, until: datetime, zone: str) -> datetime | None:
    """The next deadline of somebody who asks for more time: a day later; None when there is no more to give."""
    latest = waking(claimed_at + LONGEST_HOLD, zone)
    later = min(deadline(until, zone), latest)
    return later if later > until else None


def about_where(place: str) -> str:
    """What is shared of a place: three digits, or the state."""
    return place[:3]


def package(given: Given, ticked: Iterable[str]) -> dict[str, str]:
    """What one organization gets, by field, in the order in which it is shown; empty answers are left out."""
    wanted = [*ALWAYS, *(key for key in TICKED if key in set(ticked))]
    values = {**vars(given), "place": about_where(given.place), DIRECT: "yes"}
    return {key: values[key] for key in wanted if values[key]}


def seen_by_all(package: Iterable[str]) -> list[str]:
    """What stands on the greeters' card: fields that are shared, and never a name."""
    shared = set(package)
    return [key for key in SEEN_BY_ALL if key in shared]


def pack(fields: Mapping[str, str]) -> str:
    """A package as it is sealed."""
    return json.dumps(fields, ensure_ascii=False)


def unpack(text: str) -> dict[str, str]:
    """A package as it was sealed."""
    return {str(key): str(value) for key, value in json.loads(text).items()}


def ticks(text: str) -> tuple[str, ...]:
    """The ticked fields as a choice carries them ("activity,free"), unknown ones left out."""
    return tuple(key for key in TICKED if key in text.split(","))


def digest(text: str) -> str:
    """SHA-256 of the full text of a consent card."""
    return hashlib.sha256(text.encode()).hexdigest()


PROVED = ("id", "person", "organization", "purpose", "fields", "text_version", "text_sha256", "language", "given_via")


def consent_line(row: Mapping[str, Any]) -> str:
    """What the proof of a consent is made over: every column but the end of it, in one canonical line."""
    moments = {key: int(row[key].timestamp()) for key in ("given_at", "expires_at")}
    return json.dumps({**{key: row[key] for key in PROVED}, **moments}, sort_keys=True, separators=(",", ":"))


def covers(consent: Any, organization: str, fields: Iterable[str], now: datetime) -> bool:
    """Whether a consent lets an organization read these fields now."""
    if consent is None or consent.withdrawn_at is not None or consent.expires_at <= now:
        return False
    return consent.organization == organization and set(fields) <= set(consent.fields.split(","))
