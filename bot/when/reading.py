"""From a phrase to a moment."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.text import fold
from bot.when.clock import Clock, NoSuchHour, take_clock
from bot.when.days import Day, Order, find_day
from bot.when.show import short_offset, show_hour, show_when
from bot.when.value import When, WhenRefused
from bot.when.zones import is_zone, take_zone

MAX_PHRASE = 120
"""Characters of one phrase; the longest sensible one has about 60."""

_FARTHEST = timedelta(days=731)
_KNOWN = re.compile(r"[a-z0-9 :/.,@'º()+-]+")
_TYPED = str.maketrans("’–—°", "'--o")
_ISO_T = re.compile(r"(?<=[0-9])t(?=[0-9]{2}:)")
_RANGE = re.compile(
    r"(?:[0-9] ?[ap]\.? ?m\.?|:[0-9]{2}|[0-9] ?h) ?(?:-|to|until|till|a|hasta)(?: las)? ?[0-9]{1,2}(?![0-9]*[-/])"
    r"|(?<![0-9/-])[0-9]{1,2} ?(?:-|to|a) ?[0-9]{1,2}(?::[0-9]{2})? ?(?:[ap]\.? ?m\b|h\b)"
)
_RELATIVE = re.compile(
    r"(?:in|en|dentro de) (?P<n>[0-9]{1,4}|half an|[a-z]+)(?P<before> and a half| y media)? ?(?P<unit>"
    r"minutes?|mins?|minutos?|hours?|hrs?|h|horas?|days?|dias?|weeks?|semanas?"
    r")(?P<behind> and a half| y media)?(?: (?P<rest>.*))?"
)
_FROM_NOW = re.compile(r"^(?P<n>[0-9]{1,4}|an?|[a-z]+) (?P<unit>[a-z]+) from now$")
_COUNT: Final = {
    **dict.fromkeys(("a", "an", "un", "una", "one"), 1.0),
    **dict.fromkeys(("half an", "media"), 0.5),
    **dict.fromkeys(("two", "dos"), 2.0),
    **dict.fromkeys(("three", "tres"), 3.0),
    **dict.fromkeys(("four", "cuatro"), 4.0),
    **dict.fromkeys(("five", "cinco"), 5.0),
    **dict.fromkeys(("six", "seis"), 6.0),
    **dict.fromkeys(("ten", "diez"), 10.0),
}
_BARE_HOUR = re.compile(r"(today|hoy|tomorrow|manana|pasado manana) ([0-9]{1,2})")
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def parse_when(text: str, *, now: datetime, zone: str, language: str = "en", order: Order | None = None) -> When:
    """Read a time in words. Both languages are understood; `language` only decides 3/4: March 4, or 3 de abril.

    `now` is aware; `zone` (IANA) is meant unless the words name another. `order` overrides the language's.
    A weekday is the next such day, today included while its hour is ahead; an hour alone is its next occurrence;
    a day without a year is its next one, unless it is less than 90 days ago (then it is past). An hour without
    its half of the day is the one between 8 and 19 (`guessed`); "midnight" is the end of the named day.

    Raises WhenRefused (see there for its keys) and nothing else.
    """
    if not is_zone(zone):
        raise WhenRefused("when.no_zone", zone=zone[:40])
    phrase = _tidy(text)
    phrase, zone, offset = take_zone(phrase, zone)
    local_now = now.astimezone(ZoneInfo(zone))
    try:
        when = _relative(phrase, now, zone) or _named(phrase, local_now, zone, order or _order(language), offset)
        return _checked(when, now, language)
    except OverflowError as odd:
        raise WhenRefused("when.too_far") from odd
    except WhenRefused as refused:
        raise _worded(refused, zone, language) from refused


def _tidy(text: str) -> str:
    if len(text) > MAX_PHRASE:
        raise WhenRefused("when.too_long")
    phrase = fold(text).translate(_TYPED)
    if not _KNOWN.fullmatch(phrase):
        raise WhenRefused("when.unknown")
    if _RANGE.search(phrase):
        raise WhenRefused("when.range")
    return _ISO_T.sub(" ", phrase)


def _order(language: str) -> Order:
    return "DMY" if language == "es" else "MDY"


def _relative(phrase: str, now: datetime, zone: str) -> When | None:
    if from_now := _FROM_NOW.match(phrase):
        phrase = f"in {from_now['n']} {from_now['unit']}"
    found = _RELATIVE.fullmatch(phrase)
    if not found:
        return None
    many = float(found["n"]) if found["n"].isdigit() else _COUNT.get(found["n"], 0.0)
    many += 0.5 if found["before"] or found["behind"] else 0.0
    unit = "w" if found["unit"][0] in "ws" else found["unit"][0]
    away = many * _UNITS[unit]
    if not many:
        raise WhenRefused("when.unknown")
    if unit in "mh":
        if found["rest"]:
            raise WhenRefused("when.unknown")
        return When(at=_whole_minute(now + away), zone=zone)
    day = (now.astimezone(ZoneInfo(zone)) + away).date()
    return _on_day(Day(day), found["rest"] or "", zone)


def _on_day(day: Day, rest: str, zone: str) -> When:
    left, clock, _today = _clock(rest)
    if left.strip():
        raise WhenRefused("when.unknown")
    return _moment(day.day, clock, zone, "")


def _whole_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _clock(phrase: str) -> tuple[str, Clock | None, bool]:
    try:
        return take_clock(phrase)
    except NoSuchHour as odd:
        raise WhenRefused("when.unknown") from odd


def _named(phrase: str, now: datetime, zone: str, order: Order, offset: str) -> When:
    rest, clock, today = _clock(phrase)
    rest = re.sub(r"^(?:today|hoy)\b", "", rest.strip()) if today else rest
    if clock is None and (bare := _BARE_HOUR.fullmatch(rest.strip())):
        rest, clock, _ = _clock(f"{bare[1]} at {bare[2]}")
    if clock is None and not rest.strip() and not today:
        raise WhenRefused("when.unknown")
    day = find_day(rest, today=now.date(), order=order)
    if day is None or (today and day.step != 1):
        raise WhenRefused("when.unknown")
    when = _moment(day.day, clock, zone, offset)
    if clock and day.step and not today and when.at <= now:
        when = _moment(day.day + timedelta(days=day.step), clock, zone, offset)
    return when


def _moment(day: date, clock: Clock | None, zone: str, offset: str) -> When:
    if clock is None:
        start = datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))
        return When(at=start.astimezone(UTC), zone=zone, date_only=True)
    local = datetime.combine(day, time.min) + timedelta(minutes=clock.minutes)
    return When(at=_to_utc(local.replace(tzinfo=ZoneInfo(zone)), offset), zone=zone, guessed=clock.guessed)


def _to_utc(local: datetime, offset: str) -> datetime:
    """Return the one moment a wall clock shows this; the night the clocks change there may be none, or two."""
    first, second = local.replace(fold=0), local.replace(fold=1)
    if offset.startswith("utc") and len(offset) > 3:
        return _by_offset(local, offset)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if first.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise _gap(second, first)
    for choice in (first, second):
        if offset and short_offset(choice).lower() == offset:
            return choice.astimezone(UTC)
    raise WhenRefused("when.twice", first=first, second=second)


def _gap(behind: datetime, ahead: datetime) -> WhenRefused:
    """Say from which hour to which the clocks skip; in a gap, fold=1 lands before the skip and fold=0 behind it."""
    zone, low, high = ahead.tzinfo, behind.astimezone(UTC), ahead.astimezone(UTC)
    old = low.astimezone(zone).utcoffset() or timedelta()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == old else (low, middle)
    skip = high.replace(second=0, microsecond=0)
    return WhenRefused("when.gap", before=(skip + old).replace(tzinfo=None), after=skip)


def _by_offset(local: datetime, offset: str) -> datetime:
    hours, _colon, minutes = offset[4:].partition(":")
    away = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return (local.replace(tzinfo=None) - (away if offset[3] == "+" else -away)).replace(tzinfo=UTC)


def _worded(refused: WhenRefused, zone: str, language: str) -> WhenRefused:
    """Put the hours of a refusal into the words of a language."""
    words = {name: value for name, value in refused.params.items() if isinstance(value, str)}
    for name, value in refused.params.items():
        if isinstance(value, datetime):
            local = value.astimezone(ZoneInfo(zone)) if value.tzinfo is UTC else value
            words[name] = show_hour(local, language)
            if refused.key == "when.twice":
                words[name] += f" {short_offset(value)}"
        elif isinstance(value, date):
            start = datetime.combine(value, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)
            words["shown"] = show_when(When(at=start, zone=zone, date_only=True), language)
    return WhenRefused(refused.key, **words)


def _checked(when: When, now: datetime, language: str) -> When:
    today = now.astimezone(ZoneInfo(when.zone)).date()
    day = when.at.astimezone(ZoneInfo(when.zone)).date()
    if day < today or (not when.date_only and when.at <= now):
        raise WhenRefused("when.past", shown=show_when(when, language))
    if when.at - now > _FARTHEST:
        raise WhenRefused("when.too_far")
    return when


def warm_up() -> None:
    """Reads one phrase in each language: the first costs 0.2 s, which nobody's form should wait for."""
    for phrase in ("november 28 at 5pm", "28 de noviembre a las 17"):
        parse_when(phrase, now=datetime(2026, 11, 1, 12, tzinfo=UTC), zone="UTC")
