"""Zones: which one a state lives in, and what people call them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

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
