"""A coalition's office in the words of the House: its coordinator, letters, and partners that connect."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.people import Person
from tests.conformance.house import House, Seen

CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b")
PUBLIC = re.compile(r"\bO-[2-9A-Z]{4}\b")
ROOMS = ("general", "calls", "desk")
NOT_A_CODE = "ABCD-EFGH-JKMN"


@dataclass
class Partner:
    """A connected organization: its space, its first moderator, and its public code."""

    name: str
    space: str
    moderator: str
    code: str


def plain(text: str) -> str:
    """Answers come as small Markdown on some platforms; what is read is the same."""
    return re.sub(r"[\\*`<>]", "", text)


def secret_in(seen: Seen) -> str:
    """The first one-time code in an answer."""
    found = CODE.search(plain(seen.text))
    assert found, seen.text
    return found[0]


def public_in(seen: Seen) -> str:
    """The first code of an organization in an answer."""
    found = PUBLIC.search(plain(seen.text))
    assert found, seen.text
    return found[0]


async def coordinator(house: House, name: str = "Ana", language: str = "en") -> str:
    """Somebody with the role, by the code that set-up ends with."""
    core, person = house.app.core, await house.new_person(name, language)
    async with core.db.write() as tx:
        code = await core.spaces.new_code(tx, "", core.clock.now())
    await house.command(person, "", "", "conectar" if language == "es" else "connect", code=code)
    return person


async def letter(house: House, office: str, name: str, **values: str) -> Seen:
    """What the coordinator gets for a new organization."""
    seen = await house.command(office, "", "", "org add", name=name, **values)
    return await house.fill(office, seen, name=name, **values)


async def connect(house: House, office: str, name: str) -> Partner:
    """A new organization whose letter was followed, not set up yet."""
    seen = await letter(house, office, name)
    space = await house.new_space(name, ROOMS)
    moderator = await house.new_person(f"Mod {name}", manages=space)
    done = await house.command(moderator, space, "desk", "connect", code=secret_in(seen))
    assert "is connected" in plain(done.text)
    return Partner(name, space, moderator, public_in(seen))


async def set_up(house: House, partner: Partner, **values: str) -> Seen:
    """The panel, filled in: what comes back is how it stands."""
    seen = await house.command(partner.moderator, partner.space, "desk", "org setup")
    return await house.fill(partner.moderator, seen, **{"calls": "calls", "moderators": "desk", **values})


async def person_of(house: House, account: str) -> Person:
    """Who an account is to the bot."""
    async with house.app.core.db.read() as tx:
        return await house.app.core.people.find(tx, house.platform, account)


async def roles_of(house: House, account: str) -> set[tuple[str, str]]:
    """(organization's name or "", role) of somebody."""
    core, person = house.app.core, await person_of(house, account)
    async with core.db.read() as tx:
        named = {one.id: one.name for one in await core.spaces.all(tx)} | {"": ""}
        return {(named[organization], role) for organization, role in await core.spaces.roles(tx, person.id)}


async def denials(house: House) -> list[str]:
    """The entries that were refused so far."""
    from sqlalchemy import select

    from bot import tables as t

    async with house.app.core.db.read() as tx:
        refused = select(t.audit.c.act).where(t.audit.c.result == "refused")
        return [row.act for row in await tx.all(refused.order_by(t.audit.c.seq))]
