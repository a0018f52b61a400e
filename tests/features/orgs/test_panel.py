"""What an organization decides for itself, and what it cannot decide for others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.access import Level, may
from bot.app import keep_house
from bot.clock import MovableClock
from bot.feature import Call, Feature
from bot.platforms.base import Act
from bot.spaces import Organization, Place
from cogs.orgs.store import moderator_code
from tests.conformance.house import RehearsalHouse
from tests.features.orgs.office import ROOMS, Partner, connect, coordinator, letter, plain, secret_in, set_up

NAME = "Riverside Tenants"


async def organization(house: RehearsalHouse, partner: Partner) -> Organization:
    """How it stands in the database."""
    async with house.app.core.db.read() as tx:
        return await house.app.core.spaces.by_code(tx, partner.code)


async def channels(house: RehearsalHouse, partner: Partner) -> dict[str, str]:
    """Purpose -> room."""
    found, core = {}, house.app.core
    own = await organization(house, partner)
    async with core.db.read() as tx:
        for purpose in ("calls", "moderators", "checkins", "welcome", "log"):
            for one in await core.spaces.channels(tx, purpose, [own.id]):
                found[purpose] = f"{one.name} {one.language}"
    return found


async def test_the_panel_opens_with_what_stands_and_changes_only_what_is_given(house: RehearsalHouse) -> None:
    """Issue 1.2: it can be changed any time; the default is *ask us first*."""
    partner = await connect(house, await coordinator(house), NAME)
    await set_up(house, partner)
    assert (await organization(house, partner)).policy == "hold"
    await set_up(house, partner, policy="never", language="es", who_sends="moderators")
    await set_up(house, partner)
    found = await organization(house, partner)
    assert (found.policy, found.language, found.who_sends) == ("never", "es", "moderators")
    assert await channels(house, partner) == {"calls": "calls es", "moderators": "desk es"}


async def test_other_channels_are_chosen_one_by_one(house: RehearsalHouse) -> None:
    """WORDS-AND-DEFAULTS: two channels are required, the others when somebody wants them."""
    partner = await connect(house, await coordinator(house), NAME)
    await set_up(house, partner, language="en")
    seen = await house.command(
        partner.moderator, partner.space, "desk", "org channel", purpose="checkins", room="general"
    )
    assert "Check-ins in general: works" in plain(seen.text)
    assert await channels(house, partner) == {"calls": "calls en", "moderators": "desk en", "checkins": "general en"}


async def test_a_room_of_somebody_else_reads_like_one_that_is_not_there(house: RehearsalHouse) -> None:
    """A2: an address typed by hand is no way into another organization's channel."""
    office = await coordinator(house)
    partner, other = await connect(house, office, NAME), await connect(house, office, "Hill Neighbors")
    said = {
        (
            await house.command(
                partner.moderator, partner.space, "desk", "org channel", purpose="calls", room=room
            )
        ).text
        for room in (f"{other.space}/calls", f"{partner.space}/nowhere", "!abc:example.org")
    }
    assert len(said) == 1
    assert "calls" not in await channels(house, partner)


async def test_a_moderator_of_one_is_nobody_in_another(house: RehearsalHouse) -> None:
    """A2 h1: each entry of the panel, beside the moderator who may."""
    office = await coordinator(house)
    partner, other = await connect(house, office, NAME), await connect(house, office, "Hill Neighbors")
    values: dict[str, dict[str, str]] = {
        "org setup": {}, "org channel": {"purpose": "log", "room": "general"}, "org zone": {"zone": "TX"},
        "org role": {"platform_role": "level 50", "role": "sender"}, "org moderator": {}, "org space": {},
        "org leave": {},
    }  # fmt: skip
    for words, given in values.items():
        refused = await house.command(other.moderator, partner.space, "desk", words, **given)
        assert "Only moderators of Riverside Tenants" in refused.text
        allowed = await house.command(partner.moderator, partner.space, "desk", words, **given)
        assert "Only moderators" not in allowed.text


async def test_features_hear_of_a_changed_policy_once(house: RehearsalHouse) -> None:
    """a3: what waits for a yes follows the new rule in the same transaction."""
    heard: list[str] = []

    async def policy(call: Call, organization: str) -> None:
        heard.append((await call.spaces.get(call.tx, organization)).policy)

    async def connected(call: Call) -> None:
        heard.append(call.home.name)

    registry: Any = house.app.core.registry
    registry.features = (*registry.features, Feature("listener", hooks={"policy": policy, "connected": connected}))
    partner = await connect(house, await coordinator(house), NAME)
    await set_up(house, partner)
    await set_up(house, partner, policy="auto")
    await set_up(house, partner, policy="auto")
    assert heard == [NAME, "auto"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("<@&123456789012345678>", "…5678: Send calls"),
        ("level 50", "level 50 and above: Send calls"),
        ("everybody", "cannot read everybody as a role"),
        ("level 0", "cannot read level 0 as a role"),
    ],
)
async def test_own_roles_are_mapped_and_taken_back(house: RehearsalHouse, typed: str, said: str) -> None:
    """h1: the organization's own roles, as people write them."""
    partner = await connect(house, await coordinator(house), NAME)
    where = (partner.moderator, partner.space, "desk", "org role")
    seen = await house.command(*where, platform_role=typed, role="sender")
    assert said in plain(seen.text)
    if "…" in said or "level 50" in said:
        gone = await house.command(*where, platform_role=typed, role="none")
        assert "Nothing was given" in gone.text


