"""6.1: a consent is a record that can be shown, covers one text and one organization, and opens nothing to others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.db import Row
from cogs.welcome.handoff import consent, rules, store
from cogs.welcome.store import welcome_consent
from tests.conformance.house import RehearsalHouse
from tests.features.welcome.handoffs import (
    consent_card,
    greeters_card,
    handoff_of,
    new_greeter,
    plain,
    share_again,
    shares,
    starts,
    takes,
    welcoming,
)


async def records(house: RehearsalHouse) -> list[Row]:
    """Every consent."""
    async with house.app.core.db.read() as tx:
        return await tx.all(store.SYSTEM.select(welcome_consent))


async def test_consent_proof_export(house: RehearsalHouse, clock: MovableClock) -> None:
    """6.1: fields, receiver, text, language, way, times; one changed letter and it holds no more."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana")
    code = await starts(house, ana)
    seen = await consent_card(house, ana, code, member)
    await share_again(house, ana, code, member)
    [row] = await records(house)
    record = consent.export(row)
    assert record["fields"] == "name,place,language"
    assert record["organization"] == member.organization.id
    assert (record["language"], record["text_version"]) == ("en", rules.TEXT_VERSION)
    assert record["text_sha256"] == rules.digest(seen.texts[-1])
    assert record["given_via"].startswith("forms:")
    assert (record["expires_at"] - record["given_at"]).days == 37
    keyring = house.app.core.keyring
    assert consent.holds(keyring, record)
    changes: dict[str, Any] = {"fields": "name,place,language,activity", "organization": "another", "person": "x"}
    for key, value in changes.items():
        assert not consent.holds(keyring, {**record, key: value}), key
    assert json.dumps({key: str(value) for key, value in record.items()})


async def test_a_new_text_does_not_extend_an_old_consent(
    house: RehearsalHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """6.1 test_consent_text_change: an old card's button shows the new text and shares nothing."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana")
    code = await starts(house, ana)
    old = await consent_card(house, ana, code, member)
    sentences = house.app.core.words.sentences["en"]
    monkeypatch.setitem(sentences, "welcome.consent.long", "**How long:** a hundred years.")
    seen = await house.press(ana, "", "", old, "Share with")
    assert "not the one you read before" in seen.text
    assert "a hundred years" in seen.text
    assert await records(house) == []
    await house.press(ana, "", "", seen, "Share with")
    [row] = await records(house)
    assert row.text_sha256 == rules.digest(seen.texts[-1])


async def test_a_consent_covers_its_fields_and_its_receiver_until_it_ends(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """6.1: not a field more, nobody else, not a day longer."""
    member = await welcoming(house, "River Tenants")
    await shares(house, await house.new_person("Ana"), member)
    [row] = await records(house)
    now = clock.now()
    assert rules.covers(row, member.organization.id, ("name", "place"), now)
    assert not rules.covers(row, member.organization.id, ("name", "free"), now)
    assert not rules.covers(row, "another", ("name",), now)
    assert not rules.covers(row, member.organization.id, ("name",), row.expires_at)
    assert not rules.covers(None, member.organization.id, ("name",), now)


async def test_handoff_wrong_greeter(house: RehearsalHouse) -> None:
    """6.1: another organization's greeter, and another greeter of the same one, read nothing of a package."""
    river, hill = await welcoming(house, "River Tenants"), await welcoming(house, "Hill Workers")
    rosa, luz = await new_greeter(house, river, "Rosa"), await new_greeter(house, river, "Luz")
    code = await shares(house, await house.new_person("Ana"), river, name="Quetzal")
    foreign = await house.command(hill.moderator, hill.space, "desk", "welcome claim", code=code)
    assert "There is no such thing" in foreign.text
    await takes(house, rosa, river)
    shown = []
    for person in (luz, hill.moderator, river.moderator):
        for words in ("mine", "welcome release", "welcome introduce", "write"):
            seen = await house.command(person, "", "", words, code=code)
            shown.append(plain(seen.text) + str(seen.handle))
    assert (await greeters_card(house, river)).choices == (), "somebody who is taken cannot be taken again"
    assert not [one for one in shown if "Quetzal" in one]
    assert (await handoff_of(house, code)).greeter
