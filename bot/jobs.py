"""Due work: rows with a moment. APScheduler only ticks; what is due is a query, so an outage is caught up in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import bindparam, select, update

from bot import tables as t
from bot.clock import Clock
from bot.db import Database, Reader, Row
from bot.feature import Call, Feature, Services

log = structlog.get_logger(__name__)

LATE = timedelta(minutes=15)  # work with the policy `skip` that is later than this is not done any more
MAX_TRIES = 5
_DUE = (
    select(t.due)
    .where(t.due.c.state == "waiting", t.due.c.due_at <= bindparam("now"))
    .order_by(t.due.c.due_at)
    .limit(50)
)
_STILL = select(t.due.c.id).where(t.due.c.id == bindparam("row"), t.due.c.state == "waiting")

Tick = Callable[[], Awaitable[object]]


class Jobs:
    """Runs due rows, each in a transaction of its own, each once."""

    def __init__(self, db: Database, services: Services, features: Sequence[Feature], clock: Clock) -> None:
        self._db, self._services, self._clock = db, services, clock
        self._running = asyncio.Lock()  # the tick and a rehearsal's trainer may both ask: a row is still done once
        self._jobs = {f"{feature.name}.{name}": run for feature in features for name, run in feature.jobs.items()}
        self._before = {f"{feature.name}.{name}": look for feature in features for name, look in feature.before.items()}

    async def run_due(self) -> int:
        """Does everything that is due now, in order; how many rows were done."""
        async with self._running:
            return await self._run_due()

    async def _run_due(self) -> int:
        done = 0
        while True:
            async with self._db.read() as tx:
                rows = await tx.all(_DUE, now=self._clock.now())
            if not rows:
                return done
            for row in rows:
                await self._one(row)
                done += 1

    async def _one(self, row: Row) -> None:
        now = self._clock.now()
        if row.policy == "skip" and now - row.due_at > LATE:
            await self._mark(row, "skipped", now)
            return
        try:
            given = {**json.loads(row.args), **await self._look(row, now)}
            async with self._db.write() as tx:
                if await tx.one(_STILL, row=row.id) is None:
                    return  # taken back, or done, since it was read
                call = Call(self._services, row.job.split(".")[0], tx, now)
                await self._jobs[row.job](call, row.subject, **given)
                await call.keep_choices()
                await tx.run(update(t.due).where(t.due.c.id == row.id).values(**_ended("done", now)))
            for later in call.after_commit:
                await later()
        except Exception:
            # One job that fails must not stop the others; it is tried again, then left as failed for a person.
            log.exception("due work failed", job=row.job)
            await self._retry(row, now)

    async def _look(self, row: Row, now: datetime) -> Mapping[str, Any]:
        """What takes long is worked out before the transaction; a kill in between leaves the row as it was."""
        if row.job not in self._before:
            return {}
        call = Call(self._services, row.job.split(".")[0], Reader(self._db), now)
        return {"found": await self._before[row.job](call, row.subject)}

    async def _mark(self, row: Row, state: str, now: datetime) -> None:
        async with self._db.write() as tx:
            await tx.run(update(t.due).where(t.due.c.id == row.id).values(**_ended(state, now)))

    async def _retry(self, row: Row, now: datetime) -> None:
        tries = row.tries + 1
        values: dict[str, Any] = {"tries": tries, "due_at": now + timedelta(seconds=30 * 2**tries)}
        if tries >= MAX_TRIES:
            values |= _ended("failed", now)
        async with self._db.write() as tx:
            await tx.run(update(t.due).where(t.due.c.id == row.id).values(**values))


def _ended(state: str, now: datetime) -> dict[str, Any]:
    """How work stands that is over. Its arguments go: they may name who has left or was erased meanwhile."""
    return {"state": state, "done_at": now, "args": "{}"}


def start_ticks(ticks: Sequence[tuple[Tick, float]]) -> AsyncIOScheduler:
    """A scheduler that calls each function every so many seconds; one that is still running is not called again."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for tick, seconds in ticks:
        scheduler.add_job(tick, "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None)
    scheduler.start()
    return scheduler