@pytest.mark.parametrize("role", ["coordinator", "auditor"])
async def test_a_role_of_the_coalition_is_never_mapped(house: RehearsalHouse, role: str) -> None:
    """SECURITY 4b: coalition roles are rows of persons."""
    partner = await connect(house, await coordinator(house), NAME)
    seen = await house.command(
        partner.moderator, partner.space, "desk", "org role", platform_role="level 50", role=role
    )
    assert "number from 1 to 4" in plain(seen.text)


async def test_a_mapped_role_counts_only_in_its_own_organization(house: RehearsalHouse) -> None:
    """B3: the same role id somewhere else gives nothing."""
    office = await coordinator(house)
    partner, other = await connect(house, office, NAME), await connect(house, office, "Hill Neighbors")
    where = (partner.moderator, partner.space, "desk", "org role")
    await house.command(*where, platform_role="<@&123456789012345678>", role="moderator")
    person = await house.new_person("Sol")
    for space, expected in ((partner.space, True), (other.space, False)):
        place = Place(house.platform, space, f"{space}/desk")
        act = Act(house.platform, person, place, "e", roles=("123456789012345678",))
        async with house.app.core.db.write() as tx:
            call = await house.app.core.runner._call(tx, act)
        assert may(Level.MODERATOR, act, call.organization, call.roles) == expected


@pytest.mark.parametrize(("typed", "said"), [("CA", "Pacific Time"), ("America/Chicago", "Central Time")])
async def test_the_zone_is_a_state_or_a_name(house: RehearsalHouse, typed: str, said: str) -> None:
    partner = await connect(house, await coordinator(house), NAME)
    where = (partner.moderator, partner.space, "desk", "org zone")
    assert said in (await house.command(*where, zone=typed)).text
    assert "do not know the zone" in plain((await house.command(*where, zone="Nowhere")).text)


async def test_a_moderators_code_is_good_for_a_day(house: RehearsalHouse, clock: MovableClock) -> None:
    """h1: once, one day; the purge leaves none behind."""
    partner = await connect(house, await coordinator(house), NAME)
    code = secret_in(await house.command(partner.moderator, partner.space, "desk", "org moderator"))
    clock.move(timedelta(hours=25))
    late = await house.command(await house.new_person("Sol"), "", "", "connect", code=code)
    assert "cannot be used here" in late.text
    await keep_house(house.app.core)
    async with house.app.core.db.read() as tx:
        assert await tx.all(select(moderator_code)) == []


async def test_the_panel_needs_a_space(house: RehearsalHouse) -> None:
    """Issue 6: in a direct message with two servers it cannot be known which one is meant."""
    partner = await connect(house, await coordinator(house), NAME)
    direct = await house.command(partner.moderator, "", "", "org setup")
    assert direct.asked
    await house.fill(partner.moderator, direct, calls="calls", moderators="desk")
    again = await house.command(partner.moderator, "", "", "org space")
    second = await house.new_space("Riverside Annex", ROOMS)
    house.world.spaces[second].managers.add(partner.moderator)
    done = await house.command(partner.moderator, second, "desk", "connect", code=secret_in(again))
    assert "like its others" in plain(done.text)
    assert "has several" in (await house.command(partner.moderator, "", "", "org setup")).text
    assert (await house.command(partner.moderator, second, "desk", "org setup")).asked


async def test_an_unknown_space_is_left_after_an_hour(house: RehearsalHouse, clock: MovableClock) -> None:
    """C4 D6: it answers only `connect`; one that connected in time stays."""
    office = await coordinator(house)
    core, invited = house.app.core, await letter(house, office, NAME)
    stays, goes = await house.new_space(NAME, ROOMS), await house.new_space("Strangers", ROOMS)
    manager = await house.new_person("Max", manages=stays)
    for space in (stays, goes):
        await core.joined(house.platform, space)
    for words in ("orgs", "org setup", "help"):
        seen = await house.command(manager, goes, "desk", words)
        assert "connect CODE" in seen.text
    assert "is connected" in (await house.command(manager, stays, "desk", "connect", code=secret_in(invited))).text
    clock.move(timedelta(minutes=59))
    await house.app.leave_strangers()
    assert house.world.spaces[goes].bot_inside
    clock.move(timedelta(minutes=2))
    await house.app.leave_strangers()
    assert not house.world.spaces[goes].bot_inside
    assert house.world.spaces[stays].bot_inside


async def test_leaving_takes_the_bot_out_of_the_space(house: RehearsalHouse) -> None:
    """Issue 1.2: and a member of the organization cannot do it."""
    partner = await connect(house, await coordinator(house), NAME)
    member = await house.new_person("Eve", manages=partner.space)
    assert "Only moderators" in (await house.command(member, partner.space, "desk", "org leave", sure="yes")).text
    assert house.world.spaces[partner.space].bot_inside
    seen = await house.command(partner.moderator, partner.space, "desk", "org leave", sure="yes")
    assert "has left" in seen.text
    assert not house.world.spaces[partner.space].bot_inside
