"""PostgreSQL: who is cancelled in the middle of a statement takes nobody along, and what is not kept is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from sqlalchemy import insert

from bot import tables as t
from bot.app import build_core
from bot.core import Core, set_note
from bot.errors import StoreError
from tests.rigs.postgres import Postgres
from tests.store.test_together import names, write


@pytest.fixture
async def core(postgres: Postgres) -> AsyncIterator[Core]:
    built = await build_core(await postgres.new_database(), await postgres.new_database(), b"m" * 32)
    yield built
    await built.keyring.close()
    await built.db.close()


@pytest.mark.parametrize("slow", ["SAVEPOINT", "ROLLBACK TO", "RELEASE"])
async def test_cancelled_beside_the_others_it_leaves_them_their_rows(
    core: Core, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that the server gives up outside a savepoint would undo the whole transaction, the others' too."""
    driver: Any = core.db._writer
    real, reached = driver.savepoint, asyncio.Event()

    async def slowly(sql: str) -> None:
        if sql.startswith(slow):
            reached.set()
            sql = f"SELECT pg_sleep(0.2); {sql}"
        await real(sql)

    monkeypatch.setattr(driver, "savepoint", slowly)

    async def second() -> None:
        async with core.db.write_together() as tx:
            await set_note(tx, "second", "1")
            if slow == "ROLLBACK TO":
                raise RuntimeError

    tasks = [asyncio.create_task(one) for one in (write(core, "first"), second(), write(core, "third"))]
    await reached.wait()
    await asyncio.sleep(0.05)
    tasks[1].cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [number for number, end in enumerate(ends) if end is not None] == [1]
    # As with COMMIT: whoever is cancelled when all is written finds it kept.
    assert await names(core) == {"first", "third"} | ({"second"} if slow == "RELEASE" else set())


async def test_a_transaction_that_the_server_gave_up_is_not_said_to_be_kept(core: Core) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK there, and no error."""

    async def broken() -> None:
        async with core.db.write() as tx:
            await set_note(tx, "before", "1")
            with suppress(asyncpg.UniqueViolationError):
                await tx.run(insert(t.note), name="before", value="2")

    with pytest.raises(StoreError):
        await broken()
    assert await names(core) == set()
    await write(core, "then")
    assert await names(core) == {"then"}


async def test_no_statement_is_taken_back_from_the_server(core: Core) -> None:
    """Such a request goes over a line of its own and may come late: it would hit whatever runs by then."""
    driver: Any = core.db._writer
    task = asyncio.create_task(driver.script("SELECT pg_sleep(0.2), set_config('causeway.ran', 'yes', false)"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await driver._connection.fetchval("SELECT current_setting('causeway.ran', true)") == "yes"
