"""What we know about you, on every platform: seen, joined, put right, ended, erased."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from bot import tables as t
from bot.cards import Card
from bot.people import Person
from bot.words import Md
from tests.conformance.house import House

ACCOUNT = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")


async def people(house: House) -> list[Any]:
    """The rows of everybody of whom something is kept."""
    async with house.app.core.db.read() as tx:
        return await tx.all(select(t.person).where(t.person.c.merged_into.is_(None)))


async def only_person(house: House) -> Person:
    rows = await people(house)
    assert len(rows) == 1
    return Person(rows[0].id)


async def give_role(house: House, organization: str, name: str) -> None:
    person = await only_person(house)
    async with house.app.core.db.write() as tx:
        await house.app.core.spaces.grant(tx, person.id, organization, name, house.app.core.clock.now())


async def reach(house: House) -> bool:
    """Whether the bot would send the only person a direct message."""
    core, person = house.app.core, await only_person(house)
    async with core.db.write() as tx:
        return await core.outbox.tell(tx, person.id, Card(Md("a reminder")), core.clock.now())


async def test_looking_leaves_nothing_behind(house: House) -> None:
    """h10: who only asks what is kept is not kept for it."""
    rosa = await house.new_person("Rosa")
    seen = await house.command(rosa, "", "", "mydata show")
    assert "nothing about you" in seen.text
    assert await people(house) == []


async def test_everybody_sees_what_is_kept_who_reads_it_and_until_when(house: House) -> None:
    """h10"""
    rosa = await house.new_person("Rosa", language="es")
    await house.command(rosa, "", "", "misdatos idioma", language="es")
    await house.command(rosa, "", "", "misdatos zona", zone="IL")
    seen = await house.command(rosa, "", "", "misdatos ver")
    assert "hora del Centro" in seen.text
    assert "Español" in seen.text
    assert "Solo" in seen.text
    assert "un año" in seen.text
    assert seen.choices == ["Vincular mi cuenta", "Bórrame"]


async def test_the_chosen_language_wins_over_that_of_the_app(house: House) -> None:
    """h8"""
    rosa = await house.new_person("Rosa", language="es")
    await house.command(rosa, "", "", "mydata language", language="en")
    assert "What I can do" in (await house.command(rosa, "", "", "help")).text


async def test_a_zone_that_nobody_knows_is_one_sentence(house: House) -> None:
    rosa = await house.new_person("Rosa")
    seen = await house.command(rosa, "", "", "mydata zone", zone="Gotham")
    assert "America/Chicago" in seen.text


async def test_two_accounts_become_one_person(house: House) -> None:
    """6.2a: by a code that is good for an hour and works once."""
    rosa, other = await house.new_person("Rosa"), await house.new_person("Rosita")
    found = ACCOUNT.search((await house.command(rosa, "", "", "mydata link")).text)
    assert found is not None
    assert "now one person" in (await house.command(other, "", "", "mydata link", code=found[0])).text
    kept = await only_person(house)
    assert await house.app.core.keyring.people() == {kept.id}, "the keys of the absorbed person are destroyed"
    assert "2 accounts" in (await house.command(other, "", "", "mydata show")).text
    assert "not valid" in (await house.command(other, "", "", "mydata link", code=found[0])).text


async def test_stop_ends_direct_messages_in_one_step_and_says_how_to_start_again(house: House) -> None:
    """C9"""
    rosa = await house.new_person("Rosa")
    await house.command(rosa, "", "", "mydata language", language="en")
    assert await reach(house)
    seen = await house.command(rosa, "", "", "stop")
    assert "start" in seen.text
    assert not await reach(house)
    await house.press(rosa, "", "", seen, "Start again")
    assert await reach(house)


async def test_erasing_asks_once_and_then_leaves_nothing(house: House) -> None:
    """E2"""
    rosa = await house.new_person("Rosa")
    await house.command(rosa, "", "", "mydata language", language="en")
    seen = await house.command(rosa, "", "", "mydata erase")
    assert len(await people(house)) == 1, "nothing is erased before the second word"
    seen = await house.press(rosa, "", "", seen, "Yes, erase me")
    assert "is gone" in seen.text
    assert await people(house) == []
    assert await house.app.core.keyring.people() == set()


async def test_the_button_to_erase_is_for_its_owner_alone(house: House) -> None:
    rosa = await house.new_person("Rosa")
    await house.command(rosa, "", "", "mydata language", language="en")
    await house.command(rosa, "", "", "mydata erase")
    mallory = await house.new_person("Mallory")
    async with house.app.core.db.read() as tx:
        rows = await tx.all(select(t.choice).where(t.choice.c.args == '["yes"]'))
    act = house_act(house, mallory)
    outcome = await house.app.core.runner.press(act, rows[0].token)
    assert outcome.refused
    assert len(await people(house)) == 1


def house_act(house: House, account: str) -> Any:
    """Somebody's act in their own direct room, made by hand: a forged press."""
    from bot.platforms.base import Act
    from bot.spaces import Place

    return Act(house.platform, account, Place(house.platform, channel="theirs", direct=True), "forged")


async def test_the_last_coordinator_and_moderator_are_warned_before_they_go(house: House) -> None:
    rosa = await house.new_person("Rosa")
    await house.command(rosa, "", "", "mydata language", language="en")
    core = house.app.core
    async with core.db.write() as tx:
        river = await core.spaces.add(tx, "River Tenants", core.clock.now())
    await give_role(house, "", "coordinator")
    await give_role(house, river.id, "moderator")
    seen = await house.command(rosa, "", "", "mydata erase")
    assert "only coordinator" in seen.text
    assert "only moderator of River Tenants" in seen.text


async def test_who_comes_back_after_erasing_starts_from_nothing(house: House) -> None:
    rosa = await house.new_person("Rosa")
    await house.command(rosa, "", "", "mydata zone", zone="IL")
    await house.press(rosa, "", "", await house.command(rosa, "", "", "mydata erase"), "Yes, erase me")
    await house.restart()
    await house.command(rosa, "", "", "mydata language", language="en")
    assert "Zone: not chosen" in (await house.command(rosa, "", "", "mydata show")).text
