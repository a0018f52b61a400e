"""The weekly seal: into each organization's log, once a week, also after an outage, and good for `audit verify`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import tables as t
from bot.app import keep_house
from bot.audit import head, key_of
from bot.clock import MovableClock
from bot.witness import Verifier, read_heads
from cogs.auditing.rules import next_seal
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send

WEEK = timedelta(days=7)


async def seals(house: RehearsalHouse, member: Member, channel: str) -> list[str]:
    found = [one.text for one in await house.messages(member.space, channel)]
    return [text for text in found if read_heads(text)]


async def waiting(house: RehearsalHouse) -> list[datetime]:
    c = t.due.c
    async with house.app.core.db.read() as tx:
        rows = await tx.all(select(t.due).where(c.job == "auditing.seal", c.state == "waiting"))
    return [row.due_at for row in rows]


async def choose_log(house: RehearsalHouse, member: Member) -> None:
    core = house.app.core
    async with core.db.write() as tx:
        [space] = await core.spaces.spaces(tx, member.organization.id)
        await core.spaces.set_channel(tx, space.id, "log", f"{member.space}/lounge", "lounge", "both")


async def test_each_log_gets_the_end_of_the_chain_once_a_week(house: RehearsalHouse, clock: MovableClock) -> None:
    """h2: the log where one was chosen, else the moderators' channel; one line with its meaning."""
    river, hill = await connect(house, "River Tenants"), await connect(house, "Hill Workers")
    await choose_log(house, river)
    await send(house, river)
    await keep_house(house.app.core)
    clock.move(WEEK - timedelta(hours=2))
    for _ in range(3):
        await keep_house(house.app.core)
        await house.settle()
    assert await waiting(house) == [datetime(2026, 12, 7, 16, tzinfo=UTC)]
    [both], [english] = await seals(house, river, "lounge"), await seals(house, hill, "desk")
    assert not await seals(house, river, "desk")
    async with house.app.core.db.read() as tx:
        now = await head(tx)
        assert now is not None
        assert set(read_heads(both) + read_heads(english)) == {now}
        assert (await Verifier(key_of(house.app.core.keyring), read_heads(both)).run(tx)).findings == []
    assert "Leave this line standing" in english
    assert len(english.splitlines()) == 1
    assert "Deja esta línea" in both


async def test_after_an_outage_the_late_one_is_done_once(house: RehearsalHouse, clock: MovableClock) -> None:
    """A due row per week; three missed weeks are one seal."""
    river = await connect(house, "River Tenants")
    await send(house, river)
    await keep_house(house.app.core)
    clock.move(4 * WEEK)
    await house.restart()
    await house.settle()
    await keep_house(house.app.core)
    await house.settle()
    assert len(await seals(house, river, "desk")) == 1
    clock.move(WEEK)
    await house.settle()
    assert len(await seals(house, river, "desk")) == 2
    assert len(await waiting(house)) == 1


async def test_a_week_that_failed_for_good_does_not_end_the_weeks(house: RehearsalHouse) -> None:
    await keep_house(house.app.core)
    async with house.app.core.db.write() as tx:
        await tx.run(update(t.due).where(t.due.c.job == "auditing.seal").values(state="failed"))
    await keep_house(house.app.core)
    assert len(await waiting(house)) == 1


async def test_where_nothing_was_done_nothing_is_posted(house: RehearsalHouse, clock: MovableClock) -> None:
    river = await connect(house, "River Tenants")
    await keep_house(house.app.core)
    clock.move(WEEK)
    await house.settle()
    assert await seals(house, river, "desk") == []


@pytest.mark.parametrize(
    ("now", "then"),
    [((23, 15, 59), (23, 16)), ((23, 16, 0), (30, 16)), ((29, 23, 59), (30, 16)), ((24, 0, 0), (30, 16))],
)
def test_the_seal_is_due_on_mondays(now: tuple[int, int, int], then: tuple[int, int]) -> None:
    assert next_seal(datetime(2026, 11, *now, tzinfo=UTC)) == datetime(2026, 11, *then, tzinfo=UTC)
