"""Keeps the bot under Discord's limits before they are felt: discord.py waits only after a 429 (FACTS 27, 28)."""

from __future__ import annotations

import asyncio
import time
from collections import deque

WINDOW = 5.0  # seconds of a channel's bucket
CATCH_UP = 0.02  # seconds: what a sleep overshoots is made good; after a longer stall that would be a burst
_MANY = 2000  # channels remembered before the quiet ones are dropped


class Pacer:
    """`per_second` requests over everything (48 drew no 429 in either kind of window), `per_channel` each 5 seconds."""

    def __init__(self, per_second: int, per_channel: int) -> None:
        self.per_second, self._per_channel = per_second, per_channel
        self._line = asyncio.Lock()
        self._next = 0.0
        self._recent: deque[float] = deque(maxlen=per_second)
        self._channels: dict[str, deque[float]] = {}

    async def turn(self, lane: str = "") -> None:
        """Waits until one more request may leave; `lane` names what has a bucket of its own (`post 123`)."""
        if lane:
            await asyncio.sleep(self._lane_opens(lane) - time.monotonic())
        async with self._line:
            await asyncio.sleep(self._opens() - time.monotonic())
            now = time.monotonic()
            self._recent.append(now)
            self._next = max(self._next, now - CATCH_UP) + 1 / self.per_second

    def jump(self) -> None:
        """A request that a person waits for goes at once; it is counted all the same."""
        self._recent.append(time.monotonic())

    def seconds_for(self, requests: int) -> float:
        """How long so many requests take."""
        return requests / self.per_second

    def _opens(self) -> float:
        full = len(self._recent) == self.per_second
        return max(self._next, self._recent[0] + 1.0) if full else self._next

    def _lane_opens(self, lane: str) -> float:
        """Takes the next place in a lane; the moment at which it comes."""
        now = time.monotonic()
        self._forget_quiet(now)
        taken = self._channels.setdefault(lane, deque(maxlen=self._per_channel))
        at = max(now, taken[0] + WINDOW) if len(taken) == self._per_channel else now
        taken.append(at)
        return at

    def _forget_quiet(self, now: float) -> None:
        if len(self._channels) > _MANY:
            self._channels = {lane: taken for lane, taken in self._channels.items() if taken[-1] > now - WINDOW}
