"""The Matrix adapter: one account on one device, everything else is in the files beside it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from nio import AsyncClient
from nio.responses import SyncResponse

from bot.cards import Option
from bot.core import Core
from bot.deliveries import Delivery
from bot.errors import Denied, PlatformError, Revoked, Unreachable
from bot.platforms.base import Found, Health, Room, Sent
from bot.platforms.matrix import rooms
from bot.platforms.matrix.arrivals import Interest
from bot.platforms.matrix.book import Book
from bot.platforms.matrix.courier import PLATFORM, Courier
from bot.platforms.matrix.crypto import cross_sign
from bot.platforms.matrix.desk import Desk
from bot.platforms.matrix.gate import Gate
from bot.platforms.matrix.inbox import INVITE, Json
from bot.platforms.matrix.keys import brought_keys, look_after_keys, reread_parked
from bot.platforms.matrix.meetings import MeetingRooms
from bot.platforms.matrix.parse import for_the_bot
from bot.platforms.matrix.rights import read_rights
from bot.platforms.matrix.rooms import DirectRooms
from bot.platforms.matrix.rows import InboxRows
from bot.platforms.matrix.send import IN_FLIGHT, Sender
from bot.platforms.matrix.session import Account, open_client
from bot.platforms.matrix.sync import UNHEALTHY_AFTER, SyncLoop
from bot.spaces import Place

log = logging.getLogger(__name__)

REMEMBERS = timedelta(hours=23)  # the server knows a transaction id for 24 h (FACTS 5)
PATIENCE = 30.0  # s that a delivery waits for the first sync
DAY = 86_400.0
# Without a lifted limit: ten at once, then one every five seconds (FACTS 6); with it, what a small homeserver takes.
BURST, APART, LIFTED = 10, 5.0, 1 / 40


@dataclass(frozen=True)
class Options:
    """How this installation uses Matrix. `lifted`: the administrator lifted the bot's rate limit."""

    name: str = "Causeway"
    encrypt_direct: bool = True
    in_flight: int = IN_FLIGHT
    lifted: bool = False
    password: str | None = None  # once, for replacing lost cross-signing keys


class Session:
    """Everything that lives as long as one connection."""

    def __init__(self, core: Core, account: Account, folder: Path, pickle_key: str, options: Options) -> None:
        self.client: AsyncClient = open_client(account, folder, pickle_key)
        self.book = Book()
        self.inbox = InboxRows(core)
        self.sender = Sender(self.client, in_flight=options.in_flight, gate=Gate(lifted=options.lifted))
        self.direct = DirectRooms(self.client, pickle_key, options.name, encrypted=options.encrypt_direct)
        self.meetings = MeetingRooms(
            self.client, pickle_key, self.book, self.direct.elsewhere, encrypted=options.encrypt_direct
        )
        self.interest = Interest(self._watched, self._wanted)
        self.loop = SyncLoop(
            self.client, self.inbox, after=self._after, interest=self.interest, busy=lambda: self.sender.waiting > 0
        )
        self.courier = Courier(core, self.client, self.sender, self.direct, self.meetings, self.book)
        self.desk = Desk(core, self.client, self.inbox, self.direct, self.meetings, self.book)
        self._folder, self._pickle_key, self._password = folder, pickle_key, options.password
        self._signed = False
        self._purged = 0.0

    def _watched(self, room_id: str) -> bool:
        return self.direct.may_be_direct(room_id) or self.meetings.knows(room_id)

    def _wanted(self, room_id: str, content: Json) -> bool:
        return for_the_bot(content, self.direct.may_be_direct(room_id))

    async def _after(self, client: AsyncClient, answer: SyncResponse) -> None:
        """After each sync that was kept: state, keys, parked messages, retention."""
        self.book.learn(answer)
        await look_after_keys(client)
        if brought_keys(answer) and await reread_parked(client, self.inbox, self.interest):
            self.loop.arrived.set()
        if not self._signed:
            await self._sign(client)
        await self.desk.complain()
        if time.monotonic() - self._purged > DAY:
            self._purged = time.monotonic()
            await self.inbox.forget()

    async def _sign(self, client: AsyncClient) -> None:
        """Once per start; a server without cross-signing is left in peace."""
        try:
            await cross_sign(client, self._folder, self._pickle_key, self._password)
        except Denied:
            log.warning("matrix: the server does not take cross-signing keys")
        self._signed = True

    async def serve(self, ready: Callable[[], None]) -> None:
        """Listens and answers until cancelled; raises what ends either."""
        listening = asyncio.create_task(self._listen(), name="matrix sync")
        answering = asyncio.create_task(self._answer(ready), name="matrix desk")
        tasks = {listening, answering}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError, PlatformError):
                    await task
            await self.client.close()
            self.client.store.database.close()

    async def _listen(self) -> None:
        # First which rooms are direct: a line there needs no prefix, and would be taken for talk among others.
        await self._load()
        for arrival in await self.inbox.waiting():
            if arrival.kind == INVITE and arrival.content.get("is_direct"):
                self.direct.expect(arrival.room_id)
        await self.loop.run()

    async def _answer(self, ready: Callable[[], None]) -> None:
        await self.loop.ready.wait()
        await reread_parked(self.client, self.inbox, self.interest)
        for room_id in list(self.client.rooms):
            await self.desk.entered(room_id)
        ready()
        await self.desk.serve(self.loop.arrived)

    async def _load(self) -> None:
        """Which rooms are direct; asked again until the server answers."""
        while True:
            try:
                await self.direct.load()
                return
            except Revoked:
                raise
            except PlatformError:
                await asyncio.sleep(1.0)


