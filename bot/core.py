"""What an adapter is given: the runner, the doors, and the ways to report what happened on its platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import delete, select

from bot import tables as t
from bot.audit import append
from bot.cards import Card
from bot.clock import Clock
from bot.db import Database, Tx, upsert
from bot.errors import PlatformError
from bot.feature import Services
from bot.keys import Keyring
from bot.outbox import Outbox
from bot.people import People
from bot.registry import Registry
from bot.runner import Runner
from bot.spaces import Organization, Place, Spaces
from bot.words import LANGUAGES, Words

log = structlog.get_logger(__name__)


@dataclass
class Core:
    """The built bot without its platforms."""

    settings: object
    db: Database
    keyring: Keyring
    words: Words
    people: People
    spaces: Spaces
    outbox: Outbox
    services: Services
    registry: Registry
    runner: Runner
    clock: Clock

    # -- what adapters report ---------------------------------------------------------------------------------------

    async def is_ours(self, platform: str, address: str) -> bool:
        """Whether a server or room is connected to an organization."""
        async with self.db.read() as tx:
            return await self.spaces.of_place(tx, Place(platform, space=address, channel=address)) is not None

    async def joined(self, platform: str, address: str) -> datetime | None:
        """The bot is in a space. None when it is connected; else when it is left (60 minutes from the first time)."""
        if await self.is_ours(platform, address):
            return None
        async with self.db.write() as tx:
            return await self.spaces.meet_stranger(tx, platform, address, self.clock.now())

    async def code_open(self) -> bool:
        """Whether any connection code is open (a Matrix invite is taken only then)."""
        async with self.db.read() as tx:
            return await self.spaces.any_code_open(tx, self.clock.now())

    async def removed_from(self, platform: str, address: str) -> None:
        """The bot was removed from a server or room: everything there ends at once."""
        async with self.db.write() as tx:
            await self.spaces.forget_stranger(tx, platform, address)
            gone = await self.spaces.drop_space(tx, platform, address)
        if gone is not None:
            await self.end_organization(gone)

    async def end_organization(self, gone: Organization) -> None:
        """An organization is out: keys first, then rows, then nothing more is sent to it (SECURITY 6.2a)."""
        await self.keyring.destroy_organization(gone.id)
        now = self.clock.now()
        async with self.db.write() as tx:
            await self.outbox.end_organization(tx, gone.id)
            # Work that waits for it names it in its arguments, by a number of 20 random digits. Only then the hooks:
            # what they have to do about those who are left behind names it too, until it is done.
            await tx.run(delete(t.due).where(t.due.c.args.contains(gone.id)))
            for feature in self.registry.features:
                if "left" in feature.hooks:
                    await feature.hooks["left"](tx, gone, now)
            await self.spaces.end(tx, gone.id, now)
            await append(tx, self.keyring, now, "core.left", code=gone.code)
        await self.db.checkpoint()
        log.info("an organization left", organization=gone.code)

    async def part_with(self, gone: Organization) -> None:
        """An organization asked to leave: everything of it ends, then the bot goes out of its servers and rooms."""
        async with self.db.read() as tx:
            places = await self.spaces.spaces(tx, gone.id)
        await self.end_organization(gone)
        for place in places:
            try:
                await self.services.adapters[place.platform].leave(place.address)
            except PlatformError as error:
                log.warning("could not leave a space", platform=place.platform, reason=error.reason)

    async def message_removed(self, platform: str, address: str, message: str) -> None:
        """Somebody else removed a message of ours."""
        async with self.db.write() as tx:
            await self.outbox.removed(tx, platform, address, message, self.clock.now())

    async def warn_coordinators(self, key: str, **params: object) -> None:
        """A sentence of the core as a direct message to every coordinator (a dead token, a stuck platform)."""
        async with self.db.write() as tx:
            for person in await self.spaces.holders(tx, "", "coordinator"):
                language = (await self.people.get(tx, person)).language or LANGUAGES[0]
                card = Card(self.words.say(language, key, **params), language=language)
                await self.outbox.tell(tx, person, card, self.clock.now())

    async def remember_room(self, platform: str, account: str, room: str) -> None:
        """A direct room was made for an account."""
        async with self.db.write() as tx:
            await self.people.remember_room(tx, platform, account, room)

    async def tokens(self, platform: str, address: str, message: str = "", account: str = "") -> list[str]:
        """Choice tokens of a message, or (no message) of the newest card in a direct room with an account."""
        async with self.db.read() as tx:
            if message:
                return await self.outbox.tokens(tx, platform, address, message)
            under_way = await self.outbox.tokens_under_way(tx, platform, account) if account else []
            return under_way or await self.outbox.last_tokens(tx, platform, address)

    async def card_is_newest(self, platform: str, account: str) -> bool:
        """Whether the newest message in a direct room offers choices, so that a number means it and no form's
        question above it."""
        d, m = t.delivery.c, t.message.c
        lane = f"{platform}:{self.people.index(platform, account)}"
        joined = select(m.tokens).join(t.delivery, d.id == m.delivery).where(d.lane == lane, d.kind == "direct")
        async with self.db.read() as tx:
            found = await tx.value(joined.order_by(d.seq.desc(), m.part.desc()).limit(1))
        return found is not None and found != "[]"


async def note(tx: Tx, name: str) -> str | None:
    """A note of the bot to itself (sync token, last back-up)."""
    found = await tx.value(select(t.note.c.value).where(t.note.c.name == name))
    return None if found is None else str(found)


async def set_note(tx: Tx, name: str, value: str) -> None:
    """Writes a note."""
    await tx.run(upsert(t.note, "name", update=["value"]), name=name, value=value)
