"""Deadlines: half time, the whole time, twice, at night, after an outage; each word once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse
from tests.features.welcome.handoffs import (
    greeters_card,
    handoff_of,
    new_greeter,
    night,
    plain,
    request_of,
    share_again,
    shares,
    starts,
    takes,
    told,
    welcoming,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def coordinator(house: RehearsalHouse) -> str:
    """Somebody who coordinates the coalition."""
    account = await house.new_person("Cora")
    core = house.app.core
    async with core.db.write() as tx:
        person = await core.people.keep(tx, house.platform, account, "en", core.clock.now())
        await core.spaces.grant(tx, person.id, "", "coordinator", core.clock.now())
    return account


async def test_nobody_claims_and_the_person_is_not_left_alone(house: RehearsalHouse, clock: MovableClock) -> None:
    """c9: a second card at half time, then told, another choice, and a line for the coordinator without a name."""
    member, cora = await welcoming(house, "River Tenants"), await coordinator(house)
    ana = await house.new_person("Ana")
    code = await shares(house, ana, member)
    clock.move(21 * HOUR)
    await house.settle()
    assert "Still waiting" in (await greeters_card(house, member)).text
    assert len(await house.messages(member.space, "desk")) == 1
    clock.move(3 * HOUR)
    await house.settle()
    await house.settle()
    said = await told(house, ana)
    assert said.count("Nobody at River Tenants could take you on in time") == 1
    over = await handoff_of(house, code)
    assert (over.state, over.value) == ("unclaimed", b"")
    assert "They were told" in (await greeters_card(house, member)).text
    line = await told(house, cora)
    assert line.count("At River Tenants nobody could take on a new person") == 1
    assert "Ana" not in line
    assert code not in line
    assert "Nobody has your request" in plain((await request_of(house, ana)).text)


async def test_another_organization_can_be_chosen_then(house: RehearsalHouse, clock: MovableClock) -> None:
    """c9: with a consent of its own."""
    river, hill = await welcoming(house, "River Tenants"), await welcoming(house, "Hill Workers")
    ana = await house.new_person("Ana")
    code = await shares(house, ana, river)
    clock.move(DAY)
    await house.settle()
    await share_again(house, ana, code, hill)
    assert code in (await greeters_card(house, hill)).text
    assert "Hill Workers was asked" in plain((await request_of(house, ana)).text)


async def test_who_takes_somebody_and_does_not_write_loses_them(house: RehearsalHouse, clock: MovableClock) -> None:
    """c9: a word at half time, back to all, and after the second time another organization."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana")
    rosa, luz = await new_greeter(house, member, "Rosa"), await new_greeter(house, member, "Luz")
    code = await shares(house, ana, member)
    await takes(house, rosa, member)
    clock.move(21 * HOUR)
    await house.settle()
    assert "first message" in await told(house, rosa)
    clock.move(3 * HOUR)
    await house.settle()
    assert (await handoff_of(house, code)).misses == 1
    assert (await told(house, ana)).count("did not write in time") == 1
    await takes(house, luz, member, "Luz")
    clock.move(DAY)
    await house.settle()
    assert (await handoff_of(house, code)).state == "unclaimed"
    assert "Nobody at River Tenants could take you on" in await told(house, ana)
    assert f"The time for {code} ran out" in await told(house, luz)


async def test_after_an_outage_everything_is_said_once_and_by_day(house: RehearsalHouse, clock: MovableClock) -> None:
    """c9: the bot was away for two days and comes back at three in the morning."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana")
    code = await shares(house, ana, member)
    clock.move(datetime(2026, 11, 26, 8, tzinfo=UTC) - clock.now())
    await house.restart()
    await house.settle()
    assert "Nobody at River" not in await told(house, ana)
    waits = await handoff_of(house, code)
    assert (waits.state, waits.until_at) == ("offered", datetime(2026, 11, 26, 14, tzinfo=UTC))
    assert "Thu, Nov 26, 9:00 AM ET" in (await request_of(house, ana)).text
    clock.move(6 * HOUR)
    await house.settle()
    await house.settle()
    assert (await told(house, ana)).count("Nobody at River Tenants could take you on in time") == 1


async def test_a_package_that_nobody_took_is_gone_after_a_week(house: RehearsalHouse, clock: MovableClock) -> None:
    """6.1: also when the nightly retention comes before everything else; the person is told."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana")
    await shares(house, ana, member)
    clock.move(7 * DAY + HOUR)
    await night(house)
    assert "our copy of what you shared was shredded" in await told(house, ana)
    assert "Nobody has your request" in plain((await request_of(house, ana)).text)


async def test_a_new_person_never_waits_for_an_organization_without_a_channel(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """c9: nobody can see the card; the time still ends."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana")
    code = await starts(house, ana)
    async with house.app.core.db.write() as tx:
        [desk] = await house.app.core.spaces.channels(tx, "moderators", [member.organization.id])
        await house.app.core.spaces.set_channel(tx, desk.space, "calls", desk.address, "desk", "en")
        from bot import tables as t

        await tx.run(t.channel.delete().where(t.channel.c.id == desk.id))
    await share_again(house, ana, code, member)
    clock.move(DAY)
    await house.settle()
    assert "Nobody at River Tenants could take you on in time" in await told(house, ana)
