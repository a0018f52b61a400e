"""Those in whose channels a call of others stands: told of corrections, free to take it down there alone."""

from __future__ import annotations

from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send
from tests.features.alerts.test_later import plain
from tests.features.alerts.test_versions import NEW, correct, take_back, where


async def told(house: RehearsalHouse, member: Member) -> list[str]:
    """What its moderators read about corrections."""
    shown = await house.messages(member.space, "desk")
    texts = [plain(one.text) for one in shown]
    return [one for one in texts if "stands in your channels" in one or "está publicada en tus canales" in one]


async def take_down(house: RehearsalHouse, member: Member, code: str) -> str:
    """*Take it down here* on the newest card, and yes."""
    [*_, card] = [one for one in await house.messages(member.space, "desk") if code in one.text and one.choices]
    label = "Quitarla de aquí" if "Quitarla" in str(card.choices) else "Take it down here"
    sure = await house.press(member.moderator, member.space, "desk", card, label)
    yes = "Sí, quitarla de aquí" if label == "Quitarla de aquí" else "Yes, take it down here"
    done = await house.press(member.moderator, member.space, "desk", sure, yes)
    await house.settle()
    return plain(done.text).replace("*", "")


async def test_no_text_becomes_another_one_unseen(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5, a8: at once everywhere, and the moderators of every other space that shows it read what was changed."""
    sender = await connect(house, "Riverside Tenants")
    at_once = await connect(house, "Northside Workers", policy="auto")
    spanish = await connect(house, "Centro Obrero", policy="auto", language="es")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    await correct(house, sender, code)
    [copy] = await house.messages(at_once.space, "calls")
    assert NEW in copy.text
    [line] = await told(house, at_once)
    assert "Riverside Tenants corrected Pack the school board, which stands in your channels: the place." in line
    [line] = await told(house, spanish)
    assert "Riverside Tenants corrigió" in line
    assert "el lugar" in line
    assert await told(house, asked) == []  # nothing stands there: its question has the new text
    assert await told(house, sender) == []


async def test_a_call_is_taken_down_in_one_organization_alone(house: RehearsalHouse) -> None:
    """a3: others keep it, the sender reads it, later corrections do not bring it back."""
    sender = await connect(house, "Riverside Tenants")
    first = await connect(house, "Northside Workers", policy="auto")
    other = await connect(house, "Centro Obrero", policy="auto", language="es")
    code = await send(house, sender)
    await correct(house, sender, code)
    said = await take_down(house, first, code)
    assert "Taken down: Pack the school board goes from your channels now." in said
    assert await house.messages(first.space, "calls") == []
    assert len(await house.messages(other.space, "calls")) == 1
    assert len(await house.messages(sender.space, "calls")) == 1
    assert "Northside Workers (#calls): Not for them" in await where(house, sender, code)
    await correct(house, sender, code, where="The park")
    assert await house.messages(first.space, "calls") == []
    [copy] = await house.messages(other.space, "calls")
    assert "The park" in copy.text
    assert len(await told(house, first)) == 1  # the one before
    assert "Quitada" in await take_down(house, other, code)
    assert await house.messages(other.space, "calls") == []
    await take_back(house, sender, code)
    assert await house.messages(sender.space, "calls") == []


async def test_what_cannot_be_taken_down_says_so(house: RehearsalHouse) -> None:
    """a3: one's own call, one that is not here, one that nobody knows; nothing is changed."""
    sender = await connect(house, "Riverside Tenants")
    never = await connect(house, "Never Here", policy="never")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)

    async def down(member: Member, which: str) -> str:
        seen = await house.command(member.moderator, member.space, "desk", "incoming takedown", code=which, sure="yes")
        return plain(seen.text).replace("*", "")

    assert "is your own call" in await down(sender, code)
    assert "No copy of Pack the school board stands in your channels." in await down(asked, code)
    assert "There is no such" in await down(never, code)
    assert "There is no such" in await down(asked, "A-2222")
    assert len(await house.messages(sender.space, "calls")) == 1


async def test_a_copy_that_cannot_be_removed_is_told_to_its_sender(house: RehearsalHouse) -> None:
    """a10: it was taken down, and still stands there."""
    sender = await connect(house, "Riverside Tenants")
    first = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    house.world.channels[f"{first.space}/calls"].missing.add("send")
    await house.command(first.moderator, first.space, "desk", "incoming takedown", code=code, sure="yes")
    await house.settle()
    assert "Could not be taken back" in await where(house, sender, code)
