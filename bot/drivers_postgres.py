"""A connection to PostgreSQL; loaded where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as postgres

from bot.drivers import to_its_end
from bot.errors import StoreError


class PostgresDriver:
    """asyncpg; the driver prepares each statement once itself.

    Every statement is waited for, also when its caller is cancelled: asyncpg would ask the server to give it up, and
    what is given up outside a savepoint undoes the transaction, which may be the others' too (`write_together`). The
    request takes a line of its own besides, and may come late, when the next statement runs.
    """

    dialect = postgres.dialect()  # type: ignore[no-untyped-call]
    no_table: type[Exception] = asyncpg.UndefinedTableError

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
        rows = await to_its_end(self._connection.fetch(compiled.string, *self._in_order(compiled, params)))
        return [dict(row) for row in rows]

    async def few(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return await self.fetch(compiled, params)

    async def first(self, compiled: Any, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
        row = await to_its_end(self._connection.fetchrow(compiled.string, *self._in_order(compiled, params)))
        return None if row is None else dict(row)

    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int:
        if len(params) > 1:
            sets = [self._in_order(compiled, one) for one in params]
            await to_its_end(self._connection.executemany(compiled.string, sets))
            return len(params)
        status = await to_its_end(self._connection.execute(compiled.string, *self._in_order(compiled, params[0])))
        return int(status.rsplit(" ", 1)[-1]) if status[-1:].isdigit() else 0

    async def begin(self) -> None:
        await self.script("BEGIN")

    async def commit(self) -> None:
        """Raises StoreError where nothing was kept: after a broken statement the server answers with ROLLBACK."""
        if await to_its_end(self._connection.execute("COMMIT")) != "COMMIT":
            raise StoreError("store.undone")

    def end_unchanged(self) -> bool:
        """Never: the server is asked."""
        return False

    async def roll_back(self) -> None:
        # The line may be gone, and the transaction with it.
        with suppress(asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError):
            await self.script("ROLLBACK")

    async def savepoint(self, sql: str) -> None:
        await self.script(sql)

    async def script(self, sql: str) -> None:
        await to_its_end(self._connection.execute(sql))

    async def close(self) -> None:
        await self._connection.close()
