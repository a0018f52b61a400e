"""Places and the waiting list: what is said, who moves up, who is told, and what a number of places may become."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.clock import MovableClock
from cogs.alerts import answers, store
from cogs.alerts.copies import SOON
from cogs.alerts.going.store import first_in_line
from cogs.alerts.rules import Sum
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, code_in, connect, send, write
from tests.features.alerts.test_answers import person_id, rows_of, say, total


def plain(text: str) -> str:
    return text.replace("\\", "").replace("**", "")


async def limited(house: RehearsalHouse, member: Member, number: int, code: str = "") -> str:
    """A call with so many places, or another number for one that stands."""
    code = code or await send(house, member)
    seen = await house.command(member.moderator, member.space, "desk", "action places", code=code)
    seen = await house.fill(member.moderator, seen, number=str(number))
    assert "the number of places" in seen.text, seen.text
    await house.settle()
    return code


async def told(house: RehearsalHouse, name: str) -> list[str]:
    """What somebody got as direct messages."""
    return [plain(one.text) for one in await house.direct(f"forms:{name}")]


async def line(house: RehearsalHouse, code: str) -> list[str]:
    """Who waits, in order."""
    async with house.app.core.db.read() as tx:
        alert = await store.public(tx, code)
        assert alert is not None
        return [row.person for row in await first_in_line(tx, alert.id, 1000)]


async def test_who_comes_too_late_waits_and_moves_up_in_order(house: RehearsalHouse) -> None:
    """a12: told their number, promoted when somebody cannot come, told once."""
    here = await connect(house, "Riverside Tenants")
    code = await limited(house, here, 2)
    for name in ("Ana", "Ben"):
        assert "You're in" in plain((await say(house, here, name, code, "in")).text)
    for number, name in enumerate(("Cleo", "Dan"), 1):
        seen = await say(house, here, name, code, "in")
        assert f"You are number {number} on the waiting list" in plain(seen.text)
        assert "Leave the list" in seen.choices
    await say(house, here, "Ana", code, "cant")
    await house.settle()
    await house.settle()
    assert [len(await told(house, name)) for name in ("Ana", "Ben", "Cleo", "Dan")] == [0, 0, 1, 0]
    assert "A place is free, and it is yours: Pack the school board" in (await told(house, "Cleo"))[0]
    assert (await total(house, code)).counts == {"in": 2, "wait": 1, "cant": 1}
    assert "number 1 on the waiting list" in plain((await say(house, here, "Dan", code, "in")).text)


async def test_who_leaves_the_list_is_passed_over(house: RehearsalHouse) -> None:
    """a12: by the button below the number."""
    here = await connect(house, "Riverside Tenants")
    code = await limited(house, here, 1)
    for name in ("Ana", "Ben", "Cleo"):
        seen = await say(house, here, name, code, "in")
    await house.press("forms:Cleo", here.space, "calls", seen, "Leave the list")
    await say(house, here, "Ana", code, "maybe")
    await house.settle()
    assert len(await told(house, "Ben")) == 1
    assert not await told(house, "Cleo")
    assert not await line(house, code)


async def test_more_places_go_to_the_first_in_line(house: RehearsalHouse) -> None:
    """a12: a correction that raises them; fewer than have one is refused, none at all lets everybody in."""
    here = await connect(house, "Riverside Tenants")
    code = await limited(house, here, 1)
    for number in range(6):
        await say(house, here, f"P{number}", code, "in")
    await limited(house, here, 3, code)
    assert [len(await told(house, f"P{number}")) for number in range(6)] == [0, 1, 1, 0, 0, 0]
    seen = await house.command(here.moderator, here.space, "desk", "action places", code=code)
    seen = await house.fill(here.moderator, seen, number="2")
    assert "3 people have a place already" in seen.text
    await limited(house, here, 0, code)
    await house.settle()
    assert [len(await told(house, f"P{number}")) for number in range(6)] == [0, 1, 1, 1, 1, 1]
    assert (await total(house, code)).counts == {"in": 6, "wait": 0}


@pytest.mark.parametrize(
    ("people", "words"),
    [(1, "There are 7 places."), (5, "2 places are left."), (6, "1 place is left."), (9, "Full: there is a waiting")],
)
async def test_copies_say_how_many_places_are_left(
    house: RehearsalHouse, clock: MovableClock, people: int, words: str
) -> None:
    """a12: in words; below five people only how many there are."""
    here = await connect(house, "Riverside Tenants")
    there = await connect(house, "Northside Workers", policy="auto")
    code = await limited(house, here, 7)
    for number in range(people):
        await say(house, here, f"P{number}", code, "in")
    for _ in range(2):
        clock.move(SOON * 2)
        await house.settle()
    [copy] = await house.messages(there.space, "calls")
    assert words in plain(copy.text)


async def test_the_preview_and_the_ledger_know_of_places(house: RehearsalHouse) -> None:
    """a12: a button on the draft; the sender sees how many wait."""
    here = await connect(house, "Riverside Tenants")
    seen = await write(house, here)
    seen = await house.press(here.moderator, here.space, "desk", seen, "Places")
    seen = await house.fill(here.moderator, seen, number="1")
    assert "Places: 1, then a waiting list." in plain(seen.text)
    sent = await house.press(here.moderator, here.space, "desk", seen, "Send")
    await house.settle()
    for name in ("Ana", "Ben"):
        await say(house, here, name, code_in(sent.text), "in")
    where = await house.command(here.moderator, here.space, "desk", "action where", code=code_in(sent.text))
    assert "I'm in: 1, Waiting list: 1" in plain(where.text)


async def test_an_ask_without_a_time_has_room_for_everybody(house: RehearsalHouse) -> None:
    """a12 a17: refused with a sentence."""
    here = await connect(house, "Riverside Tenants")
    code = await send(house, here, when="", where="")
    seen = await house.command(here.moderator, here.space, "desk", "action places", code=code)
    assert "has no time" in (await house.fill(here.moderator, seen, number="3")).text


async def test_who_is_erased_gives_the_place_to_the_next(house: RehearsalHouse) -> None:
    """h10 a12: and somebody erased while waiting is in nobody's way."""
    here = await connect(house, "Riverside Tenants")
    code = await limited(house, here, 1)
    for name in ("Ana", "Ben", "Cleo"):
        await say(house, here, name, code, "in")
    ana, ben, core = await person_id(house, "forms:Ana"), await person_id(house, "forms:Ben"), house.app.core
    for person in (ben, ana):
        async with core.db.write() as tx:
            await answers.erased(tx, core.keyring, person)
    await house.settle()
    assert [len(await told(house, name)) for name in ("Ben", "Cleo")] == [0, 1]
    assert await counts(house, code) == {"in": 1}


