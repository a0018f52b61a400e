"""h2, SECURITY 6.4: the chain cannot be changed through the database, and whatever is changed past it is found.

On both databases; tampering goes past the triggers, as somebody with the file or the server's password would.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg
import pytest
from sqlalchemy import delete, select, update

from bot import tables as t
from bot.app import build_core, keep_house
from bot.audit import ROLLED_UP, Head, append, canonical, head, key_of, link_of, roll_up
from bot.clock import MovableClock
from bot.core import Core
from bot.db import Tx, insert, to_millis
from bot.witness import Report, Verifier, read_heads

DAY = timedelta(days=1)
DENIED = (aiosqlite.IntegrityError, asyncpg.PostgresError)
Tamper = Callable[..., Awaitable[None]]


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(stopped=True)


@pytest.fixture(params=["sqlite", "postgres"])
async def core(request: pytest.FixtureRequest, tmp_path: Path, clock: MovableClock) -> AsyncIterator[Core]:
    """The bot without platforms on either database."""
    url = f"sqlite:///{tmp_path}/main.db"
    if request.param == "postgres":
        url = await request.getfixturevalue("postgres").new_database()
    built = await build_core(url, f"sqlite:///{tmp_path}/keys.db", b"m" * 32, clock=clock)
    yield built
    await built.keyring.close()
    await built.db.close()


async def write(core: Core, lines: int = 10, act: str = "alerts.sent") -> None:
    async with core.db.write() as tx:
        for n in range(lines):
            await append(tx, core.keyring, core.clock.now(), act, actor="a" * 32, code="A-7KQ2", details={"n": n})


async def verify(core: Core, *heads: Head) -> Report:
    async with core.db.read() as tx:
        return await Verifier(key_of(core.keyring), heads).run(tx)


async def keys(core: Core, *heads: Head) -> list[str]:
    return [one.key for one in (await verify(core, *heads)).findings]


async def now_head(core: Core) -> Head:
    async with core.db.read() as tx:
        found = await head(tx)
    assert found is not None
    return found


async def behind_its_back(core: Core, *statements: Any) -> None:
    """Past the triggers: with the file, or as the owner of the database."""
    off = {True: [f"DROP TRIGGER audit_{name}" for name in ("update", "delete", "replace")],
           False: ["ALTER TABLE audit DISABLE TRIGGER ALL"]}  # fmt: skip
    async with core.db.write() as tx:
        for sql in off[core.db.is_sqlite]:
            await tx.script(sql)
        for statement in statements:
            await tx.run(statement)


async def test_what_was_written_verifies(core: Core) -> None:
    """6.4: and says how much that was."""
    await write(core)
    report = await verify(core, await now_head(core))
    assert (report.findings, report.lines, report.compared) == ([], 10, 1)


CHANGES: dict[str, Any] = {
    "changed": update(t.audit).values(made_at=t.audit.c.made_at + 1),
    "removed": delete(t.audit),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_the_database_refuses_to_change_or_remove_a_line(core: Core, change: str) -> None:
    """6.4: triggers, on both."""
    await write(core)
    with pytest.raises(DENIED, match="never changed"):
        async with core.db.write() as tx:
            await tx.run(CHANGES[change].where(t.audit.c.seq == 4))
    assert await keys(core) == []


@pytest.mark.parametrize("pragma", ["ON", "OFF"])
async def test_replace_does_not_walk_past_the_triggers(core: Core, pragma: str) -> None:
    """6.4: INSERT OR REPLACE deletes without asking a trigger unless `recursive_triggers` is on; denied either way."""
    await write(core)
    async with core.db.read() as tx:
        row = await tx.one(select(t.audit).where(t.audit.c.seq == 4))
    line = {**vars(row), "details": "{}"}
    replace = insert(t.audit).prefix_with("OR REPLACE", dialect="sqlite")  # type: ignore[attr-defined]
    async with core.db.write() as tx:
        if core.db.is_sqlite:
            await tx.script(f"PRAGMA recursive_triggers={pragma}")
    with pytest.raises(DENIED):
        async with core.db.write() as tx:
            await tx.run(replace, **line)
    assert await keys(core) == []


async def test_the_table_cannot_be_emptied_at_once(core: Core) -> None:
    """6.4"""
    await write(core)
    with pytest.raises(DENIED):
        async with core.db.write() as tx:
            await tx.script("DELETE FROM audit" if core.db.is_sqlite else "TRUNCATE audit")
    assert (await verify(core)).lines == 10


COLUMNS = {
    "made_at": 5, "actor": "b", "organization": "x", "act": "alerts.declined", "object": "A-2222", "result": "refused",
    "details": "{}", "rolled_up": 0, "link": "0" * 64,
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
async def test_an_edit_of_any_column_is_found_at_its_line(core: Core, column: str) -> None:
    """6.4: an edit."""
    await write(core)
    await behind_its_back(core, update(t.audit).where(t.audit.c.seq == 4).values({column: COLUMNS[column]}))
    report = await verify(core)
    assert report.findings
    assert 4 in {one.params.get("seq", 4) for one in report.findings}


async def test_a_deletion_is_found_with_its_numbers(core: Core) -> None:
    """6.4: a deletion."""
    await write(core)
    await behind_its_back(core, delete(t.audit).where(t.audit.c.seq.in_([4, 5])))
    [found] = (await verify(core)).findings
    assert (found.key, found.params) == ("audit.missing", {"first": 4, "last": 5})


async def test_a_deletion_that_closes_the_gap_is_found(core: Core) -> None:
    """6.4: the numbers moved up."""
    await write(core)
    moved = [update(t.audit).where(t.audit.c.seq == n).values(seq=n - 1) for n in range(5, 11)]
    await behind_its_back(core, delete(t.audit).where(t.audit.c.seq == 4), *moved)
    assert "audit.changed" in await keys(core)


async def test_a_deletion_at_the_beginning_is_found(core: Core) -> None:
    """6.4: no line says that they were old."""
    await write(core)
    await behind_its_back(core, delete(t.audit).where(t.audit.c.seq <= 3))
    [found] = (await verify(core)).findings
    assert (found.key, found.params) == ("audit.missing", {"first": 1, "last": 3})


async def test_a_swap_of_two_lines_is_found(core: Core) -> None:
    """6.4: a swap, links and all."""
    await write(core)
    order = [(4, 400), (7, 4), (400, 7)]
    await behind_its_back(core, *(update(t.audit).where(t.audit.c.seq == a).values(seq=b) for a, b in order))
    assert await keys(core) == ["audit.changed"] * 4


async def test_a_cut_tail_needs_the_witness(core: Core) -> None:
    """6.4: the chain alone does not notice; the line in a log room does, also after the chain went on."""
    await write(core)
    seen = await now_head(core)
    await behind_its_back(core, delete(t.audit).where(t.audit.c.seq > 7))
    assert await keys(core) == []
    assert await keys(core, seen) == ["audit.cut"]
    await write(core, 5, "alerts.declined")
    assert await keys(core) == []
    assert await keys(core, seen) == ["audit.rewritten"]


async def rewrite(core: Core, **values: Any) -> None:
    """Everything anew by somebody who holds the key, with one line changed."""
    async with core.db.read() as tx:
        rows = [vars(row) for row in await tx.all(select(t.audit).order_by(t.audit.c.seq))]
    link, statements = "", []
    for row in rows:
        row |= values if row["seq"] == 4 else {}
        line = {name: value for name, value in row.items() if name not in {"link", "made_at"}}
        link = link_of(key_of(core.keyring), link, canonical(millis=to_millis(row["made_at"]), **line))
        statements.append(update(t.audit).where(t.audit.c.seq == row["seq"]).values(link=link, act=row["act"]))
    await behind_its_back(core, *statements)


async def test_a_full_rewrite_by_whoever_holds_the_key_needs_the_witness(core: Core) -> None:
    """6.4"""
    await write(core)
    seen = await now_head(core)
    await rewrite(core, act="alerts.declined")
    assert await keys(core) == []
    assert await keys(core, seen) == ["audit.rewritten"]


async def test_after_400_days_one_line_stands_for_all(core: Core, clock: MovableClock) -> None:
    """6.6: the purge is the only one that may delete, and the chain verifies from there on, again and again."""
    await write(core)
    first = await now_head(core)
    clock.move(399 * DAY)
    await write(core, 3)
    second = await now_head(core)
    await keep_house(core)
    assert (await verify(core, first)).lines == 13, "too early"
    clock.move(DAY + timedelta(minutes=1))
    await keep_house(core)
    report = await verify(core, first, second)
    assert (report.findings, report.lines, report.rolled_up, report.compared) == ([], 4, 10, 2)
    clock.move(400 * DAY + timedelta(minutes=1))
    await keep_house(core)
    await keep_house(core)
    report = await verify(core, first, second)
    assert (report.findings, report.lines, report.too_old) == ([], 1, 2)


async def test_the_roll_up_is_at_most_one_line_a_day(core: Core, clock: MovableClock) -> None:
    """6.6: an hourly tick over a year of old lines does not write a line an hour."""
    await write(core, 1)
    clock.move(timedelta(hours=1))
    await write(core, 1)
    clock.move(400 * DAY - timedelta(minutes=30))
    gone = []
    for _ in range(3):
        async with core.db.write() as tx:
            gone.append(await roll_up(tx, core.keyring, clock.now()))
        clock.move(timedelta(hours=12))
    assert gone == [1, 0, 1]
    assert (await verify(core)).findings == []


async def test_a_roll_up_that_comes_too_early_is_found(core: Core, clock: MovableClock) -> None:
    """6.6: whoever holds the key cannot hide young lines behind it."""
    await write(core)
    seen = await now_head(core)
    clock.move(DAY)
    await write(core, 2)
    async with core.db.write() as tx:
        last = await tx.one(select(t.audit).where(t.audit.c.seq == 11))
        assert last is not None
        await append(tx, core.keyring, clock.now(), ROLLED_UP, rolled_up=11, details={"link": last.link})
        await tx.run(delete(t.audit).where(t.audit.c.seq <= 11))
    assert await keys(core) == []
    assert await keys(core, seen) == ["audit.cut"]


async def test_a_forged_roll_up_is_found(core: Core) -> None:
    """6.6: somebody without the key can make the database let lines go, and is seen."""
    await write(core)
    async with core.db.write() as tx:
        row = await tx.one(select(t.audit).where(t.audit.c.seq == 10))
        assert row is not None
        forged = {**vars(row), "seq": 11, "act": ROLLED_UP, "rolled_up": 9, "details": '{"link":"00"}'}
        await tx.run(insert(t.audit), **forged)
        await tx.run(delete(t.audit).where(t.audit.c.seq <= 9))
    assert set(await keys(core)) == {"audit.changed"}


async def write_and_break(core: Core, tx: Tx) -> None:
    await append(tx, core.keyring, core.clock.now(), "alerts.sent")
    raise ZeroDivisionError


async def test_an_act_that_is_undone_leaves_no_line(core: Core) -> None:
    """6.4: appended in the transaction of the act itself."""
    await write(core, 1)
    with pytest.raises(ZeroDivisionError):
        async with core.db.write() as tx:
            await write_and_break(core, tx)
    async with core.db.write() as tx:
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint():
                await write_and_break(core, tx)
        assert await append(tx, core.keyring, core.clock.now(), "alerts.sent") == 2
    assert (await verify(core)).lines == 2


def test_heads_are_read_from_whatever_was_pasted() -> None:
    """h2: whole messages in either language, quoted, with a phone's spaces."""
    text = """
    Causeway  Monday 10:00
    Seal of the week: `12 · 2026-11-23 16:00 UTC · 0123456789abcdef`. Leave this line standing.
    > **Sello de la semana:** 40 ·  2026-11-30 16:00 UTC ·  fedcba9876543210
    nothing here: 12 · 2026 · 0123
    """
    assert [str(one) for one in read_heads(text)] == [
        "12 · 2026-11-23 16:00 UTC · 0123456789abcdef",
        "40 · 2026-11-30 16:00 UTC · fedcba9876543210",
    ]


@pytest.mark.parametrize("words", ["Ana Luz", "ana@example.org", "+1 555", "@ana:example.org", "A" * 65, "ñandú"])
async def test_nobodys_words_fit_into_a_line(core: Core, words: str) -> None:
    """6.4: details are numbers and words of the code; an object is its public code."""
    async with core.db.write() as tx:
        for given in ({"details": {"what": words}}, {"code": words}):
            with pytest.raises(ValueError, match="audit line"):
                await append(tx, core.keyring, core.clock.now(), "alerts.sent", **given)
