"""Introductions as rows: sealed, made once, never a dead end. On the rehearsal in the style of servers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot import tables as t
from bot.clock import MovableClock
from bot.core import Core
from bot.db import Row
from bot.erasure import erase
from bot.feature import Person
from bot.outbox import MEET_LIFE
from bot.platforms.rehearsal.world import Channel
from bot.sender import Sender
from tests.rigs.introducing import CODE, FIRST, OTHERWISE, TITLE, Two, meet, near, place, two_people
from tests.store.test_sending import Desk

NEAR = [near("forms", "home/north")]


@pytest.fixture
def desk(core: Core, clock: MovableClock) -> Desk:
    made = Desk(core, clock)
    core.services.adapters["forms"] = made.adapter  # type: ignore[index]
    for name in ("Noa", "Gael", "Far"):
        made.world.add_person(name, name, "en", "forms")
    made.world.spaces["home"].members |= {"Noa", "Gael"}
    return made


@pytest.fixture
async def two(desk: Desk) -> Two:
    return await two_people(desk.core, "forms", "Noa", "Gael")


async def rows(desk: Desk) -> list[Row]:
    async with desk.core.db.read() as tx:
        return list(await tx.all(select(t.delivery).order_by(t.delivery.c.seq)))


async def states(desk: Desk) -> list[tuple[str, str]]:
    return [(row.kind, row.state) for row in await rows(desk)]


def rooms(desk: Desk) -> list[Channel]:
    return [one for one in desk.world.channels.values() if one.only]


def told(desk: Desk) -> list[str]:
    return [one.text for one in desk.world.direct("Noa").standing()]


async def test_a_platform_that_hangs_holds_nobody_up(desk: Desk, two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer's turn is held meanwhile. However many channels there are, it is asked for so long and no longer."""

    async def hangs(_accounts: Sequence[str], _address: str) -> bool:
        await asyncio.sleep(0.3)
        return False

    monkeypatch.setattr("bot.meeting.AT_ONCE", 0.4)
    monkeypatch.setattr(desk.adapter, "shares", hangs)
    begun = time.monotonic()
    assert not await meet(desk.core, two, [near("forms", f"home/{number}") for number in range(20)])
    assert time.monotonic() - begun < 3
    assert await states(desk) == []


async def test_two_people_of_one_server_are_brought_together(desk: Desk, two: Two) -> None:
    """c7: the code and the first message are there, seen by the two alone; the place names nobody."""
    assert await place(desk.core, two, NEAR) == "forms"
    assert await meet(desk.core, two, NEAR)
    await desk.send()
    [room] = rooms(desk)
    assert (room.name, set(room.only)) == (TITLE, {"Noa", "Gael"})
    [first] = room.standing()
    assert (first.text.split("\n")[0], first.code, first.choices) == (FIRST, CODE, ())
    assert await states(desk) == [("meet", "sent")]
    assert told(desk) == []


@pytest.mark.parametrize("case", ["another server", "not said where", "the same person", "said stop", "not allowed"])
async def test_where_the_bot_cannot_bring_them_together_nothing_is_written(desk: Desk, two: Two, case: str) -> None:
    """c7: then the feature relays."""
    channels = NEAR
    if case == "another server":
        two = await two_people(desk.core, "forms", "Far", "Gael")
    elif case == "not said where":
        channels = []
    elif case == "the same person":
        two = Two(two.newcomer, two.newcomer)
    elif case == "said stop":
        async with desk.core.db.write() as tx:
            await desk.core.people.set_stopped(tx, two.greeter, True)
    else:
        desk.world.channels["home/north"].missing.add("threads")
    assert await place(desk.core, two, channels) == ""
    assert not await meet(desk.core, two, channels)
    assert await rows(desk) == []


async def test_people_on_two_platforms_have_no_place(desk: Desk, two: Two) -> None:
    """c7: across platforms it is always relayed."""
    async with desk.core.db.write() as tx:
        far = await desk.core.people.keep(tx, "lines", "Gael", "en", desk.clock.now())
    assert await place(desk.core, Two(two.newcomer, far), NEAR) == ""


async def test_a_refusal_in_the_end_tells_the_new_person(desk: Desk, two: Two) -> None:
    """c7: the right was taken between the press and the sending; never a dead end."""
    assert await meet(desk.core, two, NEAR)
    desk.world.channels["home/north"].missing.add("threads")
    await desk.send()
    await desk.send()
    assert rooms(desk) == []
    assert await states(desk) == [("meet", "failed"), ("direct", "sent")]
    assert [text.split("\n")[0] for text in told(desk)] == [OTHERWISE.replace("*", "")]


async def test_somebody_who_left_the_server_is_not_brought_in(desk: Desk, two: Two) -> None:
    assert await meet(desk.core, two, NEAR)
    desk.world.spaces["home"].members.remove("Gael")
    await desk.send()
    await desk.send()
    assert await states(desk) == [("meet", "failed"), ("direct", "sent")]


