"""The practice copy on every platform."""

from __future__ import annotations

from tests.conformance.house import House
from tests.features.alerts.coalition import connect, write
from tests.features.alerts.test_later import plain
from tests.features.alerts.test_practice import at_desk, practice


async def test_moderators_see_the_copy_as_it_would_stand_and_members_see_nothing(house: House) -> None:
    """a5: on every platform; own, willing and asked organizations each read what a real one would do."""
    sender, willing = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors", policy="auto")
    asked, closed = await connect(house, "Valley Choir"), await connect(house, "Quiet Union", policy="never")
    seen = await write(house, sender)
    said = await practice(house, sender, seen)
    assert "3 moderators' channels" in said
    assert "Would not get it for real, so they get no practice copy:" in said
    assert "Quiet Union" in said
    for member, words in (
        (sender, "your channel for calls at once"),
        (willing, "second person"),
        (asked, "asked first"),
    ):
        [card] = [one for one in await house.messages(member.space, "desk") if "PRACTICE" in one.text]
        assert words in plain(card.text)
        assert "Pack the school board" in card.text
        assert "12 Main St" in card.text
        assert not card.choices
        assert await house.messages(member.space, "calls") == []
    assert not any("PRACTICE" in text for text in await at_desk(house, closed))
