"""Connecting a partner, from the coordinator's letter to the day it leaves, on every platform."""

from __future__ import annotations

from sqlalchemy import select

from bot.db import metadata
from bot.keys import key_table
from tests.conformance.house import House
from tests.features.orgs.office import (
    NOT_A_CODE,
    ROOMS,
    Partner,
    connect,
    coordinator,
    denials,
    letter,
    plain,
    public_in,
    roles_of,
    secret_in,
    set_up,
)  # fmt: skip

NAME = "Riverside Tenants"


async def test_a_partner_connects_with_its_letter_and_one_panel(house: House) -> None:
    """h1 h8: the whole of issue 1.2 that people see."""
    office = await coordinator(house)
    assert ("", "coordinator") in await roles_of(house, office)
    partner = await connect(house, office, NAME)
    assert (NAME, "moderator") in await roles_of(house, partner.moderator)
    report = plain((await set_up(house, partner, policy="auto", language="both")).text)
    assert "Calls to action in" in report
    assert report.count("works") == 2
    assert "Post at once" in report
    assert "Eastern Time" in report
    listed = await house.command(office, "", "", "orgs")
    assert "1 connected, 0 waiting" in plain(listed.text)


async def test_the_button_behind_the_code_opens_the_panel(house: House) -> None:
    """n16: the way that is offered is the way that works, also from the direct room."""
    office = await coordinator(house)
    invited = await letter(house, office, NAME)
    space = await house.new_space(NAME, ROOMS)
    moderator = await house.new_person("Max", manages=space)
    seen = await house.command(moderator, space, "desk", "connect", code=secret_in(invited))
    asked = await house.press(moderator, space, "desk", seen, "Set up")
    assert asked.asked
    done = await house.fill(moderator, asked, calls="calls", moderators="desk")
    assert plain(done.text).count("works") == 2


async def test_what_is_missing_in_a_channel_is_said_with_where_to_grant_it(house: House) -> None:
    """h1: a line ends in *works* or in what to do."""
    partner = await connect(house, await coordinator(house), NAME)
    await house.forbid(partner.space, "calls")
    report = plain((await set_up(house, partner)).text)
    assert report.count("works") == 1
    assert "settings" in report


async def test_a_wrong_code_changes_nothing_and_the_right_one_still_works(house: House) -> None:
    """A2 C4: one sentence, a noted denial, no role, no space."""
    office = await coordinator(house)
    invited = await letter(house, office, NAME)
    space = await house.new_space(NAME, ROOMS)
    moderator = await house.new_person("Max", manages=space)
    wrong = await house.command(moderator, space, "desk", "connect", code=NOT_A_CODE)
    assert "not valid" in wrong.text
    assert await denials(house) == ["orgs.connect"]
    assert await roles_of(house, moderator) == set()
    assert not await house.app.core.is_ours(house.platform, space)
    right = await house.command(moderator, space, "desk", "connect", code=secret_in(invited))
    assert "is connected" in plain(right.text)


async def test_only_who_manages_the_space_can_connect_it(house: House) -> None:
    """B3: the same code in the same place, once without the right and once with it."""
    office = await coordinator(house)
    code = secret_in(await letter(house, office, NAME))
    space = await house.new_space(NAME, ROOMS)
    member, manager = await house.new_person("Eve"), await house.new_person("Max", manages=space)
    refused = await house.command(member, space, "desk", "connect", code=code)
    assert "Manage Server" in plain(refused.text)
    assert not await house.app.core.is_ours(house.platform, space)
    done = await house.command(manager, space, "desk", "connect", code=code)
    assert "is connected" in plain(done.text)
    assert await roles_of(house, member) == set()


async def test_a_code_works_once(house: House) -> None:
    """h1: the second server of somebody who kept the letter stays a stranger."""
    office = await coordinator(house)
    code = secret_in(await letter(house, office, NAME))
    for name, expected in ((NAME, "is connected"), ("Copy Cats", "not valid")):
        space = await house.new_space(name, ROOMS)
        manager = await house.new_person(f"Max {name}", manages=space)
        seen = await house.command(manager, space, "desk", "connect", code=code)
        assert expected in plain(seen.text)


async def test_somebody_elses_code_reads_like_a_random_one(house: House) -> None:
    """A2: in a connected space, and in a direct message; and it is not used up."""
    office = await coordinator(house)
    partner = await connect(house, office, NAME)
    code = secret_in(await letter(house, office, "Hill Neighbors"))
    for space, channel in ((partner.space, "desk"), ("", "")):
        real = await house.command(partner.moderator, space, channel, "connect", code=code)
        random = await house.command(partner.moderator, space, channel, "connect", code=NOT_A_CODE)
        assert real.text == random.text
        assert NAME not in real.text
        assert "Hill" not in real.text
    assert await denials(house) == ["orgs.connect"] * 4
    other = await house.new_space("Hill Neighbors", ROOMS)
    manager = await house.new_person("Lu", manages=other)
    assert "is connected" in plain((await house.command(manager, other, "desk", "connect", code=code)).text)


