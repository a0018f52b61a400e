"""Places and the waiting list, in the words that every platform understands."""

from __future__ import annotations

import pytest

from tests.conformance.house import House
from tests.conformance.test_call_to_action import copy_in, plain
from tests.features.alerts.coalition import connect, send, write


async def test_the_first_in_line_moves_up_when_somebody_cannot_come(house: House) -> None:
    """a12: over all platforms: the number in words, the list is left by a press, one notice."""
    sender = await connect(house, "Riverside Tenants")
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action places", code=code)
    seen = await house.fill(sender.moderator, seen, number="1")
    assert "the number of places" in seen.text
    await house.settle()
    ana, ben, cleo = [await house.new_person(name) for name in ("Ana", "Ben", "Cleo")]
    for person, words in ((ana, "You're in"), (ben, "You are number 1"), (cleo, "You are number 2")):
        seen = await house.press(person, sender.space, "calls", await copy_in(house, sender), "I'm in")
        assert words in plain(seen.text)
    left = await house.press(cleo, sender.space, "calls", seen, "Leave the list")
    assert "you can't" in plain(left.text)
    await house.press(ana, sender.space, "calls", await copy_in(house, sender), "Can't")
    await house.settle()
    told = [[plain(one.text) for one in await house.direct(person)] for person in (ben, cleo)]
    assert [sum("A place is free, and it is yours" in text for text in texts) for texts in told] == [1, 0]


@pytest.mark.parametrize("language", ["es"])
async def test_places_are_set_and_said_in_spanish(house: House, language: str) -> None:
    """a12 h8."""
    sender = await connect(house, "Inquilinos del Río", language=language)
    seen = await house.command(sender.moderator, sender.space, "desk", "convocatoria nueva")
    seen = await house.fill(
        sender.moderator, seen, what="Llenemos la junta", ask="Trae un cartel.", when="mañana a las 17:00",
        where="Calle Mayor 12", link="",
    )  # fmt: skip
    seen = await house.press(sender.moderator, sender.space, "desk", seen, "Cupos")
    seen = await house.fill(sender.moderator, seen, number="1")
    assert "Cupos: 1, después lista de espera." in plain(seen.text)
    await house.press(sender.moderator, sender.space, "desk", seen, "Enviar")
    await house.settle()
    for name, words in (("Ana", "Ahí estarás"), ("Beto", "Tienes el número 1 en la lista de espera")):
        person = await house.new_person(name, language)
        seen = await house.press(person, sender.space, "calls", await copy_in(house, sender), "Ahí estaré")
        assert words in plain(seen.text)


async def test_a_call_is_planned_for_later_and_who_says_yes_may_be_reminded(house: House) -> None:
    """a6 a15: the plan is read back, sent now by a press; the reminder is asked for by a press and said back once."""
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender)
    seen = await house.press(sender.moderator, sender.space, "desk", seen, "Later")
    seen = await house.fill(sender.moderator, seen, when="tomorrow at 9 AM", whose="each", night="morning")
    assert "It goes out at this hour of each space's own clock" in plain(seen.text)
    assert "it waits until 9 in the morning there" in plain(seen.text)
    await house.settle()
    assert not await house.messages(sender.space, "calls")
    await house.press(sender.moderator, sender.space, "desk", seen, "Send now")
    await house.settle()
    ana = await house.new_person("Ana")
    seen = await house.press(ana, sender.space, "calls", await copy_in(house, sender), "I'm in")
    seen = await house.press(ana, sender.space, "calls", seen, "Remind me")
    assert "I write to you once" in plain(seen.text)
