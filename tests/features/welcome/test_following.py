"""Did you connect? Both say so, or it is lost with a reason; nobody is asked for ever."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from bot.feature import Scope
from cogs.welcome.handoff import store
from tests.conformance.house import RehearsalHouse
from tests.features.welcome.handoffs import handoff_of, plain, request_of, told
from tests.features.welcome.test_relay import introduced

DAY = timedelta(days=1)
ASKED = "Did you and"


async def after(house: RehearsalHouse, clock: MovableClock, days: int) -> None:
    """So many days later, with everything due done."""
    clock.move(days * DAY)
    await house.settle()


async def test_day_three_and_day_fourteen_then_no_more(house: RehearsalHouse, clock: MovableClock) -> None:
    """c14: nobody answers: lost after three weeks, told, another choice."""
    member, ana, rosa, code = await introduced(house)
    counted = []
    for days in (2, 1, 10, 1, 8, 30):
        await after(house, clock, days)
        counted.append((await told(house, ana)).count(ASKED))
    assert counted == [0, 1, 1, 2, 2, 2]
    assert (await told(house, rosa)).count(ASKED) == 2
    async with house.app.core.db.read() as tx:
        sums = await store.counts(tx, Scope(organization=member.organization.id))
    assert sums == {"offered": 1, "claimed": 1, "introduced": 1, "lost": 1}
    assert code


async def test_enough_ends_the_questions(house: RehearsalHouse, clock: MovableClock) -> None:
    """c14: for both; words can still be passed on."""
    _, ana, rosa, code = await introduced(house)
    await after(house, clock, 3)
    await house.press(ana, "", "", (await house.direct(ana))[-1], "Enough questions")
    await after(house, clock, 11)
    assert (await told(house, rosa)).count(ASKED) == 1
    assert (await told(house, ana)).count(ASKED) == 1
    assert (await handoff_of(house, code)).state == "introduced"
    await after(house, clock, 8)
    assert ((await handoff_of(house, code)).state, (await handoff_of(house, code)).reason) == ("lost", "enough")


async def test_no_asks_why_and_offers_another_choice(house: RehearsalHouse, clock: MovableClock) -> None:
    """c13: lost with the reason; the greeter is told."""
    _, ana, rosa, code = await introduced(house)
    await after(house, clock, 3)
    why = await house.press(ana, "", "", (await house.direct(ana))[-1], "It did not work")
    assert why.choices == ["Nobody answered", "Not the right fit", "I have no time now", "Found another way"]
    await house.press(ana, "", "", why, "Not the right fit")
    await house.settle()
    over = await handoff_of(house, code)
    assert (over.state, over.reason) == ("lost", "no_fit")
    assert f"{code} says that it did not come about" in await told(house, rosa)
    assert "Nobody has your request" in plain((await request_of(house, ana)).text)
    late = await house.command(rosa, "", "", "welcome connected", code=code, value="yes")
    assert "answered already" in late.text


async def test_we_met_asks_the_other_side_at_once(house: RehearsalHouse) -> None:
    """c13: one word alone does not count."""
    _, ana, rosa, code = await introduced(house)
    listed = await house.command(rosa, "", "", "mine", code=code)
    await house.press(rosa, "", "", listed, "We met")
    await house.settle()
    assert (await handoff_of(house, code)).state == "introduced"
    asked = (await house.direct(ana))[-1]
    assert "The other side says that you connected" in asked.text
    await house.press(ana, "", "", asked, "Yes, we connected")
    await house.settle()
    assert (await handoff_of(house, code)).state == "met"
    assert "Both of you have said" in await told(house, rosa)


async def test_not_yet_is_asked_again(house: RehearsalHouse, clock: MovableClock) -> None:
    """c14"""
    _, ana, _, _ = await introduced(house)
    await after(house, clock, 3)
    seen = await house.press(ana, "", "", (await house.direct(ana))[-1], "Not yet")
    assert "once more" in seen.text
    await after(house, clock, 11)
    assert (await told(house, ana)).count(ASKED) == 2


async def test_the_greeter_says_why_it_was_lost(house: RehearsalHouse) -> None:
    """c13: the newcomer is told and can choose again."""
    _, ana, rosa, code = await introduced(house)
    why = await house.command(rosa, "", "", "welcome connected", code=code, value="no")
    await house.press(rosa, "", "", why, "They didn't answer")
    await house.settle()
    assert "did not come about" in await told(house, ana)
    assert (await handoff_of(house, code)).reason == "no_reply"
