"""Several acts in one transaction: one COMMIT for all, and each stands or falls by itself (both databases)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot import tables as t
from bot.core import Core, note, set_note
from bot.db import MOST_TOGETHER
from bot.errors import StoreError


async def names(core: Core) -> set[str]:
    async with core.db.read() as tx:
        return {row.name for row in await tx.all(select(t.note))}


async def write(core: Core, name: str) -> None:
    """One act; what it wrote can be read by everybody as soon as it is over."""
    async with core.db.write_together() as tx:
        await set_note(tx, name, "1")
        await asyncio.sleep(0)
    assert name in await names(core)


async def fail(core: Core, name: str) -> None:
    async with core.db.write_together() as tx:
        await set_note(tx, name, "1")
        raise RuntimeError(name)


async def break_a_rule(core: Core, name: str) -> None:
    """PostgreSQL takes nothing more in a transaction after this."""
    async with core.db.write_together() as tx:
        await tx.run(insert(t.note), name=name, value="1")
        await tx.run(insert(t.note), name=name, value="2")


@asynccontextmanager
async def commits_counted(core: Core, fault: Exception | None = None) -> AsyncIterator[list[int]]:
    """How often the writer commits meanwhile; each COMMIT raises `fault` instead, when there is one."""
    driver, found = core.db._writer, [0]
    assert driver is not None
    commit: Callable[[], Coroutine[Any, Any, None]] = driver.commit

    async def counted() -> None:
        found[0] += 1
        if fault is not None:
            raise fault
        await commit()

    driver.commit = counted  # type: ignore[method-assign]
    try:
        yield found
    finally:
        driver.commit = commit  # type: ignore[method-assign]


async def test_who_waits_joins_in_and_one_commit_is_for_all(core: Core) -> None:
    async with commits_counted(core) as commits:
        await asyncio.gather(*(write(core, f"n{number:03}") for number in range(MOST_TOGETHER)))
        assert commits == [1]
        await write(core, "alone")
        assert commits == [2]
        await asyncio.gather(*(write(core, f"m{number:03}") for number in range(5 * MOST_TOGETHER)))
        assert commits == [7]
    assert len(await names(core)) == 6 * MOST_TOGETHER + 1


async def test_what_changes_nothing_waits_for_no_disk(core: Core) -> None:
    """A repeated press, on SQLite; whoever writes beside it is kept, and each begins a transaction of its own."""

    async def look() -> None:
        async with core.db.write_together() as tx:
            await note(tx, "n0")

    async with commits_counted(core) as commits:
        for _ in range(3):
            await look()
        assert commits == [0 if core.db.is_sqlite else 3]
        await asyncio.gather(*(write(core, f"n{number}") if number % 2 else look() for number in range(10)))
        await look()
    assert await names(core) == {f"n{number}" for number in range(10) if number % 2}


@pytest.mark.parametrize("broken", [fail, break_a_rule])
@pytest.mark.parametrize("at", [0, 1, 5, 9])
async def test_what_raises_undoes_its_own_part_alone(
    core: Core, broken: Callable[[Core, str], Awaitable[None]], at: int
) -> None:
    acts = [broken(core, f"n{number}") if number == at else write(core, f"n{number}") for number in range(10)]
    ends = await asyncio.gather(*acts, return_exceptions=True)
    assert [number for number, end in enumerate(ends) if end is not None] == [at]
    assert await names(core) == {f"n{number}" for number in range(10) if number != at}


async def test_a_commit_that_fails_fails_for_everyone_and_leaves_nothing(core: Core) -> None:
    async with commits_counted(core, OSError("the disk is full")):
        ends = await asyncio.gather(*(write(core, f"n{number}") for number in range(5)), return_exceptions=True)
    assert [type(end) for end in ends] == [OSError] * 5
    assert await names(core) == set()
    await write(core, "then")
    assert await names(core) == {"then"}


async def test_a_writer_of_its_own_begins_when_theirs_is_over(core: Core) -> None:
    """Its rollback takes nothing of theirs along, and it sees what they wrote."""

    async def alone() -> None:
        async with core.db.write() as tx:
            assert await note(tx, "n0") == "1"
            await set_note(tx, "alone", "1")
            raise RuntimeError

    acts = [write(core, "n0"), write(core, "n1"), alone(), write(core, "n2"), core.db.checkpoint(), write(core, "n3")]
    ends = await asyncio.gather(*acts, return_exceptions=True)
    assert [type(end) for end in ends if end is not None] == [RuntimeError]
    assert await names(core) == {"n0", "n1", "n2", "n3"}


async def test_whoever_is_cancelled_leaves_the_others_alone(core: Core) -> None:
    """Wherever it is: waiting, in a statement, waiting for the COMMIT. The others are kept, all of them."""
    for steps in range(40):
        tasks = [asyncio.create_task(write(core, f"{steps} {number}")) for number in range(6)]
        for _ in range(steps):
            await asyncio.sleep(0)
        tasks[steps % 6].cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        done = {f"{steps} {number}" for number, end in enumerate(ends) if end is None}
        assert len(done) >= 5
        found = {name for name in await names(core) if name.startswith(f"{steps} ")}
        assert done <= found
        async with core.db.write() as tx:
            await set_note(tx, f"then {steps}", "1")


async def test_closing_ends_what_is_open_for_several(core: Core) -> None:
    """Those who joined are kept; who comes later finds it closed."""
    inside, go = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with core.db.write_together() as tx:
            await set_note(tx, "n0", "1")
            inside.set()
            await go.wait()

    tasks = [asyncio.create_task(slow())]
    await inside.wait()
    tasks += [asyncio.create_task(write_only(core, f"n{number}")) for number in (1, 2)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(core.db.close())
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(write_only(core, "late")))
    go.set()
    ends = await asyncio.gather(*tasks, closing, return_exceptions=True)
    await core.db.open()
    assert await names(core) == {"n0", "n1", "n2"}
    assert [type(end) for end in ends if end is not None] == [StoreError]


async def test_a_loop_that_ends_waits_for_nobody(core: Core) -> None:
    """As `asyncio.run` ends: everything is cancelled at once, also the COMMIT for all of them, and nothing hangs."""
    reached = asyncio.Event()
    driver = core.db._writer
    assert driver is not None
    commit: Callable[[], Coroutine[Any, Any, None]] = driver.commit

    async def stuck() -> None:
        reached.set()
        await asyncio.Event().wait()

    driver.commit = stuck  # type: ignore[method-assign]
    before = asyncio.all_tasks()
    tasks = [asyncio.create_task(write_only(core, f"n{number}")) for number in range(4)]
    await reached.wait()
    for task in asyncio.all_tasks() - before:
        task.cancel()
    done, waiting = await asyncio.wait(tasks, timeout=5)
    driver.commit = commit  # type: ignore[method-assign]
    assert not waiting
    assert all(task.cancelled() for task in done)
    assert await names(core) == set()
    await write(core, "then")


async def write_only(core: Core, name: str) -> None:
    async with core.db.write_together() as tx:
        await set_note(tx, name, "1")
