"""Versions: what stands anywhere is the newest text or nothing, whoever comes when; what is out of reach is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from bot import tables as t
from bot.app import keep_house
from bot.clock import MovableClock
from bot.feature import Call
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, say_yes, second_says_yes, send, write
from tests.features.alerts.test_answers import say
from tests.features.alerts.test_later import pass_time, plain

OLD, NEW = "12 Main St", "City Hall"


async def correct(house: RehearsalHouse, sender: Member, code: str, **fields: str) -> str:
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    seen = await house.fill(sender.moderator, seen, **{"where": NEW, **fields})
    await house.settle()
    return plain(seen.text)


async def take_back(house: RehearsalHouse, sender: Member, code: str) -> None:
    await house.command(sender.moderator, sender.space, "desk", "action takeback", code=code, sure="yes")
    await house.settle()


async def where(house: RehearsalHouse, sender: Member, code: str) -> str:
    seen = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    return plain(seen.text)


async def everything(house: RehearsalHouse, space: str) -> list[str]:
    """Every text that was ever shown in a space, also earlier versions and what was removed."""
    found = [one for name, one in house.world.channels.items() if name.startswith(f"{space}/")]
    messages = [message for channel in found for message in channel.messages if message.author == "bot"]
    return [text for one in messages for text in (one.text, *one.versions)]


async def choose(house: RehearsalHouse, member: Member, channel: str) -> None:
    """Its moderators choose another channel for calls, as `/org channel` does."""
    core = house.app.core
    async with core.db.write() as tx:
        [own] = await core.spaces.spaces(tx, member.organization.id)
        await core.spaces.set_channel(tx, own.id, "calls", f"{member.space}/{channel}", channel, "en")
        call = Call(core.services, "orgs", tx, core.clock.now())
        for feature in core.registry.features:
            if "channels" in feature.hooks:
                await feature.hooks["channels"](call, member.organization.id)
    await house.settle()


async def test_a_month_later_a_correction_reaches_every_copy(house: RehearsalHouse, clock: MovableClock) -> None:
    """a8: after a restart and thirty nights of tidying up; each copy shows its version, when, and what changed."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender, when="Dec 30 at 5pm")
    for _ in range(3):
        clock.move(timedelta(days=10))
        await keep_house(house.app.core)
    await house.restart()
    assert "2 copies are being changed" in await correct(house, sender, code, when="Dec 30 at 6pm")
    await correct(house, sender, code, where="The park")
    for member in (sender, willing):
        [copy] = await house.messages(member.space, "calls")
        assert "The park" in copy.text
        assert "Version 3 · corrected Wed, Dec 23, 1:00 PM ET: the place" in plain(copy.text)
        assert OLD not in copy.text


async def test_a_month_later_a_call_is_taken_back_everywhere(house: RehearsalHouse, clock: MovableClock) -> None:
    """a9: an ask without a time too; the author's desk reads nothing when all of it is gone."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender, when="")
    clock.move(timedelta(days=31))
    await keep_house(house.app.core)
    await house.restart()
    await take_back(house, sender, code)
    await pass_time(house, clock, 1)
    for member in (sender, willing):
        assert not await house.messages(member.space, "calls")
    assert not await house.messages(sender.space, "desk")


async def test_who_says_yes_after_a_correction_never_sees_the_old_text(house: RehearsalHouse) -> None:
    """n3: asked before it, accepted after it: one message, the new text, no trail of edits."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    await correct(house, sender, code)
    await say_yes(house, asked, code)
    [copy] = await house.messages(asked.space, "calls")
    assert NEW in copy.text
    assert "Version 2" in copy.text
    assert not copy.versions


