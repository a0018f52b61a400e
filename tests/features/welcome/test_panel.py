"""The panel in an organization's channel: what it says, that it never stands twice, that it leads to the questions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import MovableClock
from bot.feature import Call
from cogs.welcome import panel, store
from tests.conformance.house import RehearsalHouse, Seen
from tests.conformance.test_checkins import plain
from tests.features.alerts.coalition import Member, connect
from tests.features.welcome.newcomers import opens


async def chosen(house: RehearsalHouse, member: Member, room: str = "lounge") -> None:
    """The channel for new people."""
    await house.command(
        member.moderator, member.space, "desk", "org channel", purpose="welcome", room=f"{member.space}/{room}"
    )


async def posted(house: RehearsalHouse, member: Member) -> Seen:
    """The panel, delivered."""
    seen = await house.command(member.moderator, member.space, "desk", "welcome panel")
    await house.settle()
    return seen


async def test_without_a_channel_it_says_how_to_choose_one(house: RehearsalHouse) -> None:
    """c1: welcome is off until a channel is chosen."""
    member = await connect(house, "River Tenants")
    assert "Choose one first with *org channel*" in (await posted(house, member)).text


async def test_the_panel_says_what_is_asked_and_who_reads_it(house: RehearsalHouse) -> None:
    """c1 h8: in both languages where both are read; a button for each, which is the language."""
    member = await connect(house, "River Tenants", language="both")
    await chosen(house, member)
    seen = await posted(house, member)
    assert "The panel stands in 1 channel" in plain(seen.text)
    assert "are not shown River Tenants yet" in plain(seen.text)
    [standing] = await house.messages(member.space, "lounge")
    assert "an organization reads them only after you chose it" in standing.text
    assert "una organización las lee solo después de que la elijas" in standing.text
    assert [label for label, _ in standing.choices] == ["Get started", "Empezar"]
    ana = await house.new_person("Ana")
    assert "¿Tienes 18 años o más?" in (await house.press(ana, member.space, "lounge", standing, "Empezar")).text


async def test_posting_it_again_leaves_one(house: RehearsalHouse) -> None:
    """c1: also in another channel than before."""
    member = await opens(house, "River Tenants")
    await chosen(house, member)
    assert "not shown" not in (await posted(house, member)).text
    await posted(house, member)
    await posted(house, member)
    assert len(await house.messages(member.space, "lounge")) == 1
    await chosen(house, member, "calls")
    await posted(house, member)
    assert len(await house.messages(member.space, "lounge")) == 0
    assert len(await house.messages(member.space, "calls")) == 1


async def test_it_comes_anew_before_its_buttons_are_too_old(house: RehearsalHouse, clock: MovableClock) -> None:
    """A button lives 400 days and a row about its copy 90: after two years it still works and stands once."""
    member = await opens(house, "River Tenants")
    await chosen(house, member)
    await posted(house, member)
    for _ in range(13):
        clock.move(panel.RENEWED)
        await house.settle()
    [standing] = await house.messages(member.space, "lounge")
    ana = await house.new_person("Ana")
    assert "18 or older" in (await house.press(ana, member.space, "lounge", standing, "Get started")).text


async def test_who_took_it_away_does_not_get_it_again(house: RehearsalHouse, clock: MovableClock) -> None:
    """A moderator removed it: the house is theirs."""
    member = await opens(house, "River Tenants")
    await chosen(house, member)
    await posted(house, member)
    [standing] = await house.messages(member.space, "lounge")
    await house.remove_message(member.space, "lounge", standing)
    clock.move(panel.RENEWED + timedelta(hours=1))
    await house.settle()
    assert await house.messages(member.space, "lounge") == []


async def test_only_moderators_post_it(house: RehearsalHouse) -> None:
    """Level.MODERATOR: a member is refused in words."""
    member = await connect(house, "River Tenants")
    ana = await house.new_person("Ana")
    seen = await house.command(ana, member.space, "lounge", "welcome panel")
    assert "moderat" in seen.text
    async with house.app.core.db.read() as tx:
        assert await store.panel_of(tx, member.organization.id) is None


async def test_a_panel_of_an_organization_that_left_is_not_renewed(house: RehearsalHouse) -> None:
    """A6: nothing more goes there."""
    member = await opens(house, "River Tenants")
    await chosen(house, member)
    await posted(house, member)
    core = house.app.core
    await core.end_organization(member.organization)
    async with core.db.write() as tx:
        await panel.renew(Call(core.services, "welcome", tx, core.clock.now()), member.organization.id)
        assert await store.panel_of(tx, member.organization.id) is None


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_group_alone_starts(house: RehearsalHouse, language: str) -> None:
    """c1: `welcome`, typed anywhere, is enough."""
    ana = await house.new_person("Ana", language)
    seen = await house.command(ana, "", "", "bienvenida" if language == "es" else "welcome")
    assert ("¿Tienes 18" if language == "es" else "Are you 18") in seen.text
