"""The one entrance: what a transaction promises, on both databases."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot import tables as t
from bot.core import Core, note, set_note
from bot.db import Tx, from_millis, to_millis, upsert
from bot.errors import StoreError


async def names(core: Core) -> list[str]:
    async with core.db.read() as tx:
        return sorted(row.name for row in await tx.all(select(t.note)))


async def test_what_raises_leaves_nothing(core: Core) -> None:
    with pytest.raises(RuntimeError):
        await _break(core)
    assert await names(core) == []


async def _break(core: Core) -> None:
    async with core.db.write() as tx:
        await set_note(tx, "half", "1")
        raise RuntimeError


async def test_a_savepoint_undoes_only_what_is_inside(core: Core) -> None:
    async with core.db.write() as tx:
        await set_note(tx, "before", "1")
        with pytest.raises(RuntimeError):
            await _fail_inside(tx)
        await set_note(tx, "after", "1")
    assert await names(core) == ["after", "before"]


async def _fail_inside(tx: Tx) -> None:
    async with tx.savepoint():
        await set_note(tx, "inside", "1")
        raise RuntimeError


async def test_a_broken_statement_inside_a_savepoint_does_not_end_the_rest(core: Core) -> None:
    """PostgreSQL would refuse everything after it."""
    async with core.db.write() as tx:
        await set_note(tx, "once", "1")
        with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
            await _insert_twice(tx)
        await set_note(tx, "then", "1")
    assert await names(core) == ["once", "then"]


async def _insert_twice(tx: Tx) -> None:
    async with tx.savepoint():
        await tx.run(insert(t.note), name="once", value="2")


async def test_a_cancelled_writer_leaves_no_transaction_open(core: Core) -> None:
    """Wherever it is cancelled: at BEGIN, in a statement, at COMMIT. The next one writes as if nothing had been."""

    async def write() -> None:
        async with core.db.write() as tx:
            await set_note(tx, "cancelled", "1")

    for steps in range(60):
        task = asyncio.create_task(write())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with core.db.write() as tx:
            await set_note(tx, f"next {steps}", "1")
        assert f"next {steps}" in await names(core)


async def test_closing_waits_for_the_transaction_under_way(core: Core) -> None:
    """A statement here beside a close in SQLite's own thread would end the process with a segmentation fault."""
    begun = asyncio.Event()

    async def write() -> None:
        async with core.db.write() as tx:
            begun.set()
            for step in range(200):
                await set_note(tx, f"step {step}", "1")

    async def read() -> None:
        for _ in range(50):
            await names(core)

    tasks = [asyncio.create_task(write()), asyncio.create_task(read())]
    await begun.wait()
    await core.db.close()
    await asyncio.gather(*tasks, return_exceptions=True)
    await core.db.open()
    assert len(await names(core)) == 200


async def test_a_cancelled_reader_leaves_its_statement_before_the_next_one(core: Core) -> None:
    """Also while the statement is in SQLite's own thread: the next one has the connection for itself."""
    async with core.db.write() as tx:
        await tx.run(insert(t.note), [{"name": f"n{one:05}", "value": "x" * 200} for one in range(5_000)])
    for steps in range(12):
        task = asyncio.create_task(names(core))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        closing = steps % 4 == 3
        if closing:
            await core.db.close()
            await core.db.open()
        async with core.db.read() as tx:
            assert await note(tx, "n00001") == "x" * 200
        await asyncio.gather(task, return_exceptions=True)


async def test_a_write_after_a_checkpoint_commits(core: Core) -> None:
    """SQLite's thread keeps its last result: a pragma whose rows nobody read would refuse the next COMMIT."""
    for step in range(3):
        await core.db.checkpoint()
        async with core.db.write() as tx:
            await set_note(tx, f"step {step}", "1")
    assert len(await names(core)) == 3


async def test_few_rows_and_many_are_the_same_rows(core: Core) -> None:
    async with core.db.write() as tx:
        await tx.run(insert(t.note), [{"name": f"n{one}", "value": "x"} for one in range(5)])
        assert await tx.few(select(t.note)) == await tx.all(select(t.note))
    assert len(await names(core)) == 5


@pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)
async def test_beginning_waits_for_another_process_that_writes(core: Core) -> None:
    """Only SQLite has one writer; the wait is in its own thread, and the loop goes on meanwhile."""
    other = sqlite3.connect(core.db.path or "", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with core.db.write() as tx:
            await set_note(tx, "waited", "1")

    task = asyncio.create_task(write())
    for _ in range(20):
        await asyncio.sleep(0.005)
        assert not task.done()
    other.execute("COMMIT")
    await task
    other.close()
    assert await names(core) == ["waited"]


async def test_two_writers_wait_for_each_other(core: Core) -> None:
    """FACTS 41: one's rollback never takes the other's rows along."""

    async def add(number: int) -> None:
        async with core.db.write() as tx:
            known = await note(tx, "count")
            await asyncio.sleep(0)
            await set_note(tx, "count", str(int(known or "0") + number))
            if number == 0:
                raise RuntimeError

    await asyncio.gather(*(add(number % 2) for number in range(20)), return_exceptions=True)
    async with core.db.read() as tx:
        assert await note(tx, "count") == "10"


async def test_an_upsert_changes_what_it_is_told_and_nothing_else(core: Core) -> None:
    async with core.db.write() as tx:
        await tx.run(upsert(t.note, "name"), name="n", value="first")
        await tx.run(upsert(t.note, "name"), name="n", value="second")
        assert await note(tx, "n") == "first"
        await tx.run(upsert(t.note, "name", update=["value"]), name="n", value="third")
        assert await note(tx, "n") == "third"


async def test_many_rows_go_in_one_hop(core: Core) -> None:
    async with core.db.write() as tx:
        await tx.run(insert(t.note), [{"name": f"n{one}", "value": "x"} for one in range(100)])
        await tx.run(insert(t.note), [])
    assert len(await names(core)) == 100


async def test_moments_come_back_as_they_went(core: Core) -> None:
    """DESIGN 4: UTC, to the millisecond."""
    moment = datetime(2026, 11, 1, 5, 59, 59, 999_000, tzinfo=UTC)  # the hour that New York has twice
    assert from_millis(to_millis(moment)) == moment
    async with core.db.write() as tx:
        person = await core.people.keep(tx, "discord", "1", None, moment)
        assert (await core.people.get(tx, person.id)).seen_at == moment
        await core.people.saw(tx, await core.people.get(tx, person.id), moment + timedelta(days=2))
        assert (await core.people.get(tx, person.id)).seen_at == moment + timedelta(days=2)


async def test_a_closed_database_says_so(core: Core) -> None:
    await core.db.close()
    with pytest.raises(StoreError):
        await names(core)
    await core.db.open()
