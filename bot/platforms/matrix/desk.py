"""What is done with each arrival: lines become acts, invitations are taken or declined, news is told to the core.

One after the other, oldest first. The answer to a line is written in the same transaction that marks it handled, so a
kill at any moment leaves it either waiting or answered, never both.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from nio import AsyncClient
from sqlalchemy import func, select

from bot import tables as t
from bot.cards import Card, Outcome
from bot.core import Core
from bot.db import Tx
from bot.errors import Denied, PlatformError, Revoked
from bot.platforms.base import Act
from bot.platforms.matrix import inbox as box
from bot.platforms.matrix import rooms
from bot.platforms.matrix.book import Book
from bot.platforms.matrix.courier import PLATFORM
from bot.platforms.matrix.elsewhere import server_of
from bot.platforms.matrix.inbox import Arrival
from bot.platforms.matrix.keys import sent_by_own_device
from bot.platforms.matrix.meetings import MeetingRooms
from bot.platforms.matrix.parse import Line, read_line
from bot.platforms.matrix.rights import MODERATOR, read_rights
from bot.platforms.matrix.rooms import DirectRooms
from bot.platforms.matrix.rows import InboxRows
from bot.platforms.matrix.send import known_room
from bot.platforms.typed import PREFIX, answer_line, settle_by_outbox
from bot.spaces import Place
from bot.words import LANGUAGES

log = logging.getLogger(__name__)

PAUSE = 2.0  # s between tries when the homeserver does not answer a question that an act needs
TRIES = 5  # of one arrival that fails for another reason, before it is dropped
UNREADABLE_AFTER = timedelta(seconds=60)  # a key may be a little later than its message
MOST_STRANGERS = 20  # rooms that wait for a code at once: an open code must not open the door to a flood of invitations
GIVEN_UP_AFTER = timedelta(days=7)
TOLD = "told"  # in a parked arrival's `target`: its sender knows
COMPLAIN_AGAIN = timedelta(days=1)  # per room: a broken device must not make the bot a nuisance
_STRANGERS = select(func.count()).select_from(t.stranger).where(t.stranger.c.platform == PLATFORM)


class Desk:
    """Handles what waits in the inbox; lives as long as its client."""

    def __init__(
        self, core: Core, client: AsyncClient, inbox: InboxRows, direct: DirectRooms, meetings: MeetingRooms, book: Book
    ) -> None:  # fmt: skip
        self._core, self._client, self._inbox = core, client, inbox
        self._direct, self._meetings, self._book = direct, meetings, book
        self.working = False  # whether something is being handled now, with what follows its commit
        self._failed: Counter[str] = Counter()
        self._complained: dict[str, datetime] = {}

    async def serve(self, arrived: asyncio.Event) -> None:
        """Handles whatever waits, until cancelled."""
        while True:
            arrived.clear()
            try:
                while await self.clear():
                    pass
            except Revoked:
                raise
            except PlatformError as fault:
                log.warning("matrix: an answer must wait (%s)", type(fault).__name__)
                await asyncio.sleep(PAUSE)
                arrived.set()
            await arrived.wait()

    async def clear(self) -> int:
        """One round over what waits; how much there was."""
        waiting = await self._inbox.waiting()
        for arrival in waiting:
            await self._take(arrival)
        return len(waiting)

    async def _take(self, arrival: Arrival) -> None:
        self.working = True
        try:
            await self._dispatch(arrival)
        except Denied:
            await self._inbox.finish(arrival.key)  # it will not be different the next time
        except PlatformError:
            raise  # the homeserver is away: this and what comes behind it wait
        except Exception:
            # One event must not stop all others for ever: after some tries it is dropped, and the log says so.
            log.exception("matrix: an event could not be handled")
            self._failed[arrival.key] += 1
            if self._failed[arrival.key] >= TRIES:
                await self._inbox.finish(arrival.key)
        finally:
            self.working = False

    async def _dispatch(self, arrival: Arrival) -> None:
        match arrival.kind:
            case box.TEXT:
                await self._answer(arrival)
                return
            case box.INVITE:
                await self._invited(arrival)
            case box.MEMBER:
                await self._member(arrival)
            case box.LEFT:
                await self._left(arrival)
            case box.REDACTION:
                if arrival.target:
                    await self._core.message_removed(PLATFORM, arrival.room_id, arrival.target)
            case box.TOMBSTONE:
                await self._core.warn_coordinators("matrix.moved", room=self._book.name(arrival.room_id))
        await self._inbox.finish(arrival.key)

    # -- lines ------------------------------------------------------------------------------------------------------

    async def _answer(self, arrival: Arrival) -> None:
        line = read_line(arrival.content)
        direct = self._direct.person(arrival.room_id) == arrival.sender
        reply_to = await self._answered(arrival, line)
        if not (direct or line.commanded or reply_to):
            await self._inbox.finish(arrival.key)
        elif not await self._trusted(arrival):
            await self._refuse(arrival, "core.encrypted_unreadable")
        elif not direct and line.commanded and not await self._may_answer_here(arrival, line):
            await self._refuse(arrival, "core.connect_first", self._typed_language(line))
        else:
            await self._act(arrival, line, reply_to, direct)

    async def _answered(self, arrival: Arrival, line: Line) -> str:
        """The card that a bare number answers, by reply or by thread; "" when it is none of ours."""
        for event in line.answers if line.number else ():
            if await self._core.tokens(PLATFORM, arrival.room_id, event):
                return event
        return ""

    async def _trusted(self, arrival: Arrival) -> bool:
        """In an encrypted room only what a device of the sender encrypted counts (FACTS 20)."""
        room = await known_room(self._client, arrival.room_id)
        if not room.encrypted:
            return True
        key = arrival.sender_key
        return key is not None and await sent_by_own_device(self._client, arrival.sender, key)

    def _typed_language(self, line: Line) -> str | None:
        match = self._core.registry.match(line.text.removeprefix(PREFIX).strip())
        return match.language if match else None

    async def _may_answer_here(self, arrival: Arrival, line: Line) -> bool:
        """In a room that is not connected only entries for strangers are answered (C4)."""
        match = self._core.registry.match(line.text.removeprefix(PREFIX).strip())
        if match is not None and self._core.registry.entry(match.name).strangers:
            return True
        parent = self._book.parent(arrival.room_id)
        addresses = [arrival.room_id] + ([parent] if parent else [])
        return any([await self._core.is_ours(PLATFORM, address) for address in addresses])

    async def _refuse(self, arrival: Arrival, key: str, language: str | None = None) -> None:
        """A sentence where it was asked; no direct room is made for it."""
        async with self._core.db.write() as tx:
            await self._say_there(tx, arrival.sender, arrival.room_id, arrival.key, key, language)
            await self._inbox.finish_in(tx, arrival.key)

    async def _say_there(
        self, tx: Tx, account: str, room_id: str, event: str, key: str, language: str | None = None
    ) -> None:
        person = await self._core.people.find(tx, PLATFORM, account)
        spoken = person.language or language or LANGUAGES[0]
        card = Card(self._core.words.say(spoken, key), language=spoken)
        await self._core.outbox.answer(tx, PLATFORM, room_id, card, _short(event), self._core.clock.now())

    async def _act(self, arrival: Arrival, line: Line, reply_to: str, direct: bool) -> None:
        settled = False
        inside = direct or await self._direct_room_open(arrival.sender)
        act = await self._who(arrival, direct)

        async def settle(tx: Tx, outcome: Outcome) -> None:
            nonlocal settled
            await settle_by_outbox(self._core, act, tx, outcome)
            if not inside and any(say.private for say in outcome.says):
                # Until the invitation is taken: one line without content where it was asked.
                await self._say_there(tx, act.account, act.place.channel, act.event, "core.invite_first", act.language)
            await self._inbox.finish_in(tx, arrival.key)
            settled = True

        act = replace(act, settle=settle)
        outcome = await answer_line(self._core, act, line.text, reply_to=reply_to)
        if settled:
            return
        async with self._core.db.write() as tx:  # nothing was meant for us, or the act failed and changed nothing
            await settle(tx, outcome or Outcome())

    async def _direct_room_open(self, account: str) -> bool:
        """Whether the person is in the direct room; somebody who had left it and now acts again is invited again."""
        state = await self._direct.state(account)
        if state == "leave":
            with suppress(Denied):  # their server or their settings do not want it
                await self._direct.invite_again(account)
        return state == "join"

    async def _who(self, arrival: Arrival, direct: bool) -> Act:
        """The act without its settling: place, and rights as the server has them now."""
        act = partial(Act, PLATFORM, arrival.sender, event=_short(arrival.key), stepwise=True)
        if direct:
            return act(place=Place(PLATFORM, "", arrival.room_id, direct=True))
        place = Place(PLATFORM, await self.space_of(arrival.room_id), arrival.room_id)
        level = (await read_rights(self._client, arrival.room_id)).level(arrival.sender)
        held = tuple(f"level:{step}" for step in (MODERATOR, 2 * MODERATOR) if level >= step)
        return act(place=place, manages=level >= MODERATOR, roles=held)

    async def space_of(self, room_id: str) -> str:
        """The address under which a room's organization is looked up: itself, or the space that it stands in."""
        parent = self._book.parent(room_id)
        if parent is None or await self._core.is_ours(PLATFORM, room_id):
            return room_id
        return parent

    # -- rooms ------------------------------------------------------------------------------------------------------

    async def _invited(self, arrival: Arrival) -> None:
        if not await self._welcome(arrival):
            await rooms.leave(self._client, arrival.room_id)
            return
        if arrival.content.get("is_direct"):
            self._direct.expect(arrival.room_id)
        try:
            await rooms.join(self._client, arrival.room_id, via=[server_of(arrival.sender)])
        except Denied:
            return  # withdrawn meanwhile
        if arrival.content.get("is_direct") and await self._direct.is_pair(arrival.room_id, arrival.sender):
            await self._direct.adopt(arrival.sender, arrival.room_id)

    async def _welcome(self, arrival: Arrival) -> bool:
        """Only while a connection code is open, from somebody with a role, or into a room that is connected (D6)."""
        async with self._core.db.read() as tx:
            person = await self._core.people.find(tx, PLATFORM, arrival.sender)
            roles = await self._core.spaces.roles(tx, person.id)
            strangers = await tx.value(_STRANGERS)
        if any(name in {"moderator", "coordinator"} for _, name in roles):
            return True
        if await self._core.is_ours(PLATFORM, arrival.room_id):
            return True
        return int(strangers) < MOST_STRANGERS and await self._core.code_open()

    async def _member(self, arrival: Arrival) -> None:
        if arrival.target == self._client.user_id:
            await self.entered(arrival.room_id)
        elif self._meetings.knows(arrival.room_id):
            await self._meetings.leave_if_empty(arrival.room_id)

    async def entered(self, room_id: str) -> None:
        """We are in a room: unknown ones get their hour to connect."""
        if self._direct.is_direct(room_id):
            return
        if await self._meetings.is_one(room_id):
            await self._meetings.leave_if_empty(room_id)
        else:
            await self._core.joined(PLATFORM, room_id)

    async def _left(self, arrival: Arrival) -> None:
        self._book.forget(arrival.room_id)
        if not self._direct.is_direct(arrival.room_id):
            await self._core.removed_from(PLATFORM, arrival.room_id)

    # -- what could not be read -------------------------------------------------------------------------------------

    async def complain(self) -> None:
        """Tells about messages whose key did not come; in a room at most once a day. Old ones are given up."""
        now = self._core.clock.now()
        for parked in await self._inbox.parked():
            age = now.timestamp() - parked.sent_at / 1000
            if age > GIVEN_UP_AFTER.total_seconds() or self._meetings.knows(parked.room_id):
                await self._inbox.finish(parked.key)  # what two people say to each other is none of our business
            elif age > UNREADABLE_AFTER.total_seconds() and parked.target != TOLD:
                await self._complain_of(parked, now)

    async def _complain_of(self, parked: Arrival, now: datetime) -> None:
        last = self._complained.get(parked.room_id)
        async with self._core.db.write() as tx:
            await self._inbox.park_in(tx, parked.about(target=TOLD))
            if last is None or now - last > COMPLAIN_AGAIN:
                self._complained[parked.room_id] = now
                await self._say_there(tx, parked.sender, parked.room_id, parked.key, "core.encrypted_unreadable")


def _short(event_id: str) -> str:
    """An event id that fits the outbox; rooms of old versions have longer ones, their answers are no replies."""
    return event_id if len(event_id) <= 60 else ""
