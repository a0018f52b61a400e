"""n1 a2 a3 a4: what an organization decides by sender and by topic, and what silence means."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, delete

from bot import tables as t
from bot.clock import MovableClock
from cogs.alerts.policies.deciding import purpose_of
from cogs.alerts.policies.rules import ELECTORAL, MODES, TOPICS, Decision, Policy, resolve
from tests.conformance.house import RehearsalHouse, Seen
from tests.features.alerts.coalition import Member, code_in, connect, say_yes, second_says_yes, send, write
from tests.features.alerts.test_receiving import where

DECISIONS = st.lists(
    st.builds(
        Decision, st.sampled_from(["", "us", "them"]), st.sampled_from(["", *TOPICS]),
        st.builds(Policy, st.sampled_from(MODES)),
    ).filter(lambda one: one.sender or one.topic),
    unique_by=lambda one: (one.sender, one.topic), max_size=8,
)  # fmt: skip


def test_every_topic_fits_into_the_table_of_channels() -> None:
    """a2: SQLite takes longer words than the column says, PostgreSQL refuses them."""
    purpose = t.channel.c.purpose.type
    assert isinstance(purpose, String)
    assert all(len(purpose_of(topic)) <= (purpose.length or 0) for topic in TOPICS)


async def decide(house: RehearsalHouse, member: Member, **given: str) -> Seen:
    seen = await house.command(member.moderator, member.space, "desk", "incoming rule")
    usual = {"sender": "", "topic": "all", "mode": "hold", "hours": "", "silence": ""}
    return await house.fill(member.moderator, seen, **{**usual, **given})


async def draft_about(house: RehearsalHouse, sender: Member, topic: str, **fields: str) -> Seen:
    asked = await house.press(sender.moderator, sender.space, "desk", await write(house, sender, **fields), "Topic")
    return await house.fill(sender.moderator, asked, topic=topic)


async def send_about(house: RehearsalHouse, sender: Member, topic: str, **fields: str) -> str:
    desk = (sender.moderator, sender.space, "desk")
    seen = await draft_about(house, sender, topic, **fields)
    sent = await house.press(*desk, seen, "Send")
    await house.settle()
    code = code_in(sent.text)
    await second_says_yes(house, sender, code)
    return code


@given(DECISIONS, st.sampled_from(MODES), st.sampled_from(["", *TOPICS]))
def test_the_stricter_binds_unless_both_are_named(decided: list[Decision], usual: str, topic: str) -> None:
    """n1: no decision for another sender or topic counts; one for both counts alone."""
    found = resolve(usual, "group", decided, "us", topic)
    named = {(one.sender, one.topic): one.policy for one in decided}
    if topic and ("us", topic) in named:
        assert found == named["us", topic]
        return
    able = [("", topic)] if topic == ELECTORAL else [("us", ""), ("", topic)]
    modes = [named[one].mode for one in able if one in named and any(one)]
    if modes:
        assert found.mode == max(modes, key=MODES.index)
    elif topic != ELECTORAL:
        assert found == Policy(usual)


@pytest.mark.parametrize(
    ("usual", "kind", "mode"),
    [("auto", "nonprofit", "never"), ("auto", "party", "hold"), ("hold", "union", "hold"), ("never", "group", "never")],
)
def test_elections_have_a_default_of_their_own(usual: str, kind: str, mode: str) -> None:
    """WORDS: never for nonprofits, else ask first; a yes to one sender does not open it."""
    assert resolve(usual, kind, [Decision("us", "", Policy("auto"))], "us", ELECTORAL).mode == mode


async def test_one_sender_is_posted_at_once_and_another_asked(house: RehearsalHouse) -> None:
    """a2 a3"""
    trusted, other = await connect(house, "Riverside Tenants"), await connect(house, "Valley Choir")
    receiver = await connect(house, "Hill Neighbors")
    said = await decide(house, receiver, sender="Riverside Tenants", mode="auto")
    assert "Riverside Tenants, every topic: **Post at once**" in said.text
    code = await send(house, trusted)
    await send(house, other)
    [copy] = await house.messages(receiver.space, "calls")
    assert code in copy.text


async def test_a_topic_is_never_taken_and_has_its_own_channel_elsewhere(house: RehearsalHouse) -> None:
    """a2: topic x channel x policy."""
    sender = await connect(house, "Riverside Tenants")
    closed = await connect(house, "Hill Neighbors", policy="auto")
    roomy = await connect(house, "Valley Choir", policy="auto")
    await decide(house, closed, topic="housing", mode="never")
    lounge = f"{roomy.space}/lounge"
    chosen = await house.command(
        roomy.moderator, roomy.space, "desk", "incoming room", topic="housing", room=lounge
    )  # fmt: skip
    assert "Housing go into *lounge*" in chosen.text
    code = await send_about(house, sender, "housing")
    assert not await house.messages(closed.space, "calls")
    assert not await house.messages(roomy.space, "calls")
    [copy] = await house.messages(roomy.space, "lounge")
    assert code in copy.text
    await send(house, sender)
    assert len(await house.messages(roomy.space, "calls")) == 1
    await house.forbid(roomy.space, "lounge")
    code = await send_about(house, sender, "housing")
    shown = await where(house, sender, code)
    assert "Valley Choir (#lounge): **Did not arrive**: I cannot write in this channel" in shown


async def test_whoever_gets_a_room_for_a_topic_is_asked_about_what_is_open(house: RehearsalHouse) -> None:
    """n3: until then there was no channel for it. Another topic's room changes nothing."""
    sender, choir = await connect(house, "Riverside Tenants"), await connect(house, "Valley Choir")
    async with house.app.core.db.write() as tx:
        its = t.channel.c.organization == choir.organization.id, t.channel.c.purpose == "calls"
        await tx.run(delete(t.channel).where(*its))
    code = await send_about(house, sender, "housing")
    assert "Valley Choir: **No channel**" in await where(house, sender, code)
    for topic, questions in (("food", 0), ("housing", 1)):
        await house.command(
            choir.moderator, choir.space, "desk", "incoming room", topic=topic, room=f"{choir.space}/lounge"
        )  # fmt: skip
        await house.settle()
        assert len([one for one in await house.messages(choir.space, "desk") if code in one.text]) == questions
    await say_yes(house, choir, code)
    [copy] = await house.messages(choir.space, "lounge")
    assert code in copy.text


