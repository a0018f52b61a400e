"""h2: every act that is declared leaves its line, whose line it is, and nothing in it leads to a person or their words.

Made from the registry: an entry that declares an act (`records=`) without a way to do it here fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import tables as t
from bot.audit import Recorder, key_of
from bot.cards import Outcome
from bot.clock import MovableClock
from bot.db import Row, metadata
from bot.feature import Call
from bot.registry import discover
from bot.witness import Verifier
from cogs.alerts.policies.rules import TOPICS
from cogs.alerts.store import SYSTEM, alert
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import open_checkin
from tests.features.alerts.coalition import CALL, Member, connect, say_yes, send, stop_window, write
from tests.features.orgs import office
from tests.features.welcome import handoffs

DECLARED = sorted({f"{one.name}.{act}" for one in discover() for entry in one.entries for act in entry.records})
CANARY = "Ana-Luz-Canary"
COALITIONS = {
    "orgs.added", "orgs.letter", "orgs.revoked", "orgs.coordinator_made", "mydata.erased", "stopping.stopped",
    "stopping.asked_to_start", "stopping.started",
}  # fmt: skip
Way = Callable[[RehearsalHouse], Awaitable[Any]]


@pytest.fixture
async def house(house: RehearsalHouse) -> AsyncIterator[RehearsalHouse]:
    yield house
    async with house.app.core.db.read() as tx:
        report = await Verifier(key_of(house.app.core.keyring)).run(tx)
    assert report.findings == []
    assert report.lines > 0


async def do(house: RehearsalHouse, member: Member, name: str, **values: str) -> Outcome:
    """A command in the moderators' channel, its form sent when there is one."""
    where = f"{member.space}/desk"
    outcome = await house.adapter.command(member.moderator, where, name, values)
    while outcome.form is not None and not outcome.form.error:
        given = {one.key: values.get(one.key, one.value) for one in outcome.form.blanks}
        outcome = await house.adapter.submit(member.moderator, where, outcome.form.token, given)
    assert outcome.form is None, outcome.form
    await house.settle()
    return outcome


async def lines(house: RehearsalHouse) -> list[Row]:
    async with house.app.core.db.read() as tx:
        return await tx.all(select(t.audit).order_by(t.audit.c.seq))


# -- ways to do each act --------------------------------------------------------------------------------------------


async def sent(house: RehearsalHouse, when: str = CALL["when"]) -> tuple[Member, str]:
    member = await connect(house, "River Tenants")
    return member, await send(house, member, ask=f"Call {CANARY}", where=CANARY, when=when)


async def practiced(house: RehearsalHouse) -> None:
    """A draft shown to moderators."""
    member = await connect(house, "Riverside Tenants")
    seen = await write(house, member, what=f"Pack {CANARY}")
    await house.press(member.moderator, member.space, "desk", seen, "Practice")


async def planned(house: RehearsalHouse) -> None:
    member = await connect(house, "River Tenants")
    await write(house, member, ask=f"Call {CANARY}", where=CANARY)
    async with house.app.core.db.read() as tx:
        code = str(await tx.value(SYSTEM.select(alert, alert.c.code)))
    await do(house, member, "alerts.later", code=code, when="tomorrow at 9 AM", whose="same")


async def with_call(house: RehearsalHouse, name: str, **values: str) -> None:
    member, code = await sent(house)
    await do(house, member, name, code=code, **values)


async def asked(house: RehearsalHouse, name: str, **values: str) -> None:
    receiver, other = await connect(house, "Hill Workers"), await connect(house, "Valley Choir")
    _, code = await sent(house)
    await say_yes(house, other, code)
    await do(house, receiver, name, code=code, **values)


async def taken_down(house: RehearsalHouse) -> None:
    receiver = await connect(house, "Hill Workers")
    _, code = await sent(house)
    await say_yes(house, receiver, code)
    await do(house, receiver, "alerts.takedown", code=code, sure="yes")


async def stopped_in_the_window(house: RehearsalHouse) -> None:
    receiver = await connect(house, "Hill Workers")
    sender, code = await sent(house)
    stop_window(house)
    await say_yes(house, receiver, code)
    await do(house, receiver, "alerts.halt", code=code)
    await do(house, sender, "alerts.propose", code=code)


