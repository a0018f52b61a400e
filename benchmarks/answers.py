"""Answers to a check-in through the core: the form is opened by a press, and its page is handed in.

Both come at a fixed rate whether or not the last one is done (an open loop), so waiting counts: latency is from the
moment an answer was due to the moment its receipt could be shown, which is after its commit.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.press import PLACE, bot_with, call_with_answers, latency
from bot.app import App
from bot.platforms.base import Act
from cogs.checkins import store

TITLE = "Answers to a check-in through the core at 200/s: opening the form, and the sealed answer committed"
FIELDS = {"who": "members", "subject": "October", "template": "short", "questions": "", "days": "3"}
SAID = {"q1": "yes", "q2": "The snacks", "q3": "Start earlier", "quote": "no"}
_events = count(1)


async def run(rate: int = 200, seconds: int = 5) -> dict[str, Any]:
    """Milliseconds p50 and p99 and CPU milliseconds each, of everybody's first answer and of their change of it."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / name}" for name in ("main.db", "keys.db")]
        async with bot_with(*urls) as app:
            await call_with_answers(app)
            code, people = await _opened(app), rate * seconds
            figures: dict[str, Any] = {"rate": rate, "people": people}
            for turn in ("first", "again"):
                forms: dict[int, str] = {}
                figures[f"{turn}_open"] = await _at(rate, people, partial(_open, app, code, forms))
                figures[f"{turn}_answer"] = await _at(rate, people, partial(_answer, app, forms))
            async with app.core.db.read() as tx:
                rows = int(await tx.value(select(func.count()).select_from(store.checkin_answer)))
    assert rows == people, f"{people} people read that their answer is kept, {rows} are"
    return figures


def _act(person: str) -> Act:
    return Act("forms", person, PLACE, f"a{next(_events)}", "en", manages=person == "sender")


async def _opened(app: App) -> str:
    form = (await app.core.runner.command(_act("sender"), "checkins.open", {})).form
    assert form is not None
    await app.core.runner.submit(_act("sender"), form.token, FIELDS)
    async with app.core.db.read() as tx:
        [row] = await tx.all(store.SYSTEM.select(store.checkin))
    return str(row.code)


async def _open(app: App, code: str, forms: dict[int, str], number: int) -> None:
    form = (await app.core.runner.command(_act(f"p{number}"), "checkins.answer", {"code": code})).form
    assert form is not None
    forms[number] = form.token


async def _answer(app: App, forms: dict[int, str], number: int) -> None:
    outcome = await app.core.runner.submit(_act(f"p{number}"), forms[number], SAID)
    assert outcome.says, outcome.form


async def _at(rate: int, people: int, one: Callable[[int], Awaitable[None]]) -> dict[str, float]:
    times, start, cpu = list[float](), time.perf_counter(), time.process_time()

    async def act(number: int, due: float) -> None:
        await one(number)
        times.append((time.perf_counter() - due) * 1000)

    async with asyncio.TaskGroup() as group:
        for number in range(people):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(act(number, due))
    spent, took = time.process_time() - cpu, time.perf_counter() - start
    return {
        **latency(times), "cpu_ms": round(spent / people * 1000, 3), "achieved_per_s": round(people / took, 1),
    }  # fmt: skip