async def counts(house: RehearsalHouse, code: str) -> dict[str, int]:
    found: Sum = await total(house, code)
    return {value: n for value, n in found.counts.items() if n}


@pytest.mark.parametrize(
    ("first", "second", "then", "waits"),
    [
        (["Ana", "Ana2"], [], {"in": 2}, []),  # two places for one person: one goes to Ben
        (["Ana"], ["Ana2"], {"in": 2}, []),
        (["Zoe", "Yan"], ["Ana2", "Ben", "Ana"], {"in": 2, "wait": 2}, ["Ana", "Ben"]),
    ],
)
async def test_two_accounts_take_one_place(
    house: RehearsalHouse, first: list[str], second: list[str], then: dict[str, int], waits: list[str]
) -> None:
    """n4 a12: a place is better than waiting for one, the better place in line stays."""
    here = await connect(house, "Riverside Tenants")
    code = await limited(house, here, 2)
    order = [*first, *second]
    for name in [*order, *(["Ben"] if "Ben" not in order else [])]:
        await say(house, here, name, code, "in")
    old, new, core = await person_id(house, "forms:Ana2"), await person_id(house, "forms:Ana"), house.app.core
    async with core.db.write() as tx:
        await answers.merged(tx, core.keyring, old, new)
    await house.settle()
    assert await counts(house, code) == then
    assert await line(house, code) == [await person_id(house, f"forms:{name}") for name in waits]
    assert (len(await rows_of(house, new)), len(await rows_of(house, old))) == (1, 0)


async def test_a_direct_message_to_a_closed_door_is_kept(house: RehearsalHouse) -> None:
    """a12: who moved up reads it at the next act."""
    here = await connect(house, "Riverside Tenants")
    code = await limited(house, here, 1)
    await say(house, here, "Ana", code, "in")
    await say(house, here, "Ben", code, "in")
    house.world.closed_doors.add("forms:Ben")
    await say(house, here, "Ana", code, "cant")
    await house.settle()
    house.world.closed_doors.discard("forms:Ben")
    seen = await say(house, here, "Ben", code, "in")
    assert "it is yours" in plain(seen.text)
    assert "You're in" in plain(seen.text)


async def test_five_hundred_at_once_for_twenty_places(house: RehearsalHouse) -> None:
    """a12: exactly 20 and an ordered list, with their numbers in words."""
    here = await connect(house, "Riverside Tenants")
    code = await limited(house, here, 20)
    names = [f"P{number}" for number in range(500)]
    for name in names:
        await house.new_person(name)
    seen: list[Any] = await asyncio.gather(*(say(house, here, name, code, "in") for name in names))
    assert await counts(house, code) == {"in": 20, "wait": 480}
    in_line = [plain(one.text).split("number ")[1].split(" on")[0] for one in seen if "waiting list" in one.text]
    assert sorted(map(int, in_line)) == list(range(1, 481))
    assert sum("You're in" in plain(one.text) for one in seen) == 20
