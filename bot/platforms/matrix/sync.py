"""The loop that listens to the homeserver.

Not nio's `sync_forever`: there any error answer is a value and the loop retries at once (642 requests a second on a
revoked token), and one exception in a callback ends it (FACTS 1). Here: a pause of 1 to 60 s after a fault, an end
on a revoked token, and events kept together with the position before anybody handles them (FACTS 2).
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from nio import AsyncClient
from nio.responses import RoomInfo, SyncResponse

from bot.errors import Denied, PlatformError, Revoked, Unreachable
from bot.platforms.matrix.arrivals import (
    ALL,
    Interest,
    arrivals_of,
    invite_arrival,
    left_arrivals,
    parse,
    readable,
    since_our_join,
)  # fmt: skip
from bot.platforms.matrix.calls import Json, ask, call, room_path
from bot.platforms.matrix.inbox import Arrival, Inbox
from bot.platforms.matrix.send import heard_whole

log = logging.getLogger(__name__)

LONG_POLL = 30_000  # ms that the server may hold a /sync open
FIRST_PATIENCE = 300.0  # s; a first sync of 500 rooms took 6 s (FACTS 4)
PAUSE = (1.0, 60.0)  # s, first and longest wait after a fault
ECHO_PAUSE = 0.2  # s until the next look where only our own words came back: a look costs the server as much as a send
UNHEALTHY_AFTER = 120.0  # s without a good sync
TIMELINE = 100  # events per room and sync: gaps become rare (FACTS 4)
DEEPEST_GAP = 10_000  # events read back in one room after an outage; more would be a flood, not a conversation

FILTER: Json = {
    "presence": {"types": []},
    "account_data": {"types": ["m.direct"]},
    "room": {
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "timeline": {"limit": TIMELINE, "lazy_load_members": True},
        "state": {
            "lazy_load_members": True,
            "types": [
                "m.room.create", "m.room.member", "m.room.power_levels", "m.room.encryption",
                "m.room.name", "m.room.tombstone", "m.space.parent", "m.space.child",
            ],
        },
    },
}  # fmt: skip


async def nothing(_client: AsyncClient, _answer: SyncResponse) -> None:
    """The default for what is to be done after each sync."""


class SyncLoop:
    """`run` ends only by cancellation or `Revoked`. `arrived` is set whenever something new was kept.

    `busy`: whether we are sending, and so hear ourselves.
    """

    def __init__(
        self,
        client: AsyncClient,
        inbox: Inbox,
        *,
        after: Callable[[AsyncClient, SyncResponse], Awaitable[None]] = nothing,
        interest: Interest = ALL,
        pause: tuple[float, float] = PAUSE,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self.client = client
        self.inbox = inbox
        self.arrived = asyncio.Event()
        self.ready = asyncio.Event()
        self.faults = 0
        self._after = after
        self.interest = interest
        self._pause = pause
        self._busy = busy
        self._position: str | None = None
        self._last_good: float | None = None
        self._started = time.monotonic()

    @property
    def healthy(self) -> bool:
        """Whether a sync succeeded within the last two minutes."""
        return self._last_good is not None and time.monotonic() - self._last_good < UNHEALTHY_AFTER

    @property
    def silent_for(self) -> float:
        """Seconds since the last good sync, or since the start."""
        return time.monotonic() - (self._last_good or self._started)

    async def run(self) -> None:
        """Listen until cancelled; raises `Revoked` when the token is dead, and waits out every other fault."""
        while True:
            try:
                await self.step()
            except Revoked:
                log.critical("matrix: the access token was revoked; listening stops")
                raise
            except (PlatformError, OSError, TimeoutError) as fault:
                await self._wait_out(fault)

    async def _wait_out(self, fault: Exception) -> None:
        first, longest = self._pause
        wait = min(longest, first * 2 ** min(self.faults, 10))
        self.faults += 1
        wait = max(wait, getattr(fault, "retry_after", 0.0))
        log.warning("matrix: sync failed (%s), again in about %.0f s", type(fault).__name__, wait)
        await asyncio.sleep(wait * random.uniform(0.75, 1.0))

    async def step(self) -> None:
        """One /sync: what came is kept with the new position, then the keys are looked after."""
        first = not self.ready.is_set()
        if first:
            self._position = await self.inbox.position()
        answer = await self._sync(full=first)
        if first:
            heard_whole(self.client, answer.rooms.join)
        arrivals = await self._arrivals(answer)
        await self.inbox.keep(arrivals, answer.next_batch)
        self._position = answer.next_batch
        self._forget_left_rooms(answer)
        await self._look_after_keys(answer)
        self._last_good, self.faults = time.monotonic(), 0
        self.ready.set()
        if arrivals or first:
            self.arrived.set()
        elif self._busy():
            await asyncio.sleep(ECHO_PAUSE)

    async def _sync(self, full: bool) -> SyncResponse:
        # nio skips a response whose next_batch it has seen, also one that we could not keep: make it forget.
        self.client.next_batch = ""
        wait = 0 if full else LONG_POLL
        patience = FIRST_PATIENCE if full else LONG_POLL / 1000 + 30
        work = self.client.sync(
            timeout=wait, since=self._position, sync_filter=FILTER, full_state=full, set_presence="offline"
        )
        try:
            async with asyncio.timeout(patience):
                answer = await call(work)
        except TimeoutError as fault:
            raise Unreachable() from fault
        if not isinstance(answer, SyncResponse):
            raise Unreachable()
        return answer

    async def _look_after_keys(self, answer: SyncResponse) -> None:
        """Its faults do not undo a sync that was kept; the next round tries again."""
        try:
            await self._after(self.client, answer)
        except Revoked:
            raise
        except PlatformError as fault:
            log.warning("matrix: keys could not be looked after (%s)", type(fault).__name__)

    async def _arrivals(self, answer: SyncResponse) -> list[Arrival]:
        """Everything to keep from one answer; before the first sync ever only invitations count (FACTS 3)."""
        invites = (
            invite_arrival(self.client.user_id, room_id, info, self._position or "start")
            for room_id, info in answer.rooms.invite.items()
        )
        found = [arrival for arrival in invites if arrival is not None]
        if self._position is not None:
            for room_id, info in answer.rooms.leave.items():
                found += left_arrivals(self.client, room_id, [*info.state, *info.timeline.events])
            for room_id, info in answer.rooms.join.items():
                found += await self._room_arrivals(room_id, info)
        return found

    async def _room_arrivals(self, room_id: str, info: RoomInfo) -> list[Arrival]:
        events = [readable(self.client, event, room_id) for event in info.timeline.events]
        events, whole = since_our_join(self.client.user_id, events)
        if info.timeline.limited and not whole and info.timeline.prev_batch:
            events = await self._gap(room_id, info.timeline.prev_batch) + events
        return arrivals_of(self.client, events, room_id, self.interest)

    async def _gap(self, room_id: str, start: str) -> list[Any]:
        """What the timeline left out since the last position, oldest first, but nothing from before we joined."""
        assert self._position is not None
        missed: list[Any] = []
        while len(missed) < DEEPEST_GAP:
            page = await self._page(room_id, start)
            older = [parse(self.client, source, room_id) for source in reversed(page.get("chunk", []))]
            older, whole = since_our_join(self.client.user_id, older)
            missed = older + missed
            if whole or not page.get("chunk") or "end" not in page:
                return missed
            start = page["end"]
        log.error("matrix: a room had more than %d events while we were away; older ones are left out", DEEPEST_GAP)
        return missed

    async def _page(self, room_id: str, start: str) -> Json:
        query = {"from": start, "to": self._position or "", "dir": "b", "limit": "100"}
        try:
            return await ask(self.client, "GET", room_path(room_id, "messages"), query=query)
        except Denied:
            return {}  # we are no longer let in there: what was missed stays missed

    def _forget_left_rooms(self, answer: SyncResponse) -> None:
        """nio never drops a room that we left, nor an invitation that was withdrawn (FACTS 13)."""
        for room_id in answer.rooms.leave:
            self.client.rooms.pop(room_id, None)
            self.client.invited_rooms.pop(room_id, None)
