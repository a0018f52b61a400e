"""The Matrix inbox in the bot's own database, on both kinds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.clock import MovableClock
from bot.core import Core
from bot.platforms.matrix.inbox import TEXT, UNREADABLE, Arrival
from bot.platforms.matrix.rows import InboxRows


def line(key: str, kind: str = TEXT) -> Arrival:
    return Arrival(key, "!room:x", kind, "@anna:x", 1, {"body": f"words of {key}"}, sender_key="curve")


async def test_arrivals_and_the_position_are_written_together(core: Core) -> None:
    """a11: both or neither; a key that is known, also a handled one, is skipped."""
    inbox = InboxRows(core)
    assert await inbox.position() is None
    await inbox.keep([line("$1"), line("$2")], "s1")
    await inbox.finish("$1")
    await inbox.keep([line("$1"), line("$2"), line("$3")], "s2")
    assert [one.key for one in await inbox.waiting()] == ["$2", "$3"]
    assert await inbox.position() == "s2"
    assert await inbox.waiting(1) == [line("$2")]
    with pytest.raises(TypeError):
        await inbox.keep([line("$4").about(content={"body": object()})], "s3")  # cannot be written
    assert await inbox.position() == "s2"


async def test_what_waits_is_sealed_and_what_is_done_is_empty(core: Core) -> None:
    """E1: the words are in no column, the event id is all that stays."""
    inbox = InboxRows(core)
    await inbox.keep([line("$1")], "s1")
    async with core.db.read() as tx:
        row = await tx.one(select(t.matrix_event))
    assert row is not None
    assert b"words" not in bytes(row.inside)
    await inbox.finish("$1")
    async with core.db.read() as tx:
        row = await tx.one(select(t.matrix_event))
    assert row is not None
    assert (row.key, row.state, row.inside) == ("$1", "done", None)


async def test_finishing_is_undone_with_its_transaction(core: Core) -> None:
    """a11: an act that failed leaves its line waiting."""
    inbox = InboxRows(core)
    await inbox.keep([line("$1")], "s1")

    async def fail() -> None:
        async with core.db.write() as tx:
            await inbox.finish_in(tx, "$1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert [one.key for one in await inbox.waiting()] == ["$1"]


async def test_a_parked_line_keeps_its_place(core: Core) -> None:
    """h10: readable after all, it stands before what came later; read twice it is handled once."""
    inbox = InboxRows(core)
    await inbox.keep([line("$1", UNREADABLE), line("$2")], "s1")
    assert [one.key for one in await inbox.waiting()] == ["$2"]
    async with core.db.write() as tx:
        await inbox.park_in(tx, line("$1", UNREADABLE).about(target="told"))
    assert [one.target for one in await inbox.parked()] == ["told"]
    await inbox.reread(line("$1"))
    assert [one.key for one in await inbox.waiting()] == ["$1", "$2"]
    await inbox.finish("$1")
    await inbox.reread(line("$1"))
    assert [one.key for one in await inbox.waiting()] == ["$2"]


async def test_event_ids_are_forgotten_after_a_month(core: Core, clock: MovableClock) -> None:
    """6.6: what waits is never thrown away."""
    inbox = InboxRows(core)
    await inbox.keep([line("$1"), line("$2")], "s1")
    await inbox.finish("$1")
    clock.move(timedelta(days=31))
    await inbox.forget()
    async with core.db.read() as tx:
        assert [row.key for row in await tx.all(select(t.matrix_event))] == ["$2"]
