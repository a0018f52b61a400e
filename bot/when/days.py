"""The day in a phrase, in both languages: "Saturday", "pasado mañana", "sáb 28", "Nov 28", "28/11/2026"."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from bot.when.value import WhenRefused

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

Order = Literal["MDY", "DMY"]

_JUST_PAST = timedelta(days=90)
"""A day without a year that was less than this ago is a slip, not next year's."""

# dateparser gets one fixed base (in a leap year), because it keeps a copy of its settings for every base it sees.
_BASE = datetime(2000, 1, 3)  # noqa: DTZ001  # only its year is used, never as a moment
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "monday mon lunes lun",
            "tuesday tues tue martes mar",
            "wednesday wed weds miercoles mie mier",
            "thursday thurs thur thu jueves jue",
            "friday fri viernes vie",
            "saturday sat sabado sab",
            "sunday sun domingo dom",
        )
    )
    for name in names.split()
}
_LONGEST_FIRST = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_WEEKDAY: Final = re.compile(rf"^(?P<day>{_LONGEST_FIRST})\b\.?,?\s*(?P<rest>.*)$")
_NEXT: Final = re.compile(r"^(?:next|coming|proximo|proxima)\s+|\s+(?:que viene|proximo|proxima)$|\bsiguiente\b")
_FILLERS: Final = re.compile(r"^(?:on|the|el|la|para|for|del|this|este|esta|dia|a|de|of)\s+|\s+(?:at|a|on|de|el)$")
_DAY_OF_MONTH: Final = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|ro|o)?")
_FIRST: Final = re.compile(r"\b(?:1ro|1ero|1o|primero)\b|\bfirst\b")
_ISO: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_NAMED: Final = {
    "today": 0,
    "hoy": 0,
    "tomorrow": 1,
    "tmrw": 1,
    "tomorow": 1,
    "tommorow": 1,
    "tommorrow": 1,
    "manana": 1,
    "yesterday": -1,
    "ayer": -1,
    "pasado manana": 2,
    "day after tomorrow": 2,
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day; `floating` when a later one would do as well if its hour has gone by (a weekday, no day at all)."""

    day: date
    step: int = 0


def find_day(phrase: str, *, today: date, order: Order) -> Day | None:
    """Return the day that a folded phrase names (no phrase: today, else the day after), or None.

    Raises WhenRefused `when.weekday` when weekday and date contradict each other.
    """
    # A number alone could be a day or an hour: it needs "the", "el" or its ending.
    named = not phrase.strip().isdigit()
    phrase = _without_fillers(_FIRST.sub("1", phrase))
    if not phrase:
        return Day(today, step=1)
    if phrase in _NAMED:
        return Day(today + timedelta(days=_NAMED[phrase]))
    later, phrase = bool(_NEXT.search(phrase)), _without_fillers(_NEXT.sub("", phrase))
    if (found := _WEEKDAY.match(phrase)) and not _is_march(found["day"], found["rest"]):
        return _weekday(_WEEKDAYS[found["day"]], found["rest"], today=today, order=order, later=later)
    found_day = _date(phrase, today=today, order=order) if named and not later else None
    return Day(found_day) if found_day else None


def _without_fillers(phrase: str) -> str:
    phrase, before = phrase.strip(" ,.-"), ""
    while phrase != before:
        phrase, before = _FILLERS.sub("", phrase).strip(" ,.-"), phrase
    return phrase


def _is_march(name: str, rest: str) -> bool:
    """ "mar 3" is the third of March in both languages; "mar" alone, or "mar 3 dic", is Tuesday in Spanish."""
    return name == "mar" and bool(re.fullmatch(r"[0-9]{1,2}(?:st|nd|rd|th)?(?:,? [0-9]{4})?", rest))


def _weekday(number: int, rest: str, *, today: date, order: Order, later: bool) -> Day | None:
    rest = _without_fillers(rest)
    if not rest:
        away = (number - today.weekday()) % 7
        return Day(today + timedelta(days=away or 7)) if later else Day(today + timedelta(days=away), step=7)
    if found := _DAY_OF_MONTH.fullmatch(rest):
        near = (today + timedelta(days=n) for n in range(92))
        return next((Day(d) for d in near if d.day == int(found[1]) and d.weekday() == number), None)
    day = _date(rest, today=today, order=order)
    if day and day.weekday() != number:
        raise WhenRefused("when.weekday", day=day)
    return Day(day) if day else None


def _date(phrase: str, *, today: date, order: Order) -> date | None:
    if found := _ISO.fullmatch(phrase):
        return _exact(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_OF_MONTH.fullmatch(phrase):
        near = (today + timedelta(days=n) for n in range(62))
        return next((d for d in near if d.day == int(found[1])), None)
    return _by_library(phrase, today=today, order=order)


def _by_library(phrase: str, *, today: date, order: Order) -> date | None:
    day = _ask_library(phrase, today, order)
    return day or _ask_library(phrase, today, "MDY" if order == "DMY" else "DMY")  # 11/28 has only one meaning


def _ask_library(phrase: str, today: date, order: Order) -> date | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its strptime calls warn on newer Pythons; ours are errors
            found = _library(order).get_date_data(phrase)
    except Exception:  # whatever a stranger's phrase breaks in there, it is a phrase we cannot read
        return None
    if found.date_obj is None:
        return None
    day = found.date_obj.date()
    return day if "year" in found.parts else _nearest(day, today)


def _nearest(day: date, today: date) -> date | None:
    """Give a day without a year its next year, unless it has only just gone by."""
    for year in range(today.year - 1, today.year + 9):  # a 29 February can be eight years away
        this = _exact(year, day.month, day.day)
        if this and this > today - _JUST_PAST:
            return this
    return None


def _exact(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=2)
def _library(order: Order) -> DateDataParser:
    # Only when there is a date with the name of a month: 3 MB, and as much again for what it compiles.
    from dateparser.date import DateDataParser

    # Without the memory of earlier phrases: the same words must mean the same day whoever wrote before.
    return DateDataParser(
        languages=["es", "en"] if order == "DMY" else ["en", "es"],
        use_given_order=True,
        try_previous_locales=False,
        settings={
            "PARSERS": ["absolute-time"],
            "REQUIRE_PARTS": ["month", "day"],
            "RELATIVE_BASE": _BASE,
            "DATE_ORDER": order,
            "PREFER_DATES_FROM": "current_period",
        },
    )
