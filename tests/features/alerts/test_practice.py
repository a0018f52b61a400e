"""The practice copy: only moderators see it, headed PRACTICE or ENSAYO; nothing else changes anywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import tables as t
from bot.clock import MovableClock
from bot.feature import Call
from cogs.alerts.practicing.showing import MOST
from cogs.alerts.practicing.store import alert_practice
from cogs.alerts.store import alert, alert_copy
from tests.conformance.house import House, RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send, write
from tests.features.alerts.test_decisions import decide
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


async def test_the_same_draft_is_not_shown_again_at_once(house: RehearsalHouse, clock: MovableClock) -> None:
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender)
    await practice(house, sender, seen)
    clock.move(timedelta(minutes=4))
    assert "again in 6 minutes" in await practice(house, sender, seen)
    clock.move(timedelta(minutes=6))
    assert "on its way" in await practice(house, sender, seen)
    assert len(await house.messages(sender.space, "desk")) == 2


@pytest.mark.parametrize("way", ["the same draft", "others", "discarded ones"])
async def test_an_organization_shows_five_times_a_day(house: RehearsalHouse, clock: MovableClock, way: str) -> None:
    """Whichever drafts, and also where what was shown is thrown away."""
    sender, other = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    seen = await write(house, sender, when="in 6 days at 5pm")
    for _ in range(MOST):
        assert "on its way" in await practice(house, sender, seen)
        clock.move(timedelta(minutes=11))
        if way == "discarded ones":
            await house.press(sender.moderator, sender.space, "desk", seen, "Discard")
        if way != "the same draft":
            seen = await write(house, sender, when="in 6 days at 5pm")
    assert "Please wait until tomorrow" in await practice(house, sender, seen)
    cards = [text for text in await at_desk(house, other) if "PRACTICE" in text]
    assert len(cards) == (0 if way == "discarded ones" else MOST)
    clock.move(timedelta(days=1))
    assert "on its way" in await practice(house, sender, seen)


async def test_ones_moderators_are_shown_so_many_a_day_by_all_together(
    house: RehearsalHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.alerts.practicing.showing.DESK", 2)
    asked = await connect(house, "Valley Choir")
    senders = [await connect(house, name, policy="never") for name in ("Riverside Tenants", "Hill Union", "Tin Works")]
    said = [await practice(house, sender, await write(house, sender)) for sender in senders]
    assert "Were shown enough drafts today: Valley Choir" in said[2]
    assert not any("shown enough" in one for one in said[:2])
    assert len(await at_desk(house, asked)) == 2
    assert len([text for text in await at_desk(house, senders[2]) if "PRACTICE" in text]) == 1  # its own sees it


async def test_what_is_thrown_away_or_whose_senders_left_is_not_shown_any_more(house: RehearsalHouse) -> None:
    """Also what was still in line."""
    sender, other = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    seen = await write(house, sender)
    await house.press(sender.moderator, sender.space, "desk", seen, "Practice")
    await house.press(sender.moderator, sender.space, "desk", seen, "Discard")
    await house.settle()
    assert await at_desk(house, other) == []
    seen = await write(house, sender)
    await house.press(sender.moderator, sender.space, "desk", seen, "Practice")
    await house.app.core.end_organization(sender.organization)
    await house.settle()
    assert await at_desk(house, other) == []
    async with house.app.core.db.read() as tx:
        assert await tx.value(select(func.count()).select_from(alert_practice)) == 0


@pytest.mark.parametrize("mode", ["never", "hold"])
async def test_who_wants_no_calls_any_more_is_not_shown_what_is_in_line(house: RehearsalHouse, mode: str) -> None:
    """n1: the rule binds what is not delivered; whoever only wants to be asked still sees the draft."""
    sender, other = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors", policy="auto")
    shown = await house.press(sender.moderator, sender.space, "desk", await write(house, sender), "Practice")
    assert "Hill Neighbors" not in plain(shown.text)
    await decide(house, other, sender="Riverside Tenants", mode=mode)
    await house.settle()
    cards = [one for one in await at_desk(house, other) if one.startswith("PRACTICE")]
    assert len(cards) == (0 if mode == "never" else 1)
    assert len([one for one in await at_desk(house, sender) if one.startswith("PRACTICE")]) == 1


async def test_who_takes_none_of_others_still_sees_the_own_draft(house: RehearsalHouse) -> None:
    """n1: a rule toward others says nothing about what one's own senders try out."""
    sender, other = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors", policy="auto")
    await house.press(sender.moderator, sender.space, "desk", await write(house, sender), "Practice")
    core = house.app.core
    async with core.db.write() as tx:
        await core.spaces.change(tx, sender.organization.id, policy="never")
        own = await core.spaces.get(tx, sender.organization.id)
        await Call(core.services, "orgs", tx, core.clock.now(), organization=own).tell_features("policy")
    await house.settle()
    for member in (sender, other):
        assert [one[:8] for one in await at_desk(house, member)] == ["PRACTICE"]


async def test_showings_are_forgotten_after_a_day(house: RehearsalHouse, clock: MovableClock) -> None:
    sender = await connect(house, "Riverside Tenants")
    await practice(house, sender, await write(house, sender))
    for hours, left in ((23, 1), (2, 0)):
        clock.move(timedelta(hours=hours))
        await house.app.keep_house()
        async with house.app.core.db.read() as tx:
            assert await tx.value(select(func.count()).select_from(alert_practice)) == left


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
