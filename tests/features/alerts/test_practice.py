"""The practice copy: only moderators see it, headed PRACTICE or ENSAYO; nothing else changes anywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import tables as t
from bot.clock import MovableClock
from cogs.alerts.practice import MOST
from cogs.alerts.store import alert, alert_copy
from tests.conformance.house import House, RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send, write
from tests.features.alerts.test_later import plain


async def draft_code(house: RehearsalHouse) -> str:
    """The code of the only draft."""
    async with house.app.core.db.read() as tx:
        return str(await tx.value(select(alert.c.code)))


async def practice(house: Any, sender: Member, seen: Any) -> str:
    """*Practice* on a preview, delivered; what the author reads."""
    said = await house.press(sender.moderator, sender.space, "desk", seen, "Practice")
    await house.settle()
    return plain(said.text)


async def at_desk(house: House, member: Member) -> list[str]:
    return [plain(one.text) for one in await house.messages(member.space, "desk")]


async def test_it_is_not_counted_and_the_draft_can_be_sent_after_it(house: RehearsalHouse) -> None:
    sender, other = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors", policy="auto")
    seen = await write(house, sender)
    await practice(house, sender, seen)
    async with house.app.core.db.read() as tx:
        assert await tx.value(select(func.count()).select_from(alert_copy)) == 0
        kinds = await tx.all(select(t.delivery.c.urgent).where(t.delivery.c.subject.like("%.try")))
    assert [row.urgent for row in kinds] == [False, False]
    assert "Looks much like" not in plain((await write(house, other)).text)
    sent = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    assert "Sent as" in plain(sent.text)


async def test_in_spanish(house: RehearsalHouse) -> None:
    """h8: each moderators' channel reads it in its own language."""
    sender = await connect(house, "Riverside Tenants")
    here, both = await connect(house, "Vecinas", language="es"), await connect(house, "Puente", language="both")
    await practice(house, sender, await write(house, sender))
    [card] = await at_desk(house, here)
    assert card.startswith("ENSAYO: Riverside Tenants prueba una convocatoria.")
    [card] = await at_desk(house, both)
    assert "PRACTICE:" in card
    assert "ENSAYO:" in card


async def test_while_all_sending_is_stopped_nothing_is_shown(house: RehearsalHouse) -> None:
    """n18"""
    sender, other = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    seen = await write(house, sender)
    await house.command(other.moderator, other.space, "desk", "stopall", sure="yes")
    assert "All sending is stopped" in await practice(house, sender, seen)
    assert not any("PRACTICE" in text for text in await at_desk(house, other))


async def test_other_moderators_are_not_disturbed_too_often(house: RehearsalHouse, clock: MovableClock) -> None:
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender)
    await practice(house, sender, seen)
    clock.move(timedelta(minutes=4))
    assert "again in 6 minutes" in await practice(house, sender, seen)
    clock.move(timedelta(minutes=6))
    assert "on its way" in await practice(house, sender, seen)
    for _ in range(MOST - 1):
        assert "on its way" in await practice(house, sender, await write(house, sender))
    assert "Please wait until tomorrow" in await practice(house, sender, await write(house, sender))
    assert len(await house.messages(sender.space, "desk")) == MOST + 1


@pytest.mark.parametrize("state", ["sent", "discarded"])
async def test_only_a_draft_is_practiced(house: RehearsalHouse, state: str) -> None:
    sender = await connect(house, "Riverside Tenants")
    if state == "sent":
        code = await send(house, sender)
    else:
        seen = await write(house, sender)
        code = await draft_code(house)
        await house.press(sender.moderator, sender.space, "desk", seen, "Discard")
    said = await house.command(sender.moderator, sender.space, "desk", "incoming practice", code=code)
    assert "PRACTICE" not in str(await at_desk(house, sender))
    assert "on its way" not in said.text


async def test_a_member_cannot_and_another_organization_finds_nothing(house: RehearsalHouse) -> None:
    """A1, A2"""
    sender, other = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    await write(house, sender)
    code = await draft_code(house)
    member = await house.new_person("Ana")
    for who, where in ((member, sender), (other.moderator, other)):
        said = await house.command(who, where.space, "lounge", "incoming practice", code=code)
        assert "on its way" not in said.text
    assert await at_desk(house, sender) == []
