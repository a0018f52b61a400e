"""How fast this homeserver lets us send: one gate for all rooms.

nio lets every send sleep and retry by itself: 15 sends made 36 useless refusals and lost their order; one gate made
8 in the same time with the order kept (FACTS 7). After a refusal the gate also learns the pace, so that the next
ones do not draw more.

A homeserver's limit is a bucket: so many at once, then one more each so often. A refusal says when the next one will be
taken. Counted from a send into an empty bucket that is (sends - bucket + 1) distances, and fewer from any other one, so
the shortest distance that some send of before gives is the right one; Synapse's usual bucket holds ten (FACTS 6). A
second refusal tells the distance without knowing the bucket.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

NO_PACE = 0.05  # s; below this the limit is as good as lifted
TRY_FASTER_AFTER = 10  # sends without a refusal, and ...
FASTER_AGAIN = 600.0  # ... seconds since the last one: a call to a hundred rooms draws one refusal and not ten
PROVEN = 20  # sends in a row without any limit after which several go at once: what is on the way is refused together
IDLE = 2.0  # seconds in which nobody waited, and more than what is made up for: the next refusal is a first one again
REMEMBERED = 200  # sends, of which one went into an empty bucket
BUCKET = 10  # sends that a server usually takes at once
SLACK = 1.01  # of the distance between two sends: a hair too early would be refused
STEP = 1.02  # refused at that distance, it is a little too short at least
MARGIN = 0.05  # s after the moment that a refusal names: requests do not all take equally long to get there
JITTER = 0.01  # s; so much two requests differ in how long they take to get there
COUNTED = 0.03  # s; Synapse counts a send after making its event, and refuses one as soon as it is there
LONGEST_DOUBT = 8  # doublings of that margin where one refusal follows another whatever they name
LONGEST_PACE = 60.0  # s, a guard against a server's nonsense


def _as_written(shortest: float, longest: float) -> float:
    """Seconds between two sends: the longest one within these that comes of a rate with one digit, as who sets a limit
    writes it ("0.2", "5"); else the longest one."""
    step: float = 10 ** math.floor(math.log10(1 / longest))
    distance = 1 / (math.ceil(1 / longest / step) * step)
    return distance if distance >= shortest else longest


class Gate:
    """`pace` is seconds between two sends, 0 while nothing limits us. Waiters go through in the order they came.

    `lifted`: an administrator said that there is no limit, so several go at once from the start.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, lifted: bool = False) -> None:
        self.pace = 0.0
        self.refusals = 0
        self._clock = clock
        self._turn = asyncio.Lock()
        self._next = 0.0
        self._sent: deque[float] = deque(maxlen=REMEMBERED)  # when those that were taken went
        self._taken = 0
        self._first_refusal: tuple[int, float] | None = None  # how many were taken, when the next one would be
        self._refused_at = float("-inf")
        self._in_a_row = 0  # refusals since the last one that was taken
        self._late = 1  # distances that are made up for
        self._smooth = PROVEN if lifted else 0
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

    async def wait(self) -> float:
        """Until it is our turn: at once when unlimited, else one `pace` after the one before. Gives the time."""
        async with self._turn:
            while (delay := self._next - self._clock()) > 0:  # noqa: ASYNC110 - a refusal meanwhile moves `_next` on
                await asyncio.sleep(delay)
            now = self._clock()
            late = self._late * self.pace
            if now - self._next > max(late, IDLE):
                self._first_refusal = None  # the bucket has emptied since: two refusals are no longer of one row
            # Who comes late does not make all that follow late: what was not sent is still in the bucket.
            self._next = max(self._next, now - late) + self.pace
            return now

    def passed(self, asked: float) -> None:
        """A send that went at `asked` was taken. After some in a row, and ten minutes, a quicker pace is tried: an
        administrator may have lifted the limit."""
        self._sent.append(asked)
        self._taken += 1
        self._smooth += 1
        self._in_a_row = 0
        if self.pace and self._smooth >= TRY_FASTER_AFTER and self._clock() - self._refused_at > FASTER_AGAIN:
            self._smooth = 0
            self.pace = self.pace / 2 if self.pace > NO_PACE else 0.0

    def close(self, retry_after: float, asked: float) -> None:
        """A send that went at `asked` was refused: nobody goes for `retry_after` seconds from then on, then one by one.

        Not from now on: Synapse looks at its bucket, then keeps whoever is too quick waiting for half a second, and
        only then answers.
        """
        self.refusals += 1
        new = asked > self._refused_at  # not one that was on the way at the same time
        self._smooth, self._refused_at = 0, self._clock()
        if new:
            self._in_a_row += 1
            learned = self._learned(asked, retry_after) * SLACK
            self.pace = min(max(self.pace * STEP, learned), LONGEST_PACE)
        self._next = asked + retry_after + MARGIN * 2 ** min(self._in_a_row - 1, LONGEST_DOUBT)

    def _learned(self, asked: float, retry_after: float) -> float:
        """The distance between two sends, from this refusal and the sends before it, or the refusal before it."""
        open_again, first = asked + retry_after, self._first_refusal
        if first is not None and self._taken > first[0]:
            return (open_again + JITTER - first[1]) / (self._taken - first[0])
        self._first_refusal = (self._taken, open_again)
        self._late = min(self._taken, BUCKET) // 2
        distances = [
            ((open_again - at) / number, number)
            for number, at in enumerate(reversed(self._sent), start=2 - BUCKET)
            if number > 0
        ]
        if not distances:
            return self._of_a_small_bucket(asked, retry_after)
        distance, number = min(distances)
        return _as_written(distance - COUNTED / number, distance + JITTER / number)

    def _of_a_small_bucket(self, asked: float, retry_after: float) -> float:
        """Where fewer went than a usual bucket holds: those that came close together filled it."""
        began = asked
        for at in reversed(self._sent):
            if began - at > retry_after:
                break
            began = at
        return min(asked + retry_after - began, 2 * retry_after)

    def eta(self, sends: int) -> float:
        """Seconds until this many more sends are through; 0 while nothing limits us."""
        if not self.pace:
            return 0.0
        return max(0.0, self._next - self._clock()) + self.pace * max(0, sends - 1)
