"""a19: a call notifies the one role that its receivers chose, and nobody without a choice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import and_, select

from bot import tables as t
from bot.clock import MovableClock
from cogs.alerts.mentioning.rules import NOBODY, Chosen, Mention, resolve
from cogs.alerts.mentioning.store import alert_mention
from cogs.alerts.policies.rules import ELECTORAL, TOPICS
from cogs.alerts.store import alert_copy
from tests.conformance.house import RehearsalHouse, Seen
from tests.features.alerts.coalition import Member, connect, say_yes, send, stop_window, write
from tests.features.alerts.test_decisions import send_about
from tests.features.alerts.test_later import plain

IN_LINE = and_(t.delivery.c.kind == "post", t.delivery.c.state == "queued")
ROLES = {"r1": "Action", "r2": "Phone tree"}
CHOICES = st.lists(
    st.builds(
        Chosen, st.sampled_from(["here", "there"]), st.sampled_from(["", "us", "them"]),
        st.sampled_from(["", *TOPICS]), st.sampled_from([NOBODY, Mention("r1", "Action"), Mention("r2", "Phone tree")]),
    ),
    unique_by=lambda one: one[:3], max_size=10,
)  # fmt: skip


@given(CHOICES, st.sampled_from(["", *TOPICS]))
def test_nobody_is_notified_without_a_choice_that_fits(choices: list[Chosen], topic: str) -> None:
    found = resolve(choices, "here", "us", topic)
    named = {(one.sender, one.topic): one.mention for one in choices if one.space == "here"}
    exact = named.get(("us", topic)) if topic else None
    if exact is not None:
        assert found == exact
        return
    able = [("", topic)] if topic == ELECTORAL else [("us", ""), ("", topic)] if topic else [("us", "")]
    some = [named[one] for one in able if one in named]
    if some:
        assert found == (some[0] if all(some) else NOBODY)
    else:
        assert found == (NOBODY if topic == ELECTORAL else named.get(("", ""), NOBODY))


async def choose(house: RehearsalHouse, member: Member, role: str = "@Action", **given: str) -> Seen:
    """A choice by its label, as it is picked; the roles are there."""
    house.world.spaces[member.space].roles.update(ROLES)
    seen = await house.command(member.moderator, member.space, "desk", "incoming mention")
    if house.platform == "forms":
        labels = {one.label: one.value for one in seen.handle.blanks[0].options}
        role = labels.get(role, role)
    return await house.fill(member.moderator, seen, role=role, **{"sender": "", "topic": "all", **given})


async def copies(house: Any, member: Member) -> list[Any]:
    return list(await house.messages(member.space, "calls"))


@pytest.fixture(params=["forms"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_one_role_is_notified_where_it_was_chosen_and_nobody_elsewhere(house: RehearsalHouse) -> None:
    sender, here, there = await three(house)
    said = await choose(house, here)
    assert "everybody, every topic: notify @Action in Hill Neighbors" in plain(said.text)
    await send(house, sender)
    [copy], [other] = await copies(house, here), await copies(house, there)
    assert copy.notified == "Action"
    assert "\n@Action\n" in copy.text
    assert other.notified == ""
    assert "@Action" not in other.text


async def three(house: RehearsalHouse) -> tuple[Member, Member, Member]:
    sender = await connect(house, "Riverside Tenants")
    return sender, await connect(house, "Hill Neighbors", policy="auto"), await connect(house, "Choir", policy="auto")


async def test_by_sender_and_by_topic(house: RehearsalHouse) -> None:
    sender, here, other = await three(house)
    await choose(house, here)
    await choose(house, here, "Nobody", sender="Riverside Tenants")
    said = await choose(house, here, "@Phone tree", topic="housing")
    assert "Riverside Tenants, every topic: notify nobody in Hill Neighbors" in plain(said.text)
    await send(house, sender, what="Quiet one")
    await send_about(house, other, "housing", what="About homes")
    await send_about(house, other, "electoral", what="Doors for the vote")
    await send(house, other, what="Anything else")
    shown = {one.text.split(" · ")[0]: one.notified for one in await copies(house, here)}
    found = {title: role for title in ("Quiet", "About", "Anything") for name, role in shown.items() if title in name}
    assert found == {"Quiet": "", "About": "Phone tree", "Anything": "Action"}


async def test_a_choice_can_be_taken_back(house: RehearsalHouse) -> None:
    sender, here, _ = await three(house)
    await choose(house, here)
    await choose(house, here, "@Phone tree", sender="Riverside Tenants")
    said = await choose(house, here, "No choice of its own: as other calls", sender="Riverside Tenants")
    assert "Phone tree" not in said.text
    said = await choose(house, here, "Nobody")
    assert "Nobody: calls are posted like any other message" in plain(said.text)
    await send(house, sender)
    assert [one.notified for one in await copies(house, here)] == [""]
    async with house.app.core.db.read() as tx:
        assert await tx.all(select(alert_mention)) == []


async def test_it_binds_what_is_not_posted_yet_and_nothing_that_is(house: RehearsalHouse) -> None:
    """n1: a copy that waits for a yes, one that waits for its hour, and one that stands."""
    sender, here, asked = await three(house)
    await send(house, sender, what="It stands already")
    asked = await connect(house, "Valley Workers")
    await send(house, sender, what="It waits for a yes")
    await choose(house, here)
    await choose(house, asked)
    await house.settle()
    [card] = [one for one in await house.messages(asked.space, "desk") if "waits for a yes" in one.text]
    assert "It will notify @Action, as your moderators chose." in plain(card.text)
    assert [one.notified for one in await copies(house, here)] == ["", ""]
    assert not any("@Action" in one.text for one in await copies(house, here))
    await say_yes(house, asked, card.code)
    assert [one.notified for one in await copies(house, asked)] == ["Action"]
    async with house.app.core.db.read() as tx:
        rows = await tx.all(select(alert_copy).where(alert_copy.c.organization == here.organization.id))
    assert [row.mention for row in rows] == ["", ""]


async def test_a_copy_in_line_follows(house: RehearsalHouse, clock: MovableClock) -> None:
    """n1: everybody said yes, and while it can still be stopped the choice changes."""
    sender, here, _ = await three(house)
    await choose(house, here)
    stop_window(house)
    await send(house, sender)
    async with house.app.core.db.read() as tx:
        [waiting] = await tx.all(select(t.delivery).where(t.delivery.c.organization == here.organization.id, IN_LINE))
    assert '"mention":"r1"' in waiting.card
    await choose(house, here, "@Phone tree")
    clock.move(timedelta(minutes=3))
    await house.settle()
    [copy] = await copies(house, here)
    assert copy.notified == "Phone tree"
    assert "@Action" not in copy.text


async def test_a_correction_keeps_the_role_and_notifies_nobody_again(house: RehearsalHouse) -> None:
    sender, here, _ = await three(house)
    await choose(house, here)
    code = await send(house, sender)
    await choose(house, here, "@Phone tree")
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where="15 Oak St")
    await house.settle()
    [copy] = await copies(house, here)
    assert "15 Oak St" in copy.text
    assert "@Action" in copy.text
    assert "@Phone tree" not in copy.text
    assert copy.notified == "Action"
    assert len(await copies(house, here)) == 1


async def test_at_night_nobody_is_notified(house: RehearsalHouse, clock: MovableClock) -> None:
    sender, here, _ = await three(house)
    await choose(house, here)
    clock.move(timedelta(hours=(26 - clock.now().hour) % 24 + 6))  # 3 AM in New York, or 4
    await send(house, sender, when="")
    [copy] = await copies(house, here)
    assert copy.silent
    assert copy.notified == ""
    assert "@Action" in copy.text


async def test_a_role_that_is_gone_is_not_written(house: RehearsalHouse) -> None:
    sender, here, _ = await three(house)
    await choose(house, here)
    house.world.spaces[here.space].roles.clear()
    await send(house, sender)
    [copy] = await copies(house, here)
    assert "@" not in copy.text


async def test_only_a_role_of_the_list_can_be_chosen(house: RehearsalHouse) -> None:
    _, here, _ = await three(house)
    for role in ("everyone", "r9", here.space):
        said = await choose(house, here, role)
        assert "notify @" not in plain(said.text)
    async with house.app.core.db.read() as tx:
        assert await tx.all(select(alert_mention)) == []


async def test_whoever_wonders_reads_who_chose_it(house: RehearsalHouse) -> None:
    sender, here, _ = await three(house)
    await choose(house, here)
    await send(house, sender)
    member = await house.new_person("Ana")
    [copy] = await copies(house, here)
    why = await house.press(member, here.space, "calls", copy, "Why here?")
    assert "It notifies @Action, which the moderators here chose." in plain(why.text)


async def test_a_practice_copy_says_whom_it_would_notify_and_notifies_nobody(house: RehearsalHouse) -> None:
    sender, here, _ = await three(house)
    await choose(house, here)
    await house.press(sender.moderator, sender.space, "desk", await write(house, sender), "Practice")
    await house.settle()
    [card] = await house.messages(here.space, "desk")
    assert "It will notify @Action" in plain(card.text)
    assert card.notified == ""


async def test_in_spanish(house: RehearsalHouse) -> None:
    here = await connect(house, "Vecinas", language="es", policy="auto")
    sender = await connect(house, "Riverside Tenants")
    said = await choose(house, here)
    assert "todas, todos los temas: avisar a @Action en Vecinas" in plain(said.text)
    await send(house, sender)
    assert [one.notified for one in await copies(house, here)] == ["Action"]


async def test_it_is_among_the_decisions(house: RehearsalHouse) -> None:
    _, here, _ = await three(house)
    await choose(house, here)
    said = await house.command(here.moderator, here.space, "desk", "incoming rules")
    assert "everybody, every topic: notify @Action in Hill Neighbors" in plain(said.text)


async def test_an_organization_that_leaves_takes_its_choices_along(house: RehearsalHouse) -> None:
    """Its own, and what others chose for its calls."""
    sender, here, other = await three(house)
    await choose(house, here)
    await choose(house, other, sender="Hill Neighbors")
    await choose(house, other, sender="Riverside Tenants")
    await house.app.core.end_organization(here.organization)
    async with house.app.core.db.read() as tx:
        rows = await tx.all(select(alert_mention))
    assert [row.sender for row in rows] == [sender.organization.id]