async def talked(house: RehearsalHouse) -> None:
    receiver = await connect(house, "Hill Workers")
    sender, code = await sent(house)
    await do(house, receiver, "alerts.question", code=code, text=CANARY)
    await do(house, sender, "alerts.reply", code=code, organization=receiver.organization.code, text=CANARY)


async def declined_because(house: RehearsalHouse) -> None:
    receiver = await connect(house, "Hill Workers")
    _, code = await sent(house)
    await do(house, receiver, "alerts.decline", code=code)
    await do(house, receiver, "alerts.because", code=code, text=CANARY)


async def decided(house: RehearsalHouse, mode: str, **more: str) -> Member:
    receiver, other = await connect(house, "Hill Workers"), await connect(house, "Valley Union")
    values = {"sender": other.organization.code, "topic": "all", "mode": mode, "hours": "1", "silence": "no", **more}
    await do(house, receiver, "alerts.receive", **values)
    return receiver


async def silent(house: RehearsalHouse) -> None:
    receiver, sender = await connect(house, "Hill Workers"), await connect(house, "River Tenants")
    values = {"sender": sender.organization.code, "topic": "all", "mode": "hold", "hours": "1", "silence": "yes"}
    await do(house, receiver, "alerts.receive", **values)
    other = await connect(house, "Valley Choir")
    await say_yes(house, other, await send(house, sender, when=""))
    assert isinstance(house.app.core.clock, MovableClock)
    house.app.core.clock.move(timedelta(days=2))
    await house.settle()


async def again(house: RehearsalHouse, how: str, state: str) -> None:
    member, code = await sent(house)
    async with house.app.core.db.write() as tx:
        await tx.run(update(t.delivery).where(t.delivery.c.kind == "post").values(state=state))
    await do(house, member, "alerts.again", code=code, how=how)


async def checkin(house: RehearsalHouse, *following: tuple[str, dict[str, str]]) -> None:
    member = await connect(house, "River Tenants")
    code = await open_checkin(house, member, subject=CANARY)
    for name, values in following:
        await do(house, member, name, code=code, **values)


async def erased(house: RehearsalHouse) -> None:
    ana = await house.new_person(CANARY)
    await house.command(ana, "", "", "mydata language", language="es")
    await house.adapter.command(ana, "", "mydata.erase", {"sure": "yes"})


async def at_the_office(house: RehearsalHouse, words: str) -> None:
    coordinator = await office.coordinator(house)
    await office.letter(house, coordinator, "River Tenants")
    await house.command(coordinator, "", "", words, organization="River Tenants")


async def partner(house: RehearsalHouse, **panel: str) -> None:
    found = await office.connect(house, await office.coordinator(house), "River Tenants")
    for one in ({"policy": "hold", "who_sends": "managers"}, panel):
        await office.set_up(house, found, **one)


async def moderator_made(house: RehearsalHouse) -> None:
    found = await office.connect(house, await office.coordinator(house), "River Tenants")
    seen = await house.command(found.moderator, found.space, "desk", "org moderator")
    await house.command(await house.new_person(CANARY), "", "", "connect", code=office.secret_in(seen))


async def in_the_panel(house: RehearsalHouse, name: str, **values: str) -> None:
    await do(house, await connect(house, "River Tenants"), name, **values)


async def panel_posted(house: RehearsalHouse) -> None:
    member = await connect(house, "River Tenants")
    await do(house, member, "orgs.channel", purpose="welcome", room=LOUNGE)
    await do(house, member, "welcome.panel")


async def notes_deleted(house: RehearsalHouse) -> None:
    member = await handoffs.welcoming(house, "River Tenants")
    greeter, newcomer = await handoffs.new_greeter(house, member, "Rosa"), await house.new_person(CANARY)
    seen = await house.command(greeter, member.space, "desk", "welcome greeter")
    await house.fill(greeter, seen, name=CANARY, languages="both")
    code = await handoffs.shares(house, newcomer, member, name=CANARY)
    await handoffs.takes(house, greeter, member)
    async with house.app.core.db.write() as tx:
        await tx.run(update(metadata.tables["welcome_handoff"]).values(state="withdrawn"))
    await house.adapter.command(greeter, f"{member.space}/desk", "welcome.deleted", {"code": code})


