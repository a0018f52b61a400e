"""Runs on one real Synapse: a bot and rooms of their own each, behind a proxy that fails."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.faults.clocks import BEGUN, Time
from tests.faults.plan import CHANNELS
from tests.faults.proxy import MEMORY, Proxy
from tests.faults.world import Door, Json, Seen, Shown, Spot
from tests.rigs.matrix_user import CLIENT, MatrixUser
from tests.rigs.synapse import Synapse

MUTED = -1  # a power level below what a message needs


class MatrixWorld:
    """Implements `World`."""

    def __init__(self, proxy: Proxy, time: Time, people: Sequence[MatrixUser], rooms: list[str]) -> None:
        self._proxy, self.time, self._rooms = proxy, time, rooms
        self._moderator, self._bot, person = people
        self._lost: set[str] = set()
        account = {
            "homeserver": proxy.url, "user_id": self._bot.user_id, "device_id": self._bot.device_id,
            "access_token": self._bot.token,
        }  # fmt: skip
        self.door = Door("matrix", account, [[room, room] for room in rooms], person.user_id)

    @property
    def faults(self) -> int:
        return self._proxy.count

    def set_trouble(self, share: float) -> None:
        self._proxy.share = share

    async def advance(self, seconds: float) -> None:
        await self._proxy.settle()
        self.time.ahead += seconds

    async def befall(self, kind: str, channel: int) -> None:
        room, bot = self._rooms[channel], self._bot.user_id
        if kind in {"cut", "blind"}:  # nobody can take from somebody in a room what was said there
            self._proxy.cut()
        elif room in self._lost:
            return
        elif kind == "lose":
            self._lost.add(room)
            await self._moderator.kick(room, bot)
        else:
            await self._moderator.set_level(room, bot, MUTED if kind == "mute" else None)

    async def seen(self) -> Seen:
        await self._proxy.settle()
        joined: list[str] = (await self._bot.call("GET", f"{CLIENT}/joined_rooms"))["joined_rooms"]
        channels = [await self._spot(self._moderator, room, room in self._lost) for room in self._rooms]
        return Seen(channels, [await self._spot(self._bot, room) for room in joined if room not in self._rooms])

    async def _spot(self, reader: MatrixUser, room: str, gone: bool = False) -> Spot:
        found: dict[str, Shown] = {}
        standing: dict[str, set[str]] = {}  # message -> its events that were not taken away
        for place, event in enumerate(await reader.timeline(room, limit=10_000)):
            if event["sender"] != self._bot.user_id or event["type"] != "m.room.message":
                continue
            content = self._proxy.written[event["event_id"]]  # a redaction empties it at the homeserver
            relation: Json = content.get("m.relates_to", {})
            original = relation["event_id"] if relation.get("rel_type") == "m.replace" else event["event_id"]
            text = str(content.get("m.new_content", content)["body"])
            if original == event["event_id"]:
                found[original] = Shown(place, [text])
            else:
                found[original].texts.append(text)
            if "redacted_because" not in event.get("unsigned", {}):
                standing.setdefault(original, set()).add(event["event_id"])
        for original, message in found.items():
            message.deleted = original not in standing
        return Spot(room, room, list(found.values()), gone)


class Matrix:
    """Implements `Platform`."""

    name = "matrix"
    outages: Sequence[float] = (0.0, 0.0, 90.0, 4000.0, 100_000.0)  # the last is longer than it knows a transaction id
    memory = MEMORY
    lives = (0.3, 1.5)

    async def __aenter__(self) -> Matrix:
        self._server = await asyncio.to_thread(Synapse().start)
        self._moderator, self._person = [await self._server.user(name) for name in ("moderator", "rosa")]
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.to_thread(self._server.kill)
        self._server.erase()

    @asynccontextmanager
    async def world(self, seed: int) -> AsyncIterator[MatrixWorld]:
        """A bot and its rooms for one run."""
        bot, clock = await self._server.user("causeway"), Time(BEGUN, time.monotonic())
        rooms = [await self._room(bot, number) for number in range(CHANNELS)]
        async with Proxy(self._server.url, random.Random(seed), clock) as proxy:
            yield MatrixWorld(proxy, clock, (self._moderator, bot, self._person), rooms)

    async def _room(self, bot: MatrixUser, number: int) -> str:
        room = await self._moderator.create_room(f"Room {number}", invite=[bot.user_id], version="11")
        await bot.join(room)
        return room
