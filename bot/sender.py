"""Moves the outbox: claims what is due, hands it to an adapter, writes down what became of it. One loop a platform.

What may have left is never simply sent again: inside the platform's own memory (`Adapter.remembers`) the same nonce or
transaction id protects it; after that the adapter looks for it first, and where it cannot look the row is `unknown`
(FACTS 5, 30).
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, update

from bot import line
from bot import tables as t
from bot.clock import Clock
from bot.db import Database, Row, Tx
from bot.deliveries import Delivery
from bot.errors import CausewayError, Denied, Gone, KeyGone, Limited, PlatformError, Revoked, Unreachable
from bot.freeze import frozen
from bot.meeting import UNMET, Meetings
from bot.outbox import Outbox
from bot.people import People
from bot.platforms.base import Adapter, Found, Sent

log = structlog.get_logger(__name__)

MAX_WAIT = timedelta(seconds=60)
LOOKS_ON = timedelta(minutes=10)  # how long after its deadline a post that may have left is still looked for
IDLE = 1.0  # seconds between looks when nothing wakes the loop
TAKEN_BACK = "taken_back"  # why a post waits that is only looked for; its withdrawal is what people read of
# Why a row waits whose last try may be under way; any other reason: it was not there a moment ago (`_in_a_minute`).
PASSING = ("", "unsure", Unreachable.reason, Limited.reason, Revoked.reason)
SPARE = 4  # what is claimed although all hands are full: something may have come that goes first
LINGER = 0.1  # seconds in which finished deliveries gather for one commit while others are still on the way


@dataclass(frozen=True)
class Fate:
    """What became of one try."""

    row: Row
    state: str
    reason: str = ""
    sent: Sent | None = None
    wait: timedelta = timedelta()
    certain: bool = True  # False: it may have left


class Sender:
    """The loop of one adapter's deliveries."""

    def __init__(self, db: Database, outbox: Outbox, people: People, clock: Clock, adapter: Adapter) -> None:
        self._db, self._outbox, self._people = db, outbox, people
        self._clock, self._adapter = clock, adapter
        self._meetings = Meetings(outbox, people)
        self._began = clock.now()
        self._awake = asyncio.Event()  # something is new, or enough is finished: a turn is worth its transaction
        self._stirred = asyncio.Event()  # something is finished
        self._running: set[asyncio.Task[Fate]] = set()
        self._finished = 0  # of those

    def wake(self) -> None:
        """There may be something to do."""
        self._awake.set()
        self._stirred.set()

    async def run(self) -> None:
        """Runs until cancelled. Rows that an earlier process left in `sending` are put back in line, unsure."""
        await self._recover()
        finished: list[Fate] = []
        try:
            while True:
                await self._turn(finished)
                finished = await self._wait()
        finally:
            await self._let_go()

    async def drain(self) -> None:
        """Runs until nothing is due any more (tests, the scripted rehearsal)."""
        await self._recover()
        finished: list[Fate] = []
        try:
            while await self._turn(finished) or self._running:
                finished = await self._wait()
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        """Whatever is on the wire stays `sending`: the next start looks for it."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()

    async def _recover(self) -> None:
        where = and_(t.delivery.c.platform == self._adapter.name, t.delivery.c.state == "sending")
        async with self._db.write() as tx:
            await tx.run(update(t.delivery).where(where).values(state="queued", reason="unsure"))
            for first in await tx.all(line.FIRST_TURNS, p=self._adapter.name):
                self._outbox.turns.passed(self._adapter.name, first.turn)

    async def _turn(self, finished: Sequence[Fate]) -> int:
        """One transaction: marks what finished, claims what is due. Returns how many were started."""
        self._awake.clear()
        self._stirred.clear()
        revoked = any(fate.reason == Revoked.reason for fate in finished)
        free = 0 if revoked else self._free()
        async with self._db.write() as tx:
            now = self._clock.now()
            await self._mark(tx, finished, now)
            rows = await self._claim(tx, free, now) if free > 0 else []
            ready = [(row, await self._open(tx, row)) for row in rows]
        if revoked:
            raise Revoked
        for row, (delivery, taken_back) in ready:
            task = asyncio.create_task(self._try(row, delivery, taken_back), name=f"deliver {row.id}")
            task.add_done_callback(self._note_finished)
            self._running.add(task)
        return len(ready)

    def _free(self) -> int:
        """How many more may be on the way; with all hands full a few all the same, up to twice as many."""
        most, busy = self._adapter.in_flight, len(self._running)
        return most - busy if busy < most else min(SPARE, 2 * most - busy)

    def _note_finished(self, _task: asyncio.Task[Fate]) -> None:
        self._finished += 1
        self._stirred.set()
        if self._finished >= min(len(self._running), self._adapter.in_flight // 4 or 1):
            self._awake.set()

    async def _wait(self) -> list[Fate]:
        """Until something is new or finished. What finishes together is marked together: a turn is one commit."""
        with suppress(TimeoutError):  # not `wait_for`: on 3.11 it swallows a cancellation that comes with the event
            async with asyncio.timeout(IDLE):
                await self._stirred.wait()
            async with asyncio.timeout(LINGER):
                await self._awake.wait()
        finished = [task for task in self._running if task.done()]
        self._running.difference_update(finished)
        self._finished = 0
        return [task.result() for task in finished]

    async def _claim(self, tx: Tx, most: int, now: datetime) -> list[Row]:
        stopped = await frozen(tx) is not None
        rows = await tx.all(line.DUE, p=self._adapter.name, n=now, most=most, open=int(not stopped))
        late = [row for row in rows if _is_late(row, now) and not self._is_looked_for(row, now)]
        for row in late:
            await self._mark_late(tx, row, now)
        old = [row for row in rows if row.kind == "tally" and await self._is_outdated(tx, row)]
        for row in old:
            await tx.run(update(t.delivery).where(t.delivery.c.id == row.id).values(state="withdrawn", done_at=now))
        rows = [row for row in rows if row not in late and row not in old]
        await tx.run(line.CLAIM, [{"row": row.seq, "now": now} for row in rows])
        return [replace_row(row, claimed_at=row.claimed_at, tried_at=now) for row in rows]

    @staticmethod
    async def _is_outdated(tx: Tx, row: Row) -> bool:
        """A sum whose first try failed while a newer text was written: sent now, it would bring the old text back."""
        return await tx.one(line.LATER, s=row.subject, c=row.channel, after=row.seq) is not None

    def _is_looked_for(self, row: Row, now: datetime) -> bool:
        """Whether it is too late to post it, and not to find out whether it had left in time."""
        may_stand = row.kind == "post" and row.claimed_at is not None
        return bool(may_stand and now < max(row.expires_at, self._began) + LOOKS_ON)

    async def _mark_late(self, tx: Tx, row: Row, now: datetime) -> None:
        # It may have left before (claimed_at): then nobody knows, and a person decides.
        state = "unknown" if row.claimed_at is not None else "expired"
        where = t.delivery.c.id == row.id
        await tx.run(update(t.delivery).where(where).values(state=state, done_at=now, private=None))
        if row.kind == "meet":
            await self._meetings.relay(tx, row, state, now)

    async def _open(self, tx: Tx, row: Row) -> tuple[Delivery | Fate, bool]:
        """The row for the adapter (or what becomes of it when it cannot be opened), and whether it was taken back."""
        try:
            delivery = await self._outbox.open(row)
        except KeyGone:
            return Fate(row, "withdrawn", "erased"), False
        except Exception:
            # One damaged row must not stand in the way of all others.
            log.exception("a delivery cannot be opened", delivery=row.id)
            return Fate(row, "failed", PlatformError.reason), False
        if row.kind == "meet":
            accounts = await self._meetings.accounts(tx, row)
            return (replace(delivery, accounts=accounts) if accounts else Fate(row, "failed", "closed")), False
        if row.kind == "post" and row.claimed_at is not None and row.channel:
            return delivery, await tx.one(line.TAKEN_BACK, s=row.subject, c=row.channel) is not None
        if row.kind not in {"edit", "redact", "tally"}:
            return delivery, False
        found = await tx.all(line.TARGETS, s=row.subject, c=row.channel)
        first = [one.id for one in found if one.delivery == found[0].delivery] if found else []
        targets = tuple(one.id for one in found) if row.kind == "redact" else tuple(first)
        return replace(delivery, targets=targets), False

    async def _try(self, row: Row, delivery: Delivery | Fate, taken_back: bool) -> Fate:
        if isinstance(delivery, Fate):
            return delivery
        if delivery.kind not in {"post", "direct", "meet"} and not delivery.targets:
            return Fate(row, "failed", "never_there")
        try:
            return await self._deliver(row, delivery, taken_back)
        except PlatformError as error:
            if type(error) is Denied and delivery.kind == "post" and delivery.tried_at is not None and not error.begun:
                return await self._find_out(row, delivery, error)
            return self._judge(row, delivery, error)
        except CausewayError as error:
            return Fate(row, "failed", error.key[:60])
        except Exception:
            # The loop must outlive a fault in one message; the row says so and the log has the trace.
            log.exception("delivery failed", delivery=row.id)
            return self._judge(row, delivery, Unreachable())

    async def _deliver(self, row: Row, delivery: Delivery, taken_back: bool) -> Fate:
        too_old, late = self._too_old(delivery), _is_late(row, row.tried_at)
        if too_old or taken_back or late:
            try:
                found = await self._adapter.find(delivery)
            except Unreachable as away:
                return self._look_later(row, delivery, away)
            if isinstance(found, Sent):
                return Fate(row, "sent", sent=found)
            if found is Found.NOT_THERE and taken_back:
                return Fate(row, "withdrawn") if row.reason == TAKEN_BACK else _in_a_minute(row, TAKEN_BACK)
            if found is Found.NOT_THERE and late:
                # The last try may still be under way at the platform: told as too late when it cannot be any longer.
                settled = _is_late(row, row.tried_at - MAX_WAIT)
                return Fate(row, "expired") if settled else _in_a_minute(row, "unsure")
            if found is Found.CANNOT_KNOW and (too_old or late):
                return Fate(row, "unknown", "unsure")
        return Fate(row, "sent", sent=await self._adapter.deliver(delivery))

    async def _find_out(self, row: Row, delivery: Delivery, error: Denied) -> Fate:
        """The right was lost after a try whose answer was lost: where we may still read, that says whether it came."""
        try:
            found = await self._adapter.find(delivery)
        except Unreachable as away:
            return self._look_later(row, delivery, away)
        except Revoked as dead:
            return self._judge(row, delivery, dead)
        except PlatformError:
            found = Found.CANNOT_KNOW
        except Exception:
            # As in `_try`: the loop outlives it, and a person is asked to look.
            log.exception("looking for a delivery failed", delivery=row.id)
            found = Found.CANNOT_KNOW
        if isinstance(found, Sent):
            return Fate(row, "sent", sent=found)
        if found is Found.CANNOT_KNOW:
            return Fate(row, "unknown", "unsure")
        settled = row.reason == error.reason
        return Fate(row, "failed", error.reason) if settled else _in_a_minute(row, error.reason)

    def _look_later(self, row: Row, delivery: Delivery, away: Unreachable) -> Fate:
        """Looking failed and nothing was tried meanwhile: what a row waited for once it need not wait for again."""
        fate = self._judge(row, delivery, away)
        return fate if row.reason in PASSING else replace(fate, reason=row.reason)

    def _too_old(self, delivery: Delivery) -> bool:
        if delivery.tried_at is None or delivery.kind not in {"post", "direct", "meet"}:
            return False
        if delivery.kind == "meet":
            return True  # no platform knows a delivery id for making a place: it is always looked for
        return self._clock.now() - delivery.tried_at > self._adapter.remembers

    def _judge(self, row: Row, delivery: Delivery, error: PlatformError) -> Fate:
        if isinstance(error, Gone) and delivery.kind in {"edit", "tally"}:
            return Fate(row, "removed", error.reason)
        if isinstance(error, Gone) and delivery.kind == "redact":
            return Fate(row, "sent", sent=Sent(()))
        if isinstance(error, Denied) and delivery.kind == "direct" and error.reason == "closed":
            return Fate(row, "kept", error.reason)
        none_left = delivery.tried_at is None and not error.begun
        if isinstance(error, Limited):
            wait = timedelta(seconds=error.retry_after)
            return Fate(row, "queued", error.reason, wait=wait, certain=none_left)
        if isinstance(error, Revoked):
            return Fate(row, "queued", error.reason, certain=none_left)
        if isinstance(error, Unreachable) or error.reason == "unsure":
            return Fate(row, "queued", error.reason, wait=_back_off(row.tries), certain=False)
        if type(error) is Denied and delivery.kind == "post" and error.begun:
            # The right was lost between two parts: a person must look.
            return Fate(row, "unknown", "unsure")
        return Fate(row, "failed", error.reason)

    async def _mark(self, tx: Tx, fates: Sequence[Fate], now: datetime) -> None:
        await tx.run(line.MARK, [_marks(fate, now) for fate in fates])
        sent = [fate for fate in fates if fate.sent is not None and fate.row.kind != "redact"]
        await tx.run(line.REMEMBER, [one for fate in sent for one in self._memories(fate.row, fate.sent, now)])
        for fate in fates:
            self._outbox.turns.passed(fate.row.platform, fate.row.turn)
            if fate.state == "removed":
                await self._outbox.mark_removed(tx, fate.row.subject, fate.row.channel, now)
            if fate.row.kind == "meet" and fate.state in UNMET:
                await self._meetings.relay(tx, fate.row, fate.state, now)

    def _memories(self, row: Row, sent: Sent | None, now: datetime) -> list[dict[str, object]]:
        assert sent is not None
        private = row.kind in {"direct", "meet"}
        address = self._people.keyring.index("room", sent.address) if private else row.address
        tokens = json.dumps(list(sent.tokens))
        return [
            {
                "platform": row.platform, "address": address, "id": one, "delivery": row.id, "subject": row.subject,
                "channel": row.channel, "part": part, "tokens": tokens, "sent_at": now,
            }
            for part, one in enumerate(sent.ids)
        ]  # fmt: skip


def _is_late(row: Row, now: datetime) -> bool:
    return row.expires_at is not None and bool(row.expires_at <= now)


def _in_a_minute(row: Row, reason: str) -> Fate:
    """What is not there may be under way at the platform still: looked for again when it cannot be any longer.

    The reason tells then that it was waited for.
    """
    return Fate(row, "queued", reason, wait=MAX_WAIT, certain=False)


def _marks(fate: Fate, now: datetime) -> dict[str, object]:
    ended = fate.state != "queued"
    # What certainly did not leave starts afresh; what may have left keeps the time of its first try.
    claimed = None if fate.certain and not ended else (fate.row.claimed_at or fate.row.tried_at)
    return {
        "row": fate.row.seq, "s": fate.state, "why": fate.reason, "due": now + fate.wait,
        "done": now if ended else None, "claimed": claimed,
        "inside": None if ended and fate.state != "kept" else fate.row.private,
    }  # fmt: skip


def replace_row(row: Row, **values: object) -> Row:
    """The row with some columns changed."""
    return Row(**{**vars(row), **values})


def _back_off(tries: int) -> timedelta:
    """1, 2, 4 .. 60 seconds, each with up to a third of jitter so that many rows do not knock at once."""
    seconds = min(2.0 ** min(tries, 6), MAX_WAIT.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.67, 1.0))


def wake_all(senders: Sequence[Sender]) -> Callable[[], None]:
    """One function that wakes every sender, for `Outbox.wake`."""

    def wake() -> None:
        for sender in senders:
            sender.wake()

    return wake