async def test_elections_do_not_reach_a_nonprofit_that_did_not_choose_them(house: RehearsalHouse) -> None:
    """n1: said in the preview, as a label and not as legal advice."""
    sender = await connect(house, "Riverside Tenants")
    nonprofit = await connect(house, "Hill Charity", policy="auto", kind="nonprofit")
    await connect(house, "Valley Party", policy="auto", kind="party")
    seen = await draft_about(house, sender, "electoral")
    assert "not legal advice" in seen.text
    assert "Take no calls from others:** Hill Charity" in seen.text
    assert "Asked first (1):** Valley Party" in seen.text
    await decide(house, nonprofit, topic="electoral", mode="hold")
    again = await draft_about(house, sender, "electoral")
    assert "Hill Charity" in again.text.split("Asked first")[1]


async def test_silence_can_mean_posted(house: RehearsalHouse, clock: MovableClock) -> None:
    """n1: after the hours that the receiver chose, and *Why here?* says so. Nobody's silence is the second person."""
    sender, receiver = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    other = await connect(house, "Valley Choir")
    said = await decide(house, receiver, sender="Riverside Tenants", hours="2", silence="yes")
    assert "2 hours to answer; no answer: posted" in said.text
    alone = await send(house, sender)
    clock.move(timedelta(hours=2, seconds=1))
    await house.settle()
    assert not await house.messages(receiver.space, "calls")
    assert "nobody there answered" in await where(house, sender, alone)
    code = await send(house, sender)
    await say_yes(house, other, code)
    clock.move(timedelta(hours=2, seconds=1))
    await house.settle()
    [copy] = await house.messages(receiver.space, "calls")
    assert code in copy.text
    why = await house.command(receiver.moderator, receiver.space, "calls", "action why", code=code)
    assert "decided that silence means posted" in why.text
    [_, closed] = await house.messages(receiver.space, "desk")
    assert "silence means posted" in closed.text
    assert not closed.choices


async def test_what_is_held_goes_when_its_sender_is_trusted(house: RehearsalHouse) -> None:
    """n1: a decision binds what is under way; *never* ends it."""
    sender, receiver = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    other = await connect(house, "Valley Choir")
    await send_about(house, sender, "food")
    held = await send(house, sender)
    await decide(house, receiver, topic="food", mode="never")
    await house.settle()
    await say_yes(house, other, held)
    assert not await house.messages(receiver.space, "calls")
    await decide(house, receiver, sender="Riverside Tenants", mode="auto")
    await house.settle()
    [copy] = await house.messages(receiver.space, "calls")
    assert held in copy.text


