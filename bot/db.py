"""The database: one writer, readers beside it, on SQLite (aiosqlite) or PostgreSQL (asyncpg).

    async with db.write() as tx:            # BEGIN IMMEDIATE .. COMMIT, one at a time
        await tx.run(insert(table), id="x", made_at=now)
        row = await tx.one(select(table).where(table.c.id == "x"))

Statements are SQLAlchemy Core; they are compiled once (statements kept in a module variable stay compiled) and run on
the driver's own connection, one thread hop each: through SQLAlchemy's engine a press costs five times as much
(docs/decisions/0001). Columns ending in `_at` hold UTC milliseconds and are `datetime` on this side of the door.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import aiosqlite
import asyncpg
from sqlalchemy import BigInteger, MetaData, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg as postgres
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.engine import make_url
from sqlalchemy.sql.base import Executable

from bot.errors import StoreError

metadata = MetaData()

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

# What every SQLite connection is opened with. FULL: an answered press survives a power cut (0.25 ms a commit).
# recursive_triggers: without it INSERT OR REPLACE walks past delete triggers (SECURITY 6.4).
PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
    "trusted_schema=OFF", "cell_size_check=ON", "recursive_triggers=ON", "busy_timeout=10000",
)  # fmt: skip


class Moment(BigInteger):
    """The type of `*_at` columns: UTC milliseconds, compared with moments as they are.

    Left to itself SQLAlchemy would cast a moment to PostgreSQL's own time type and the comparison would be refused.
    """

    def coerce_compared_value(self, _op: Any, _value: Any) -> Moment:
        """Whatever is compared with it is a Moment too."""
        return self


class Row(SimpleNamespace):
    """One row; columns are attributes. `Any` because the columns depend on the statement."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the row has no column {name!r}, only {sorted(vars(self))}")


def to_millis(moment: datetime) -> int:
    """UTC milliseconds of an aware moment."""
    return (moment - EPOCH) // MILLISECOND


def from_millis(millis: int) -> datetime:
    """The aware UTC moment of so many milliseconds."""
    return EPOCH + millis * MILLISECOND


def to_row(record: Mapping[str, Any]) -> Row:
    """A driver's record as a Row, its `*_at` columns as moments."""
    row = Row(**record)
    for name, value in vars(row).items():
        if name.endswith("_at") and isinstance(value, int):
            setattr(row, name, from_millis(value))
    return row


def _plain(value: Any) -> Any:
    return to_millis(value) if isinstance(value, datetime) else value


class Driver(Protocol):
    """One connection of either database. Parameters are by name."""

    dialect: Any

    async def fetch(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]: ...
    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int: ...
    async def script(self, sql: str) -> None: ...
    async def close(self) -> None: ...

    begin: str

    @property
    def alive(self) -> bool: ...


