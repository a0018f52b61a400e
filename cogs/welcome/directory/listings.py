"""Public listings: organizations that anybody can find, as facts with source and date. None of them has joined.

`listings.csv` is made by `python -m docs.places` from a compiled list: only rows of high confidence that say from where
and as of when, that were not known to have ended, and that have a page which was looked up (their own, or that of the
organization they are a chapter of).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cogs.welcome.directory.rules import Spot, Where, miles

FILE = Path(__file__).with_name("listings.csv")
HEADING = ("name", "states", "city", "lat", "lon", "link", "through", "source", "as_of")


@dataclass(frozen=True)
class Listing:
    """One organization as a fact. `through`: whose page the link is, when it is not its own."""

    name: str
    states: tuple[str, ...]
    city: str
    spot: Spot | None
    link: str
    through: str
    source: str
    as_of: str


def read(text: str) -> tuple[Listing, ...]:
    """The rows of the file."""
    return tuple(_listing(row) for row in csv.DictReader(io.StringIO(text)))


def _listing(row: dict[str, str]) -> Listing:
    spot = Spot(float(row["lat"]), float(row["lon"])) if row["lat"] else None
    states = tuple(filter(None, row["states"].split(",")))
    return Listing(
        row["name"], states, row["city"], spot, row["link"], row["through"], row["source"], row["as_of"]
    )  # fmt: skip


@lru_cache(maxsize=1)
def listings() -> tuple[Listing, ...]:
    """All of them, read at the first question."""
    return read(FILE.read_text(encoding="utf-8"))


def nearest(where: Where, among: Iterable[Listing]) -> Listing | None:
    """The nearest with a point in the state, else one of the state, else one for the whole country."""
    found = sorted(among, key=lambda one: _key(where, one))
    return found[0] if found and _key(where, found[0])[0] < 9 else None


def _key(where: Where, one: Listing) -> tuple[int, float, str]:
    if where.state and where.state in one.states:
        if one.spot and where.spot:
            return 0, miles(where.spot, one.spot), one.name
        return (2 if one.spot else 1), 0.0, one.name
    return (9 if one.states else 3), 0.0, one.name


def everywhere(among: Iterable[Listing]) -> list[Listing]:
    """Those for the whole country, by name."""
    return sorted((one for one in among if not one.states), key=lambda one: one.name)
