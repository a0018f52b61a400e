"""How fast this homeserver lets us send: one gate for all rooms.

nio lets every send sleep and retry by itself: 15 sends made 36 useless refusals and lost their order; one gate made
8 in the same time with the order kept (FACTS 7). After a refusal the gate also learns the pace, so that the next
ones do not draw more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

NO_PACE = 0.05  # s; below this the limit is as good as lifted
TRY_FASTER_AFTER = 10  # sends without a refusal: the bucket of Synapse's default holds ten
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
        self._smooth = 0

    async def wait(self) -> None:
        """Until it is our turn: at once when unlimited, else one `pace` after the one before."""
        async with self._turn:
            while (delay := self._next - self._clock()) > 0:  # noqa: ASYNC110 - a refusal meanwhile moves `_next` on
                await asyncio.sleep(delay)
            self._next = self._clock() + self.pace

    def passed(self) -> None:
        """A send was taken. After ten in a row a quicker pace is tried: an administrator may have lifted the limit."""
        self._last_pass = self._clock()
        self._smooth += 1
        if self.pace and self._smooth >= TRY_FASTER_AFTER:
            self._smooth = 0
            self.pace = self.pace / 2 if self.pace > NO_PACE else 0.0

    def close(self, retry_after: float) -> None:
        """A send was refused: nobody goes for `retry_after` seconds, then one by one.

        The time since the last one taken plus the wait the server asks for is the real distance between two sends.
        """
        now = self._clock()
        self.refusals += 1
        self._smooth = 0
        apart = now - self._last_pass + retry_after if self._last_pass else retry_after
        self.pace = max(self.pace, retry_after, min(apart, 2 * retry_after))
        self.pace = min(self.pace, LONGEST_PACE)
        self._next = max(self._next, now + retry_after)

    def eta(self, sends: int) -> float:
        """Seconds until this many more sends are through; 0 while nothing limits us."""
        if not self.pace:
            return 0.0
        return max(0.0, self._next - self._clock()) + self.pace * max(0, sends - 1)