async def test_a_second_person_becomes_moderator_with_a_code_of_the_first(house: House) -> None:
    """h1: no account's number is typed by anybody."""
    partner = await connect(house, await coordinator(house), NAME)
    seen = await house.command(partner.moderator, partner.space, "desk", "org moderator")
    code, friend = secret_in(seen), await house.new_person("Sol")
    refused = await house.command(friend, partner.space, "desk", "org moderator")
    assert "Only moderators" in refused.text
    own = await house.command(partner.moderator, "", "", "connect", code=code)
    assert "already" in own.text
    done = await house.command(friend, "", "", "connect", code=code)
    assert "now a moderator" in done.text
    again = await house.command(await house.new_person("Kim"), "", "", "connect", code=code)
    assert "cannot be used here" in again.text
    assert (NAME, "moderator") in await roles_of(house, friend)
    assert secret_in(await house.command(friend, partner.space, "desk", "org moderator")) != code


async def test_everything_is_spanish_for_who_speaks_spanish(house: House) -> None:
    """h8: the same walk with the Spanish words."""
    office = await coordinator(house, "Rosa", "es")
    seen = await house.command(office, "", "", "org agregar")
    seen = await house.fill(office, seen, name=NAME, kind="union", state="TX", language="es")
    assert plain(seen.texts[1]).startswith(f"{NAME}: una invitación")
    space = await house.new_space(NAME, ROOMS)
    moderator = await house.new_person("Luz", "es", manages=space)
    done = await house.command(moderator, space, "desk", "conectar", code=secret_in(seen))
    assert "está conectada" in plain(done.text)
    asked = await house.command(moderator, space, "desk", "org ajustes")
    report = plain((await house.fill(moderator, asked, calls="calls", moderators="desk")).text)
    assert report.count("funciona") == 2
    assert "hora del Centro" in report


# The chain of the audit is never changed (SECURITY 6.4): its lines stay 400 days, without a person or a text in them.
NEVER_CHANGED = {"audit"}


async def rows_of(house: House, organization: str) -> dict[str, int]:
    """How many rows of each table still carry an organization's id."""
    found = {}
    async with house.app.core.db.read() as tx:
        for table in metadata.sorted_tables:
            if "organization" in table.c and table.name not in NEVER_CHANGED:
                rows = await tx.all(select(table.c.organization).where(table.c.organization == organization))
                found[table.name] = len(rows)
    return {name: count for name, count in found.items() if count}


async def keys_of(house: House, organization: str) -> int:
    """How many keys the keyring has of an organization."""
    async with house.app.core.keyring._db.read() as tx:
        return len(await tx.all(select(key_table.c.person).where(key_table.c.organization == organization)))


async def furnished(house: House) -> tuple[Partner, str]:
    """A partner with channels, roles, an open code, a form in progress and a key; and its id."""
    office = await coordinator(house)
    partner = await connect(house, office, NAME)
    await set_up(house, partner)
    friend = await house.new_person("Sol")
    joining = secret_in(await house.command(partner.moderator, partner.space, "desk", "org moderator"))
    await house.command(friend, "", "", "connect", code=joining)
    await house.command(friend, partner.space, "desk", "org setup")
    await house.command(partner.moderator, partner.space, "desk", "org moderator")
    await house.command(partner.moderator, partner.space, "desk", "org role", platform_role="level 50", role="sender")
    await house.command(partner.moderator, partner.space, "desk", "org space")
    core = house.app.core
    async with core.db.read() as tx:
        own = await core.spaces.by_code(tx, partner.code)
    await core.keyring.of_organization(own.id)
    assert await keys_of(house, own.id) == 1
    assert {"channel", "space", "connect_code", "moderator_code", "role", "role_map", "form"} <= (
        await rows_of(house, own.id)
    ).keys()
    return partner, own.id


async def test_removing_the_bot_ends_everything_there(house: House) -> None:
    """A6, issue 1.2: no row, no key; its moderators are nobody any more."""
    partner, organization = await furnished(house)
    await house.remove_bot(partner.space)
    assert await rows_of(house, organization) == {}
    assert await keys_of(house, organization) == 0
    assert await roles_of(house, partner.moderator) == set()


async def test_leaving_needs_a_second_word_and_ends_everything(house: House) -> None:
    """A6: and the organization can be asked in again."""
    partner, organization = await furnished(house)
    seen = await house.command(partner.moderator, partner.space, "desk", "org leave")
    assert "cannot be undone" in seen.text
    assert await keys_of(house, organization) == 1
    done = await house.press(partner.moderator, partner.space, "desk", seen, "Yes, leave")
    assert "has left" in done.text
    assert await rows_of(house, organization) == {}
    assert await keys_of(house, organization) == 0
    office = await coordinator(house, "Bo")
    listed = await house.command(office, "", "", "orgs")
    assert f"{NAME} ({partner.code}): left" in plain(listed.text)
    again = await house.command(office, "", "", "org code", organization=NAME.lower())
    assert public_in(again) == partner.code
    assert secret_in(again)