async def test_at_once_is_offered_after_three_yeses_and_only_once(house: RehearsalHouse) -> None:
    """a3: by the receiver's own steps."""
    sender, receiver = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    desk = (receiver.moderator, receiver.space, "desk")
    said = []
    for _ in range(4):
        code = await send(house, sender)
        said.append(await say_yes(house, receiver, code))
    assert ["posted at once" in one.text for one in said] == [False, False, True, False]
    done = await house.press(*desk, said[2], "Yes, at once")
    assert "Riverside Tenants, every topic: **Post at once**" in done.text
    await house.settle()
    before = len(await house.messages(receiver.space, "calls"))
    await send(house, sender)
    assert len(await house.messages(receiver.space, "calls")) == before + 1


async def test_moderators_ask_each_other_before_deciding(house: RehearsalHouse) -> None:
    """1: accept, with a line, decline with a reason, ask them."""
    sender, receiver = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    [question] = await house.messages(receiver.space, "desk")
    seen = await house.press(receiver.moderator, receiver.space, "desk", question, "Ask them")
    await house.fill(receiver.moderator, seen, text="Is there a ramp?")
    await house.settle()
    asked = (await house.messages(sender.space, "desk"))[-1]
    assert "Hill Neighbors asks about" in asked.text
    assert "Is there a ramp?" in asked.text
    seen = await house.press(sender.moderator, sender.space, "desk", asked, "Answer")
    await house.fill(sender.moderator, seen, text="Yes, at the side door.")
    await house.settle()
    assert "Yes, at the side door." in (await house.messages(receiver.space, "desk"))[-1].text
    said = await house.command(receiver.moderator, receiver.space, "desk", "action decline", code=code)
    seen = await house.press(receiver.moderator, receiver.space, "desk", said, "Say why")
    await house.fill(receiver.moderator, seen, text="Same evening as ours.")
    assert "Not for them**: they say: Same evening as ours." in await where(house, sender, code)


async def test_only_our_own_codes_are_ours(house: RehearsalHouse) -> None:
    """C6: one changed letter is not ours; the exact text and a mark of the version are shown."""
    sender, receiver = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors", policy="auto")
    code = await send(house, sender)
    desk = (receiver.moderator, receiver.space, "calls")
    ours = (await house.command(*desk, "action verify", code=code)).text
    assert "**This is ours:** from Riverside Tenants, version 1" in ours
    assert "Pack the school board" in ours
    other = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert "No call with this code came from here" in (await house.command(*desk, "action verify", code=other)).text
    why = (await house.command(*desk, "action why", code=code)).text
    mark = why.split("mark ")[1][:8]
    assert f"mark {mark}" in ours
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where="City Hall")
    newer = (await house.command(*desk, "action verify", code=code)).text
    assert "version 2" in newer
    assert mark not in newer


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sender": "No Such Group"}, "no other connected organization"),
        ({"sender": "Hill Neighbors"}, "no other connected organization"),
        ({"sender": "", "topic": "all"}, "Choose an organization, a topic, or both"),
        ({"topic": "food", "hours": "99"}, "from 1 to 24"),
    ],
)
async def test_a_decision_that_cannot_be_is_said_and_kept_to_mend(
    house: RehearsalHouse, given: dict[str, str], said: str
) -> None:
    """DESIGN 2: nothing that was typed is lost."""
    receiver = await connect(house, "Hill Neighbors")
    refused = await decide(house, receiver, **given)
    assert said in refused.text
    assert refused.asked


async def test_members_may_not_decide(house: RehearsalHouse) -> None:
    """a2: only moderators of the organization; the same in Spanish."""
    receiver = await connect(house, "Hill Neighbors", language="es")
    ana = await house.new_person("Ana", "es")
    for words, more in (("regla", {}), ("reglas", {}), ("canal", {"topic": "food", "room": "x"})):
        refused = await house.command(ana, receiver.space, "calls", f"entrantes {words}", **more)
        assert "Esto solo lo pueden hacer quienes moderan Hill Neighbors" in refused.text
    shown = await house.command(receiver.moderator, receiver.space, "desk", "entrantes reglas")
    assert "Todas las demás: **Preguntarnos antes**" in shown.text
