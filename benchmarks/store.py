"""What a press costs in the store: our door against SQLAlchemy's own async engine on the same statements and file, and
sixteen that come at once, each with a COMMIT of its own and with one for all."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, bindparam, event, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.db import Database, Tx
from bot.drivers import PRAGMAS

TITLE = "A press in the store: four statements and a commit, against SQLAlchemy's async engine"

CROWD = 16  # presses at once
SLOW = 0.005  # s of a COMMIT on a card or a busy rented disk

table = Table(
    "bench",
    MetaData(),
    Column("id", String(40), primary_key=True),
    Column("n", Integer, nullable=False),
    Column("made_at", BigInteger),
)
FIND = select(table).where(table.c.id == bindparam("i"))
ADD = update(table).where(table.c.id == bindparam("i")).values(n=table.c.n + 1)


async def run(presses: int = 1000, **_options: Any) -> dict[str, Any]:
    """CPU and wall milliseconds a press, both ways, and their ratio; wall milliseconds of one of many at once.

    `slow`: where a COMMIT takes 5 ms longer than here.
    """
    with tempfile.TemporaryDirectory() as folder:
        ours = await _ours(Path(folder) / "ours.db", presses)
        theirs = await _theirs(Path(folder) / "theirs.db", presses)
        crowd = await _crowd(Path(folder) / "crowd.db", presses)
    return {
        "presses": presses,
        "cpu_ms": round(ours[0], 3),
        "wall_ms": round(ours[1], 3),
        "engine_cpu_ms": round(theirs[0], 3),
        "engine_wall_ms": round(theirs[1], 3),
        "cpu_ratio": round(ours[0] / theirs[0], 2),
        **crowd,
    }


async def _timed(one: Callable[[], Awaitable[None]], times: int) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(times):
        await one()
    return (time.process_time() - cpu) / times * 1000, (time.perf_counter() - wall) / times * 1000


async def _opened(path: Path) -> Database:
    db = Database(f"sqlite:///{path}")
    await db.open()
    async with db.write() as tx:
        await tx.script("CREATE TABLE bench (id TEXT PRIMARY KEY, n INTEGER NOT NULL, made_at BIGINT)")
        await tx.run(insert(table), id="a", n=0)
    return db


async def _press(write: Callable[[], AbstractAsyncContextManager[Tx]]) -> None:
    async with write() as tx:
        await tx.one(FIND, i="a")
        await tx.one(FIND, i="b")
        await tx.run(ADD, i="a")
        await tx.one(FIND, i="a")


async def _ours(path: Path, times: int) -> tuple[float, float]:
    db = await _opened(path)
    figures = await _timed(lambda: _press(db.write), times)
    await db.close()
    return figures


async def _crowd(path: Path, times: int) -> dict[str, float]:
    """Wall milliseconds a press of sixteen at once: one by one and together, on this disk and on a slow one."""
    db, found = await _opened(path), {}
    for disk, wait in (("", 0.0), ("_slow", SLOW)):
        _slow_down(db, wait)
        for name, write in (("one_by_one", db.write), ("together", db.write_together)):
            many = await _timed(partial(_at_once, write), max(1, times // CROWD))
            found[f"{name}{disk}_ms"] = round(many[1] / CROWD, 3)
    await db.close()
    return found


async def _at_once(write: Callable[[], AbstractAsyncContextManager[Tx]]) -> None:
    await asyncio.gather(*(_press(write) for _ in range(CROWD)))


def _slow_down(db: Database, seconds: float) -> None:
    driver = db._writer
    assert driver is not None
    commit = type(driver).commit

    async def slow() -> None:
        if seconds:
            await asyncio.sleep(seconds)
        await commit(driver)

    driver.commit = slow  # type: ignore[method-assign]


def _engine(path: Path) -> AsyncEngine:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def _open(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def _theirs(path: Path, times: int) -> tuple[float, float]:
    engine = _engine(path)
    async with engine.begin() as connection:
        await connection.run_sync(table.metadata.create_all)
        await connection.execute(insert(table), {"id": "a", "n": 0})

    async def press() -> None:
        async with engine.begin() as connection:
            await connection.execute(FIND, {"i": "a"})
            await connection.execute(FIND, {"i": "b"})
            await connection.execute(ADD, {"i": "a"})
            await connection.execute(FIND, {"i": "a"})

    figures = await _timed(press, times)
    await engine.dispose()
    return figures