async def stopped_and_started(house: RehearsalHouse) -> None:
    river, hill = await connect(house, "River Tenants"), await connect(house, "Hill Workers")
    for member, name in ((river, "stop"), (river, "start"), (hill, "start")):
        await do(house, member, f"stopping.{name}")


async def notifies(house: RehearsalHouse, role: str) -> None:
    member = await connect(house, "River Tenants")
    house.world.spaces[member.space].roles[ROLE] = "Action"
    await do(house, member, "alerts.mention", role=role, topic=TOPICS[0])


CLOSED = ("checkins.close", dict[str, str]())
OUTCOME = ("checkins.outcome", {"statement": CANARY, "review": "tomorrow at 5pm"})
ROLE = "123456789012345678"
LOUNGE = "forms-river-tenants/lounge"
PROFILE = {"line_en": CANARY, "languages": "both", "activities": "housing", "centre": "60614"}
WAYS: dict[str, Way] = {
    "alerts.sent": sent,
    "alerts.planned": planned,
    "alerts.practiced": practiced,
    "alerts.corrected": lambda house: with_call(house, "alerts.correct", **{**CALL, "what": CANARY}),
    "alerts.taken_back": lambda house: with_call(house, "alerts.takeback", sure="yes"),
    "alerts.accepted": lambda house: asked(house, "alerts.accept"),
    "alerts.accepted_with_line": lambda house: asked(house, "alerts.line", text=f"Call {CANARY}"),
    "alerts.second": lambda house: asked(house, "alerts.accept"),
    "alerts.halted": stopped_in_the_window,
    "alerts.proposed": stopped_in_the_window,
    "alerts.taken_down": taken_down,
    "alerts.declined": lambda house: asked(house, "alerts.decline"),
    "alerts.again_look": lambda house: again(house, "look", "unknown"),
    "alerts.again_anyway": lambda house: again(house, "anyway", "unknown"),
    "alerts.again_retry": lambda house: again(house, "retry", "failed"),
    "alerts.asked": talked,
    "alerts.answered": talked,
    "alerts.reason": declined_because,
    "alerts.silence": silent,
    "alerts.room": lambda house: in_the_panel(house, "alerts.room", topic=TOPICS[0], room=LOUNGE),
    "alerts.mention_role": lambda house: notifies(house, ROLE),
    "alerts.mention_none": lambda house: notifies(house, "none"),
    **{f"alerts.rule_{mode}": partial(decided, mode=mode) for mode in ("auto", "hold", "never", "usual")},
    "checkins.opened": checkin,
    "checkins.closed": lambda house: checkin(house, CLOSED),
    "checkins.debrief": lambda house: checkin(house, CLOSED),
    "checkins.outcome": lambda house: checkin(house, CLOSED, OUTCOME),
    "mydata.erased": erased,
    "orgs.added": lambda house: at_the_office(house, "org code"),
    "orgs.letter": lambda house: at_the_office(house, "org code"),
    "orgs.revoked": lambda house: at_the_office(house, "org revoke"),
    "orgs.connected": partner,
    "orgs.coordinator_made": partner,
    "orgs.moderator_made": moderator_made,
    "orgs.moderator_code": moderator_made,
    "orgs.set_up": partner,
    "orgs.policy_auto": lambda house: partner(house, policy="auto"),
    "orgs.policy_never": lambda house: partner(house, policy="never"),
    "orgs.policy_hold": lambda house: back_to(house, "policy", "auto", "hold"),
    "orgs.senders_moderators": lambda house: partner(house, who_sends="moderators"),
    "orgs.senders_managers": lambda house: back_to(house, "who_sends", "moderators", "managers"),
    "orgs.channel": lambda house: in_the_panel(house, "orgs.channel", purpose="log", room=LOUNGE),
    "orgs.role_moderator": lambda house: in_the_panel(house, "orgs.role", platform_role=ROLE, role="moderator"),
    "orgs.role_sender": lambda house: in_the_panel(house, "orgs.role", platform_role=ROLE, role="sender"),
    "orgs.role_greeter": lambda house: in_the_panel(house, "orgs.role", platform_role=ROLE, role="greeter"),
    "orgs.role_none": lambda house: in_the_panel(house, "orgs.role", platform_role=ROLE, role="none"),
    "orgs.space_code": lambda house: in_the_panel(house, "orgs.space"),
    "stopping.stopped": stopped_and_started,
    "stopping.asked_to_start": stopped_and_started,
    "stopping.started": stopped_and_started,
    "welcome.deleted": notes_deleted,
    "welcome.panel": panel_posted,
    "welcome.profile_open": lambda house: in_the_panel(house, "welcome.profile", **PROFILE, taking="yes"),
    "welcome.profile_closed": lambda house: in_the_panel(house, "welcome.profile", **PROFILE, taking="no"),
    "orgs.left": lambda house: in_the_panel(house, "orgs.leave", sure="yes"),
}


