"""Sending later: one clock or each space's own, at night without sound or in the morning, after an outage by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import MovableClock
from cogs.alerts.timing.rules import Leave, awake, leaves_at, same_clock
from tests.conformance.house import RehearsalHouse, Seen
from tests.features.alerts.coalition import Member, code_in, connect, second_says_yes, write

ZONES = ["America/New_York", "America/Los_Angeles", "America/Phoenix", "America/Puerto_Rico", "Pacific/Honolulu",
         "America/Anchorage", "Europe/Madrid", "UTC", "America/Indiana/Knox"]  # fmt: skip
zones = st.sampled_from(ZONES)
moments = st.integers(0, 2 * 366 * 24 * 4).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * n))


def plain(text: str) -> str:
    return text.replace("\\", "").replace("**", "")


async def planned(
    house: RehearsalHouse, sender: Member, when: str, whose: str = "same", night: str = "", **fields: str
) -> tuple[str, Seen]:
    """A call that leaves later; its code and what its author reads."""
    seen = await write(house, sender, **fields)
    seen = await house.press(sender.moderator, sender.space, "desk", seen, "Later")
    seen = await house.fill(sender.moderator, seen, when=when, whose=whose, night=night)
    return (code_in(seen.text) if "A-" in seen.text else await only_code(house, sender)), seen


async def only_code(house: RehearsalHouse, sender: Member) -> str:
    return code_in((await house.command(sender.moderator, sender.space, "desk", "action list")).text)


async def standing(house: RehearsalHouse, *members: Member) -> list[int]:
    """How many copies stand in each."""
    return [len(await house.messages(one.space, "calls")) for one in members]


async def pass_time(house: RehearsalHouse, clock: MovableClock, hours: float) -> None:
    clock.move(timedelta(hours=hours))
    await house.settle()
    await house.settle()


async def test_nine_in_the_morning_everywhere_is_each_spaces_own_nine(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """a6: New York at 9, California three hours later; the author reads it before, and may look at the draft."""
    east = await connect(house, "Riverside Tenants", zone="America/New_York")
    west = await connect(house, "Bay Workers", zone="America/Los_Angeles", policy="auto")
    code, seen = await planned(house, east, "tomorrow at 9 AM", "each")
    assert "each space's own clock: Tuesday, November 24, 2026, 9:00 AM" in plain(seen.text)
    assert "If I am away at that moment" in plain(seen.text)
    assert "leaves later" in (await house.command(east.moderator, east.space, "desk", "action list")).text
    await pass_time(house, clock, 19.9)
    assert await standing(house, east, west) == [0, 0]
    await pass_time(house, clock, 0.2)
    await second_says_yes(house, east, code)
    assert await standing(house, east, west) == [1, 0]
    desk = [plain(one.text) for one in await house.messages(east.space, "desk")]
    assert any(f"Sent as {code}" in text for text in desk)
    await pass_time(house, clock, 2.8)
    assert await standing(house, east, west) == [1, 0]
    await pass_time(house, clock, 0.2)
    assert await standing(house, east, west) == [1, 1]


@pytest.mark.parametrize(("night", "first"), [("soft", [1, 1]), ("morning", [1, 0])])
async def test_at_night_it_is_silent_or_waits_for_the_morning(
    house: RehearsalHouse, clock: MovableClock, night: str, first: list[int]
) -> None:
    """a6: quiet hours are the receiver's; 9 in New York is 4 in Honolulu."""
    east = await connect(house, "Riverside Tenants", zone="America/New_York")
    west = await connect(house, "Island Union", zone="Pacific/Honolulu", policy="auto")
    code, _ = await planned(house, east, "tomorrow at 9 AM", "same", night)
    await pass_time(house, clock, 20.1)
    await second_says_yes(house, east, code)
    assert await standing(house, east, west) == first
    if night == "soft":
        [copy] = await house.messages(west.space, "calls")
        assert copy.silent
    else:
        await pass_time(house, clock, 5)
        assert await standing(house, east, west) == [1, 1]


async def test_a_yes_before_the_morning_waits_for_it(house: RehearsalHouse, clock: MovableClock) -> None:
    """a3 a6: who is asked first accepts when they like; it is not posted before the author's hour."""
    east = await connect(house, "Riverside Tenants", zone="America/New_York")
    asked = await connect(house, "Bay Workers", zone="America/Los_Angeles")
    await planned(house, east, "tomorrow at 9 AM", "each")
    await pass_time(house, clock, 20.1)
    [question] = await house.messages(asked.space, "desk")
    await house.press(asked.moderator, asked.space, "desk", question, "Accept for us")
    await house.settle()
    assert await standing(house, east, asked) == [1, 0]
    await pass_time(house, clock, 3)
    assert await standing(house, east, asked) == [1, 1]


