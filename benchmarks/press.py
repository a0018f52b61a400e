"""What an answer to a call costs: the gate, a sealed row, two tallies and the sum, committed before it is confirmed.

Presses come at a fixed rate whether or not the last one is done (an open loop), so waiting counts: latency is from the
moment a press was due to the moment its answer could be shown.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import select

from bot import tables as t
from bot.app import App, build_core
from bot.cards import Card, Outcome
from bot.platforms.base import Act
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from bot.spaces import Place
from tests.rigs import postgres

TITLE = "A press with gate, sealed value and sum: latency at 200/s and 400/s, on SQLite and on PostgreSQL"
RATES = (200, 400)
SPACE = "server"
PLACE = Place("forms", SPACE, f"{SPACE}/calls")
_events = count(1)


async def run(
    seconds: int = 5, people: int = 300, databases: str = "sqlite,postgresql", places: int = 0
) -> dict[str, Any]:
    """Milliseconds from due to durable (p50, p99), CPU milliseconds a press, for each database and rate.

    `places`: how many the call has; 0: no limit.
    """
    figures: dict[str, Any] = {"seconds": seconds, "people": people, "places": places}
    if "sqlite" in databases:
        with tempfile.TemporaryDirectory() as folder:
            urls = [f"sqlite:///{Path(folder) / name}" for name in ("main.db", "keys.db")]
            figures["sqlite"] = await _on(urls, seconds, people, places)
    if "postgresql" in databases:
        server = postgres.start()
        try:
            urls = [await server.new_database() for _ in range(2)]
            figures["postgresql"] = await _on(urls, seconds, people, places)
        finally:
            server.stop()
    return figures


async def _on(urls: list[str], seconds: int, people: int, places: int) -> dict[str, Any]:
    async with bot_with(*urls) as app:
        tokens = await call_with_answers(app, places)
        figures: dict[str, Any] = {"first_answer": await _first_answers(app, tokens, people)}
        for rate in RATES:
            figures[f"at_{rate}"] = await _at(app, tokens, rate, seconds, people)
        return figures


@asynccontextmanager
async def bot_with(url: str, keys: str) -> AsyncIterator[App]:
    """The bot on the rehearsal with one server, not running."""
    core = await build_core(url, keys, b"b" * 32)
    world = World()
    world.add_space(SPACE, "Riverside", "forms", ("calls", "desk"))
    app = App(core, [partial(RehearsalAdapter, world=world, style="forms")])
    try:
        yield app
    finally:
        await app.close()


def _act(person: str) -> Act:
    return Act("forms", person, PLACE, f"e{next(_events)}", "en", manages=person == "sender")


async def call_with_answers(app: App, places: int = 0) -> list[str]:
    """An organization that sent a call to action through the front door; the tokens of its three answers."""
    core, now = app.core, app.core.clock.now()
    async with core.db.write() as tx:
        made = await core.spaces.add(tx, "Riverside Tenants", now)
        own = await core.spaces.connect(tx, made.id, PLACE, "Riverside", now)
        for purpose in ("calls", "moderators"):
            await core.spaces.set_channel(tx, own, purpose, f"{SPACE}/{purpose}", purpose, "en")
    begun = await core.runner.command(_act("sender"), "alerts.new", {})
    assert begun.form is not None
    fields = {"what": "Pack the school board", "ask": "Bring a sign.", "when": "tomorrow at 5pm", "where": "12 Main St"}
    written = await core.runner.submit(_act("sender"), begun.form.token, fields)
    if places:
        asked = await core.runner.press(_act("sender"), _token(written, "Places"))
        assert asked.form is not None
        written = await core.runner.submit(_act("sender"), asked.form.token, {"number": str(places)})
    await core.runner.press(_act("sender"), _token(written, "Send"))
    async with core.db.read() as tx:
        text = await tx.value(select(t.delivery.c.card).where(t.delivery.c.kind == "post"))
    return [one.token for one in Card.from_json(text).choices[:3]]


def _token(outcome: Outcome, label: str) -> str:
    return next(one.token for say in outcome.says for one in say.card.choices if one.label == label)


async def _first_answers(app: App, tokens: list[str], people: int) -> dict[str, float]:
    """Everybody's first press makes a person, an account and a key that is durable before it is used."""
    times = []
    for number in range(people):
        started = time.perf_counter()
        await app.core.runner.press(_act(f"p{number}"), tokens[number % 3])
        times.append((time.perf_counter() - started) * 1000)
    return latency(times)


async def _at(app: App, tokens: list[str], rate: int, seconds: int, people: int) -> dict[str, float]:
    chance, times, errors = random.Random(rate), list[float](), 0
    start, cpu = time.perf_counter(), time.process_time()

    async def press(due: float) -> None:
        nonlocal errors
        outcome = await app.core.runner.press(_act(f"p{chance.randrange(people)}"), chance.choice(tokens))
        times.append((time.perf_counter() - due) * 1000)
        errors += outcome.refused or not outcome.says

    async with asyncio.TaskGroup() as group:
        for number in range(rate * seconds):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(press(due))
    spent, took = time.process_time() - cpu, time.perf_counter() - start
    figures = latency(times)
    return {**figures, "achieved_per_s": round(len(times) / took, 1), "cpu_ms": round(spent / len(times) * 1000, 3),
            "errors": errors}  # fmt: skip


def latency(times: list[float]) -> dict[str, float]:
    """p50, p99 and the longest of some milliseconds."""
    cuts = quantiles(times, n=100)
    return {"p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2), "max_ms": round(max(times), 2)}
