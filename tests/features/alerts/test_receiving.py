"""The receiver is sovereign: silence, another policy, another channel, leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import and_, insert, update

from bot import tables as t
from bot.clock import MovableClock
from bot.feature import Call
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, say_yes, second_says_yes, send, write
from tests.features.alerts.test_later import plain as readable


async def where(house: RehearsalHouse, sender: Member, code: str) -> str:
    seen = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    return seen.text.replace("\\", "")


async def set_policy(house: RehearsalHouse, member: Member, policy: str) -> None:
    """What `/org setup` does: the column, then the hooks, in one transaction."""
    core = house.app.core
    async with core.db.write() as tx:
        await core.spaces.change(tx, member.organization.id, policy=policy)
        call = Call(core.services, "orgs", tx, core.clock.now())
        for feature in core.registry.features:
            if "policy" in feature.hooks:
                await feature.hooks["policy"](call, member.organization.id)
        await call.keep_choices()


async def test_silence_means_not_posted(house: RehearsalHouse, clock: MovableClock) -> None:
    """a3: after six waking hours; a late yes is told so."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    [question] = await house.messages(asked.space, "desk")
    assert "Mon, Nov 23, 7:00 PM ET" in question.text
    clock.move(timedelta(hours=6, seconds=1))
    await house.settle()
    late = await house.command(asked.moderator, asked.space, "desk", "action accept", code=code)
    assert "nobody answered in time" in late.text
    await house.settle()
    assert not await house.messages(asked.space, "calls")
    assert "Too late, not posted**: nobody there answered in time" in await where(house, sender, code)
    [closed] = await house.messages(asked.space, "desk")
    assert not closed.choices


async def test_declining_says_so_and_closes_the_question(house: RehearsalHouse) -> None:
    """a3: nobody is asked for a reason."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    [question] = await house.messages(asked.space, "desk")
    await house.press(asked.moderator, asked.space, "desk", question, "Not for us")
    await house.settle()
    assert not await house.messages(asked.space, "calls")
    assert "Hill Neighbors (#calls): **Not for them**" in await where(house, sender, code)
    again = await house.command(asked.moderator, asked.space, "desk", "action accept", code=code)
    assert "not for this space" in again.text


async def test_one_that_takes_none_is_a_row_in_the_ledger(house: RehearsalHouse) -> None:
    """a10: never, and one without time left to ask."""
    sender = await connect(house, "Riverside Tenants")
    await connect(house, "Quiet Union", policy="never")
    await connect(house, "Hill Neighbors")
    code = await send(house, sender, when="today at 2:30pm")
    shown = await where(house, sender, code)
    assert "Quiet Union: **Never**" in shown
    assert "Hill Neighbors: **No time left to ask**" in shown


async def test_another_policy_binds_what_is_held(house: RehearsalHouse) -> None:
    """n1: never ends the question, at once answers it."""
    sender = await connect(house, "Riverside Tenants")
    closing = await connect(house, "Hill Neighbors")
    opening = await connect(house, "Valley Choir")
    code = await send(house, sender)
    await set_policy(house, closing, "never")
    await set_policy(house, opening, "auto")
    await house.settle()
    assert not await house.messages(opening.space, "calls"), "it still waits for a second person"
    await second_says_yes(house, sender, code)
    assert not await house.messages(closing.space, "calls")
    assert len(await house.messages(opening.space, "calls")) == 1
    refused = await house.command(closing.moderator, closing.space, "desk", "action accept", code=code)
    assert "takes no calls" in refused.text
    assert "Hill Neighbors: **Never**" in (await where(house, sender, code)).replace(" (#calls)", "")


async def test_another_policy_binds_what_is_still_in_line(house: RehearsalHouse) -> None:
    """n1: the platform is down, so nothing left yet; then it may not leave any more."""
    sender = await connect(house, "Riverside Tenants")
    asking = await connect(house, "Hill Neighbors", policy="auto")
    closing = await connect(house, "Valley Choir", policy="auto")
    seen = await write(house, sender)
    await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    await set_policy(house, asking, "hold")
    await set_policy(house, closing, "never")
    await house.settle()
    assert not await house.messages(asking.space, "calls")
    assert not await house.messages(closing.space, "calls")
    [_, question] = await house.messages(asking.space, "desk")
    await house.press(asking.moderator, asking.space, "desk", question, "Accept for us")
    await house.settle()
    assert len(await house.messages(asking.space, "calls")) == 1


async def test_a_yes_goes_to_the_channel_that_is_chosen_now(house: RehearsalHouse) -> None:
    """1.2: between question and yes its moderators chose another one."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    core = house.app.core
    async with core.db.write() as tx:
        [own] = await core.spaces.spaces(tx, asked.organization.id)
        await core.spaces.set_channel(tx, own.id, "calls", f"{asked.space}/lounge", "lounge", "es")
    await say_yes(house, asked, code)
    assert not await house.messages(asked.space, "calls")
    [copy] = await house.messages(asked.space, "lounge")
    assert "por medio de Hill Neighbors" in copy.text
    assert "Hill Neighbors (#lounge): **Posted**" in await where(house, sender, code)


