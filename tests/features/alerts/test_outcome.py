"""What came of a call: an organization reads its own numbers, everybody the sum; never anybody else's."""

from __future__ import annotations

import pytest

from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send
from tests.features.alerts.test_answers import say
from tests.features.alerts.test_later import pass_time, plain
from tests.features.alerts.test_versions import everything, take_back, where

LABELS = {"in": "I'm in", "maybe": "Maybe", "cant": "Can't"}
SENT, CARRIED, THIRD = 11, 23, 37  # canaries: numbers that stand nowhere else


async def numbers(house: RehearsalHouse, member: Member, code: str) -> str:
    seen = await house.command(member.moderator, member.space, "desk", "action numbers", code=code)
    return plain(seen.text)


async def answered(house: RehearsalHouse, member: Member, code: str, n: int, value: str = "in") -> list[str]:
    names = [f"{member.organization.name} {value} {number}" for number in range(n)]
    for name in names:
        await say(house, member, name, code, value)
    return names


async def test_nobody_reads_another_organizations_numbers(house: RehearsalHouse, clock: MovableClock) -> None:
    """a18: its own number, the sum of all; each other's number is a canary that stands nowhere it was shown."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    third = await connect(house, "Valley Choir", policy="auto")
    code = await send(house, sender)
    of = [(sender, SENT), (willing, CARRIED), (third, THIRD)]
    for member, n in of:
        await answered(house, member, code, n)
    await pass_time(house, clock, 0.1)
    total = SENT + CARRIED + THIRD
    ledger = await where(house, sender, code)
    assert f"{total} people from 3 organizations" in ledger
    for member, n in of:
        shown = await numbers(house, member, code)
        own, _, everybody = shown.partition("The sum of all:")
        assert f"Answers: I'm in: {n}\n" in own
        assert f"I'm in: {total}" in everybody
        others = [other for _, other in of if other != n]
        read = [shown, *await everything(house, member.space), *([ledger] if member is sender else [])]
        assert not [text for text in read for other in others if f" {other} " in f" {text} ".replace("\n", " ")]
        assert not [text for text in read for other in others if f": {other}" in text]


@pytest.mark.parametrize("second", ["in", "maybe", "cant"])
@pytest.mark.parametrize("number", [0, 7])
async def test_each_organizations_numbers_are_as_if_it_alone_had_the_person(
    house: RehearsalHouse, second: str, number: int
) -> None:
    """n4 a18: Ana answers through two organizations. The first reads the same as if she had said her second word there,
    the second as if it were her first; the sum has her once."""
    here = await connect(house, "Riverside Tenants")
    there = await connect(house, "Northside Workers", policy="auto")
    third = await connect(house, "Valley Choir", policy="auto")
    both, one, other = [await send(house, here, what=f"Picket {which}") for which in ("both", "one", "other")]
    for code in (both, one, other):
        await answered(house, third, code, number)
    for member, code, value in (
        (here, both, "in"), (there, both, second), (here, one, "in"), (here, one, second), (there, other, second),
    ):  # fmt: skip
        await say(house, member, "Ana", code, value)
    shown = [await numbers(house, member, code) for member, code in ((here, both), (there, both), (there, other))]
    alone = await numbers(house, here, one)
    assert shown[0].replace("Picket both", "").replace(both, "") == alone.replace("Picket one", "").replace(one, "")
    first, last = (one.partition("The sum of all:") for one in shown[1:])
    assert first[0].replace("Picket both", "") == last[0].replace("Picket other", "")
    assert f"{LABELS[second]}: 1" in first[0]
    if number:
        people = number + (second == "in")
        assert f"I'm in: {people}" in first[2]
        assert "from 3 organizations" not in first[2]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_small_sums_of_others_are_not_shown(house: RehearsalHouse, language: str) -> None:
    """a18 SUM_FROM: below five, a sum would be somebody; one's own numbers are one's own."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    author = await house.new_person("Lupe", language, manages=sender.space)
    code = await send(house, sender)
    await answered(house, willing, code, 2)
    await answered(house, willing, code, 1, "maybe")
    shown = plain((await house.command(author, sender.space, "desk", "action where", code=code)).text)
    assert ("The sum is shown from five people on" in shown) is (language == "en")
    assert ("La suma se muestra desde cinco personas" in shown) is (language == "es")
    assert "2 p" not in shown
    listed = plain((await house.command(author, sender.space, "desk", "action list")).text)
    assert ("fewer than 5" if language == "en" else "menos de 5") in listed
    assert "I'm in: 2, Maybe: 1" in await numbers(house, willing, code)


async def test_the_numbers_of_those_who_went(house: RehearsalHouse, clock: MovableClock) -> None:
    """a16 a18: one's own exactly, the coalition's from five on."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    here, there = await answered(house, sender, code, 3), await answered(house, willing, code, 2)
    await pass_time(house, clock, 30)
    for name in [*here[:2], *there]:
        await house.command(f"forms:{name}", "", "", "action went", code=code, said="yes")
    own = await numbers(house, sender, code)
    assert "I'm in: 3, Went: 2" in own
    assert "they went" not in own
    await house.command(f"forms:{here[2]}", "", "", "action went", code=code, said="yes")
    assert "5 people say they went." in await numbers(house, sender, code)
    assert "I'm in: 2, Went: 2" in await numbers(house, willing, code)


async def test_who_never_carried_a_call_reads_nothing_of_it(house: RehearsalHouse) -> None:
    """a18: asked and not accepted, or never asked, is as if there were none; a taken-back one keeps its numbers."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    asked = await connect(house, "Hill Neighbors")
    closed = await connect(house, "Quiet Union", policy="never")
    code = await send(house, sender)
    await answered(house, willing, code, 2)
    unknown = plain((await house.command(asked.moderator, asked.space, "desk", "action numbers", code="A-2222")).text)
    for member in (asked, closed):
        assert await numbers(house, member, code) == unknown
    await take_back(house, sender, code)
    assert "I'm in: 2" in await numbers(house, willing, code)
    ordinary = await house.new_person("Olga")
    refused = await house.command(ordinary, willing.space, "calls", "action numbers", code=code)
    assert "I'm in" not in refused.text
