"""Times as people read them: always with weekday and zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_timezone_name

from bot.text import escape
from bot.when.value import When
from bot.when.zones import called

_LOCALES = {"en": "en_US", "es": "es"}


def show_when(when: When, language: str) -> str:
    """Return "Saturday, November 28, 2026, 5:00 PM Eastern Time", or the day alone when nobody named an hour."""
    local = when.at.astimezone(ZoneInfo(when.zone))
    day = format_date(local, "full", locale=_locale(language))
    if when.date_only:
        return day
    name = _zone_name(when.zone, language)
    return f"{day}, {show_hour(local, language)} " + (f"({name})" if language == "es" else name)


def show_when_short(when: When, language: str) -> str:
    """Return "Sat, Nov 28, 5:00 PM ET": for the first 120 characters of a message."""
    local = when.at.astimezone(ZoneInfo(when.zone))
    day = format_skeleton("MMMEd", local, locale=_locale(language))
    return day if when.date_only else f"{day}, {show_hour(local, language)} {_short_name(local, when.zone)}"


def time_markdown(at: datetime, zone: str, language: str) -> str:
    """Return a moment in our small Markdown: in words everywhere, and as a local time on Discord."""
    words = show_when(When(at=at, zone=zone), language)
    return f"[{escape(words)}](time:{int(at.timestamp())})"


def show_hour(local: datetime, language: str) -> str:
    """Return "5:00 PM" or "17:00"; the 24-hour clock has two digits, so that 01:30 is not taken for the afternoon."""
    if language == "es":
        return f"{local:%H:%M}"
    # CLDR puts a narrow no-break space before PM, which some phones show as a box.
    return format_time(local, "short", locale=_locale(language)).replace("\u202f", " ")


def show_zone(zone: str, language: str) -> str:
    """Return a zone as people call it: "Central Time", "hora del Centro"."""
    return _zone_name(zone, language)


def short_offset(local: datetime) -> str:
    """Return what tells one offset of a zone from another in writing: "EST", or "UTC-3" where it has no letters."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    minutes = int((local.utcoffset() or local - local).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _locale(language: str) -> str:
    return _LOCALES.get(language, "en_US")


def _zone_name(zone: str, language: str) -> str:
    if own := called(zone):
        return own[2] if language == "es" else own[1]
    return get_timezone_name(ZoneInfo(zone), "long", locale=_locale(language), zone_variant="generic")


def _short_name(local: datetime, zone: str) -> str:
    own = called(zone)
    return own[0] if own else short_offset(local)
