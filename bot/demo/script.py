"""Plays the walk without a browser, and reads back from the database whether it happened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from bot import tables as t
from bot.db import Tx, metadata
from bot.demo.acts import BadAct
from bot.demo.hands import Astray, Walk
from bot.demo.stage import BotAway, Stage
from bot.demo.walk import BEATS, Beat

PATIENCE = 60  # seconds for one beat
ARRIVED = ("sent", "removed")  # a copy that its receivers removed had arrived


@dataclass(frozen=True)
class Result:
    """What the database holds at the end (`counts`), what the script did (`did`), and where it went astray, if so."""

    counts: dict[str, int]
    did: Mapping[str, int]
    seconds: float
    astray: str = ""

    @property
    def right(self) -> bool:
        """Whether every count is what the script did."""
        return not self.astray and all(self.counts[name] == self.did[name] for name in self.counts)

    def to_json(self) -> dict[str, Any]:
        """Every count by its name, `deliveries {sent, failed}` together, and `seconds`."""
        plain = {name: n for name, n in self.counts.items() if name not in {"sent", "failed"}}
        deliveries = {name: self.counts[name] for name in ("sent", "failed")}
        return {**plain, "deliveries": deliveries, "seconds": round(self.seconds, 2)}


async def play(stage: Stage, language: str, tell: Callable[[str, str], None]) -> Result:
    """All beats in order; `tell(name, sentence)` is called before each."""
    walk, started, astray, words = Walk(stage, language), time.monotonic(), "", stage.core.words
    for one in BEATS:
        tell(one.name, words.label(language, f"demo.beat.{one.name}"))
        astray = await play_one(one, walk)
        for name, values in walk.findings:
            tell(one.name, words.label(language, f"demo.found.{name}", **values))
        walk.findings.clear()
        if astray:
            break
    if not stage.alive:
        await stage.start()
    async with stage.core.db.read() as tx:
        counts = await count(tx)
    return Result(counts, walk.did, time.monotonic() - started, astray)


async def play_one(beat: Beat, walk: Walk) -> str:
    """What went astray in a beat, or nothing."""
    try:
        async with asyncio.timeout(PATIENCE):
            await beat.play(walk)
    except TimeoutError:
        return f"{beat.name}: {PATIENCE} s"
    except (Astray, BadAct, BotAway) as found:
        return f"{beat.name}: {found}"
    return ""


async def count(tx: Tx) -> dict[str, int]:
    """The counts, from the tables."""
    calls, given, checkins = (metadata.tables[name] for name in ("alert", "alert_answer", "checkin"))
    offers = metadata.tables["welcome_handoff"]
    copies = (
        select(t.delivery.c.state, func.count().label("n"))
        .join(calls, calls.c.id == t.delivery.c.subject)
        .where(t.delivery.c.kind == "post")
        .group_by(t.delivery.c.state)
    )
    states = {row.state: row.n for row in await tx.all(copies)}
    return {
        "spaces": await _rows(tx, t.space),
        "alerts": await _rows(tx, calls),
        "answers": await _rows(tx, given),
        "checkins": await _rows(tx, checkins),
        "assessments": await _rows(tx, checkins, checkins.c.debrief != ""),
        "newcomers": await _rows(tx, metadata.tables["welcome_case"]),
        "handed_off": await _rows(tx, offers, offers.c.claimed_at.is_not(None)),
        "introduced": await _rows(tx, offers, offers.c.introduced_at.is_not(None)),
        "sent": sum(states.get(one, 0) for one in ARRIVED),
        "failed": states.get("failed", 0),
    }


async def _rows(tx: Tx, table: Table, *where: ColumnElement[bool]) -> int:
    return int(await tx.value(select(func.count()).select_from(table).where(*where)))
