"""What goes wrong on the other side during a run."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from tests.discord_standin import StandIn
from tests.discord_standin.world import Channel
from tests.faults.life import NONCES

POST, EDIT, DELETE = (
    "POST /channels/*/messages", "PATCH /channels/*/messages/*", "DELETE /channels/*/messages/*"
)  # fmt: skip
LOOK = "GET /channels/*/messages"
KINDS = ["error", "error", "cut", "cut", "limit", "hang", "gateway", "right", "channel", "outage"]


class Trouble:
    """Some faults, one after the other; when `make` ends nothing is wrong any more but what was lost for good."""

    def __init__(self, standin: StandIn, channels: list[Channel], chance: random.Random) -> None:
        self._standin, self._channels, self._chance = standin, channels, chance
        self.lost: list[Channel] = []

    async def make(self) -> None:
        """All of it."""
        for _ in range(self._chance.randint(1, 5)):
            await asyncio.sleep(self._chance.uniform(0, 0.8))
            await getattr(self, f"_{self._chance.choice(KINDS)}")()
        await asyncio.sleep(1)
        self._standin.faults.clear()

    def _where(self) -> str:
        return self._chance.choice([POST, POST, POST, EDIT, DELETE, LOOK])

    async def _error(self) -> None:
        """5xx, before or after the work was done."""
        status, after = self._chance.choice([500, 502, 503]), self._chance.random() < 0.5
        self._standin.faults.fail(self._where(), status, times=self._chance.randint(1, 2), after=after)

    async def _cut(self) -> None:
        """The connection breaks, before or after."""
        after = self._chance.random() < 0.7
        self._standin.faults.drop(self._where(), times=self._chance.randint(1, 4), after=after)

    async def _limit(self) -> None:
        self._standin.faults.limit(self._where(), self._chance.uniform(0.1, 1.0), times=self._chance.randint(1, 3))

    async def _hang(self) -> None:
        """No answer for a while; some are given up meanwhile."""
        fault = self._standin.faults.hang(self._where(), times=2, after=self._chance.random() < 0.7)
        with suppress(TimeoutError):
            await asyncio.wait_for(fault.reached.wait(), 1)
        await asyncio.sleep(self._chance.uniform(0.2, 7))
        fault.release()

    async def _gateway(self) -> None:
        self._standin.gateway.cut()

    async def _right(self) -> None:
        """The right to write is taken, and mostly given back."""
        channel = self._chance.choice(self._channels)
        if channel in self.lost:
            return
        channel.deny(self._chance.choice(["send_messages", "view_channel"]))
        await asyncio.sleep(self._chance.uniform(0.1, 1.5))
        if self._chance.random() < 0.8:
            channel.allow("send_messages", "view_channel")

    async def _channel(self) -> None:
        """A channel is deleted; one at most, or little would be left to see."""
        if not self.lost:
            channel = self._chance.choice(self._channels)
            self.lost.append(channel)
            channel.lose()

    async def _outage(self) -> None:
        """Some messages arrive unheard, and then nothing works for longer than a nonce is remembered."""
        last = self._standin.faults.drop(POST, times=self._chance.randint(0, 3), after=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(last.reached.wait(), 0.5)
        outage = [self._standin.faults.fail("* /channels/*", 503, times=None)]
        await asyncio.sleep(NONCES + self._chance.uniform(0.5, 3))
        for fault in outage:
            fault.release()
