"""The letter that asks a partner in: its facts, its length, its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest

from bot.clock import MovableClock
from bot.config import Settings, from_values
from bot.platforms.discord.check import invite_link
from bot.platforms.discord.servers import NEEDED
from bot.spaces import CODE_LIFE
from bot.text import parse, to_discord
from cogs.orgs import rules
from tests.conformance.house import RehearsalHouse, Seen
from tests.features.orgs.office import (
    NOT_A_CODE,
    ROOMS,
    connect,
    coordinator,
    letter,
    plain,
    public_in,
    secret_in,
)

NAME = "Riverside Tenants"
BOT, APPLICATION = "@causeway:example.org", "1234567890123456789"


def settings(**discord_section: object) -> Settings:
    """An installation on both platforms, with the longest names there can be."""
    matrix = {"enabled": True, "homeserver": "https://example.org", "user_id": BOT}
    bot = {"name": "B" * 32, "coalition": "C" * 80, "zone": "America/Denver"}
    on_discord = {"enabled": True, **discord_section}
    return from_values({"bot": bot, "discord": on_discord, "matrix": matrix}, Path("/"))


async def written(house: RehearsalHouse, chosen: Settings | None, name: str = NAME, **values: str) -> Seen:
    """A letter under these settings."""
    house.app.core.services.settings = chosen
    return await letter(house, await coordinator(house), name, **values)


def test_the_permissions_are_computed_bit_by_bit() -> None:
    """F1: exactly these five; with newcomers two more for private threads. The adapter checks the same ones."""
    assert rules.permission_bits(False) == 117760
    assert rules.permission_bits(True) == 343597501440
    assert rules.PERMISSIONS.keys() == set(NEEDED.values())
    for name, bit in (rules.PERMISSIONS | rules.FOR_NEWCOMERS).items():
        assert discord.Permissions(**{name: True}).value == bit
    for newcomers in (False, True):
        assert rules.invite_link(APPLICATION, newcomers) == invite_link(int(APPLICATION), newcomers)


@pytest.mark.parametrize(("newcomers", "bits"), [(False, "117760"), (True, "343597501440")])
async def test_the_letter_has_the_exact_link_and_the_matrix_id(
    house: RehearsalHouse, newcomers: bool, bits: str
) -> None:
    """F1, issue 1.2: scopes bot and applications.commands, and nothing asked beyond what is named."""
    seen = await written(house, settings(application_id=APPLICATION, newcomers=newcomers))
    link = f"https://discord.com/oauth2/authorize?client_id={APPLICATION}&permissions={bits}"
    for text in seen.texts[1:]:
        assert f"{link}&scope=bot+applications.commands" in to_discord(parse(text))
        assert BOT in text
    assert ("private threads" in seen.texts[1]) == newcomers


async def test_without_the_number_the_letter_says_where_the_link_will_be(house: RehearsalHouse) -> None:
    """h11: an installation in the making never hands out a dead link."""
    seen = await written(house, None)
    assert "discord.com" not in seen.text
    assert "ask our coalition for it" in seen.text
    assert "pídelo a nuestra coalición" in seen.text


async def test_the_longest_letter_fits_one_message_in_each_language(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """FACTS 35: 2,000 characters on Discord, with room to spare, also on the day with the longest name."""
    clock.move(datetime(2027, 9, 15, 23, 30, tzinfo=UTC) - clock.now())
    seen = await written(house, settings(application_id=APPLICATION, newcomers=True), "O" * 120, state="CO")
    assert "miércoles, 22 de septiembre" in seen.texts[2]
    assert len(seen.texts) == 3
    for text in seen.texts[1:]:
        assert len(text) <= 1900
        assert len(to_discord(parse(text))) <= 1900


async def test_the_letter_says_what_a_partner_must_know(house: RehearsalHouse) -> None:
    """Issue 1.2: what it does, cannot see, keeps, how to end it; the code and its last day in words."""
    seen = await written(house, settings(), state="TX")
    typed = f"/connect {secret_in(seen)}"
    for words in ("What it cannot see", "What it keeps", "How to end it", "Central Time", typed):
        assert words in plain(seen.texts[1])
    for words in ("Qué no puede ver", "Qué guarda", "Cómo terminarlo", "hora del Centro", "/conectar"):
        assert words in plain(seen.texts[2])


async def test_an_organization_without_a_state_gets_the_installations_zone(house: RehearsalHouse) -> None:
    """WORDS-AND-DEFAULTS: nobody types zone names."""
    assert "Mountain Time" in (await written(house, settings())).texts[1]


async def test_a_state_that_does_not_exist_is_mended_not_guessed(house: RehearsalHouse) -> None:
    """Issue 6: one sentence, the form comes back, nothing is added."""
    office = await coordinator(house)
    seen = await house.command(office, "", "", "org add", name=NAME, state="Tejas")
    seen = await house.fill(office, seen)
    assert "do not know the state Tejas" in plain(seen.text)
    listed = await house.command(await house.new_person("Eve"), "", "", "orgs")
    assert "0 connected, 0 waiting" in plain(listed.text)


@pytest.mark.parametrize("name", ["riverside  tenants", "Rivers1de Tenants", "Riversidе Tenants", "Riverside Tennants"])
async def test_a_look_alike_is_refused_in_words(house: RehearsalHouse, name: str) -> None:
    """C5: other scripts, digits, slips; the form comes back with the reason."""
    office = await coordinator(house)
    await letter(house, office, NAME)
    seen = await house.command(office, "", "", "org add", name=name)
    if house.platform == "forms":
        seen = await house.fill(office, seen)
    assert "looks the same" in seen.text
    listed = await house.command(office, "", "", "orgs")
    assert "0 connected, 1 waiting" in plain(listed.text)


async def test_a_code_ends_after_seven_days(house: RehearsalHouse, clock: MovableClock) -> None:
    """Issue 1.2: valid 7 days; the day before it works."""
    assert rules.LETTER_LIFE == CODE_LIFE == timedelta(days=7)
    office = await coordinator(house)
    seen, other = await letter(house, office, NAME), await letter(house, office, "Hill Neighbors")
    space = await house.new_space(NAME, ROOMS)
    manager = await house.new_person("Max", manages=space)
    clock.move(timedelta(days=6, hours=23))
    assert "is connected" in (await house.command(manager, space, "desk", "connect", code=secret_in(seen))).text
    clock.move(timedelta(hours=2))
    late = await house.new_space("Hill Neighbors", ROOMS)
    neighbor = await house.new_person("Lu", manages=late)
    refused = await house.command(neighbor, late, "desk", "connect", code=secret_in(other))
    assert "older than 7 days" in refused.text


async def test_a_new_letter_ends_the_old_code_and_revoke_ends_both(house: RehearsalHouse) -> None:
    """Issue 1.2: revocable."""
    office = await coordinator(house)
    first = await letter(house, office, NAME)
    second = await house.command(office, "", "", "org code", organization=public_in(first))
    space = await house.new_space(NAME, ROOMS)
    manager = await house.new_person("Max", manages=space)

    async def tried(seen: Seen) -> str:
        return (await house.command(manager, space, "desk", "connect", code=secret_in(seen))).text

    assert "not valid" in await tried(first)
    revoked = await house.command(office, "", "", "org revoke", organization=NAME)
    assert "is over" in revoked.text
    assert "not valid" in await tried(second)
    assert "no open code" in (await house.command(office, "", "", "org revoke", organization=NAME)).text
    third = await house.command(office, "", "", "org code", organization=NAME)
    assert "is connected" in await tried(third)


async def test_a_coordinator_makes_no_code_for_a_connected_organization(house: RehearsalHouse) -> None:
    """A2 B3: who redeems it would be its moderator; only its own people give that."""
    office = await coordinator(house)
    partner = await connect(house, office, NAME)
    refused = await house.command(office, "", "", "org code", organization=partner.code)
    assert "Its own moderators" in refused.text
    made = await house.command(partner.moderator, partner.space, "desk", "org space")
    annex = await house.new_space("Riverside Annex", ROOMS)
    manager = await house.new_person("Lu", manages=annex)
    assert "like its others" in (await house.command(manager, annex, "desk", "connect", code=secret_in(made))).text


@pytest.mark.parametrize("words", ["org add", "org code", "org revoke"])
async def test_only_a_coordinator_writes_letters(house: RehearsalHouse, words: str) -> None:
    """A2 B3: somebody else's organization, an unknown one: refused alike, before anything is looked up."""
    office = await coordinator(house)
    partner = await connect(house, office, NAME)
    known = public_in(await letter(house, office, "Hill Neighbors"))
    key = "name" if words == "org add" else "organization"
    said = {
        (await house.command(partner.moderator, partner.space, "desk", words, **{key: value})).text
        for value in (known, "O-2222", NOT_A_CODE)
    }
    assert said == {"Only a coordinator of the coalition can do this."}
    allowed = await house.command(office, "", "", words, **{key: known})
    assert "Only a coordinator" not in allowed.text