class SqliteDriver:
    """aiosqlite; every call is one hop into the connection's own thread."""

    dialect = sqlite.dialect(paramstyle="named")
    begin = "BEGIN IMMEDIATE"
    alive = True

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, path: str) -> SqliteDriver:
        """Opens (and makes) the file with mode 0600 before SQLite sees it: -wal and -shm get it too (SECURITY E4)."""
        if path != ":memory:":
            guard_file(Path(path))
        connection = await aiosqlite.connect(path, isolation_level=None)
        connection.row_factory = aiosqlite.Row
        for pragma in PRAGMAS:
            await connection.execute(f"PRAGMA {pragma}")
        return cls(connection)

    async def fetch(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        rows = await self._connection.execute_fetchall(compiled.string, params)
        return [dict(row) for row in rows]

    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int:
        # The cursor is not closed: a statement without rows is over by now, and closing costs another hop.
        if len(params) == 1:
            return (await self._connection.execute(compiled.string, params[0])).rowcount
        return (await self._connection.executemany(compiled.string, params)).rowcount

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


@lru_cache(maxsize=1024)
def _compile(statement: Executable, dialect: Any, columns: tuple[str, ...] | None) -> Any:
    # The key is the statement's identity: a statement kept in a module variable is compiled once for good.
    return statement.compile(  # type: ignore[attr-defined]
        dialect=dialect, column_keys=columns, compile_kwargs={"render_postcompile": True}
    )


class Tx:
    """One transaction (or one reader). Lives inside `async with`; not to be kept."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._depth = 0

    async def all(self, statement: Executable, **params: Any) -> list[Row]:
        """Every row of the statement."""
        compiled = _compile(statement, self._driver.dialect, tuple(params) if statement.is_insert else None)
        return [to_row(record) for record in await self._driver.fetch(compiled, self._bind(compiled, params))]

    async def one(self, statement: Executable, **params: Any) -> Row | None:
        """The first row, or None."""
        rows = await self.all(statement, **params)
        return rows[0] if rows else None

    async def value(self, statement: Executable, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = await self.one(statement, **params)
        return None if row is None else next(iter(vars(row).values()))

    async def run(self, statement: Executable, many: Sequence[Mapping[str, Any]] | None = None, **params: Any) -> int:
        """Runs a statement that gives no rows; `many` runs it once per mapping in one hop. Returns the rows touched."""
        if many is not None and not many:
            return 0
        sets = list(many) if many is not None else [params]
        columns = tuple(sets[0]) if statement.is_insert and sets[0] else None
        compiled = _compile(statement, self._driver.dialect, columns)
        return await self._driver.run(compiled, [self._bind(compiled, one) for one in sets])

    async def script(self, sql: str) -> None:
        """One statement of plain SQL without parameters: pragmas and savepoints, never data."""
        await self._driver.script(sql)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done inside is undone when it raises; what came before stays."""
        self._depth += 1
        name = f"s{self._depth}"
        await self.script(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            await self.script(f"ROLLBACK TO SAVEPOINT {name}")
            raise
        finally:
            await self.script(f"RELEASE SAVEPOINT {name}")
            self._depth -= 1

    @staticmethod
    def _bind(compiled: Any, params: Mapping[str, Any]) -> dict[str, Any]:
        bound = {**compiled.params, **params}
        return {name: _plain(value) for name, value in bound.items()}


def insert(table: Table) -> Executable:
    """INSERT into a table; always the same object for a table, so that it is compiled once per set of columns."""
    return _insert(table, (), None)


def upsert(table: Table, *keys: str, update: Sequence[str] = (), add: Sequence[str] = ()) -> Executable:
    """INSERT that, where the `keys` exist already, updates or adds up the named columns (or does nothing)."""
    return _insert(table, keys, tuple(update), tuple(add))


@lru_cache(maxsize=256)
def _insert(
    table: Table, keys: tuple[str, ...], update: tuple[str, ...] | None, add: tuple[str, ...] = ()
) -> Executable:
    statement = insert_or(table)
    if update is None:
        return statement
    same = [table.c[key] for key in keys]
    changes: dict[str, Any] = {name: statement.excluded[name] for name in update}
    changes |= {name: table.c[name] + statement.excluded[name] for name in add}
    if not changes:
        return statement.on_conflict_do_nothing(index_elements=same)
    return statement.on_conflict_do_update(index_elements=same, set_=changes)


async def _roll_back(driver: Driver) -> None:
    # SQLite: there is no transaction, BEGIN itself failed. PostgreSQL: the line is gone, and the transaction with it.
    with suppress(aiosqlite.OperationalError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError):
        await driver.script("ROLLBACK")


async def _to_its_end(step: Coroutine[Any, Any, None]) -> None:
    """Waits for the step even when cancelled meanwhile (the lock is held until it is done), then lets that through."""
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            break  # read from the task below
    task.result()
    if cancelled is not None:
        raise cancelled


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


class Database:
    """The single entrance to one database: one writing connection behind a lock, one reading connection beside it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer: Driver | None = None
        self._reader: Driver | None = None
        self._lock = asyncio.Lock()
        self._read_lock = asyncio.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; only db, back-up and erasure may care."""
        return make_url(self.url).get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database."""
        name = make_url(self.url).database
        return Path(name) if self.is_sqlite and name else None

    async def open(self) -> None:
        """Connects; a memory database has a single connection for both uses."""
        self._writer = await open_driver(self.url)
        self._reader = self._writer if self.is_sqlite and self.path is None else await open_driver(self.url)
        if self._reader is self._writer:
            self._read_lock = self._lock

    async def close(self) -> None:
        """Closes both connections."""
        for driver in {id(d): d for d in (self._writer, self._reader) if d}.values():
            await driver.close()
        self._writer = self._reader = None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """The one writing transaction; commits when the block ends, rolls back when it raises or is cancelled."""
        async with self._lock:
            driver = self._writer = await self._living(self._writer)
            try:
                # Inside: a BEGIN whose caller is cancelled meanwhile is carried out all the same, and must be undone.
                await driver.script(driver.begin)
                yield Tx(driver)
                await _to_its_end(driver.script("COMMIT"))
            except BaseException:
                # A cancelled handler must not leave its transaction open for the next one.
                await _to_its_end(_roll_back(driver))
                raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A reader that sees what was committed; it never waits for the writer on SQLite (WAL)."""
        async with self._read_lock:
            self._reader = await self._living(self._reader)
            yield Tx(self._reader)

    async def _living(self, driver: Driver | None) -> Driver:
        """The connection, made anew where the database server went away meanwhile."""
        if driver is None:
            raise StoreError("store.closed")
        return driver if driver.alive else await open_driver(self.url)

    async def checkpoint(self) -> None:
        """Empties the WAL, so that what was erased is in no file any more (SECURITY E2)."""
        if self.is_sqlite:
            async with self._lock:
                if self._writer is not None:
                    await self._writer.script("PRAGMA wal_checkpoint(TRUNCATE)")


class Reader(Tx):
    """Reads for long, each statement by itself: nobody waits for it, and what it sees may change meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, statement: Executable, **params: Any) -> list[Row]:
        """Every row of the statement, as committed now."""
        async with self._database.read() as tx:
            return await tx.all(statement, **params)
