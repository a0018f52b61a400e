"""Organizations, the spaces and channels where they are, the roles people hold in them, and connection codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, or_, select, update

from bot import tables as t
from bot.db import Row, Tx, insert, upsert
from bot.errors import Missing, UserError
from bot.ids import new_code, new_id, new_secret_code, read_code
from bot.keys import Keyring
from bot.text import fold, looks_like

CODE_LIFE = timedelta(days=7)
STRANGER_LIFE = timedelta(minutes=60)
PURPOSES = ("calls", "moderators", "checkins", "welcome", "greeters", "log")
REQUIRED = ("calls", "moderators")


@dataclass(frozen=True)
class Organization:
    """One member of the coalition. `policy` is what happens to others' calls: auto, hold or never."""

    id: str
    code: str
    name: str
    kind: str
    state: str
    zone: str
    language: str
    who_sends: str
    policy: str
    region: str = ""  # two letters of a US state, or ""


@dataclass(frozen=True)
class Channel:
    """A place where something of an organization is posted. `address` is the platform's own id."""

    id: str
    organization: str
    space: str
    platform: str
    address: str
    purpose: str
    name: str
    language: str


@dataclass(frozen=True)
class Place:
    """Where somebody acts. `space` and `channel` are the platform's ids; `direct` means nobody else reads along."""

    platform: str
    space: str = ""
    channel: str = ""
    direct: bool = False
    thread: str = ""


def to_organization(row: Row) -> Organization:
    """An organization from its row."""
    return Organization(
        row.id, row.code, row.name, row.kind, row.state, row.zone, row.language, row.who_sends, row.policy,
        row.region or "",
    )


def to_channel(row: Row) -> Channel:
    """A channel from its row."""
    return Channel(row.id, row.organization, row.space, row.platform, row.address, row.purpose, row.name, row.language)


_BY_SPACE = (
    select(t.organization)
    .join(t.space, t.space.c.organization == t.organization.c.id)
    .where(t.space.c.platform == bindparam("p"), t.space.c.address == bindparam("a"))
)
_BY_CHANNEL = (
    select(t.organization)
    .join(t.channel, t.channel.c.organization == t.organization.c.id)
    .where(t.channel.c.platform == bindparam("p"), t.channel.c.address == bindparam("a"))
    .limit(1)
)
_CHANNEL = select(t.channel).where(t.channel.c.id == bindparam("c"))
_ROLES = select(t.role.c.organization, t.role.c.name).where(t.role.c.person == bindparam("p"))
_MAPPED = select(t.role_map.c.platform_role, t.role_map.c.name).where(t.role_map.c.organization == bindparam("o"))


