"""The tables of what new people are shown, and the only SQL on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, or_, select

from bot import tables as t
from bot.db import Moment, Row, Tx, metadata, upsert
from bot.feature import Scope
from bot.tables import ID, owned

SYSTEM = Scope(system=True)

welcome_profile = Table(
    "welcome_profile",
    metadata,
    Column("organization", ID, primary_key=True),
    Column("line_en", Text, nullable=False),  # what the organization says of itself; "" for none in this language
    Column("line_es", Text, nullable=False),
    Column("languages", String(8), nullable=False),  # en | es | both
    Column("activities", String(200), nullable=False),  # keys of rules.ACTIVITIES, comma between
    Column("free", String(40), nullable=False),  # when it meets: keys of rules.FREE, comma between
    Column("place", String(5), nullable=False),  # the ZIP code of its centre, or ""
    Column("state", String(2), nullable=False, index=True),  # of its centre, or where it works; "" for national
    Column("reach", String(8), nullable=False),  # local | state | national
    Column("most", Integer, nullable=False),  # open people at once; 0: no limit
    Column("link", String(300), nullable=False),  # a public page, or ""
    Column("open", Boolean, nullable=False),  # whether it takes new people now
    Column("changed_at", Moment, nullable=False),
    info=owned("organization", "everybody: it is what new people are shown", "with the organization"),
)

welcome_turf = Table(
    "welcome_turf",
    metadata,
    Column("zip", String(5), primary_key=True),  # a ZIP code where an organization is at home
    Column("organization", ID, primary_key=True),
    Column("state", String(2), nullable=False),
    Index("welcome_turf_state", "state", "organization"),
    info=owned("organization", "everybody: who is at home where", "with the organization, or by the next list"),
)


p, f = welcome_profile.c, welcome_turf.c


@dataclass(frozen=True)
class Profile:
    """What new people are shown of one organization. `place`: the ZIP code of its centre, or ""."""

    organization: str
    line_en: str
    line_es: str
    languages: str
    activities: tuple[str, ...]
    free: tuple[str, ...]
    place: str
    state: str
    reach: str
    most: int
    link: str
    open: bool

    def line(self, language: str) -> str:
        """What it says of itself in a language, else in the other."""
        own, other = (self.line_es, self.line_en) if language == "es" else (self.line_en, self.line_es)
        return own or other


def _profile(row: Row) -> Profile:
    split = {name: tuple(filter(None, getattr(row, name).split(","))) for name in ("activities", "free")}
    plain = {name: getattr(row, name) for name in Profile.__dataclass_fields__ if name not in split}
    return Profile(**{**plain, **split, "open": bool(row.open)})


async def profile_of(tx: Tx, organization: str) -> Profile | None:
    """An organization's profile; None while it has none."""
    row = await tx.one(SYSTEM.select(welcome_profile).where(p.organization == organization))
    return None if row is None else _profile(row)


async def save(tx: Tx, profile: Profile, now: datetime) -> None:
    """Keeps a profile, new or changed."""
    lists = {"activities": ",".join(profile.activities), "free": ",".join(profile.free)}
    plain = {name: getattr(profile, name) for name in Profile.__dataclass_fields__ if name not in lists}
    values = {**plain, **lists, "changed_at": now}
    others = [name for name in values if name != "organization"]
    await tx.run(upsert(welcome_profile, "organization", update=others), **values)


# -- who is shown ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """An organization as it can be shown. `turf`: its ZIP codes in the asked three digits; `at_home`: in the state."""

    profile: Profile
    code: str
    name: str
    turf: tuple[str, ...]
    at_home: bool


async def near(tx: Tx, prefix: str, state: str, only: str = "") -> list[Shown]:
    """Everybody who may be shown to somebody there: national, in the state, or with turf in the state or the digits.

    Open profiles of connected organizations alone. `only`: of this one.
    """
    turf = await _turf(tx, prefix, only)
    at_home = await _at_home(tx, state, only) if state else set()
    wanted = or_(p.reach == "national", p.state == (state or None), p.organization.in_([*at_home, *turf]))
    return [
        Shown(_profile(row), row.code, row.name, tuple(turf.get(row.organization, ())), row.organization in at_home)
        for row in await tx.all(_open(only).where(wanted))
    ]


async def _at_home(tx: Tx, state: str, only: str) -> set[str]:
    query = SYSTEM.select(welcome_turf, f.organization).where(f.state == state).distinct()
    return {row.organization for row in await tx.all(query.where(f.organization == only) if only else query)}


def _open(only: str = "") -> Any:
    o = t.organization.c
    query = select(welcome_profile, o.code, o.name)  # scope: new people are shown all who opened a profile
    query = query.join(t.organization, o.id == p.organization).where(o.state == "connected", p.open.is_(True))
    return query.where(p.organization == only) if only else query


async def _turf(tx: Tx, prefix: str, only: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    if prefix:
        query = SYSTEM.select(welcome_turf).where(f.zip >= f"{prefix}00", f.zip <= f"{prefix}99")
        for row in await tx.all(query.where(f.organization == only) if only else query):
            found[row.organization].append(row.zip)
    return dict(found)


async def open_links(tx: Tx, limit: int) -> list[tuple[str, Profile]]:
    """(name, profile) of connected organizations with an open profile and a public page, by name."""
    rows = await tx.all(_open().where(p.link != "").order_by(t.organization.c.name).limit(limit))
    return [(row.name, _profile(row)) for row in rows]


# -- turf -----------------------------------------------------------------------------------------------------------


async def all_turf(tx: Tx) -> list[tuple[str, str]]:
    """(ZIP code, organization) of everything, by ZIP code."""
    return [(row.zip, row.organization) for row in await tx.all(SYSTEM.select(welcome_turf).order_by(f.zip))]


async def set_turf(tx: Tx, organization: str, rows: Iterable[tuple[str, str]]) -> None:
    """An organization is at home in these (ZIP code, state) and nowhere else."""
    await tx.run(SYSTEM.delete(welcome_turf).where(f.organization == organization))
    made = [{"zip": code, "organization": organization, "state": state} for code, state in rows]
    if made:
        await tx.run(SYSTEM.insert(welcome_turf), made)


async def end_organization(tx: Tx, home: str) -> None:
    """An organization is out: nobody is shown it any more."""
    for table in (welcome_profile, welcome_turf):
        await tx.run(SYSTEM.delete(table).where(table.c.organization == home))
