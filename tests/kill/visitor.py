"""Somebody in the town: types lines, waits for what the bot says, looks into rooms. What every scene shares."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from bot import tables as t
from bot.app import build_core
from bot.core import Core
from bot.db import Database
from bot.spaces import Organization, Place
from tests.kill.bot import NAME, clock_in
from tests.kill.harness import Process, running

MASTER = b"m" * 32


class Visitor:
    """The town as people see it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def type(self, who: str, text: str, room: str = "", reply: str = "") -> None:
        """A line in the direct room, or in `room` (there perhaps as a reply to a message)."""
        given = {"who": who, "text": text, "room": room, "reply": reply}
        async with self._session.post("/type", json=given) as answer:
            answer.raise_for_status()

    async def until(self, start: str, n: int) -> None:
        """Waits until so many messages of the bot stand in the rooms whose names begin so."""
        async with self._session.get("/wait", params={"start": start, "n": n}) as answer:
            answer.raise_for_status()

    async def room(self, name: str) -> list[dict[str, Any]]:
        """What stands in a room."""
        async with self._session.get("/look", params={"room": name}) as answer:
            return list(await answer.json())


@asynccontextmanager
async def core_in(folder: Path) -> AsyncIterator[Core]:
    """The bot's databases, while no process has them."""
    url, keys = (f"sqlite:///{folder}/{name}" for name in ("main.db", "keys.db"))
    core = await build_core(url, keys, MASTER, clock=clock_in(folder))
    try:
        yield core
    finally:
        await core.keyring.close()
        await core.db.close()


async def connect(core: Core, word: str, purposes: Sequence[str] = ("calls", "moderators")) -> Organization:
    """An organization with a space of the town; its rooms are `<purpose>/<word>`."""
    now = core.clock.now()
    async with core.db.write() as tx:
        made = await core.spaces.add(tx, f"{word} Tenants", now, policy="auto", language="en")
        space = await core.spaces.connect(tx, made.id, Place(NAME, space=word), word, now)
        for purpose in purposes:
            await core.spaces.set_channel(tx, space, purpose, f"{purpose}/{word}", purpose, "en")
    return made


async def all_sent(folder: Path) -> None:
    """Waits until the bot noted that everything arrived: a reply to a card that it does not know yet is no press."""
    db = Database(f"sqlite:///{folder}/main.db")
    await db.open()
    try:
        while True:
            async with db.read() as tx:
                states = {row.state for row in await tx.all(select(t.delivery.c.state))}
            if states == {"sent"}:
                return
            await asyncio.sleep(0.1)
    finally:
        await db.close()


async def settled(folder: Path) -> None:
    """Waits until nothing is due any more: what comes later is not waited for."""
    db, clock = Database(f"sqlite:///{folder}/main.db"), clock_in(folder)
    await db.open()
    try:
        while await _is_busy(db, clock.now()):  # noqa: ASYNC110  another process's rows announce nothing
            await asyncio.sleep(0.1)
    finally:
        await db.close()


async def _is_busy(db: Database, now: datetime) -> bool:
    d, due = t.delivery.c, t.due.c
    async with db.read() as tx:
        going = await tx.all(select(d.id).where((d.state == "queued") & (d.due_at <= now) | (d.state == "sending")))
        return bool(going or await tx.all(select(due.id).where(due.state == "waiting", due.due_at <= now)))


@asynccontextmanager
async def town_with_bot(folder: Path) -> AsyncIterator[tuple[Visitor, Process]]:
    """The town and the bot, each a process; whoever is in it and the bot that is to be killed."""
    async with running("tests.kill.town") as town:
        address = f"http://127.0.0.1:{town.said}"
        async with running("tests.kill.bot", str(folder), address) as bot, aiohttp.ClientSession(address) as session:
            yield Visitor(session), bot