class Spaces:
    """The door to organizations, spaces, channels and roles."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    # -- organizations ----------------------------------------------------------------------------------------------

    async def add(self, tx: Tx, name: str, now: datetime, **more: Any) -> Organization:
        """A new organization, waiting to be connected. UserError when the name is taken or looks like another's."""
        for other in await self.all(tx):
            if fold(other.name) == fold(name) or looks_like(other.name, name):
                raise UserError("core.org_like", name=other.name, field="name")
        values = {
            "id": new_id(), "code": await self._free_code(tx), "name": name, "kind": "group", "state": "waiting",
            "zone": "America/New_York", "language": "both", "who_sends": "managers", "policy": "hold", "made_at": now,
            **more,
        }  # fmt: skip
        await tx.run(insert(t.organization), **values)
        return await self.get(tx, values["id"])

    async def _free_code(self, tx: Tx) -> str:
        while True:
            code = new_code("O")
            if not await tx.value(select(t.organization.c.id).where(t.organization.c.code == code)):
                return code

    async def all(self, tx: Tx, *states: str) -> list[Organization]:
        """Organizations by name, of the given states or of all."""
        query = select(t.organization).order_by(t.organization.c.name)
        if states:
            query = query.where(t.organization.c.state.in_(states))
        return [to_organization(row) for row in await tx.all(query)]

    async def get(self, tx: Tx, organization: str) -> Organization:
        """One by its id. Missing when there is none."""
        row = await tx.one(select(t.organization).where(t.organization.c.id == organization))
        if row is None:
            raise Missing
        return to_organization(row)

    async def by_code(self, tx: Tx, code: str) -> Organization:
        """One by its public code (`O-7KQ2`) or its name. Missing when there is none."""
        wanted = or_(t.organization.c.code == read_code(code), t.organization.c.name == code.strip())
        row = await tx.one(select(t.organization).where(wanted))
        if row is None:
            raise Missing
        return to_organization(row)

    async def change(self, tx: Tx, organization: str, **values: Any) -> None:
        """Sets columns of an organization."""
        await tx.run(update(t.organization).where(t.organization.c.id == organization).values(**values))

    # -- where an act happens ---------------------------------------------------------------------------------------

    async def of_place(self, tx: Tx, place: Place) -> Organization | None:
        """Whose place this is; None in a direct room and with strangers."""
        if place.direct:
            return None
        row = await tx.one(_BY_SPACE, p=place.platform, a=place.space) if place.space else None
        row = row or await tx.one(_BY_CHANNEL, p=place.platform, a=place.channel)
        return None if row is None else to_organization(row)

    async def connect(self, tx: Tx, organization: str, place: Place, name: str, now: datetime) -> str:
        """Makes a server or room a space of an organization; its id. UserError when it belongs to one already."""
        if await self.of_place(tx, place):
            raise UserError("core.space_taken")
        space = new_id()
        address = place.space or place.channel
        await tx.run(
            insert(t.space), id=space, organization=organization, platform=place.platform, address=address,
            name=name, joined_at=now,
        )  # fmt: skip
        await tx.run(delete(t.stranger).where(t.stranger.c.platform == place.platform, t.stranger.c.address == address))
        await self.change(tx, organization, state="connected", connected_at=now)
        return space

    async def spaces(self, tx: Tx, organization: str) -> list[Row]:
        """The spaces of an organization: id, platform, address, name."""
        return await tx.all(select(t.space).where(t.space.c.organization == organization))

    async def seat(self, tx: Tx, organization: str, place: Place) -> Row | None:
        """The space in which something is set up: the one it is asked in; in a direct room the only one on that
        platform, None when there are several."""
        rows = [row for row in await self.spaces(tx, organization) if row.platform == place.platform]
        if place.direct:
            return rows[0] if len(rows) == 1 else None
        inside = await tx.all(
            select(t.channel.c.space)
            .where(t.channel.c.organization == organization, t.channel.c.address == place.channel)
        )  # fmt: skip
        here = {row.space for row in inside}
        return next((row for row in rows if row.address in {place.space, place.channel} or row.id in here), None)

    async def set_channel(self, tx: Tx, space: str, purpose: str, address: str, name: str, language: str) -> None:
        """Chooses the channel for a purpose in a space (one each; the earlier choice is replaced). UserError when
        the room is another organization's."""
        row = await tx.one(select(t.space).where(t.space.c.id == space))
        if row is None:
            raise Missing
        c = t.channel.c
        for table in (t.channel, t.space):
            same = and_(table.c.platform == row.platform, table.c.address == address)
            if await tx.one(select(table.c.id).where(same, table.c.organization != row.organization)):
                raise UserError("core.room_taken", field=purpose)
        same = and_(c.platform == row.platform, c.address == address, c.purpose == purpose)
        await tx.run(delete(t.channel).where(or_(same, and_(c.space == space, c.purpose == purpose))))
        await tx.run(
            insert(t.channel), id=new_id(), organization=row.organization, space=space, platform=row.platform,
            address=address, purpose=purpose, name=name, language=language,
        )  # fmt: skip

    async def channels(self, tx: Tx, purpose: str, organizations: Sequence[str] | None = None) -> list[Channel]:
        """Channels for a purpose, of all connected organizations or of some."""
        query = (
            select(t.channel)
            .join(t.organization, t.organization.c.id == t.channel.c.organization)
            .where(t.channel.c.purpose == purpose, t.organization.c.state == "connected")
            .order_by(t.organization.c.name, t.channel.c.id)
        )
        if organizations is not None:
            query = query.where(t.channel.c.organization.in_(list(organizations) or [""]))
        return [to_channel(row) for row in await tx.all(query)]

    async def channel(self, tx: Tx, channel: str) -> Channel:
        """One channel by id."""
        row = await tx.one(_CHANNEL, c=channel)
        if row is None:
            raise Missing
        return to_channel(row)

    # -- codes and strangers ----------------------------------------------------------------------------------------

    async def new_code(self, tx: Tx, organization: str, now: datetime) -> str:
        """A connection code for 7 days; earlier codes of the organization end."""
        await self.revoke_codes(tx, organization)
        code = new_secret_code()
        index = self._keyring.index("connect", code)
        await tx.run(insert(t.connect_code), index=index, organization=organization, expires_at=now + CODE_LIFE)
        return code

    async def revoke_codes(self, tx: Tx, organization: str) -> None:
        """Ends every open code of an organization."""
        await tx.run(delete(t.connect_code).where(t.connect_code.c.organization == organization))

    async def code_owner(self, tx: Tx, code: str, now: datetime) -> str | None:
        """Whose open code this is ("" is the coalition's), without using it up; None when it is nobody's."""
        index = self._keyring.index("connect", read_code(code))
        c = t.connect_code.c
        found = await tx.value(select(c.organization).where(c.index == index, c.expires_at > now))
        return None if found is None else str(found)

    async def redeem(self, tx: Tx, code: str, now: datetime) -> str:
        """Uses a code up; the organization's id ("" is the coalition: the first coordinator's code)."""
        owner = await self.code_owner(tx, code, now)
        if owner is None:
            raise UserError("core.code_wrong")
        index = self._keyring.index("connect", read_code(code))
        await tx.run(delete(t.connect_code).where(t.connect_code.c.index == index))
        return owner

    async def letters(self, tx: Tx) -> dict[str, datetime]:
        """Until when the newest code of each organization was or is good; codes that are used or revoked are gone."""
        return {row.organization: row.expires_at for row in await tx.all(select(t.connect_code))}

    async def any_code_open(self, tx: Tx, now: datetime) -> bool:
        """Whether an invite to an unknown Matrix room may be taken at all."""
        return await tx.one(select(t.connect_code).where(t.connect_code.c.expires_at > now).limit(1)) is not None

    async def meet_stranger(self, tx: Tx, platform: str, address: str, now: datetime) -> datetime:
        """Notes an unknown space; when it must be left."""
        await tx.run(
            upsert(t.stranger, "platform", "address"), platform=platform, address=address, leave_at=now + STRANGER_LIFE
        )
        row = await tx.one(select(t.stranger).where(t.stranger.c.platform == platform, t.stranger.c.address == address))
        assert row is not None
        leave_at: datetime = row.leave_at
        return leave_at

    async def strangers_to_leave(self, tx: Tx, now: datetime) -> list[Row]:
        """Unknown spaces whose hour is over."""
        return await tx.all(select(t.stranger).where(t.stranger.c.leave_at <= now))

    async def forget_stranger(self, tx: Tx, platform: str, address: str) -> None:
        """The space was left, or became one of ours."""
        await tx.run(delete(t.stranger).where(t.stranger.c.platform == platform, t.stranger.c.address == address))

    # -- roles ------------------------------------------------------------------------------------------------------

    async def grant(self, tx: Tx, person: str, organization: str, name: str, now: datetime) -> None:
        """Gives a role ("" as organization: one of the coalition)."""
        await tx.run(
            upsert(t.role, "person", "organization", "name"),
            person=person, organization=organization, name=name, granted_at=now,
        )  # fmt: skip

    async def revoke(self, tx: Tx, person: str, organization: str, name: str) -> None:
        """Takes a role."""
        c = t.role.c
        await tx.run(delete(t.role).where(c.person == person, c.organization == organization, c.name == name))

    async def roles(self, tx: Tx, person: str) -> set[tuple[str, str]]:
        """(organization or "", role) of a person."""
        return {(row.organization, row.name) for row in await tx.few(_ROLES, p=person)} if person else set()

    async def holders(self, tx: Tx, organization: str, name: str) -> list[str]:
        """Ids of the people who hold a role."""
        query = select(t.role.c.person).where(and_(t.role.c.organization == organization, t.role.c.name == name))
        return [row.person for row in await tx.all(query)]

    async def mapped(self, tx: Tx, organization: str, platform_roles: Sequence[str]) -> set[str]:
        """Roles that an organization gives to its own platform roles. Never one of the coalition's."""
        if not platform_roles:
            return set()
        rows = await tx.few(_MAPPED, o=organization)
        return {row.name for row in rows if row.platform_role in platform_roles}

    async def role_map(self, tx: Tx, organization: str) -> list[tuple[str, str]]:
        """(platform role, role here) of everything that an organization mapped."""
        return sorted((row.platform_role, row.name) for row in await tx.all(_MAPPED, o=organization))

    async def unmap_role(self, tx: Tx, organization: str, platform_role: str) -> None:
        """Takes back what was given to a platform role."""
        c = t.role_map.c
        await tx.run(delete(t.role_map).where(c.organization == organization, c.platform_role == platform_role))

    async def map_role(self, tx: Tx, organization: str, platform_role: str, name: str) -> None:
        """Maps an organization's own platform role to a role here. UserError for a role of the coalition."""
        if name not in {"moderator", "sender", "greeter"}:
            raise UserError("core.role_not_mapped")
        await tx.run(
            upsert(t.role_map, "organization", "platform_role", "name"),
            organization=organization, platform_role=platform_role, name=name,
        )  # fmt: skip

    # -- leaving ----------------------------------------------------------------------------------------------------

    async def drop_space(self, tx: Tx, platform: str, address: str) -> Organization | None:
        """The bot was removed from a space (or one of its rooms): its rows go; the organization whose last it was."""
        found = t.space.c.platform == platform, t.space.c.address == address
        row = await tx.one(select(t.space).where(*found))
        if row is None:
            await tx.run(delete(t.channel).where(t.channel.c.platform == platform, t.channel.c.address == address))
            return None
        await tx.run(delete(t.channel).where(t.channel.c.space == row.id))
        await tx.run(delete(t.space).where(*found))
        rest = await self.spaces(tx, row.organization)
        return None if rest else await self.get(tx, row.organization)

    async def end(self, tx: Tx, organization: str, now: datetime) -> None:
        """An organization is out: its channels, spaces, codes, roles and forms go at once; its name stays 30 days."""
        for table in (t.channel, t.space, t.connect_code, t.role, t.role_map, t.form, t.choice):
            await tx.run(delete(table).where(table.c.organization == organization))
        await self.change(tx, organization, state="left", left_at=now)
