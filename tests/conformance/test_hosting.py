"""Corrections and the second person on every platform: cards that change, and whose newest choices count."""

from __future__ import annotations

from typing import Any

from tests.conformance.house import House
from tests.features.alerts.coalition import Member, connect, send, write


def plain(text: str) -> str:
    """What is read, without small Markdown."""
    return text.replace("\\", "").replace("*", "")


async def newest(house: House, member: Member) -> Any:
    """What its moderators read last."""
    return (await house.messages(member.space, "desk"))[-1]


async def test_a_corrected_call_is_taken_down_in_one_organization(house: House) -> None:
    """a3 a5 a8: its moderators read what was changed; the others keep it."""
    sender = await connect(house, "Riverside Tenants")
    first = await connect(house, "Northside Workers", policy="auto")
    other = await connect(house, "Valley Choir", policy="auto")
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where="City Hall")
    await house.settle()
    card = await newest(house, first)
    assert "which stands in your channels: the place." in plain(card.text)
    sure = await house.press(first.moderator, first.space, "desk", card, "Take it down here")
    done = await house.press(first.moderator, first.space, "desk", sure, "Yes, take it down here")
    assert "goes from your channels now" in plain(done.text)
    await house.settle()
    assert await house.messages(first.space, "calls") == []
    for member in (sender, other):
        [copy] = await house.messages(member.space, "calls")
        assert "City Hall" in copy.text


async def test_a_planned_call_has_its_second_person_before_it_leaves(house: House) -> None:
    """a5 a6: asked at once, given, taken away."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    seen = await write(house, sender, when="in 5 days at 5pm")
    seen = await house.press(sender.moderator, sender.space, "desk", seen, "Later")
    seen = await house.fill(sender.moderator, seen, when="tomorrow at 9am", whose="same", night="")
    assert "are asked now" in plain(seen.text)
    await house.settle()
    card = await newest(house, willing)
    assert "Riverside Tenants plans this call to 1 other organization" in plain(card.text)
    yes = await house.press(willing.moderator, willing.space, "desk", card, "Accept for us")
    assert "is the second person's" in plain(yes.text)
    await house.settle()
    stopped = await house.press(willing.moderator, willing.space, "desk", await newest(house, willing), "Stop")
    assert "only after another yes" in plain(stopped.text)
    await house.settle()
    assert "took the yes away" in plain((await newest(house, sender)).text)
    assert await house.messages(willing.space, "calls") == []


async def test_a_question_about_a_corrected_call_is_answered_on_its_card(house: House) -> None:
    """a3 a8: the card in the moderators' channel was changed; its button or number means the text that it shows now."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where="City Hall")
    await house.settle()
    [card] = await house.messages(asked.space, "desk")
    assert "City Hall" in card.text
    done = await house.press(asked.moderator, asked.space, "desk", card, "Accept for us")
    assert "goes out" in plain(done.text)
    await house.settle()
    [copy] = await house.messages(asked.space, "calls")
    assert "City Hall" in copy.text