async def test_an_organization_that_leaves_takes_its_questions_along(house: RehearsalHouse) -> None:
    """n17: what it was asked and what it asked of others ends."""
    leaving = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, leaving)
    await house.remove_bot(leaving.space)
    late = await house.command(asked.moderator, asked.space, "desk", "action accept", code=code)
    assert "nothing to decide" in late.text
    await house.settle()
    assert not await house.messages(asked.space, "calls")


async def test_a_correction_replaces_what_is_held_and_what_is_asked(house: RehearsalHouse) -> None:
    """a8: nobody accepts an old text; the deadline follows the new hour."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, when="today at 8pm", where="City Hall")
    await house.settle()
    [question] = await house.messages(asked.space, "desk")
    assert "City Hall" in question.text
    assert "You can answer until Mon, Nov 23, 5:00 PM ET" in question.text
    await house.press(asked.moderator, asked.space, "desk", question, "Accept for us")
    await house.settle()
    [copy] = await house.messages(asked.space, "calls")
    assert "City Hall" in copy.text
    assert not copy.versions


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("with_a_line", [False, True])
async def test_a_yes_is_to_the_text_that_was_read(house: RehearsalHouse, language: str, with_a_line: bool) -> None:
    """6.5: an older card's yes posts nothing and says so, also when its form was open while the text changed."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors", language=language)
    code = await send(house, sender)
    [old] = await house.messages(asked.space, "desk")
    labels = [label for label, _ in old.choices]
    pressed = await house.press(asked.moderator, asked.space, "desk", old, labels[1]) if with_a_line else None
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where="City Hall")
    if pressed is not None:
        refused = await house.fill(asked.moderator, pressed, text="We meet at four.")
    else:
        refused = await house.press(asked.moderator, asked.space, "desk", old, labels[0])
    assert {"en": "nothing is posted yet", "es": "todavía no se publica"}[language] in refused.text
    await house.settle()
    assert not await house.messages(asked.space, "calls")
    [new] = await house.messages(asked.space, "desk")
    assert "City Hall" in new.text
    await house.press(asked.moderator, asked.space, "desk", new, labels[0])
    await house.settle()
    [copy] = await house.messages(asked.space, "calls")
    assert "City Hall" in copy.text


