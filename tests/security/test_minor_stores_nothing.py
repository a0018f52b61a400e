"""C7: who says that they are under 18 leaves nothing behind: no row in any table, no key."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from bot import tables as t
from bot.db import metadata
from tests.conformance.house import RehearsalHouse, Seen
from tests.conformance.test_checkins import plain
from tests.features.alerts.coalition import Member
from tests.features.welcome.newcomers import opens

LABELS = {"en": ("Get started", "Under 18"), "es": ("Empezar", "Menos de 18")}
LANGUAGES = pytest.mark.parametrize("language", sorted(LABELS))


async def counts(house: RehearsalHouse) -> dict[str, int]:
    """How many rows each table has, the keys' too."""
    core, found = house.app.core, {}
    async with core.db.read() as tx:
        for table in metadata.sorted_tables:
            found[table.name] = int(await tx.value(select(func.count()).select_from(table)))
    return found | {"keys of people": len(await core.people.keyring.people())}


async def with_a_panel(house: RehearsalHouse) -> tuple[Member, Any]:
    """An organization and its panel."""
    member = await opens(house, "River Tenants")
    room = f"{member.space}/lounge"
    desk = (member.moderator, member.space, "desk")
    await house.command(*desk, "org channel", purpose="welcome", room=room)
    await house.command(*desk, "welcome panel")
    await house.settle()
    return member, (await house.messages(member.space, "lounge"))[0]


async def walk(house: RehearsalHouse, language: str) -> tuple[dict[str, int], Seen]:
    """From the panel to the answer; the counts before."""
    member, panel = await with_a_panel(house)
    child = await house.new_person("Canary-Child", language)
    start, under = LABELS[language]
    before = await counts(house)
    seen = await house.press(child, member.space, "lounge", panel, start)
    return before, await house.press(child, member.space, "lounge", seen, under)


@LANGUAGES
async def test_with_buttons_no_table_has_a_row_more(house: RehearsalHouse, language: str) -> None:
    """C7: and what is shown is public: the organizations' own pages and listings with source and date."""
    before, seen = await walk(house, language)
    assert await counts(house) == before
    shown = plain(seen.text)
    assert "River Tenants: https://example.org/join" in shown
    assert ("as of 20" if language == "en" else "a fecha de 20") in shown
    assert seen.choices == []


@LANGUAGES
async def test_typed_again_without_a_panel_it_stays_so(house: RehearsalHouse, language: str) -> None:
    """C7: the question's buttons are the same for everybody, so a second one asked leaves no row either."""
    await with_a_panel(house)
    child = await house.new_person("Canary-Child", language)
    before = await counts(house)
    seen = await house.command(child, "", "", "bienvenida empezar" if language == "es" else "welcome start")
    await house.press(child, "", "", seen, LABELS[language][1])
    assert await counts(house) == before


@pytest.mark.parametrize("house", ["lines"], indirect=True)
@LANGUAGES
async def test_where_lines_are_typed_only_emptied_deliveries_stay(house: RehearsalHouse, language: str) -> None:
    """C7: a typed answer is a delivery (decision 0003); it names nobody and is empty once it is sent."""
    before, _ = await walk(house, language)
    after = await counts(house)
    assert {name for name in after if after[name] != before[name]} <= {"delivery", "message"}
    async with house.app.core.db.read() as tx:
        rows = await tx.all(select(t.delivery).where(t.delivery.c.kind == "direct", t.delivery.c.person == ""))
        named = await tx.all(select(t.delivery).where(t.delivery.c.kind == "direct", t.delivery.c.person != ""))
    moderators = {row.person for row in named}
    assert len(rows) == after["delivery"] - before["delivery"] == 2
    assert all(row.private is None and row.card is None and row.state == "sent" for row in rows)
    assert len(moderators) == 1
    assert not any("Canary" in str(getattr(row, one.name)) for row in rows for one in t.delivery.c)
