"""One connection of either database: aiosqlite and asyncpg behind the same few calls."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import aiosqlite
import asyncpg
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg as postgres
from sqlalchemy.engine import make_url

from bot.errors import StoreError

# What every SQLite connection is opened with. FULL: an answered press survives a power cut (0.25 ms a commit).
# recursive_triggers: without it INSERT OR REPLACE walks past delete triggers (SECURITY 6.4).
PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
    "trusted_schema=OFF", "cell_size_check=ON", "recursive_triggers=ON", "busy_timeout=10000",
)  # fmt: skip
IN_A_ROW = 16  # statements of one connection in this thread before whoever else waits for it may go on


class Driver(Protocol):
    """One connection of either database. Parameters are by name."""

    dialect: Any

    async def fetch(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]: ...
    async def first(self, compiled: Any, params: Mapping[str, Any]) -> Mapping[str, Any] | None: ...
    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int: ...
    async def script(self, sql: str) -> None: ...
    async def close(self) -> None: ...

    begin: str

    @property
    def alive(self) -> bool: ...


class SqliteDriver:
    """aiosqlite. What may take long (many rows, a BEGIN that waits for others, a COMMIT that waits for the disk) is a
    hop into the connection's own thread.

    A statement about one row takes 20 to 50 µs and a hop 150, and a press had twenty of them: it runs here. One task
    has the connection at a time, so nothing else is under way on it (SQLite serializes besides).
    """

    dialect = sqlite.dialect(paramstyle="named")
    begin = "BEGIN IMMEDIATE"
    alive = True

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._in_a_row = 0

    @classmethod
    async def open(cls, path: str) -> SqliteDriver:
        """Opens (and makes) the file with mode 0600 before SQLite sees it: -wal and -shm get it too (SECURITY E4)."""
        if path != ":memory:":
            guard_file(Path(path))
        connection = await aiosqlite.connect(path, isolation_level=None, check_same_thread=False)
        connection.row_factory = aiosqlite.Row
        for pragma in PRAGMAS:
            await connection.execute(f"PRAGMA {pragma}")
        return cls(connection)

    async def fetch(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        rows = await self._connection.execute_fetchall(compiled.string, params)
        return [dict(row) for row in rows]

    async def first(self, compiled: Any, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
        cursor = await self._here(compiled.string, params)
        try:
            row = cursor.fetchone()
        finally:
            cursor.close()
        return None if row is None else dict(row)

    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int:
        if len(params) == 1:
            return (await self._here(compiled.string, params[0])).rowcount
        # The cursor is not closed: a statement without rows is over by now, and closing costs another hop.
        return (await self._connection.executemany(compiled.string, params)).rowcount

    async def _here(self, sql: str, params: Mapping[str, Any]) -> sqlite3.Cursor:
        self._in_a_row += 1
        if self._in_a_row % IN_A_ROW == 0:
            await asyncio.sleep(0)  # a transaction of a thousand of them lets everybody else go on
        return self._connection._conn.execute(sql, params)

    async def script(self, sql: str) -> None:
        await self._connection.execute(sql)

    async def close(self) -> None:
        await self._connection.close()


class PostgresDriver:
    """asyncpg; the driver prepares each statement once itself."""

    dialect = postgres.dialect()  # type: ignore[no-untyped-call]
    begin = "BEGIN"

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, url: str) -> PostgresDriver:
        """Connects to a `postgresql://` address."""
        return cls(await asyncpg.connect(url))

    @property
    def alive(self) -> bool:
        """Whether the line to the server stands; after a restart of the server it does not."""
        return not self._connection.is_closed()

    def _in_order(self, compiled: Any, params: Mapping[str, Any]) -> list[Any]:
        return [params[name] for name in compiled.positiontup]

    async def fetch(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        rows = await self._connection.fetch(compiled.string, *self._in_order(compiled, params))
        return [dict(row) for row in rows]

    async def first(self, compiled: Any, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
        row = await self._connection.fetchrow(compiled.string, *self._in_order(compiled, params))
        return None if row is None else dict(row)

    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int:
        if len(params) > 1:
            await self._connection.executemany(compiled.string, [self._in_order(compiled, one) for one in params])
            return len(params)
        status = await self._connection.execute(compiled.string, *self._in_order(compiled, params[0]))
        return int(status.rsplit(" ", 1)[-1]) if status[-1:].isdigit() else 0

    async def script(self, sql: str) -> None:
        await self._connection.execute(sql)

    async def close(self) -> None:
        await self._connection.close()


def guard_file(path: Path) -> None:
    """Makes `path` with mode 0600, or refuses one that others can read."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    elif path.stat().st_mode & 0o077:
        raise StoreError("store.wide", path=str(path), mode=oct(path.stat().st_mode & 0o777))


async def open_driver(url: str) -> Driver:
    """A connection for `sqlite:///path`, `sqlite://` (memory) or `postgresql://...`."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return await SqliteDriver.open(parts.database or ":memory:")
    return await PostgresDriver.open(parts.set(drivername="postgresql").render_as_string(hide_password=False))
