"""Introducing two people, on every platform: a place for the two where there is one, else nothing is written."""

from __future__ import annotations

from sqlalchemy import select

from bot import tables as t
from bot.feature import Channel
from tests.conformance.house import House, RehearsalHouse
from tests.features.orgs.office import connect, coordinator, set_up
from tests.rigs.introducing import Two, meet, place, two_people

NAME = "Riverside Tenants"


async def at_home(house: House) -> tuple[Two, list[Channel]]:
    """Two people of one organization's space, and its channel for calls."""
    partner = await connect(house, await coordinator(house), NAME)
    await set_up(house, partner, policy="auto", language="both")
    people = [await house.new_person(name, manages=partner.space) for name in ("Noa", "Gael")]
    if isinstance(house, RehearsalHouse):
        house.world.spaces[partner.space].members |= set(people)
    core = house.app.core
    async with core.db.read() as tx:
        channels = await core.spaces.channels(tx, "calls")
    return await two_people(core, house.platform, *people), list(channels)


async def test_two_people_who_share_a_platform_meet_in_a_place_of_their_own(house: House) -> None:
    """c7 n16: one row, made once also over a restart; what was sealed in it is gone."""
    two, channels = await at_home(house)
    assert await place(house.app.core, two, channels) == house.platform
    assert await meet(house.app.core, two, channels)
    await house.restart()
    await house.settle()
    await house.settle()
    async with house.app.core.db.read() as tx:
        rows = await tx.all(select(t.delivery).where(t.delivery.c.kind == "meet"))
        stands = await tx.all(select(t.message).where(t.message.c.delivery.in_([row.id for row in rows])))
    assert [(row.state, row.private) for row in rows] == [("sent", None)]
    assert len(stands) == 1


async def test_two_platforms_mean_a_relay(house: House) -> None:
    """c7: a contact is never passed on, and nothing is half made."""
    two, channels = await at_home(house)
    core = house.app.core
    async with core.db.write() as tx:
        far = await core.people.keep(tx, "elsewhere", "somebody", "en", core.clock.now())
    for pair in (Two(two.newcomer, far), Two(two.newcomer, two.newcomer)):
        assert await place(core, pair, channels) == ""
        assert not await meet(core, pair, channels)
    async with core.db.read() as tx:
        assert await tx.all(select(t.delivery.c.id).where(t.delivery.c.kind == "meet")) == []
