"""Runs on the stand-in Discord, one of their own each."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.discord_standin import Channel, Message, StandIn
from tests.faults.clocks import BEGUN, DiscordClock, Time
from tests.faults.plan import CHANNELS
from tests.faults.trouble import Trouble
from tests.faults.world import Door, Seen, Shown, Spot

SETTLES = 0.1  # our seconds in which the stand-in takes up all that is on the line
MEMORY = 240.0  # seconds of the stand-in's nonce memory


class DiscordWorld:
    """Implements `World`."""

    def __init__(self, server: StandIn, clock: DiscordClock, seed: int) -> None:
        self._server, self._clock = server, clock
        self._trouble = Trouble(random.Random(seed))
        server.faults = self._trouble
        server.nonces.seconds = MEMORY
        guilds = [server.add_guild(f"Server {number}", ("calls",)) for number in range(CHANNELS)]
        self._channels: list[Channel] = [one for guild in guilds for one in guild.channels]
        self.time = clock.time
        self.door = Door(
            "discord", {"token": server.token, "api_url": server.api_url, "gateway_url": server.gateway_url},
            [[str(one.guild.id), str(one.id)] for one in self._channels if one.guild],
            str(server.person("Rosa", guilds[0]).id),
        )  # fmt: skip

    @property
    def faults(self) -> int:
        return self._trouble.count

    def set_trouble(self, share: float) -> None:
        self._trouble.set(share)

    async def advance(self, seconds: float) -> None:
        await asyncio.sleep(SETTLES)  # a request of whoever was just killed arrives now, not after the outage
        self._clock.advance(seconds)

    async def befall(self, kind: str, channel: int) -> None:
        there = self._channels[channel]
        if kind == "cut":
            self._server.gateway.cut()
        elif there.id in self._server.world.channels:
            if kind == "lose":
                there.lose()
            elif kind == "mend":
                there.allow("send_messages", "read_message_history")
            else:
                there.deny("send_messages" if kind == "mute" else "read_message_history")

    async def seen(self) -> Seen:
        left = self._server.world.channels
        rooms = [one for one in left.values() if one.recipient is not None]
        return Seen([_spot(one, one.id not in left) for one in self._channels], [_spot(one, False) for one in rooms])


class Discord:
    """Implements `Platform`."""

    name = "discord"
    # At once, past the adapter's own trust, past the nonce memory.
    outages: Sequence[float] = (0.0, 0.0, 90.0, 400.0, 4000.0)
    memory = MEMORY
    lives = (0.2, 0.9)

    async def __aenter__(self) -> Discord:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return

    @asynccontextmanager
    async def world(self, seed: int) -> AsyncIterator[DiscordWorld]:
        """A server for one run."""
        clock = DiscordClock(Time(BEGUN, time.monotonic()))
        async with StandIn(judge_by_openapi=False, clock=clock) as server:
            yield DiscordWorld(server, clock, seed)


def _spot(channel: Channel, gone: bool) -> Spot:
    return Spot(channel.name, str(channel.id), [_shown(one) for one in channel.history], gone)


def _shown(message: Message) -> Shown:
    texts = [str(body.get("content") or "") for body in (*message.edits, message.body)]
    return Shown(message.id, texts, message.deleted)
