"""Reminders, the question afterwards, the thanks: one of each, to those who said yes, however many homes they have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import MovableClock
from cogs.alerts import answers, store
from cogs.alerts.answering import store as replies
from cogs.alerts.going.afterwards import WENT
from cogs.alerts.timing.rules import AHEAD, LEAST, asks_at, remind_at
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send
from tests.features.alerts.test_answers import person_id, say
from tests.features.alerts.test_later import moments, pass_time, plain, zones

NAMES = [f"P{number}" for number in range(6)]


async def told(house: RehearsalHouse, name: str, words: str) -> int:
    """How many direct messages with these words somebody got."""
    return sum(words in plain(one.text) for one in await house.direct(f"forms:{name}"))


async def wants(house: RehearsalHouse, member: Member, name: str, code: str) -> str:
    """Says yes and asks to be reminded; what is answered."""
    seen = await say(house, member, name, code, "in")
    return plain((await house.press(f"forms:{name}", member.space, "calls", seen, "Remind me")).text)


async def test_one_reminder_for_who_asked_and_none_for_the_others(house: RehearsalHouse, clock: MovableClock) -> None:
    """a15 n4: through two organizations, pressed twice, over a restart and an outage: once."""
    here = await connect(house, "Riverside Tenants")
    there = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, here)
    assert "I write to you once: Tue, Nov 24, 11:00 AM ET" in await wants(house, here, "Ana", code)
    await wants(house, there, "Ana", code)
    await say(house, here, "Ben", code, "in")
    await wants(house, here, "Cleo", code)
    await say(house, here, "Cleo", code, "cant")
    await pass_time(house, clock, 21.9)
    assert await told(house, "Ana", "A reminder") == 0
    await house.restart()
    await pass_time(house, clock, 2)
    await pass_time(house, clock, 1)
    assert [await told(house, name, "A reminder") for name in ("Ana", "Ben", "Cleo")] == [1, 0, 0]


@pytest.mark.parametrize("what", ["takeback", "erase", "merge"])
async def test_nothing_comes_after_a_take_back_or_an_erasure(
    house: RehearsalHouse, clock: MovableClock, what: str
) -> None:
    """a15 h10 n4: and two accounts that became one person are reminded once."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    for name in ("Ana", "Ana2"):
        await wants(house, here, name, code)
    ana, second, core = await person_id(house, "forms:Ana"), await person_id(house, "forms:Ana2"), house.app.core
    if what == "takeback":
        seen = await house.command(here.moderator, here.space, "desk", "action takeback", code=code)
        await house.press(here.moderator, here.space, "desk", seen, "Yes, take it back")
    else:
        async with core.db.write() as tx:
            if what == "erase":
                for one in (ana, second):
                    await answers.erased(tx, core.keyring, one)
            else:
                await answers.merged(tx, core.keyring, second, ana)
    await pass_time(house, clock, 23)
    found = await told(house, "Ana", "A reminder") + await told(house, "Ana2", "A reminder")
    assert found == (1 if what == "merge" else 0)