@pytest.mark.parametrize(("hours", "copies", "said"), [(22, 1, "Sent as"), (30, 0, "too late, not posted")])
async def test_after_an_outage_it_is_posted_late_or_not_at_all(
    house: RehearsalHouse, clock: MovableClock, hours: int, copies: int, said: str
) -> None:
    """a6: late while the action (5 PM tomorrow, in 28 hours) lies ahead; else its senders read that it was not."""
    here = await connect(house, "Riverside Tenants")
    code, _ = await planned(house, here, "tomorrow at 9 AM")
    clock.move(timedelta(hours=hours))
    await house.restart()
    await pass_time(house, clock, 0.1)
    assert await standing(house, here) == [copies]
    assert said in plain((await house.messages(here.space, "desk"))[-1].text)
    listed = (await house.command(here.moderator, here.space, "desk", "action list")).text
    assert ("draft" in listed) == (copies == 0)
    assert code in plain(listed)


async def test_before_it_leaves_it_is_changed_sent_now_or_thrown_away(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """a6: each by a button below the plan."""
    here = await connect(house, "Riverside Tenants")
    _, seen = await planned(house, here, "tomorrow at 9 AM")
    changed: Any = await house.press(here.moderator, here.space, "desk", seen, "Change")
    changed = await house.fill(here.moderator, changed, where="City Hall")
    assert "It goes out: Tue, Nov 24, 9:00 AM" in plain(changed.text)
    await house.press(here.moderator, here.space, "desk", seen, "Send now")
    await house.settle()
    [copy] = await house.messages(here.space, "calls")
    assert "City Hall" in copy.text
    _, seen = await planned(house, here, "tomorrow at 9 AM")
    again = await house.press(here.moderator, here.space, "desk", seen, "Another time")
    seen = await house.fill(here.moderator, again, when="tomorrow at 10 AM", whose="same")
    await pass_time(house, clock, 20.1)
    assert await standing(house, here) == [1]
    await house.press(here.moderator, here.space, "desk", seen, "Discard")
    await pass_time(house, clock, 2)
    assert await standing(house, here) == [1]


@pytest.mark.parametrize(
    ("when", "said"), [("tomorrow", "add an hour"), ("tomorrow at 6 PM", "has begun already"), ("banana", "")]
)
async def test_a_moment_that_makes_no_sense_costs_one_field(house: RehearsalHouse, when: str, said: str) -> None:
    """a6: refused with a sentence, the form stays."""
    here = await connect(house, "Riverside Tenants")
    seen = await write(house, here)
    seen = await house.press(here.moderator, here.space, "desk", seen, "Later")
    seen = await house.fill(here.moderator, seen, when=when, whose="same")
    assert said in seen.text
    assert seen.asked


async def test_now_but_where_it_is_night_in_the_morning(house: RehearsalHouse, clock: MovableClock) -> None:
    """a6: *now* is a moment too: 1 PM in New York, 8 AM in Honolulu."""
    east = await connect(house, "Riverside Tenants", zone="America/New_York")
    west = await connect(house, "Island Union", zone="Pacific/Honolulu", policy="auto")
    code, _ = await planned(house, east, "now", "same", "morning")
    await pass_time(house, clock, 0)
    await second_says_yes(house, east, code)
    assert await standing(house, east, west) == [1, 0]
    await pass_time(house, clock, 1.1)
    assert await standing(house, east, west) == [1, 1]


# -- both changes of the clocks --------------------------------------------------------------------------------------


@given(moments, zones, zones)
def test_each_spaces_clock_shows_what_the_authors_shows(at: datetime, zone: str, there: str) -> None:
    """a6: over all days and both changes of the clocks; only an hour that is skipped there shows later."""
    shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    found = same_clock(at, zone, there).astimezone(ZoneInfo(there)).replace(tzinfo=None, fold=0)
    exists = shown.replace(tzinfo=ZoneInfo(there))
    is_real = exists.astimezone(UTC).astimezone(ZoneInfo(there)).replace(tzinfo=None, fold=0) == shown
    assert found == shown if is_real else timedelta() < found - shown <= timedelta(hours=1)


@given(moments, zones, st.booleans(), st.booleans(), zones, st.integers(-50, 50))
def test_a_copy_leaves_awake_never_early_and_within_half_a_day(
    at: datetime, zone: str, each: bool, morning: bool, there: str, hours: int
) -> None:
    """a6: the morning waits at most until 9; what is kept in the table says the same."""
    way, now = Leave(at, zone, each, morning), at + timedelta(hours=hours)
    assert Leave.from_text(way.to_text()) == way
    plan = Leave(at, zone, each).for_zone(there)
    found = way.for_zone(there)
    assert timedelta() <= found - plan <= timedelta(hours=13 if morning else 0)
    assert not morning or 9 <= found.astimezone(ZoneInfo(there)).hour < 21
    assert leaves_at(way.to_text(), there, now) == max(now, found)
    assert leaves_at(None, there, now) == now
    assert awake(found, there) == found or not morning