async def test_what_is_still_in_line_is_corrected_before_it_leaves(house: RehearsalHouse) -> None:
    """n3: the platform was away when both were said; one message comes, and it is the new one."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    seen = await write(house, sender)
    seen = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    code = plain(seen.text).split("Sent as ")[1][:6]
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where=NEW)
    await house.settle()
    await second_says_yes(house, sender, code)
    for member in (sender, willing):
        [copy] = await house.messages(member.space, "calls")
        assert NEW in copy.text
        assert not copy.versions
        assert not any(OLD in text for text in await everything(house, member.space))


@pytest.mark.parametrize("policy", ["hold", "auto"])
async def test_an_organization_that_connects_later_is_asked_about_the_newest_text(
    house: RehearsalHouse, policy: str
) -> None:
    """n3: it was not among those whom the call went to, so it is asked, also where it posts at once."""
    sender = await connect(house, "Riverside Tenants")
    code = await send(house, sender)
    await correct(house, sender, code)
    late = await connect(house, "Hill Neighbors", policy=policy)
    await choose(house, late, "calls")
    await choose(house, late, "calls")  # chosen again: it is not asked twice
    assert not await house.messages(late.space, "calls")
    [question] = await house.messages(late.space, "desk")
    assert NEW in question.text
    await house.press(late.moderator, late.space, "desk", question, "Accept for us")
    await house.settle()
    [copy] = await house.messages(late.space, "calls")
    assert NEW in copy.text
    assert not copy.versions
    assert not any(OLD in text for text in await everything(house, late.space))
    assert "Hill Neighbors (#calls): Posted" in await where(house, sender, code)
    await take_back(house, sender, code)
    assert not await house.messages(late.space, "calls")


async def test_who_could_not_be_reached_is_asked_once_a_channel_is_chosen(house: RehearsalHouse) -> None:
    """n3: *no channel* in the ledger becomes a question, with the text as it is by then."""
    sender = await connect(house, "Riverside Tenants")
    late = await connect(house, "Hill Neighbors")
    core = house.app.core
    async with core.db.write() as tx:
        [own] = await core.spaces.spaces(tx, late.organization.id)
        await core.spaces.set_channel(tx, own.id, "log", f"{late.space}/calls", "calls", "en")
        await tx.run(delete(t.channel).where(t.channel.c.space == own.id, t.channel.c.purpose == "calls"))
    code = await send(house, sender)
    assert "Hill Neighbors: No channel" in await where(house, sender, code)
    await correct(house, sender, code)
    await choose(house, late, "lounge")
    [question] = await house.messages(late.space, "desk")
    assert NEW in question.text
    assert OLD not in question.text
    shown = await where(house, sender, code)
    assert "Hill Neighbors (#lounge): Waiting for their OK" in shown
    assert "No channel" not in shown


async def test_a_call_that_was_taken_back_reaches_nobody_who_comes_late(house: RehearsalHouse) -> None:
    """n3: nor one that is over, nor one that is refused."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Valley Choir")
    code = await send(house, sender)
    await take_back(house, sender, code)
    late = await connect(house, "Hill Neighbors", policy="auto")
    await choose(house, late, "calls")
    assert not await everything(house, late.space)
    refused = await house.command(asked.moderator, asked.space, "desk", "action accept", code=code)
    assert "took it back" in refused.text
    await house.settle()
    assert not await house.messages(asked.space, "calls")


async def test_who_takes_none_is_not_asked_late(house: RehearsalHouse, clock: MovableClock) -> None:
    """n1: neither by *never* nor about what is over; and never about more than five calls at once."""
    sender = await connect(house, "Riverside Tenants")
    for number in range(7):
        await send(house, sender, what=f"Call number {number}", when="in 3 days at 5pm")
    closed = await connect(house, "Quiet Union", policy="never")
    await choose(house, closed, "calls")
    assert not await everything(house, closed.space)
    late = await connect(house, "Hill Neighbors")
    await choose(house, late, "calls")
    assert len(await house.messages(late.space, "desk")) == 5
    await pass_time(house, clock, 24 * 4)
    later = await connect(house, "Valley Choir")
    await choose(house, later, "calls")
    assert not await everything(house, later.space)