class MatrixAdapter:
    """Implements `bot.platforms.base.Adapter`."""

    name = PLATFORM
    remembers = REMEMBERS

    def __init__(
        self, core: Core, account: Account, folder: Path, pickle_key: str, options: Options | None = None
    ) -> None:
        self.core, self.account = core, account
        self.options = options or Options()
        self.in_flight = self.options.in_flight
        self.session: Session | None = None
        self._folder, self._pickle_key = folder, pickle_key
        self._ready = asyncio.Event()
        self._revoked = False
        self._started = time.monotonic()

    @property
    def is_ready(self) -> bool:
        """Whether the first sync is through and deliveries are taken."""
        return self._ready.is_set()

    # -- serving ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serves until cancelled. Raises Revoked when the token is dead."""
        self.session = Session(self.core, self.account, self._folder, self._pickle_key, self.options)
        try:
            await self.session.serve(self._ready.set)
        except Revoked:
            self._revoked = True
            raise
        finally:
            self._ready.clear()

    async def _serving(self) -> Session:
        """The session once it is ready. `Unreachable` when it is not within half a minute."""
        if self._revoked:
            raise Revoked
        try:
            await asyncio.wait_for(self._ready.wait(), PATIENCE)
        except TimeoutError as late:
            raise Unreachable from late
        assert self.session is not None
        return self.session

    async def deliver(self, delivery: Delivery) -> Sent:
        """Sends, edits or takes back."""
        session = await self._serving()
        try:
            return await session.courier.deliver(delivery)
        except Revoked:
            self._revoked = True
            raise
        except Denied as denied:
            # The server's 403 is the same for every reason; people are told which it is.
            if denied.reason == "denied" and "level" in await self.problems(delivery.address):
                raise Denied("level") from denied
            raise

    async def find(self, delivery: Delivery) -> Sent | Found:
        """Looks whether an unsure delivery arrived."""
        return await (await self._serving()).courier.find(delivery)

    # -- rooms ------------------------------------------------------------------------------------------------------

    async def rooms(self, space: str, channel: str = "") -> Sequence[Room]:
        """The rooms that can be chosen together with `channel`: of its space, or moderated by the same people."""
        if self.session is None:
            return ()
        book, me, session = self.session.book, self.account.user_id, self.session
        found = [one for one in book.siblings(channel or space, me) if not session.direct.is_direct(one)]
        found = [one for one in found if not session.meetings.knows(one)]
        return [Room(one, book.name(one), await self.problems(one)) for one in found]

    async def mentionable(self, space: str, channel: str = "") -> Sequence[Option] | None:
        """Matrix has no roles that people take: whoever wants to be notified sets that for the room."""
        return None

    async def problems(self, address: str) -> tuple[str, ...]:
        """What is missing in a room, from its state as we last heard it; () before the first sync."""
        if self.session is None or not self._ready.is_set():
            return ()
        book, client = self.session.book, self.session.client
        if address not in book:
            return ("joined",)
        if book.moved(address):
            return ("gone",)
        room = client.rooms.get(address)
        if room is not None and room.encrypted and client.olm is None:
            return ("encrypted",)
        return () if book.rights(address).may_send(self.account.user_id) else ("level",)

    async def leave(self, address: str) -> None:
        """Leaves a room, or a space with its rooms, unless connected meanwhile. What else was theirs has an hour."""
        session = await self._serving()
        if await self.core.is_ours(self.name, address):
            return
        others = [one for one in session.book.siblings(address, self.account.user_id) if one != address]
        inside = [one for one in others if session.book.parent(one) == address]
        for one in (address, *inside):
            if not await self.core.is_ours(self.name, one):
                session.book.forget(one)
                await rooms.leave(session.client, one)
        for one in set(others) - set(inside):
            await session.desk.entered(one)

    async def manages(self, account: str, place: Place) -> bool:
        """Whether somebody has level 50 in a room now, as the server says."""
        session = await self._serving()
        try:
            return (await read_rights(session.client, place.channel or place.space)).moderates(account)
        except Denied:
            return False

    def realm(self, account: str) -> str:
        """Their homeserver; the bot's own could speak in the bot's name too, so nothing is gained by doubting it."""
        server, own = account.partition(":")[2], self.account.user_id.partition(":")[2]
        return "" if server == own else server

    async def shares(self, accounts: Sequence[str], address: str) -> bool:
        """Whether these are all accounts of this platform: anybody there can be invited into a room."""
        return not self._revoked and all(one.startswith("@") and ":" in one for one in accounts)

    # -- how it is doing --------------------------------------------------------------------------------------------

    def health(self) -> Health:
        """How it is doing now."""
        said: dict[str, object] = {"platform": "Matrix"}
        if self._revoked:
            return Health(False, "health.revoked", said)
        loop = self.session.loop if self.session else None
        if loop is not None and loop.healthy:
            return Health(True, "health.well", said)
        silent = round(loop.silent_for if loop else time.monotonic() - self._started)
        if silent < UNHEALTHY_AFTER:
            return Health(True, "health.starting", said)
        return Health(False, "health.silent", {**said, "seconds": silent})

    def seconds_for(self, messages: int) -> float:
        """How long so many messages take: at the pace that was learned, else by the server's usual limit."""
        learned = self.session.sender.eta(messages) if self.session else 0.0
        if learned or self.options.lifted:
            return learned or messages * LIFTED
        return max(1, messages - BURST) * APART  # at least one distance: the burst may be spent already
