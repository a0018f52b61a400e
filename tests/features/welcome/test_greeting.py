"""Greeters: one wins, nobody sees a name before, and nobody is alone with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member
from tests.features.welcome.handoffs import (
    greeters_card,
    handoff_of,
    new_greeter,
    plain,
    request_of,
    shares,
    takes,
    told,
    welcoming,
)

HOUR = timedelta(hours=1)


async def two_greeters(house: RehearsalHouse) -> tuple[Member, str, str]:
    """An organization whose two greeters have said their names (on somebody who is done with already)."""
    member = await welcoming(house, "River Tenants")
    rosa, luz = await new_greeter(house, member, "Rosa"), await new_greeter(house, member, "Luz")
    for person, name in ((rosa, "Rosa"), (luz, "Luz")):
        seen = await house.command(person, member.space, "desk", "welcome greeter")
        done = await house.fill(person, seen, name=name, languages="both")
        assert f"New people read: {name}" in plain(done.text)
    return member, rosa, luz


async def test_of_two_greeters_at_once_one_wins(house: RehearsalHouse) -> None:
    """c8: the second reads who was faster and how many still wait."""
    member, rosa, luz = await two_greeters(house)
    for name in ("Ana", "Ben"):
        await shares(house, await house.new_person(name), member, name=name)
    card = await greeters_card(house, member)
    first, second = await asyncio.gather(
        *(house.press(one, member.space, "desk", card, "I'll welcome") for one in (rosa, luz))
    )
    won, lost = (first, second) if "They are yours" in first.text else (second, first)
    assert "Name: Ben" in plain(won.text)
    assert "was faster. 1 person still waits" in plain(lost.text)
    assert "Ben" not in lost.text


async def test_somebody_is_not_their_own_greeter(house: RehearsalHouse) -> None:
    """c8"""
    member, rosa, _ = await two_greeters(house)
    await shares(house, rosa, member)
    refused = await house.press(rosa, member.space, "desk", await greeters_card(house, member), "I'll welcome")
    assert "your own request" in refused.text


async def test_a_member_without_the_right_takes_nobody(house: RehearsalHouse) -> None:
    """c8: greeters, moderators, and managers where the organization says so."""
    member, _, _ = await two_greeters(house)
    await shares(house, await house.new_person("Ana"), member)
    eva = await house.new_person("Eva")
    refused = await house.press(eva, member.space, "desk", await greeters_card(house, member), "I'll welcome")
    assert "Only people who welcome new people for River Tenants" in plain(refused.text)
    assert "Name" not in refused.text


async def test_passing_on_changes_nothing_until_somebody_takes_over(house: RehearsalHouse) -> None:
    """c8: the newcomer has somebody all the time, and reads who."""
    member, rosa, luz = await two_greeters(house)
    ana = await house.new_person("Ana")
    code = await shares(house, ana, member)
    mine = await takes(house, rosa, member)
    await house.press(rosa, "", "", mine, "Pass on")
    await house.settle()
    assert (await handoff_of(house, code)).state == "claimed"
    assert "Rosa of River Tenants has you and asked the other greeters" in plain((await request_of(house, ana)).text)
    again = await house.command(rosa, "", "", "welcome pass", code=code)
    assert "asked about" in again.text
    assert "Rosa would like to pass on somebody" in plain((await greeters_card(house, member)).text)
    await takes(house, luz, member)
    assert f"Luz has taken over {code}" in await told(house, rosa)
    assert "Luz of River Tenants has taken you on" in plain((await request_of(house, ana)).text)
    assert "nobody is with you" in plain((await house.command(rosa, "", "", "mine")).text).lower()


async def test_who_cannot_gives_back_and_the_newcomer_reads_it(house: RehearsalHouse) -> None:
    """c8: released, with a new time."""
    member, rosa, luz = await two_greeters(house)
    ana = await house.new_person("Ana")
    code = await shares(house, ana, member)
    mine = await takes(house, rosa, member)
    await house.press(rosa, "", "", mine, "I can't")
    await house.settle()
    assert "Rosa of River Tenants cannot welcome you after all" in await told(house, ana)
    assert "Still waiting" in (await greeters_card(house, member)).text
    assert len(await house.messages(member.space, "desk")) == 1, "the card of the first round is gone"
    assert "There is no such thing" in (await house.command(rosa, "", "", "welcome more", code=code)).text
    await takes(house, luz, member)
    assert (await handoff_of(house, code)).round == 2


async def test_mine_lists_the_soonest_first(house: RehearsalHouse, clock: MovableClock) -> None:
    """c8: with everything that can be done; shown to the greeter alone."""
    member, rosa, _ = await two_greeters(house)
    codes = []
    for name in ("Ana", "Ben"):
        codes.append(await shares(house, await house.new_person(name), member, name=name))
        await takes(house, rosa, member)
        clock.move(HOUR)
    listed = await house.command(rosa, "", "", "mine")
    shown = plain(listed.text)
    assert "2 people are with you" in shown
    assert shown.index(codes[0]) < shown.index(codes[1])
    one = await house.press(rosa, "", "", listed, f"Open {codes[0]}")
    assert "Name: Ana" in plain(one.text)
    assert one.choices == ["Write first message", "More time", "We met", "Pass on", "I can't"]


async def test_more_time_ends_after_three_days(house: RehearsalHouse, clock: MovableClock) -> None:
    """c9: the newcomer reads each new time."""
    member, rosa, _ = await two_greeters(house)
    ana = await house.new_person("Ana")
    code = await shares(house, ana, member)
    await takes(house, rosa, member)
    said = []
    for _ in range(4):
        clock.move(20 * HOUR)
        said.append((await house.command(rosa, "", "", "welcome more", code=code)).text)
    assert "You have until" in said[0]
    assert "no more time to give" in said[3]
    await house.settle()
    assert "needs a little longer" in await told(house, ana)


async def test_a_pause_gives_back_who_was_not_written_to(house: RehearsalHouse) -> None:
    """c8: and nobody new is taken until the greeter is back."""
    member, rosa, _ = await two_greeters(house)
    ana = await house.new_person("Ana")
    code = await shares(house, ana, member)
    await takes(house, rosa, member)
    paused = await house.press(rosa, "", "", await house.command(rosa, "", "", "mine"), "Pause me")
    assert "You are on a pause. 1 person" in plain(paused.text)
    await house.settle()
    assert (await handoff_of(house, code)).state == "offered"
    refused = await house.press(rosa, member.space, "desk", await greeters_card(house, member), "I'll welcome")
    assert "You are on a pause" in refused.text
    back = await house.command(rosa, "", "", "welcome pause")
    assert "Welcome back" in back.text


async def test_five_open_people_are_a_warning(house: RehearsalHouse) -> None:
    """c5: on the card and in the answer."""
    member, rosa, _ = await two_greeters(house)
    for name in ("Ana", "Ben", "Cleo", "Dani", "Eli"):
        await shares(house, await house.new_person(name), member, name=name)
    assert "has 5 people open now" in plain((await greeters_card(house, member)).text)
    mine = await takes(house, rosa, member)
    assert "Your organization has 5 people open now" in mine.text
    pressed = await house.press(rosa, member.space, "desk", (await house.messages(member.space, "desk"))[0], "I'll")
    assert "Name: Ana" in plain(pressed.text)