async def back_to(house: RehearsalHouse, key: str, away: str, back: str) -> None:
    found = await office.connect(house, await office.coordinator(house), "River Tenants")
    for value in (away, back):
        await office.set_up(house, found, **{key: value})


@pytest.mark.parametrize("act", DECLARED)
async def test_the_act_leaves_its_line(house: RehearsalHouse, clock: MovableClock, act: str) -> None:
    """h2: once, in the right organization's lines, by a mark that is not joinable, without anybody's words."""
    assert act in WAYS, "a way to do it is missing in this file"
    await WAYS[act](house)
    written = await lines(house)
    [line] = [row for row in written if row.act == act][-1:]
    assert (line.organization == "") == (act in COALITIONS)
    assert line.result == "done"
    assert bool(line.actor) == (act not in {"mydata.erased", "checkins.debrief", "alerts.silence"})
    said = "\n".join(str(vars(row)) for row in written)
    for personal in (CANARY, "Mod ", "River", "forms", "school", ROLE, "lounge"):
        assert personal not in said.replace("checkins", "")
    await nobody_is_found_by(house, {row.actor for row in written if row.actor})


async def nobody_is_found_by(house: RehearsalHouse, marks: set[str]) -> None:
    """No mark is any other value of the database: nothing joins."""
    async with house.app.core.db.read() as tx:
        known = {value for row in await tx.all(select(t.account)) for value in vars(row).values()}
        known |= {value for row in await tx.all(select(t.person)) for value in vars(row).values()}
    assert not marks & known


async def test_one_person_has_another_mark_in_each_organization(house: RehearsalHouse) -> None:
    """6.4: a pseudonym per organization."""
    river, hill = await connect(house, "River Tenants"), await connect(house, "Hill Workers")
    for member in (river, hill, river):
        await house.adapter.command(river.moderator, f"{member.space}/desk", "orgs.space", {})
    marks = [(row.organization, row.actor, row.result) for row in await lines(house)]
    assert [one[2] for one in marks] == ["done", "refused", "done"]
    assert marks[0] == marks[2]
    assert marks[0][1] != marks[1][1]
    assert {one[0] for one in marks} == {river.organization.id, hill.organization.id}


async def test_a_refusal_names_the_entry_and_nothing_that_was_typed(house: RehearsalHouse) -> None:
    """A2, 6.4"""
    member = await connect(house, "River Tenants")
    eve = await house.new_person("Eve")
    await house.adapter.command(eve, f"{member.space}/desk", "alerts.takeback", {"code": "A-7KQ2"})
    [line] = await lines(house)
    shown = (line.act, line.result, line.object, line.details, line.organization)
    assert shown == ("alerts.takeback", "refused", "", "{}", member.organization.id)


async def test_an_act_without_words_is_a_mistake_of_the_code(house: RehearsalHouse) -> None:
    """h2: the list of acts is closed."""
    await sent(house)
    async with house.app.core.db.write() as tx:
        call: Recorder = Call(house.app.core.services, "alerts", tx, house.app.core.clock.now())
        with pytest.raises(ValueError, match="no words"):
            await call.record("danced")  # type: ignore[misc]
