"""Who is shown to whom: plain decisions about places and organizations. Nothing here reads a file or a database."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

MILES_AROUND_EARTH = 2 * 3958.8  # twice the mean radius


@dataclass(frozen=True, slots=True)
class Spot:
    """A point, in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Where:
    """Where somebody is, as far as they said: a ZIP code, its first three digits, a state, or nothing."""

    zip: str = ""
    prefix: str = ""
    state: str = ""
    spot: Spot | None = None


def is_digits(text: str) -> bool:
    """Whether a text is ASCII digits alone: others make some libraries panic (SECURITY C2)."""
    return text.isascii() and text.isdigit()


def miles(one: Spot, other: Spot) -> float:
    """Miles between two points, along the ground."""
    lat, lon = radians(other.lat - one.lat), radians(other.lon - one.lon)
    chord = sin(lat / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(lon / 2) ** 2
    return MILES_AROUND_EARTH * asin(min(1.0, sqrt(chord)))
