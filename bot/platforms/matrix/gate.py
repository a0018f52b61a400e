"""How fast this homeserver lets us send: one gate for all rooms.

nio lets every send sleep and retry by itself: 15 sends made 36 useless refusals and lost their order; one gate made
8 in the same time with the order kept (FACTS 7). After a refusal the gate also learns the pace, so that the next
ones do not draw more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

NO_PACE = 0.05  # s; below this the limit is as good as lifted
TRY_FASTER_AFTER = 10  # sends without a refusal, and ...
FASTER_AGAIN = 600.0  # ... seconds since the last one: a call to a hundred rooms draws one refusal and not ten
PROVEN = 20  # sends in a row without any limit after which several go at once: Synapse's default bucket holds ten
IDLE = 60.0  # seconds without a send after which a bucket counts as empty
SLACK = 1.01  # of the server's own distance between two sends: a hair too early would be refused
LONGEST_PACE = 60.0  # s, a guard against a server's nonsense


class Gate:
    """`pace` is seconds between two sends, 0 while nothing limits us. Waiters go through in the order they came."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.pace = 0.0
        self.refusals = 0
        self._clock = clock
        self._turn = asyncio.Lock()
        self._next = 0.0
        self._last_pass = 0.0
        self._began = 0.0  # the first send after the bucket was empty
        self._refused_at = 0.0
        self._smooth = 0
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def one_by_one(self) -> AsyncIterator[None]:
        """Alone until a server has shown that it takes many: what is on the way at a refusal is refused too."""
        if self._is_proven():
            yield
            return
        async with self._alone:
            if not self._is_proven():
                yield
                return
        yield

    def _is_proven(self) -> bool:
        return not self.pace and self._smooth >= PROVEN

    async def wait(self) -> None:
        """Until it is our turn: at once when unlimited, else one `pace` after the one before."""
        async with self._turn:
            while (delay := self._next - self._clock()) > 0:  # noqa: ASYNC110 - a refusal meanwhile moves `_next` on
                await asyncio.sleep(delay)
            self._next = self._clock() + self.pace

    def passed(self) -> None:
        """A send was taken. After some in a row, and ten minutes, a quicker pace is tried: an administrator may have
        lifted the limit."""
        now = self._clock()
        if not self._last_pass or now - self._last_pass > IDLE:
            self._began = now
        self._last_pass = now
        self._smooth += 1
        if self.pace and self._smooth >= TRY_FASTER_AFTER and now - self._refused_at > FASTER_AGAIN:
            self._smooth = 0
            self.pace = self.pace / 2 if self.pace > NO_PACE else 0.0

    def close(self, retry_after: float) -> None:
        """A send was refused: nobody goes for `retry_after` seconds, then one by one.

        The time since the last one taken plus the wait the server asks for is the real distance between two sends.
        Where a full bucket was emptied at once, it is the time since its first send plus that wait: Synapse tells when
        the first send will have been paid back.
        """
        now, known = self._clock(), self.pace
        self.refusals += 1
        self._smooth, self._refused_at = 0, now
        apart = now - self._last_pass + retry_after if self._last_pass else retry_after
        burst = now - self._began
        paid_back = burst + retry_after if not known and self._began and burst < retry_after else 0.0
        self.pace = max(known, retry_after, min(apart, 2 * retry_after), paid_back) * SLACK
        self.pace = min(self.pace, LONGEST_PACE)
        self._next = max(self._next, now + retry_after * SLACK)

    def eta(self, sends: int) -> float:
        """Seconds until this many more sends are through; 0 while nothing limits us."""
        if not self.pace:
            return 0.0
        return max(0.0, self._next - self._clock()) + self.pace * max(0, sends - 1)
