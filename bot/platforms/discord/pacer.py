"""Keeps the bot under Discord's limits before they are felt: discord.py waits only after a 429 (FACTS 27, 28)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from heapq import heappop, heappush
from itertools import count

WINDOW = 5.0  # seconds of a channel's bucket
CATCH_UP = 0.02  # seconds: what a sleep overshoots is made good; after a longer stall that would be a burst
_MANY = 300  # channels remembered before the quiet ones are dropped: about 250 have a turn in one window
Order = tuple[int, int]
FIRST: Order = (-100, 0)  # before every delivery: a person waits for it


class Pacer:
    """`per_second` requests over everything (49 drew at most one 429 in either kind of window), `per_channel` each 5
    seconds. Who waits goes by their order, so that what is urgent does not stand behind a hundred that are not."""

    def __init__(self, per_second: int, per_channel: int) -> None:
        self.per_second, self._per_channel = per_second, per_channel
        self._line: list[tuple[Order, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._opening: asyncio.TimerHandle | None = None
        self._next = 0.0
        self._recent: deque[float] = deque(maxlen=per_second)
        self._channels: dict[str, deque[float]] = {}
        self._looked = 0.0  # when quiet channels were last dropped

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._line)

    async def turn(self, lane: str = "", order: Order = FIRST) -> None:
        """Waits until one more request may leave; `lane` names what has a bucket of its own (`post 123`)."""
        if lane and (wait := self._lane_opens(lane) - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        if not self._line and self._opens() <= time.monotonic():
            self._leave()
            return
        place = asyncio.get_running_loop().create_future()
        heappush(self._line, (order, next(self._numbers), place))
        self._await_opening()
        await place

    def jump(self) -> None:
        """A request that a person waits for goes at once; it is counted all the same."""
        self._recent.append(time.monotonic())

    def seconds_for(self, requests: int) -> float:
        """How long so many requests take."""
        return requests / self.per_second

    def _await_opening(self) -> None:
        if self._line and self._opening is None:
            wait = max(0.0, self._opens() - time.monotonic())
            self._opening = asyncio.get_running_loop().call_later(wait, self._open)

    def _open(self) -> None:
        """Lets the first in line go, if nobody jumped it meanwhile."""
        self._opening = None
        while self._line and self._line[0][2].done():
            heappop(self._line)  # who gave up
        if self._line and self._opens() <= time.monotonic():
            self._leave()
            heappop(self._line)[2].set_result(None)
        self._await_opening()

    def _leave(self) -> None:
        now = time.monotonic()
        self._recent.append(now)
        self._next = max(self._next, now - CATCH_UP) + 1 / self.per_second

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
        if len(self._channels) > _MANY and now >= self._looked + WINDOW:
            self._channels = {lane: taken for lane, taken in self._channels.items() if taken[-1] > now - WINDOW}
            self._looked = now
