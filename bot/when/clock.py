"""The hour in a phrase, in both languages: "5pm", "17h", "a las 9 y media de la noche", "noon"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Part = Literal["morning", "afternoon", "night", ""]

DAY_STARTS = 8
"""An hour without its half of the day is read as the one from 8 to 19 ("at 5" is 5 PM, "at 9" is 9 AM)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Minutes since the day's midnight (1440 is the midnight at its end), and whether the half was guessed."""

    minutes: int
    guessed: bool = False


class NoSuchHour(ValueError):
    """The phrase names an hour that no clock shows, or two hours."""


_WORDS: Final = {
    **dict.fromkeys(("una", "one"), 1),
    **dict.fromkeys(("dos", "two"), 2),
    **dict.fromkeys(("tres", "three"), 3),
    **dict.fromkeys(("cuatro", "four"), 4),
    **dict.fromkeys(("cinco", "five"), 5),
    **dict.fromkeys(("seis", "six"), 6),
    **dict.fromkeys(("siete", "seven"), 7),
    **dict.fromkeys(("ocho", "eight"), 8),
    **dict.fromkeys(("nueve", "nine"), 9),
    **dict.fromkeys(("diez", "ten"), 10),
    **dict.fromkeys(("once", "eleven"), 11),
    **dict.fromkeys(("doce", "twelve"), 12),
}
_PARTS: Final[tuple[tuple[str, Part], ...]] = (
    (r"\b(?:(?:de|por|en|a) la (?:manana|mananita|madrugada)|in the morning)\b", "morning"),
    (r"\b(?:(?:de|por|en|a) la tarde|in the afternoon)\b", "afternoon"),
    (r"\b(?:(?:de|por|en|a) la noche|in the evening|at night)\b", "night"),
    (r"\b(?:esta|this) (?:manana|morning)\b", "morning"),
    (r"\b(?:esta|this) (?:tarde|afternoon)\b", "afternoon"),
    (r"\b(?:esta noche|this evening|tonight)\b", "night"),
    (r"\bmorning\b", "morning"),
    (r"\bafternoon\b", "afternoon"),
    (r"\b(?:evening|night)\b", "night"),
)
_TODAY: Final = re.compile(r"\b(?:(?:esta|this) (?:manana|morning|tarde|afternoon)|esta noche|this evening|tonight)\b")

_AT = r"(?:\b(?:at|a las?|las)\s+|@ ?)?"
_AT_NEEDED = r"(?:\b(?:at|a las?)\s+|@ ?)"
_HOUR, _MINUTE = r"(?<![0-9:./-])(?P<hour>[0-9]{1,2})", r"(?P<minute>[0-5][0-9])"
_O_CLOCK = r"(?: ?o ?'?clock)"
_END = r"(?![0-9a-z:]|[./-][0-9])"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"{_AT}{_HOUR}(?:[:.h]{_MINUTE})?(?:{_O_CLOCK}? ?(?P<half>[ap])\.? ?m\b\.?|(?P<letter>[ap])\b)",
        rf"{_AT}{_HOUR}:{_MINUTE}(?::00)?(?: ?(?:h|hs|hrs|horas))?{_END}",
        rf"{_AT}{_HOUR} ?(?:h|hs|hrs|horas) ?{_MINUTE}?{_END}",
        rf"{_AT_NEEDED}{_HOUR} y (?P<more>media|cuarto){_END}",
        rf"{_AT_NEEDED}{_HOUR} menos (?P<less>cuarto){_END}",
        rf"\b(?:at )?(?P<more>half|quarter) past {_HOUR}{_END}",
        rf"\b(?:at )?(?P<less>quarter) to {_HOUR}{_END}",
        rf"{_AT_NEEDED}{_HOUR}{_O_CLOCK}?{_END}",
        rf"{_HOUR}{_O_CLOCK}{_END}",
        rf"{_HOUR}(?= (?:de la|in the|at night|tonight)\b)",
    )
)
# A look-behind has one width: all of these are seven letters long.
_AFTER_PART: Final = re.compile(rf"(?<=morning|ternoon|evening|tonight| manana|a tarde|a noche) {_HOUR}{_END}\s*$")
_NOON: Final = re.compile(r"\b(?:at |a |al )?(?:(?:a las )?12 (?:del )?)?(?:noon|midday|mediodia|medio dia)\b")
_MIDNIGHT: Final = re.compile(r"\b(?:at |a la |a )?(?:midnight|medianoche|media noche)\b")


def take_clock(phrase: str) -> tuple[str, Clock | None, bool]:
    """Cut the hour out of a folded phrase; return (the rest, the hour or None, whether it says "today" by it).

    Raises NoSuchHour.
    """
    phrase = re.sub(r"\b(at|las?) (" + "|".join(_WORDS) + r")\b", lambda m: f"{m[1]} {_WORDS[m[2]]}", phrase)
    for pattern, minutes in ((_NOON, 12 * 60), (_MIDNIGHT, 24 * 60)):
        if pattern.search(phrase):
            return _rest(pattern.sub(" ", phrase, count=1), Clock(minutes))
    today = bool(_TODAY.search(phrase))
    without, part = _take_part(phrase)
    for form in _FORMS:
        if found := form.search(phrase):
            rest, _part = _take_part(phrase[: found.start()] + " " + phrase[found.end() :])
            return rest, _read(found.groupdict(), part), today
    if part and (found := _AFTER_PART.search(phrase)):
        return _take_part(phrase[: found.start()])[0], _read(found.groupdict(), part), today
    return without, None, today


def _rest(rest: str, clock: Clock) -> tuple[str, Clock, bool]:
    today = bool(_TODAY.search(rest))
    rest, _part = _take_part(rest)
    return rest, clock, today


def _take_part(phrase: str) -> tuple[str, Part]:
    for pattern, part in _PARTS:
        shorter, found = re.subn(pattern, " ", phrase, count=1)
        if found:
            return shorter, part
    return phrase, ""


def _read(found: dict[str, str | None], part: Part) -> Clock:
    digits = found["hour"] or ""
    hour, minute = int(digits), int(found.get("minute") or 0)
    if hour > 24 or (hour == 24 and minute):
        raise NoSuchHour
    extra = {"half": 30, "media": 30, "quarter": 15, "cuarto": 15}
    minute += extra.get(found.get("more") or "", 0) - extra.get(found.get("less") or "", 0)
    half = found.get("half") or found.get("letter") or ""
    if half:
        return Clock(_twelve(hour, half) * 60 + minute)
    if hour > 12 or hour == 0 or digits.startswith("0") or (found.get("minute") and len(digits) == 2 and not part):
        return Clock(hour * 60 + minute)
    if part:
        return Clock(_HALVES[part](hour) * 60 + minute)
    return Clock((hour + 12 if hour < DAY_STARTS else hour) * 60 + minute, guessed=True)


def _twelve(hour: int, half: str) -> int:
    if not 1 <= hour <= 12:
        raise NoSuchHour
    return hour % 12 + (12 if half == "p" else 0)


def _night(hour: int) -> int:
    """Seven at night is 19, twelve is the midnight at the end of the day; one to four belong to its early hours."""
    if hour == 12:
        return 24
    return hour if hour < 5 else hour + 12


_HALVES: Final[dict[str, Callable[[int], int]]] = {
    "morning": lambda hour: hour % 12,
    "afternoon": lambda hour: hour % 12 + 12,
    "night": _night,
}