async def test_another_time_moves_the_reminder(house: RehearsalHouse, clock: MovableClock) -> None:
    """a15: a new message at once, the reminder six hours before the new time."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    await wants(house, here, "Ana", code)
    seen = await house.command(here.moderator, here.space, "desk", "action correct", code=code)
    await house.fill(here.moderator, seen, when="Wednesday at 6 PM")
    await pass_time(house, clock, 23)
    assert [await told(house, "Ana", words) for words in ("A change in a call", "A reminder")] == [1, 0]
    await pass_time(house, clock, 24.1)
    assert await told(house, "Ana", "A reminder") == 1


async def test_afterwards_one_question_and_the_thanks_with_the_sum(house: RehearsalHouse, clock: MovableClock) -> None:
    """a16: only those who said yes; a changed answer counts once; where every copy stands, from five people on."""
    here = await connect(house, "Riverside Tenants")
    there = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, here)
    for number, name in enumerate(NAMES):
        await say(house, (here, there)[number % 2], name, code, "in")
    await say(house, here, "Zoe", code, "maybe")
    await pass_time(house, clock, 29.1)
    await pass_time(house, clock, 0.1)
    assert [await told(house, name, "did you go?") for name in (*NAMES, "Zoe")] == [1] * 6 + [0]
    for name in NAMES:
        [question] = [one for one in await house.direct(f"forms:{name}") if "did you go" in one.text]
        for label in ("No", "Yes, I went"):
            seen = await house.press(f"forms:{name}", "", "", question, label)
        assert "Thank you for going" in plain(seen.text)
    await pass_time(house, clock, 40)
    await pass_time(house, clock, 1)
    for member in (here, there):
        shown = [plain(one.text) for one in await house.messages(member.space, "calls")]
        thanks = "Thank you! 6 people from 2 organizations went to Pack the school board."
        assert sum(thanks in one for one in shown) == 1
    async with house.app.core.db.read() as tx:
        alert = await store.public(tx, code)
        assert alert is not None
        total = await replies.total(tx, alert.id, WENT)
    assert (total.yes, total.organizations, total.counts["absent"]) == (6, 2, 0)


async def test_fewer_than_five_are_no_sum(house: RehearsalHouse, clock: MovableClock) -> None:
    """a16: small groups are not counted in public."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    for name in NAMES[:4]:
        await say(house, here, name, code, "in")
    await pass_time(house, clock, 29.1)
    for name in NAMES[:4]:
        [question] = [one for one in await house.direct(f"forms:{name}") if "did you go" in one.text]
        await house.press(f"forms:{name}", "", "", question, "Yes, I went")
    await pass_time(house, clock, 48)
    assert len(await house.messages(here.space, "calls")) == 1


async def test_who_was_not_asked_cannot_answer(house: RehearsalHouse) -> None:
    """A2: before it is over, or without a yes, it reads like a code of nobody's."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    await say(house, here, "Ana", code, "in")
    for words, values in (("action went", {"said": "yes"}), ("action remind", {})):
        person = "forms:Ana" if words == "action went" else await house.new_person("Ben")
        seen = await house.command(person, here.space, "calls", words, code=code, **values)
        assert "There is no such thing here" in seen.text


@pytest.mark.parametrize("words", ["action where", "action list", "action numbers", "audit ours"])
async def test_an_organization_reads_the_same_whether_or_not_another_has_the_person(
    house: RehearsalHouse, clock: MovableClock, words: str
) -> None:
    """n4: what it is answered is byte-equal before and after its member also acts through another organization."""
    here = await connect(house, "Riverside Tenants")
    there = await connect(house, "Northside Workers")
    code = await send(house, here)
    other = await send(house, there, what="Something else")
    await wants(house, here, "Ana", code)
    values = {"code": code} if words in ("action where", "action numbers") else {}
    before = await house.command(here.moderator, here.space, "desk", words, **values)
    assert "Riverside Tenants" in before.text or code in before.text
    await wants(house, there, "Ana", other)
    after = await house.command(here.moderator, here.space, "desk", words, **values)
    assert after.texts == before.texts


@given(moments, zones, st.integers(0, 96))
def test_a_reminder_comes_in_waking_hours_before_it_begins(starts_at: datetime, zone: str, hours: int) -> None:
    """a15: over all days and both changes of the clocks; never in the past."""
    now = starts_at - timedelta(hours=hours)
    found = remind_at(starts_at, zone, now)
    if found is None:
        assert hours < 20
        return
    assert 9 <= found.astimezone(ZoneInfo(zone)).hour < 21
    assert now < found <= starts_at - min(LEAST, AHEAD)


@given(moments, zones, st.booleans())
def test_the_question_comes_awake_and_after_it_began(starts_at: datetime, zone: str, date_only: bool) -> None:
    """a16"""
    found = asks_at(starts_at, date_only, zone)
    assert found >= starts_at + timedelta(hours=1)
    assert 9 <= found.astimezone(ZoneInfo(zone)).hour < 21
    assert found.tzinfo is UTC