async def test_another_channel_chosen_since_gets_no_second_copy(house: RehearsalHouse) -> None:
    """n3: a correction and a taking back go exactly where the original landed."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    await choose(house, willing, "lounge")
    await correct(house, sender, code)
    assert not await house.messages(willing.space, "lounge")
    [copy] = await house.messages(willing.space, "calls")
    assert NEW in copy.text
    await take_back(house, sender, code)
    assert not await house.messages(willing.space, "calls")


async def desk(house: RehearsalHouse, member: Member) -> list[Any]:
    return await house.messages(member.space, "desk")


async def test_what_a_correction_did_not_reach_is_told_once_and_tried_again(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """n3: one line to the senders' moderators with the reason and what to do; *Try again* mends it."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    await house.forbid(willing.space, "calls")
    await correct(house, sender, code)
    await house.restart()
    await pass_time(house, clock, 0.01)
    await pass_time(house, clock, 2)
    [line] = await desk(house, sender)
    assert "version 2 did not reach 1 space. The old text may stand there" in plain(line.text)
    assert "Northside Workers (#calls): Posted, but without the newest change: I cannot write" in plain(line.text)
    assert "What to do" in line.text
    house.world.channels[f"{willing.space}/calls"].missing.clear()
    seen = await house.press(sender.moderator, sender.space, "desk", line, "Where it landed")
    await house.press(sender.moderator, sender.space, "desk", seen, "Try again")
    await house.settle()
    [copy] = await house.messages(willing.space, "calls")
    assert NEW in copy.text
    assert "Posted: 2" in await where(house, sender, code)


async def test_a_correction_that_came_too_late_can_still_be_sent(house: RehearsalHouse, clock: MovableClock) -> None:
    """n3 a10: the bot was away until the action had begun. *Try again* is offered, so it does something."""
    sender = await connect(house, "Riverside Tenants")
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where=NEW)
    await pass_time(house, clock, 72)
    [copy] = await house.messages(sender.space, "calls")
    assert OLD in copy.text
    assert "Posted, but without the newest change" in await where(house, sender, code)
    seen = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    said = await house.press(sender.moderator, sender.space, "desk", seen, "Try again")
    assert "I am trying again" in said.text
    await house.settle()
    [copy] = await house.messages(sender.space, "calls")
    assert NEW in copy.text
    assert "Posted: 1" in await where(house, sender, code)


async def test_what_could_not_be_taken_back_is_told_once_and_tried_again(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """a9 n3: *could not be taken back*, and once the right is there again one press removes it."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    async with house.app.core.db.write() as tx:
        await house.app.core.spaces.change(tx, sender.organization.id, language="es")
    await house.forbid(willing.space, "calls")
    await take_back(house, sender, code)
    await pass_time(house, clock, 0.01)
    await pass_time(house, clock, 2)
    [line] = await desk(house, sender)
    assert "no se pudo retirar de 1 espacio (versión 1)" in plain(line.text)
    assert "Northside Workers (#calls)" in plain(line.text)
    house.world.channels[f"{willing.space}/calls"].missing.clear()
    seen = await house.press(sender.moderator, sender.space, "desk", line, "Dónde llegó")
    await house.press(sender.moderator, sender.space, "desk", seen, "Try again")
    await house.settle()
    assert not await house.messages(willing.space, "calls")


async def test_after_ninety_days_it_says_that_it_is_out_of_reach(house: RehearsalHouse, clock: MovableClock) -> None:
    """n3: what is not known any more is not claimed to be changed, and a person reads where it may stand."""
    sender = await connect(house, "Riverside Tenants")
    code = await send(house, sender, when="Jun 1 at 5pm")
    await say(house, sender, "Ana", code, "in")
    clock.move(timedelta(days=120))
    await keep_house(house.app.core)
    assert "0 copies are being changed" in await correct(house, sender, code)
    shown = await where(house, sender, code)
    assert "Posted more than 90 days ago, out of my reach: I no longer know which message it is" in shown
    await pass_time(house, clock, 0.01)
    [line] = await desk(house, sender)
    assert "version 2 did not reach 1 space" in plain(line.text)
