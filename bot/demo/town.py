"""The invented coalition: twelve organizations in five states, their servers and rooms, and the people in them.

Nobody and nothing here exists. Ten organizations are connected at the start; two wait for their letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core import Core
from bot.db import Tx, insert, metadata
from bot.platforms.rehearsal.world import Screen, World
from bot.spaces import Organization, Place

STYLES = ("forms", "lines")


@dataclass(frozen=True)
class Resident:
    """Somebody: `role` is coordinator, moderator, member or newcomer."""

    name: str
    role: str
    language: str = "en"


@dataclass(frozen=True)
class Group:
    """An organization and its one server or community. `deaf`: the bot may not write into its channel for calls."""

    slug: str
    name: str
    state: str
    zone: str
    style: str
    language: str
    policy: str
    people: tuple[Resident, ...]
    waits: bool = False
    deaf: bool = False
    asks_all: bool = False  # check-ins stand where everybody talks
    near: str = ""  # new people are welcome; the ZIP code of its centre
    own: bool = False  # its name is not invented
    kind: str = "group"

    @property
    def space(self) -> str:
        """The address of its server or community."""
        return f"{self.style}-{self.slug}"

    @property
    def rooms(self) -> tuple[str, str, str]:
        """Names of the channels: for everybody, for calls, for moderators."""
        if self.language == "es":
            return ("charla", "convocatorias", "moderación")
        return ("lounge", "calls", "moderators")

    @property
    def calls(self) -> str:
        """The address of its channel for calls."""
        return f"{self.space}/{self.rooms[1]}"

    @property
    def moderators(self) -> str:
        """The address of its channel for moderators."""
        return f"{self.space}/{self.rooms[2]}"

    def account(self, role: str) -> str:
        """The account of its first person with a role."""
        return account(self, next(one for one in self.people if one.role == role))


def _group(
    slug: str, name: str, state: str, style: str, language: str, policy: str, *people: Resident, **more: object
) -> Group:
    return Group(slug, name, state, _ZONES[state], style, language, policy, people, **more)  # type: ignore[arg-type]


_ZONES = {
    "AZ": "America/Phoenix", "NM": "America/Denver", "TX": "America/Chicago", "IL": "America/Chicago",
    "NY": "America/New_York",
}  # fmt: skip
_R = Resident

GROUPS = (
    _group("marigold", "Marigold Flats Tenants", "AZ", "forms", "both", "hold",
           _R("Alma", "coordinator"), _R("Beto", "member", "es"), _R("Noa", "newcomer"), asks_all=True, near="85003"),
    _group("luna", "Vecindad Luna de Cartón", "AZ", "lines", "es", "hold", _R("Celia", "moderator", "es"),
           _R("Darío", "member", "es"), near="85040"),
    _group("kite", "Copper Kite Mutual Aid", "NM", "lines", "both", "auto", _R("Emery", "moderator"),
           _R("Fina", "member", "es")),
    _group("acequia", "Acequia de Papel", "NM", "forms", "es", "hold", _R("Gael", "moderator", "es"),
           _R("Hilda", "member", "es"), asks_all=True),
    _group("hilo", "Sindicato Hilo Invisible", "TX", "forms", "es", "auto", _R("Irene", "moderator", "es"),
           _R("Joel", "member", "es"), kind="union"),
    _group("lantern", "Paper Lantern Readers", "TX", "lines", "en", "never", _R("Kit", "moderator"), kind="nonprofit"),
    _group("moon", "Bluebonnets on the Moon", "TX", "forms", "both", "auto", _R("Lupe", "moderator", "es"), waits=True),
    _group("whistle", "Tin Whistle Riders", "IL", "forms", "en", "auto", _R("Mara", "moderator"), _R("Nico", "member")),
    _group("cloud", "Cloud Street Commons", "IL", "lines", "en", "hold", _R("Odell", "moderator"),
           _R("Ida", "member"), _R("Nico (Matrix)", "member"), waits=True),
    _group("pier", "Imaginary Pier Workers", "NY", "forms", "en", "never", _R("Pru", "moderator"), kind="union"),
    _group("nube", "Jardines Nube Verde", "NY", "lines", "es", "auto", _R("Quique", "moderator", "es"),
           _R("Reyna", "member", "es")),
    _group("bell", "Seventh Bell Choir", "NY", "forms", "both", "auto", _R("Sol", "moderator"), deaf=True),
)  # fmt: skip

BILLING = (
    "marigold", "cloud", "acequia", "moon", "bell", "hilo", "whistle", "kite", "luna", "nube", "pier", "lantern",
)  # whoever plays the longer parts first: so names are given out


def named(names: Sequence[str]) -> tuple[Group, ...]:
    """The twelve with other names, as many as there are. Who has another name is in no invented state."""
    given = dict(zip(BILLING, names, strict=False))
    return tuple(replace(one, name=given[one.slug], own=True) if one.slug in given else one for one in GROUPS)


OPENING = timedelta(hours=17)  # 10:00 in Arizona, noon in New York


def opening(today: datetime) -> datetime:
    """When the rehearsal begins: the next Tuesday morning, so that "Saturday" always lies ahead and nobody sleeps."""
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return midnight + timedelta(days=(1 - midnight.weekday()) % 7) + OPENING


def account(group: Group, resident: Resident) -> str:
    """The platform's id of somebody."""
    return f"{group.style}:{resident.name.lower()}"


