"""The database: one writer, readers beside it, on SQLite (aiosqlite) or PostgreSQL (asyncpg).

    async with db.write() as tx:            # BEGIN IMMEDIATE .. COMMIT, one at a time
        await tx.run(insert(table), id="x", made_at=now)
        row = await tx.one(select(table).where(table.c.id == "x"))

Statements are SQLAlchemy Core; they are compiled once (statements kept in a module variable stay compiled) and run on
the driver's own connection (`bot.drivers`): through SQLAlchemy's engine a press costs five times as much
(docs/decisions/0001). Columns ending in `_at` hold UTC milliseconds and are `datetime` on this side of the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, MetaData, Table
from sqlalchemy import insert as sql_insert
from sqlalchemy.engine import make_url
from sqlalchemy.sql.base import Executable

from bot.drivers import Driver, open_driver, to_its_end
from bot.errors import StoreError

metadata = MetaData()

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MOST_TOGETHER = 16  # acts in one transaction: the first one's answer waits for all of them, about 2 ms each


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
    for name in _moments(tuple(record)):
        value = record[name]
        if isinstance(value, int):
            setattr(row, name, from_millis(value))
    return row


@lru_cache(maxsize=1024)
def _moments(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in columns if name.endswith("_at"))


def _plain(value: Any) -> Any:
    return to_millis(value) if isinstance(value, datetime) else value


class Prepared(NamedTuple):
    """A compiled statement and the values that stand in it; SQLAlchemy gathers them anew each time they are read."""

    compiled: Any
    own: Mapping[str, Any]

    def bind(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """All values by name, as the drivers take them."""
        given = {name: _plain(value) for name, value in params.items()}
        return {**self.own, **given} if self.own else given


@lru_cache(maxsize=1024)
def _prepare(statement: Executable, dialect: Any, columns: tuple[str, ...] | None) -> Prepared:
    # The key is the statement's identity: a statement kept in a module variable is compiled once for good.
    compiled = statement.compile(  # type: ignore[attr-defined]
        dialect=dialect, column_keys=columns, compile_kwargs={"render_postcompile": True}
    )
    return Prepared(compiled, {name: _plain(value) for name, value in compiled.params.items()})


class Tx:
    """One transaction (or one reader). Lives inside `async with`; not to be kept."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._depth = 0

    async def all(self, statement: Executable, **params: Any) -> list[Row]:
        """Every row of the statement."""
        one = self._prepared(statement, params)
        return [to_row(record) for record in await self._driver.fetch(one.compiled, one.bind(params))]

    async def few(self, statement: Executable, **params: Any) -> list[Row]:
        """Every row of a statement that is known to give a handful: without the hop that `all` makes (0007)."""
        one = self._prepared(statement, params)
        return [to_row(record) for record in await self._driver.few(one.compiled, one.bind(params))]

    async def one(self, statement: Executable, **params: Any) -> Row | None:
        """The first row, or None."""
        one = self._prepared(statement, params)
        record = await self._driver.first(one.compiled, one.bind(params))
        return None if record is None else to_row(record)

    async def value(self, statement: Executable, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = await self.one(statement, **params)
        return None if row is None else next(iter(vars(row).values()))

    async def run(self, statement: Executable, many: Sequence[Mapping[str, Any]] | None = None, **params: Any) -> int:
        """Runs a statement that gives no rows; `many` runs it once per mapping in one hop. Returns the rows touched."""
        if many is not None and not many:
            return 0
        sets = list(many) if many is not None else [params]
        prepared = self._prepared(statement, sets[0])
        return await self._driver.run(prepared.compiled, [prepared.bind(one) for one in sets])

    def _prepared(self, statement: Executable, params: Mapping[str, Any]) -> Prepared:
        columns = tuple(params) if statement.is_insert and params else None
        return _prepare(statement, self._driver.dialect, columns)

    async def script(self, sql: str) -> None:
        """One statement of plain SQL without parameters: pragmas, never data."""
        await self._driver.script(sql)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done inside is undone when it raises; what came before stays."""
        self._depth += 1
        name = f"s{self._depth}"
        await self._driver.savepoint(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            await self._driver.savepoint(f"ROLLBACK TO SAVEPOINT {name}")
            raise
        finally:
            await self._driver.savepoint(f"RELEASE SAVEPOINT {name}")
            self._depth -= 1


@lru_cache(maxsize=256)
def insert(table: Table) -> Executable:
    """INSERT into a table; always the same object for a table, so that it is compiled once per set of columns."""
    return sql_insert(table)


def upsert(table: Table, *keys: str, update: Sequence[str] = (), add: Sequence[str] = ()) -> Executable:
    """INSERT that, where the `keys` exist already, updates or adds up the named columns (or does nothing)."""
    return _upsert(table, keys, tuple(update), tuple(add))


@lru_cache(maxsize=256)
def _upsert(table: Table, keys: tuple[str, ...], update: tuple[str, ...], add: tuple[str, ...]) -> Executable:
    return Upsert(table, keys, update, add)


class Upsert(Executable):
    """What `upsert` gives, until the database is known: each of the two has an INSERT of its own for conflicts."""

    is_insert = True

    def __init__(self, table: Table, keys: tuple[str, ...], update: tuple[str, ...], add: tuple[str, ...]) -> None:
        self.table, self.keys, self.update, self.add = table, keys, update, add

    def compile(self, dialect: Any, **options: Any) -> Any:
        """Compiled for this database."""
        # Only the dialect that there is, 2 MB each: the driver has loaded it.
        statement = import_module(f"sqlalchemy.dialects.{dialect.name}").insert(self.table)
        same = [self.table.c[key] for key in self.keys]
        changes: dict[str, Any] = {name: statement.excluded[name] for name in self.update}
        changes |= {name: self.table.c[name] + statement.excluded[name] for name in self.add}
        if changes:
            statement = statement.on_conflict_do_update(index_elements=same, set_=changes)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=same)
        return statement.compile(dialect=dialect, **options)


class Shared:
    """A transaction that is open for several acts, which end together: one COMMIT, and one wait for the disk."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.members = 1
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Database:
    """The single entrance to one database: one writing connection behind a lock, one reading connection beside it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer: Driver | None = None
        self._reader: Driver | None = None
        self._lock = asyncio.Lock()
        self._read_lock = asyncio.Lock()
        self._shared: Shared | None = None  # open, while its members wait for its end; changed by who has the lock

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
        """Closes both connections once who has them is done with them."""
        async with AsyncExitStack() as both:
            for lock in {id(one): one for one in (self._lock, self._read_lock)}.values():
                await both.enter_async_context(lock)
            await to_its_end(self._end_shared())
            drivers = {id(one): one for one in (self._writer, self._reader) if one}
            self._writer = self._reader = None
            for driver in drivers.values():
                await driver.close()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """The one writing transaction; commits when the block ends, rolls back when it raises or is cancelled."""
        async with self._lock:
            driver = await self._free_writer()
            try:
                # Inside: a BEGIN whose caller is cancelled meanwhile is carried out all the same, and must be undone.
                await driver.begin()
                yield Tx(driver)
                await to_its_end(driver.commit())
            except BaseException:
                # A cancelled handler must not leave its transaction open for the next one.
                await to_its_end(driver.roll_back())
                raise

    @asynccontextmanager
    async def write_together(self) -> AsyncIterator[Tx]:
        """As `write`, for what many do at once: whoever waits meanwhile joins in, and one COMMIT is for all of them.

        Left when that is done. What raises undoes its own part alone; a COMMIT that fails fails for everyone.
        """
        async with self._lock:
            shared = await self._join()
            first, tx = shared.members == 1, Tx(shared.driver)
            try:
                if first:
                    await shared.driver.begin()
                    yield tx
                    if shared.driver.end_unchanged():
                        self._shared = None
                        return
                else:
                    async with tx.savepoint():
                        yield tx
            except BaseException:
                shared.members = MOST_TOGETHER  # nobody else joins what may be broken
                if first:
                    self._shared = None
                    await to_its_end(shared.driver.roll_back())
                raise
        # Out of the lock: those who wait already go first. Then the first one ends it for all.
        await to_its_end(self._end(shared) if first else shared.ended)

    async def _join(self) -> Shared:
        shared = self._shared
        if shared is None or shared.members >= MOST_TOGETHER or not shared.driver.alive:
            shared = self._shared = Shared(await self._free_writer())
        else:
            shared.members += 1
        return shared

    async def _free_writer(self) -> Driver:
        """The writing connection without a transaction."""
        if self._shared is not None:
            await to_its_end(self._end_shared())
        self._writer = await self._living(self._writer)
        return self._writer

    async def _end(self, shared: Shared) -> None:
        async with self._lock:
            if self._shared is shared:
                await self._end_shared()
        await shared.ended

    async def _end_shared(self) -> None:
        """Commits what is open for several, or tells all of them why it could not be. Needs the lock."""
        shared, self._shared = self._shared, None
        if shared is None:
            return
        try:
            await shared.driver.commit()
            shared.ended.set_result(None)
        except Exception as error:
            # Whoever has the lock must go on; those whose rows these were raise it.
            shared.ended.set_exception(error)
            await shared.driver.roll_back()
        except BaseException:
            shared.ended.cancel()  # the loop ends: nobody may go on waiting
            await shared.driver.roll_back()
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
                    await (await self._free_writer()).script("PRAGMA wal_checkpoint(TRUNCATE)")


class Reader(Tx):
    """Reads for long, each statement by itself: nobody waits for it, and what it sees may change meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, statement: Executable, **params: Any) -> list[Row]:
        """Every row of the statement, as committed now."""
        async with self._database.read() as tx:
            return await tx.all(statement, **params)

    async def few(self, statement: Executable, **params: Any) -> list[Row]:
        """Every row of a statement that gives a handful, as committed now."""
        async with self._database.read() as tx:
            return await tx.few(statement, **params)

    async def one(self, statement: Executable, **params: Any) -> Row | None:
        """The first row, as committed now, or None."""
        async with self._database.read() as tx:
            return await tx.one(statement, **params)
