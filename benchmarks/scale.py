"""One process with thousands of spaces and many answers: memory, database, and a press while a broadcast runs."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.press import PLACE, bot_with, call_with_answers, latency
from benchmarks.rigs import TEXT, add_organizations, progress
from bot.app import App
from bot.cards import Card
from bot.deliveries import Copy
from bot.platforms.base import Act
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.words import Md

TITLE = "5,000 spaces and many answers in one process: memory, database, a press while a broadcast runs"

EACH = 10  # spaces of one organization


async def run(spaces: int = 1000, answers: int = 5000, rate: int = 20, **_options: Any) -> dict[str, Any]:
    """MB of memory and of the database, seconds of a broadcast to all spaces, p99 of presses alone and beside it.

    By hand: `--spaces 5000 --answers 100000`. The platform is the rehearsal, which costs nothing: what is left is ours.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("main.db", "keys.db")]
        async with bot_with(*(f"sqlite:///{one}" for one in files)) as app:
            tokens = await call_with_answers(app)
            progress(f"{spaces} spaces")
            await _add_spaces(app, spaces)
            progress(f"{answers} answers")
            filled = await _answer(app, tokens, answers)
            await app.core.db.checkpoint()
            size, memory = sum(one.stat().st_size for one in files), _memory()
            alone = await _press(app, tokens, rate, 5.0, answers)
            progress("presses beside a broadcast")
            started = time.perf_counter()
            broadcast = asyncio.create_task(_broadcast(app))
            beside = await _press(app, tokens, rate, 10.0, answers, until=broadcast)
            await broadcast
            took = time.perf_counter() - started
    return {
        "spaces": spaces, "answers": answers, "answers_per_s": filled, "memory_mb": memory,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "database_mb": round(size / 1e6, 1), "bytes_an_answer": round(size / answers), "broadcast_s": round(took, 1),
        "press_p99_ms": alone["p99_ms"], "press_p99_beside_broadcast_ms": beside["p99_ms"],
    }  # fmt: skip


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


async def _add_spaces(app: App, spaces: int) -> None:
    adapter = app.adapters[0]
    assert isinstance(adapter, RehearsalAdapter)
    places = []
    for number in range(spaces):
        adapter.world.add_space(f"s{number}", f"Space {number}", "forms", ("calls",))
        places.append((f"s{number}", f"s{number}/calls"))
    for first in range(0, spaces, 200):
        some = places[first : first + 200]
        await add_organizations(app.core, "forms", some, first=first // EACH, each=EACH)


async def _answer(app: App, tokens: list[str], answers: int) -> float:
    """So many people answer, a few at a time; answers a second."""
    started, gate = time.perf_counter(), asyncio.Semaphore(16)

    async def one(number: int) -> None:
        async with gate:
            await app.core.runner.press(_act(number, "first"), tokens[number % 3])

    for first in range(0, answers, 1000):
        await asyncio.gather(*map(one, range(first, min(first + 1000, answers))))
        if first % 10_000 == 0 and first:
            progress(f"{first} answered")
    return round(answers / (time.perf_counter() - started), 1)


async def _press(
    app: App, tokens: list[str], rate: int, seconds: float, people: int, until: asyncio.Task[None] | None = None
) -> dict[str, float]:
    """Presses of people who answered before, at a fixed rate; at most so many seconds, and while `until` runs."""
    chance, times, start = random.Random(rate), list[float](), time.perf_counter()

    async def press(due: float, number: int) -> None:
        await app.core.runner.press(_act(chance.randrange(people), f"{start} {number}"), chance.choice(tokens))
        times.append((time.perf_counter() - due) * 1000)

    async with asyncio.TaskGroup() as group:
        for number in range(round(rate * seconds)):
            if until is not None and until.done() and number > rate:
                break
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(press(due, number))
    return latency(times)


_act_at = partial(Act, "forms", place=PLACE, language="en")


def _act(person: int, event: str) -> Act:
    return _act_at(f"p{person}", event=f"p{person} {event}")


async def _broadcast(app: App) -> None:
    core = app.core
    async with core.db.write() as tx:
        channels = await core.spaces.channels(tx, "calls")
    for first in range(0, len(channels), 100):
        copies = [Copy(channel, Card(Md(TEXT))) for channel in channels[first : first + 100]]
        async with core.db.write() as tx:
            await core.outbox.post_all(tx, copies, subject="B-1", now=core.clock.now())
    await app.senders[0].drain()