def residents(groups: Sequence[Group] = GROUPS) -> Iterator[tuple[Group, Resident]]:
    """Everybody, with the organization in whose server they are."""
    for one in groups:
        for resident in one.people:
            yield one, resident


def build_world(world: World, groups: Sequence[Group] = GROUPS) -> World:
    """Puts the servers, rooms and people into an empty world."""
    for one in groups:
        space = world.add_space(one.space, one.name, one.style, one.rooms)
        space.bot_inside = not one.waits
        world.channels[one.moderators].closed = True
        if one.deaf:
            world.channels[one.calls].missing.add("send")
        for resident in one.people:
            _move_in(world, one, resident)
    return world


def _move_in(world: World, one: Group, resident: Resident) -> Screen:
    name = account(one, resident)
    screen = world.add_person(name, resident.name, resident.language, one.style)
    world.spaces[one.space].members.add(name)
    if resident.role in {"coordinator", "moderator"}:
        world.spaces[one.space].managers.add(name)
    return screen


async def found(core: Core, groups: Sequence[Group] = GROUPS) -> None:
    """Writes the ten connected organizations, their channels and their moderators into the bot's database."""
    async with core.db.write() as tx:
        for one in groups:
            if not one.waits:
                await _connect(core, tx, one)
        for one, resident in residents(groups):
            if one.style == "lines" and resident.language != ("es" if one.language == "es" else "en"):
                await core.people.keep(tx, one.style, account(one, resident), resident.language, core.clock.now())


async def _connect(core: Core, tx: Tx, one: Group) -> None:
    now = core.clock.now()
    made = await core.spaces.add(
        tx, one.name, now, kind=one.kind, region=one.state, zone=one.zone, language=one.language, policy=one.policy
    )
    space = await core.spaces.connect(tx, made.id, Place(one.style, one.space), one.name, now)
    purposes = {"calls": one.rooms[1], "moderators": one.rooms[2]}
    if one.asks_all:
        purposes["checkins"] = one.rooms[0]
    if one.near:
        purposes["welcome"] = one.rooms[0]
        await tx.run(insert(metadata.tables["welcome_profile"]), **_profile(one, made.id, now))
    for purpose, room in purposes.items():
        await core.spaces.set_channel(tx, space, purpose, f"{one.space}/{room}", room, one.language)
    await _appoint(core, tx, one, made, now)


def _profile(one: Group, number: str, now: datetime) -> dict[str, Any]:
    """What new people read of it."""
    return {
        "organization": number, "line_en": "Neighbors who help each other", "line_es": "Gente del barrio que se ayuda",
        "languages": one.language, "activities": "food,housing", "free": "weekends", "place": one.near,
        "state": one.state, "reach": "local", "most": 0, "link": "", "open": True, "changed_at": now,
    }  # fmt: skip


async def _appoint(core: Core, tx: Tx, one: Group, made: Organization, now: datetime) -> None:
    for resident in one.people:
        if resident.role not in {"coordinator", "moderator"}:
            continue
        person = await core.people.keep(tx, one.style, account(one, resident), resident.language, now)
        await core.spaces.grant(tx, person.id, made.id, "moderator", now)
        if resident.role == "coordinator":
            await core.spaces.grant(tx, person.id, "", "coordinator", now)
