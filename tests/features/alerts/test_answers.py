"""Answers: counted once, sealed, gone when somebody goes; copies get the sum last in line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import MovableClock
from bot.words import Words
from cogs.alerts import answers, store
from cogs.alerts.answering import store as replies
from cogs.alerts.rules import Sum
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send
from tests.laws.sources import ROOT


async def total(house: RehearsalHouse, code: str) -> Sum:
    async with house.app.core.db.read() as tx:
        alert = await store.public(tx, code)
        assert alert is not None
        return await replies.total(tx, alert.id)


async def say(house: RehearsalHouse, member: Member, name: str, code: str, value: str) -> Any:
    if f"{house.platform}:{name}" not in house.world.screens:
        await house.new_person(name)
    person = f"{house.platform}:{name}"
    return await house.command(person, member.space, "calls", "action answer", code=code, value=value)


async def person_id(house: RehearsalHouse, account: str) -> str:
    async with house.app.core.db.read() as tx:
        return (await house.app.core.people.find(tx, house.platform, account)).id


async def test_one_person_counts_once_in_all_spaces(house: RehearsalHouse) -> None:
    """a12 n4: pressed here and there, a later answer replaces the earlier."""
    here = await connect(house, "Riverside Tenants")
    there = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, here)
    await say(house, here, "Ana", code, "in")
    seen = await say(house, there, "Ana", code, "in")
    assert "1 person" in seen.text
    await say(house, there, "Ben", code, "in")
    await say(house, there, "Ana", code, "cant")
    assert (await total(house, code)).counts == {"in": 1, "cant": 1}


async def test_the_presser_sees_people_and_organizations(house: RehearsalHouse) -> None:
    """a12: the sum is there at once."""
    here = await connect(house, "Riverside Tenants")
    there = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, here)
    await say(house, here, "Ana", code, "in")
    seen = await say(house, there, "Ben", code, "in")
    assert "2 people from 2 organizations" in seen.text


async def test_copies_get_the_newest_sum_from_five_on(house: RehearsalHouse, clock: MovableClock) -> None:
    """a12: one edit for many presses, half a minute later, everywhere."""
    here = await connect(house, "Riverside Tenants")
    there = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, here)
    for number in range(7):
        await say(house, here, f"P{number}", code, "in")
    await house.settle()
    [copy] = await house.messages(there.space, "calls")
    assert "people are in" not in copy.text
    clock.move(timedelta(seconds=31))
    await house.settle()
    for member in (here, there):
        [copy] = await house.messages(member.space, "calls")
        assert "7 people are in." in copy.text
        assert len(copy.versions) == 1


async def test_the_answer_is_sealed_and_names_no_organization_in_the_clear(house: RehearsalHouse) -> None:
    """A1 E1: who belongs where cannot be read in the table."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    await say(house, here, "Ana", code, "in")
    async with house.app.core.db.read() as tx:
        [row] = await tx.all(select(replies.alert_answer))
    assert here.organization.id not in str(vars(row))
    assert b'"in"' not in row.value


async def test_two_accounts_that_become_one_count_once(house: RehearsalHouse) -> None:
    """1.4: after `/mydata link` the later answer stays, under the kept person's key."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    await say(house, here, "Ana", code, "maybe")
    await say(house, here, "Ana2", code, "in")
    old, new = await person_id(house, "forms:Ana2"), await person_id(house, "forms:Ana")
    core = house.app.core
    async with core.db.write() as tx:
        await answers.merged(tx, core.keyring, old, new)
    found = await total(house, code)
    assert (found.counts["maybe"] + found.counts["in"], len(await rows_of(house, new))) == (1, 1)
    assert not await rows_of(house, old)
    async with core.db.write() as tx:
        await answers.erased(tx, core.keyring, new)
    assert (await total(house, code)).yes == 0


async def rows_of(house: RehearsalHouse, person: str) -> list[Any]:
    async with house.app.core.db.read() as tx:
        return await replies.answers_of(tx, person)


async def test_who_is_erased_is_taken_out_of_the_sum(house: RehearsalHouse) -> None:
    """h10: rows and count, not only the name."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    await say(house, here, "Ana", code, "in")
    await say(house, here, "Ben", code, "in")
    ana, core = await person_id(house, "forms:Ana"), house.app.core
    async with core.db.write() as tx:
        assert await answers.kept(tx, ana) == {"alerts.kept_answers": 1}
        await answers.erased(tx, core.keyring, ana)
    assert (await total(house, code)).yes == 1
    assert Words.load(ROOT).has("alerts.kept_answers")


@pytest.mark.parametrize(("move", "sentence"), [(timedelta(days=3), "is over"), (timedelta(), "has a time")])
async def test_late_and_unfitting_answers_are_refused(
    house: RehearsalHouse, clock: MovableClock, move: timedelta, sentence: str
) -> None:
    """6: an expired code, an answer that the call does not ask."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    clock.move(move)
    seen = await say(house, here, "Ana", code, "done")
    assert sentence in seen.text
    assert not (await total(house, code)).counts


async def test_those_who_said_yes_hear_of_a_new_time_once(house: RehearsalHouse) -> None:
    """1.5: over all portions of the work; *maybe* and *can't* are left in peace."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here)
    for name, value in (("Ana", "in"), ("Ben", "maybe"), ("Cleo", "cant")):
        await say(house, here, name, code, value)
    seen = await house.command(here.moderator, here.space, "desk", "action correct", code=code)
    await house.fill(here.moderator, seen, when="tomorrow at 6pm")
    await house.settle()
    await house.settle()
    told = {name: await house.direct(f"forms:{name}") for name in ("Ana", "Ben", "Cleo")}
    assert [len(told[name]) for name in told] == [1, 0, 0]
    assert "the time" in told["Ana"][0].text
    assert "6:00 PM" in told["Ana"][0].text