async def test_a_platform_that_is_away_too_long_is_not_waited_for(desk: Desk, two: Two) -> None:
    """c4: a new person waits; after some hours it is relayed."""
    assert await meet(desk.core, two, NEAR)
    desk.world.down.add("forms")
    await desk.send()
    desk.clock.move(MEET_LIFE + timedelta(minutes=1))
    desk.world.down.clear()
    await desk.send()
    await desk.send()
    assert rooms(desk) == []
    assert await states(desk) == [("meet", "unknown"), ("direct", "sent")]  # it was tried: nobody knows


@pytest.mark.parametrize("after", [1, 600])
async def test_a_lost_answer_makes_no_second_place(desk: Desk, two: Two, after: int) -> None:
    """n2: it is looked for before anything is made again, at any time."""
    assert await meet(desk.core, two, NEAR)
    await desk.send("lost")
    await desk.send(after=after)
    assert await states(desk) == [("meet", "sent")]
    [room] = rooms(desk)
    assert len(room.messages) == 1


async def test_what_cannot_be_looked_for_is_relayed_as_well(desk: Desk, two: Two) -> None:
    """n2: not made a second time, and not left in silence."""
    assert await meet(desk.core, two, NEAR)
    await desk.send("lost")
    desk.adapter.blind = True
    await desk.send(after=30)
    await desk.send()
    assert await states(desk) == [("meet", "unknown"), ("direct", "sent")]
    assert len(rooms(desk)) == 1


# -- what is kept, and how long -------------------------------------------------------------------------------------


def shown(row: Row) -> str:
    return " ".join(str(value) for value in vars(row).values())


async def test_the_row_is_sealed_and_empty_when_it_is_handled(desk: Desk, two: Two) -> None:
    """SECURITY 6.2: no words, no account and no greeter in the clear; afterwards nothing at all."""
    assert await meet(desk.core, two, NEAR)
    [row] = await rows(desk)
    assert row.card is None
    for secret in ("canary", "Noa", "Gael", two.greeter.id, TITLE):
        assert secret not in shown(row).replace(f"{row.subject} ", "")
    await desk.send()
    [row] = await rows(desk)
    assert row.private is None
    async with desk.core.db.read() as tx:
        [memory] = await tx.all(select(t.message))
    assert "rooms/" not in memory.address


async def test_erasing_the_new_person_deletes_the_row(desk: Desk, two: Two) -> None:
    """c11: nothing is made for somebody who is erased, and nothing of it stays."""
    assert await meet(desk.core, two, NEAR)
    await forget(desk.core, two.newcomer)
    await desk.send()
    assert await rows(desk) == []
    assert rooms(desk) == []


async def test_an_erased_greeter_is_brought_nowhere(desk: Desk, two: Two) -> None:
    """c11: their account stood nowhere in the row; the new person is told otherwise."""
    assert await meet(desk.core, two, NEAR)
    await forget(desk.core, two.greeter)
    await desk.send()
    await desk.send()
    assert rooms(desk) == []
    assert await states(desk) == [("meet", "failed"), ("direct", "sent")]


async def forget(core: Core, person: Person) -> None:
    """As the person's own `/mydata erase` does."""
    async with core.db.write() as tx:
        await erase(core.people, (), tx, person)


async def test_an_organization_that_left_introduces_nobody(desk: Desk, two: Two) -> None:
    """a12: what was sealed goes with it; what to do then is the feature's word."""
    assert await meet(desk.core, two, NEAR)
    async with desk.core.db.write() as tx:
        await desk.core.outbox.end_organization(tx, "org")
    await desk.send()
    assert await rows(desk) == []
    assert told(desk) == []


async def test_two_accounts_that_became_one_person_are_still_introduced(desk: Desk, two: Two) -> None:
    """b8: linked between the press and the sending."""
    core, now = desk.core, desk.clock.now()
    assert await meet(core, two, NEAR)
    async with core.db.write() as tx:
        other = await core.people.keep(tx, "lines", "Noa on the other side", "en", now)
        code = await core.people.new_link_code(tx, other, now)
        await core.people.redeem_link_code(tx, two.newcomer, code, now)
    await core.people.destroy_keys(two.newcomer.id)
    await desk.send()
    assert await states(desk) == [("meet", "sent")]


async def test_a_damaged_introduction_stops_nobody(desk: Desk, two: Two) -> None:
    assert await meet(desk.core, two, NEAR)
    async with desk.core.db.write() as tx:
        await tx.run(update(t.delivery).values(private=b"no seal"))
    await desk.post("a call for all")
    await desk.send()
    assert desk.standing() == ["a call for all"]


async def test_a_killed_bot_looks_for_the_place_first(desk: Desk, two: Two) -> None:
    """n2: the place stood, the row was not marked."""
    assert await meet(desk.core, two, NEAR)
    await desk.send("lost")
    async with desk.core.db.write() as tx:
        await tx.run(update(t.delivery).values(state="sending", due_at=desk.clock.now()))
    await Sender(desk.core.db, desk.core.outbox, desk.core.people, desk.clock, desk.adapter).drain()
    assert await states(desk) == [("meet", "sent")]
    assert [len(one.messages) for one in rooms(desk)] == [1]
