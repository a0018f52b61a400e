"""Deliveries: posts, edits, take-backs, direct messages; and the look for one that may have arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
from discord.http import MultipartParameters
from discord.utils import time_snowflake

from bot.cards import Choice
from bot.core import Core
from bot.deliveries import Delivery
from bot.errors import Denied, Gone, after_some
from bot.platforms.base import Found, Sent
from bot.platforms.discord.faults import UNKNOWN_MESSAGE, translated
from bot.platforms.discord.meetings import Threads
from bot.platforms.discord.pacer import Pacer
from bot.platforms.discord.render import Part, buttons_of, draw, parts_of, tokens_of
from bot.text import Remembered

BEFORE = timedelta(minutes=2)  # clocks differ: how far before the first try a message is looked for
AROUND = 100  # messages in one answer, the most that Discord gives
LOOK_BACK = 500  # messages of a channel that are looked through after those, at most


class Mail:
    """Sends through one signed-in client."""

    def __init__(self, client: discord.Client, core: Core, pacer: Pacer, platform: str) -> None:
        self._client, self._core, self._pacer, self._platform = client, core, pacer, platform
        self._rooms: dict[str, str] = {}
        self._threads = Threads(client, pacer, core.clock)
        self._draw = Remembered[str, str](draw)
        self._buttons = Remembered[tuple[Choice, ...], list[dict[str, Any]]](buttons_of)

    async def carry(self, delivery: Delivery) -> Sent:
        """Does what a row says; discord.py's own errors."""
        if delivery.kind == "redact":
            return await self._take_back(delivery)
        assert delivery.card is not None
        parts, address = self._parts(delivery), await self._address(delivery)
        if delivery.kind in {"edit", "tally"}:
            ids = await self._edit(delivery, address, parts)
        else:
            ids = [*(await self._post(delivery, address, dict(enumerate(parts)))).values()]
        return Sent(tuple(ids), address, tokens_of(delivery.card))

    def _parts(self, delivery: Delivery) -> list[Part]:
        """What is for some alone is drawn and forgotten; what stands in a channel is public and drawn once."""
        assert delivery.card is not None
        card = delivery.card
        if card.mention and not self._is_there(delivery.address, card.mention):
            card = replace(card, mention="")  # it would stand there as @unknown-role
        return parts_of(card, draw if delivery.is_private else self._draw)

    def _is_there(self, address: str, role: str) -> bool:
        """Whether a role exists and may still be mentioned; what Discord has not told us yet counts as there."""
        channel = self._client.get_channel(int(address))
        if not isinstance(channel, discord.abc.GuildChannel):
            return True
        found = channel.guild.get_role(int(role))
        return found is not None and found.mentionable

    async def look(self, delivery: Delivery) -> Sent | Found:
        """Finds a row's messages among the channel's own recent ones; parts that are missing are sent now."""
        assert delivery.card is not None
        address = await self._where(delivery)
        if isinstance(address, Found):
            return address
        parts = self._parts(delivery)
        own = await self._own_around(address, delivery)
        if own is None:
            return Found.CANNOT_KNOW
        found = _standing(delivery, own, parts)
        if not found:
            return Found.NOT_THERE
        missing = {at: part for at, part in enumerate(parts) if at not in found}
        found.update(await self._post(delivery, address, missing))
        return Sent(tuple(found[at] for at in sorted(found)), address, tokens_of(delivery.card))

    async def _where(self, delivery: Delivery) -> str | Found:
        """Where a row's messages would stand, if they can be looked for."""
        if delivery.kind == "meet":
            assert delivery.tried_at is not None
            if not self._threads.may_look(delivery):
                return Found.CANNOT_KNOW
            return await self._threads.find(delivery, delivery.tried_at) or Found.NOT_THERE
        address = await self._address(delivery)
        return address if delivery.account or self._may_look(address) else Found.CANNOT_KNOW

    # -- posting ----------------------------------------------------------------------------------------------------

    async def _address(self, delivery: Delivery) -> str:
        if delivery.kind == "meet":
            return await self._threads.of(delivery)
        if delivery.kind != "direct":
            return delivery.address
        known = delivery.room or self._rooms.get(delivery.account)
        return known or await self._open_room(delivery.account)

    async def _open_room(self, account: str) -> str:
        await self._pacer.turn()
        room = str((await self._client.http.start_private_message(int(account)))["id"])
        self._rooms[account] = room
        await self._core.remember_room(self._platform, account, room)
        return room

    def _room(self, address: str) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(int(address))

    async def _post(
        self, delivery: Delivery, address: str, parts: dict[int, Part], notify: bool = True
    ) -> dict[int, str]:  # fmt: skip
        """New messages, each with a nonce of its row and part: a second try returns the first one's message."""
        ids: dict[int, str] = {}
        for at, part in parts.items():
            await self._pacer.turn(f"post {address}", delivery.order)
            buttons = buttons_of if delivery.is_private else self._buttons
            params = part.to_post(f"{delivery.id}.{at}", delivery.silent, buttons, notify)
            with after_some(begun=bool(ids)), translated():
                made = await self._send(address, params)
            if made:
                ids[at] = made
        return ids

    async def _send(self, address: str, params: MultipartParameters) -> str:
        """The new message's id; "" where the nonce's message was posted and then deleted by them (FACTS 30)."""
        try:
            with params:
                return str((await self._client.http.send_message(int(address), params=params))["id"])
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            return ""

    # -- changing ---------------------------------------------------------------------------------------------------

    async def _edit(self, delivery: Delivery, address: str, parts: Sequence[Part]) -> list[str]:
        """Changes each message in place; a text that grew gets further messages, one that shrank loses some."""
        standing = list(delivery.targets)
        await self._change(delivery, address, standing, parts)
        if len(parts) > len(standing):
            later = await self._later_parts(delivery, address)
            await self._change(delivery, address, later, parts[len(standing) :])
            standing += later
        for surplus in standing[len(parts) :]:
            await self._delete(delivery, address, surplus)
        more = dict(list(enumerate(parts))[len(standing) :])
        return [*standing[: len(parts)], *(await self._post(delivery, address, more, notify=False)).values()]

    async def _change(self, delivery: Delivery, address: str, messages: Iterable[str], parts: Iterable[Part]) -> None:
        for message, part in zip(messages, parts, strict=False):
            await self._pacer.turn(f"edit {address}", delivery.order)
            await self._room(address).get_partial_message(int(message)).edit(**part.to_edit())

    async def _later_parts(self, delivery: Delivery, address: str) -> list[str]:
        """Messages that an earlier try or edit added behind the original ones: ours, after them, with the same code.

        Denied where we may not read: posted once more they could stand there twice.
        """
        code = delivery.card.code if delivery.card else ""
        last = int(delivery.targets[-1])
        # From the last one that we know, itself included: where even that is not shown, we may not read (FACTS 30).
        # What the gateway told is not asked: a bot that has just started knows no channel yet.
        own = [one async for one in self._own(address, discord.Object(last - 1))]
        if all(one.id != last for one in own):
            raise Denied("history")
        behind = [one for one in own if one.id > last]
        return [str(one.id) for one in behind if code and one.content.split("\n")[-1].startswith(f"{code} ")]

    async def _take_back(self, delivery: Delivery) -> Sent:
        for target in delivery.targets:
            await self._delete(delivery, delivery.address, target)
        return Sent((), delivery.address)

    async def _delete(self, delivery: Delivery, address: str, message: str) -> None:
        """Deletes one message; one that is gone was deleted by them."""
        await self._pacer.turn(f"delete {address}", delivery.order)
        try:
            await self._room(address).get_partial_message(int(message)).delete()
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise Gone from error

    # -- looking ----------------------------------------------------------------------------------------------------

    def _may_look(self, address: str) -> bool:
        """Without the history permission the list is empty, which reads as "not posted" (FACTS 30).

        Of a channel that the gateway has not told us of yet nothing is known: a bot that has just started reads it.
        """
        channel = self._client.get_channel(int(address))
        if not isinstance(channel, discord.abc.GuildChannel):
            return True
        granted = channel.permissions_for(channel.guild.me)
        return granted.view_channel and granted.read_message_history

    async def _own_around(self, address: str, delivery: Delivery) -> list[discord.Message] | None:
        """What we said there since the first try; None where nothing shows that we may read.

        The right to read may have been taken a moment ago, before we heard of it: then the list is empty, without an
        error. So it is asked for what stands around that time, which in a channel that was ever used is something.
        """
        assert delivery.tried_at is not None
        assert self._client.user is not None
        since = discord.Object(time_snowflake(delivery.tried_at - BEFORE))
        await self._pacer.turn(f"look {address}")
        page = [one async for one in self._room(address).history(limit=AROUND, around=since)]
        if not page and not delivery.account and not await self._is_unused(address):
            return None
        newer = sorted((one for one in page if one.id > since.id), key=lambda one: one.id)
        own = [one for one in newer if one.author.id == self._client.user.id]
        if len(newer) >= AROUND // 3:  # about half of a page is newer than what it was asked around
            own += [one async for one in self._own(address, discord.Object(newer[-1].id))]
        return own

    async def _is_unused(self, address: str) -> bool:
        """Whether nobody ever said anything in a channel."""
        await self._pacer.turn()
        return not (await self._client.http.get_channel(int(address))).get("last_message_id")

    async def _own(self, address: str, after: discord.Object) -> AsyncIterator[discord.Message]:
        assert self._client.user is not None
        await self._pacer.turn(f"look {address}")
        async for message in self._room(address).history(limit=LOOK_BACK, after=after, oldest_first=True):
            if message.author.id == self._client.user.id:
                yield message


def _standing(delivery: Delivery, own: Iterable[discord.Message], parts: Sequence[Part]) -> dict[int, str]:
    """Which parts are among our messages already: part number -> message."""
    code = delivery.card.code if delivery.card else ""
    found: dict[int, str] = {}
    for one in own:
        at = next((at for at, part in enumerate(parts) if at not in found and _same(part, one.content, code)), None)
        if at is not None:
            found[at] = str(one.id)
    return found


def _same(part: Part, content: str, code: str) -> bool:
    """The same text; or, when Discord changed a blank somewhere, the same first line and the same printed code."""
    own, theirs = part.content.split("\n"), content.split("\n")
    return part.content == content or (bool(code) and (own[0], own[-1]) == (theirs[0], theirs[-1]))
