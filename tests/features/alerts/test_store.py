"""The tables of calls on both databases: the same walk, the same retention (law 3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App, build_core
from bot.clock import MovableClock
from bot.errors import Refused
from bot.feature import Scope
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import connect, send, write

TABLES = (store.alert, store.alert_version, store.alert_copy, replies.alert_answer, replies.alert_tally)


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path: Path, clock: MovableClock) -> AsyncIterator[RehearsalHouse]:
    """The rehearsal on each database."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url, keys = await server.new_database(), await server.new_database()
    else:
        url, keys = (f"sqlite:///{tmp_path}/{name}" for name in ("main.db", "keys.db"))
    world = World()
    core = await build_core(url, keys, b"m" * 32, clock=clock)
    app = App(core, [partial(RehearsalAdapter, world=world, style="forms")])
    yield RehearsalHouse(app, world, "forms", None)
    await app.close()


async def rows(house: RehearsalHouse) -> dict[str, int]:
    async with house.app.core.db.read() as tx:
        return {table.name: len(await tx.all(select(table))) for table in TABLES}


async def test_the_walk_leaves_the_same_rows_on_both_databases(house: RehearsalHouse) -> None:
    """law 3: written, held, accepted, answered, corrected, found, taken back."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    [question] = await house.messages(asked.space, "desk")
    await house.press(asked.moderator, asked.space, "desk", question, "Accept for us")
    person = await house.new_person("Ana")
    for value in ("in", "maybe", "in"):
        await house.command(person, asked.space, "calls", "action answer", code=code, value=value)
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, when="tomorrow at 6pm")
    await house.settle()
    where: Any = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "Posted: 2" in where.text
    assert len(await house.direct(person)) == 1
    assert await rows(house) == {
        "alert": 1, "alert_version": 2, "alert_copy": 2, "alert_answer": 1, "alert_tally": 2,
    }  # fmt: skip


async def test_what_is_old_is_deleted(house: RehearsalHouse, clock: MovableClock) -> None:
    """6.6: drafts 7 days, answers 60 days after they close, texts and sums a year."""
    sender = await connect(house, "Riverside Tenants")
    code = await send(house, sender)
    await write(house, sender)
    await house.command(sender.moderator, sender.space, "calls", "action answer", code=code, value="in")
    ages = ((timedelta(days=8), (1, 1, 1)), (timedelta(days=60), (1, 0, 1)), (timedelta(days=300), (0, 0, 0)))
    for age, left in ages:
        clock.move(age)
        async with house.app.core.db.write() as tx:
            await store.purge(tx, clock.now())
        found = await rows(house)
        assert (found["alert"], found["alert_answer"], found["alert_tally"]) == left


async def test_a_scope_sees_only_its_own_calls(house: RehearsalHouse) -> None:
    """A1: drafts too; without an organization nothing at all."""
    content = rules.Content("What", "Ask.", "en", "UTC")
    async with house.app.core.db.write() as tx:
        made = await store.add_draft(tx, Scope(organization="one"), content, house.app.core.clock.now())
        assert await store.of_code(tx, Scope(organization="two"), made.code) is None
        assert await store.newest(tx, Scope(organization="two"), 5) == []
        assert await store.public(tx, made.code) is None
        with pytest.raises(Refused):
            await store.of_code(tx, Scope(), made.code)