async def test_the_ledger_offers_a_second_try(house: RehearsalHouse) -> None:
    """a10: the permission came back, one press sends it."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    await house.forbid(willing.space, "calls")
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    house.world.channels[f"{willing.space}/calls"].missing.clear()
    await house.press(sender.moderator, sender.space, "desk", seen, "Try again")
    await house.settle()
    assert len(await house.messages(willing.space, "calls")) == 1
    assert "Posted: 2" in await where(house, sender, code)


async def test_the_list_has_codes_and_states(house: RehearsalHouse) -> None:
    """1.3: only one's own organization's."""
    sender = await connect(house, "Riverside Tenants")
    other = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    await write(house, sender, what="A draft")
    own = await house.command(sender.moderator, sender.space, "desk", "action list")
    assert code in own.text.replace("\\", "")
    assert "draft" in own.text
    foreign = await house.command(other.moderator, other.space, "desk", "action list")
    assert "no calls yet" in foreign.text


@pytest.mark.parametrize(("label", "copies"), [("Look again", 1), ("Send anyway", 1)])
async def test_what_is_not_sure_is_said_and_a_person_decides(house: RehearsalHouse, label: str, copies: int) -> None:
    """a10 n2: *unknown* is shown, never guessed; the platform itself still refuses the double."""
    sender = await connect(house, "Riverside Tenants")
    code = await send(house, sender)
    async with house.app.core.db.write() as tx:
        await tx.run(update(t.delivery).where(t.delivery.c.kind == "post").values(state="unknown", reason="unsure"))
    seen = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "Not sure it arrived**: I could not find out" in seen.text
    await house.press(sender.moderator, sender.space, "desk", seen, label)
    await house.settle()
    assert len(await house.messages(sender.space, "calls")) == copies
    assert "Posted: 1" in await where(house, sender, code)
    again = await house.command(sender.moderator, sender.space, "desk", "action retry", code=code, how="look")
    assert "nothing to try again" in again.text


async def test_what_has_begun_is_looked_for_and_not_posted_any_more(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """a15 a10: the deadline holds for a person's word too. Northside's copy had arrived; Hill's and Lake's had not."""
    sender = await connect(house, "Riverside Tenants")
    others = [await connect(house, name, policy="auto") for name in ("Northside Workers", "Hill", "Lake")]
    code = await send(house, sender)
    core, channels = house.app.core, [house.world.channels[f"{one.space}/calls"] for one in others]
    for channel in channels[1:]:
        channel.messages.clear()
    states = zip(others, ("unknown", "unknown", "failed"), strict=True)
    async with core.db.write() as tx:
        for one, state in states:
            its = and_(t.delivery.c.organization == one.organization.id, t.delivery.c.kind == "post")
            tried = core.clock.now() if state == "unknown" else None
            await tx.run(update(t.delivery).where(its).values(state=state, reason="denied", claimed_at=tried))
    clock.move(timedelta(days=2))
    seen = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert {"Look again"} == {*seen.choices} & {"Look again", "Send anyway", "Try again"}
    assert seen.text.count("find out whether it arrived. *Look again*; it is not posted any more") == 2
    for how, said in (("anyway", "a copy that is not there is not"), ("retry", "what did not arrive is not")):
        refused = await house.command(sender.moderator, sender.space, "desk", "action retry", code=code, how=how)
        assert f"has begun: {said} posted any more" in refused.text
    await house.press(sender.moderator, sender.space, "desk", seen, "Look again")
    await house.settle()
    assert "Hill (#calls): Lined up" in readable(await where(house, sender, code)), "a try may still be under way"
    clock.move(timedelta(seconds=61))
    await house.settle()
    told = readable(await where(house, sender, code)).replace("*", "")
    assert "Northside Workers (#calls): Posted" in told
    assert "Hill (#calls): Too late, not posted" in told
    assert "Lake (#calls): Did not arrive" in told
    assert [len(channel.messages) for channel in channels] == [1, 0, 0]


async def test_a_copy_that_could_not_be_corrected_says_so(house: RehearsalHouse) -> None:
    """n3: unreachable places are listed for a person."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    await house.forbid(willing.space, "calls")
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where="City Hall")
    await house.settle()
    assert "Northside Workers (#calls): **Posted, but without the newest change**" in await where(house, sender, code)


async def test_a_long_ledger_comes_in_pages(house: RehearsalHouse) -> None:
    """a10: with hundreds of spaces too; what needs somebody comes first."""
    sender = await connect(house, "Riverside Tenants")
    core = house.app.core
    plain = {
        "kind": "group", "state": "connected", "zone": "America/New_York", "language": "en", "who_sends": "managers",
        "policy": "never", "made_at": core.clock.now(),
    }  # fmt: skip
    async with core.db.write() as tx:
        many = [{"id": f"o{n}", "code": f"O-{n:04d}", "name": f"Branch {n:03d}", **plain} for n in range(300)]
        await tx.run(insert(t.organization), many)
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "And 261 more spaces." in seen.text
    assert "Riverside Tenants (#calls): **Posted**" in seen.text.replace("\\", "")
    seen = await house.press(sender.moderator, sender.space, "desk", seen, "More")
    assert "Branch 039" in seen.text
    assert "Riverside Tenants (" not in seen.text
