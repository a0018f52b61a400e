"""The due row of the next seal: one, however often it is planned."""

from __future__ import annotations

from datetime import datetime

from bot import tables as t
from bot.db import Tx
from bot.feature import Scope, new_id
from cogs.auditing.rules import next_seal

JOB = "auditing.seal"
_OURS = Scope(system=True)


async def plan(tx: Tx, now: datetime) -> None:
    """A row for the next Monday, unless one is waiting. After an outage the late one is done once, then the next."""
    c = t.due.c
    waiting = _OURS.select(t.due, c.id).where(c.job == JOB, c.state == "waiting", c.due_at > now)
    if await tx.one(waiting) is None:
        await tx.run(
            _OURS.insert(t.due), id=new_id(), job=JOB, subject="week", args="{}", policy="late", state="waiting",
            tries=0, due_at=next_seal(now),
        )  # fmt: skip
