"""Zones: which one a state lives in, and what people call them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from bot.when.value import WhenRefused

_BY_ZONE: Final = {
    "America/New_York": "CT DC DE FL GA KY MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Detroit": "MI",
    "America/Indiana/Indianapolis": "IN",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO MT NM UT WY",
    "America/Boise": "ID",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
    "America/St_Thomas": "VI",
    "Pacific/Guam": "GU",
    "Pacific/Saipan": "MP",
    "Pacific/Pago_Pago": "AS",
}
_BY_STATE: Final = {state: zone for zone, states in _BY_ZONE.items() for state in states.split()}

NAMES: Final = {
    "eastern": ("ET", "Eastern Time", "hora del Este"),
    "central": ("CT", "Central Time", "hora del Centro"),
    "mountain": ("MT", "Mountain Time", "hora de la Montaña"),
    "pacific": ("PT", "Pacific Time", "hora del Pacífico"),
    "arizona": ("Arizona", "Arizona Time", "hora de Arizona"),
    "alaska": ("AKT", "Alaska Time", "hora de Alaska"),
    "hawaii": ("HST", "Hawaii Time", "hora de Hawái"),
    "atlantic": ("AST", "Atlantic Time", "hora del Atlántico"),
    "utc": ("UTC", "UTC", "UTC"),
}
"""Short, English and Spanish name of the zones of the United States: CLDR's "hora oriental" is said by nobody there."""

_CALLED: Final = {
    "America/New_York": "eastern",
    "America/Detroit": "eastern",
    "America/Indiana/Indianapolis": "eastern",
    "America/Kentucky/Louisville": "eastern",
    "America/Chicago": "central",
    "America/Denver": "mountain",
    "America/Boise": "mountain",
    "America/Los_Angeles": "pacific",
    "America/Phoenix": "arizona",
    "America/Anchorage": "alaska",
    "Pacific/Honolulu": "hawaii",
    "America/Puerto_Rico": "atlantic",
    "America/St_Thomas": "atlantic",
    "UTC": "utc",
    "Etc/UTC": "utc",
}

_TYPED: Final = (
    (r"e[sd]?t|eastern(?: time)?|hora del este", "America/New_York"),
    (r"c[sd]?t|central(?: time)?|hora (?:del centro|central)", "America/Chicago"),
    (r"m[sd]?t|mountain(?: time)?|hora de la[s]? montanas?(?: rocosas)?", "America/Denver"),
    (r"p[sd]?t|pacific(?: time)?|hora del pacifico", "America/Los_Angeles"),
    (r"ak[sd]?t|alaska(?: time)?|hora de alaska", "America/Anchorage"),
    (r"hst|hawaii(?: time)?|hora de hawai", "Pacific/Honolulu"),
    (r"ast|atlantic(?: time)?|hora del atlantico", "America/Puerto_Rico"),
    (r"arizona(?: time)?|hora de arizona", "America/Phoenix"),
    (r"utc|gmt", "UTC"),
)
_OFFSET: Final = r"utc[+-][0-9]{1,2}(?::[0-9]{2})?"


def zone_of_state(code: str) -> str:
    """Return the IANA zone in which most people of a US state or territory live ("TX" -> "America/Chicago").

    Raises WhenRefused `when.no_state` (state) for an unknown code.
    """
    zone = _BY_STATE.get(code.strip().upper())
    if zone is None:
        raise WhenRefused("when.no_state", state=code.strip()[:20])
    return zone


def is_zone(name: str) -> bool:
    """Tell whether `name` is an IANA zone with a place ("America/Chicago") or UTC."""
    return name in _all_zones()


def called(zone: str) -> tuple[str, str, str] | None:
    """Return our own (short, English, Spanish) name of a zone, if it has one."""
    return NAMES.get(_CALLED.get(zone, ""))


@lru_cache(maxsize=1)
def _all_zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def take_zone(phrase: str, zone: str) -> tuple[str, str, str]:
    """Cut the name of a zone out of a folded phrase, at its end or behind the hour ("5pm ET Saturday").

    Returns the rest, the zone that is meant, and the name as typed, which tells the two hours of one name apart.
    """
    for names, meant in _names(zone):
        for pattern in _patterns(names):
            if found := pattern.search(phrase):
                rest = phrase[: found.start()] + phrase[found.end() :]
                return rest, zone if _same_clocks(zone, meant) else meant, found["name"]
    return phrase, zone, ""


def _names(zone: str) -> Iterator[tuple[str, str]]:
    yield _OFFSET, zone
    # Arizona says MST all year: a name that the own zone bears means the own zone.
    yield "|".join(re.escape((m.tzname() or "").lower()) for m in _both_halves(zone)), zone
    yield from _TYPED


@lru_cache(maxsize=256)
def _patterns(names: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    name = rf" \(?(?P<name>{names})\)?"
    behind_hour = r"(?:(?<=[ap]m)|(?<=m\.)|(?<=:[0-9][0-9]))"
    return re.compile(rf"(?<=[a-z0-9.,]){name}$"), re.compile(rf"{behind_hour}{name}(?=,? )")


def _same_clocks(one: str, other: str) -> bool:
    """Tell whether two zones show the same hours: Detroit is Eastern, too, and stays Detroit."""
    pairs = zip(_both_halves(one), _both_halves(other), strict=True)
    return all(a.utcoffset() == b.utcoffset() for a, b in pairs)


def _both_halves(zone: str) -> list[datetime]:
    """Return a moment of winter and one of summer in a zone."""
    return [datetime(2026, month, 1, tzinfo=UTC).astimezone(ZoneInfo(zone)) for month in (1, 7)]
