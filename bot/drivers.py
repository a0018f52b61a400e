"""One connection of either database behind the same few calls: aiosqlite here, asyncpg in `drivers_postgres`."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import aiosqlite
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url

from bot.errors import StoreError

WAITS = 10_000  # ms for another process that writes: a back-up, a command
# What every SQLite connection is opened with. FULL: an answered press survives a power cut (0.25 ms a commit).
# recursive_triggers: without it INSERT OR REPLACE walks past delete triggers (SECURITY 6.4).
PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
    "trusted_schema=OFF", "cell_size_check=ON", "recursive_triggers=ON", f"busy_timeout={WAITS}",
)  # fmt: skip
BEGIN = "BEGIN IMMEDIATE"
IN_A_ROW = 16  # statements of one connection in this thread before whoever else waits for it may go on
FEW = 8  # sets of values for one statement up to which they run in this thread too

T = TypeVar("T")


async def to_its_end(step: Awaitable[T]) -> T:
    """Waits for the step even when cancelled meanwhile, then lets the cancelling through: nobody else may have the
    connection before it is done."""
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            break  # read from the task below
    result = task.result()
    if cancelled is not None:
        raise cancelled
    return result


class Driver(Protocol):
    """One connection of either database, for one task at a time. Parameters are by name.

    `few` is `fetch` for statements that are known to give a handful of rows. `no_table` is what reading one that is not
    there raises. `end_unchanged` ends a transaction that changed nothing without a wait, where that can be known.
    """

    dialect: Any
    no_table: type[Exception]

    async def fetch(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]: ...
    async def few(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]: ...
    async def first(self, compiled: Any, params: Mapping[str, Any]) -> Mapping[str, Any] | None: ...
    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int: ...
    async def begin(self) -> None: ...
    async def commit(self) -> None: ...
    def end_unchanged(self) -> bool: ...
    async def roll_back(self) -> None: ...
    async def savepoint(self, sql: str) -> None: ...
    async def script(self, sql: str) -> None: ...
    async def close(self) -> None: ...

    @property
    def alive(self) -> bool: ...


class SqliteDriver:
    """aiosqlite. What may take long (many rows, a COMMIT that waits for the disk, a BEGIN that waits for another
    process) is a hop into the connection's own thread.

    A statement about one row takes 20 to 50 µs and a hop 150, and a press had twenty of them: it runs here. One task
    has the connection at a time and waits for its hop even when cancelled: a statement here beside one there is slow,
    and beside a close it ends the process.
    """

    dialect = sqlite.dialect(paramstyle="named")
    no_table: type[Exception] = aiosqlite.OperationalError
    alive = True

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._in_a_row = 0
        self._patient = True
        self._changes = 0  # rows changed since the connection was opened, as a transaction found it

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
        rows = await to_its_end(self._connection.execute_fetchall(compiled.string, params))
        return [dict(row) for row in rows]

    async def few(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return [dict(row) for row in (await self._here(compiled.string, params)).fetchall()]

    async def first(self, compiled: Any, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
        cursor = await self._here(compiled.string, params)
        try:
            row = cursor.fetchone()
        finally:
            cursor.close()
        return None if row is None else dict(row)

    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int:
        if len(params) <= FEW:
            return sum([(await self._here(compiled.string, one)).rowcount for one in params])
        # The cursor is not closed: a statement without rows is over by now, and closing costs another hop.
        return (await to_its_end(self._connection.executemany(compiled.string, params))).rowcount

    async def _here(self, sql: str, params: Mapping[str, Any] | None = None) -> sqlite3.Cursor:
        self._in_a_row += 1
        if self._in_a_row % IN_A_ROW == 0:
            await asyncio.sleep(0)  # a transaction of a thousand of them lets everybody else go on
        return self._connection._conn.execute(sql, params or {})

    async def begin(self) -> None:
        """Without waiting where nobody else writes; only another process can, and it is waited for over there."""
        await self._wait(False)
        try:
            await self._here(BEGIN)
        except sqlite3.OperationalError:
            await self.script(BEGIN)
        self._changes = self._connection._conn.total_changes

    async def commit(self) -> None:
        if self.end_unchanged():
            return
        await self._connection.execute_fetchall("COMMIT")  # `Database.write` waits to its end

    def end_unchanged(self) -> bool:
        """Ends the transaction here if it changed nothing: such a COMMIT does not touch the disk."""
        connection = self._connection._conn
        if connection.total_changes != self._changes:
            return False
        connection.execute("COMMIT")
        return True

    async def roll_back(self) -> None:
        with suppress(aiosqlite.OperationalError):  # there is no transaction: BEGIN itself failed
            await self.script("ROLLBACK")

    async def savepoint(self, sql: str) -> None:
        await self._here(sql)

    async def script(self, sql: str) -> None:
        await self._wait(True)
        # Its rows are read (a pragma has some): a statement that is not over yet would refuse the next COMMIT.
        await to_its_end(self._connection.execute_fetchall(sql))

    async def _wait(self, patiently: bool) -> None:
        """Whether what follows waits for another process that has the database, which nothing in this thread may."""
        if patiently != self._patient:
            await self._here(f"PRAGMA busy_timeout={WAITS if patiently else 0}")
            self._patient = patiently

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
    # Only for who has one: asyncpg is 3 MB.
    from bot.drivers_postgres import PostgresDriver

    return await PostgresDriver.open(parts.set(drivername="postgresql").render_as_string(hide_password=False))
