"""`/audit`: one's own lines, newest first, page by page, and nobody else's."""

from __future__ import annotations

from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import connect, send
from tests.features.orgs.office import coordinator, letter, plain


async def test_moderators_read_their_own_lines_newest_first(house: RehearsalHouse) -> None:
    """h2: what was done and what was refused, each with its mark; another organization's lines are not there."""
    river, hill = await connect(house, "River Tenants"), await connect(house, "Hill Workers")
    code = await send(house, river)
    await house.command(hill.moderator, hill.space, "desk", "action decline", code=code)
    eve = await house.new_person("Eve")
    await house.command(eve, river.space, "desk", "action takeback", code=code)
    seen = plain((await house.command(river.moderator, river.space, "desk", "audit ours")).text)
    lines = [line for line in seen.splitlines() if line.startswith("- ")]
    assert len(lines) == 2
    assert ": refused: " in lines[0]
    assert f"Mon, Nov 23, 1:00 PM ET: Call to action sent · {code} · person " in lines[1]
    assert lines[0].split()[-1] != lines[1].split()[-1]
    assert "Eve" not in seen
    other = plain((await house.command(hill.moderator, hill.space, "desk", "audit ours")).text)
    assert "declined" in other
    assert "Call to action sent" not in other


async def test_coordinators_read_the_coalitions_lines_only(house: RehearsalHouse) -> None:
    """6.4"""
    office = await coordinator(house)
    river = await connect(house, "River Tenants")
    await send(house, river)
    await letter(house, office, "Hill Workers")
    seen = plain((await house.command(office, "", "", "audit coalition")).text)
    assert "Organization added · O-" in seen
    assert "Somebody became a coordinator" in seen
    assert "Call to action" not in seen
    refused = await house.command(river.moderator, river.space, "desk", "audit coalition")
    assert "coordinator" in refused.text
    refused = await house.command(office, river.space, "desk", "audit ours")
    assert "Only moderators" in refused.text


async def test_the_list_is_read_page_by_page(house: RehearsalHouse) -> None:
    """Twenty a page, *Older* while there are more."""
    river = await connect(house, "River Tenants")
    for _ in range(25):
        await house.command(river.moderator, river.space, "desk", "org space")
    seen = await house.command(river.moderator, river.space, "desk", "audit ours")
    assert seen.text.count("\n- ") == 20
    older = await house.press(river.moderator, river.space, "desk", seen, "Older")
    assert older.text.count("\n- ") == 5
    assert not older.choices


async def test_the_list_in_spanish(house: RehearsalHouse) -> None:
    """h8"""
    river = await connect(house, "Inquilinas del Valle", language="es")
    await house.command(river.moderator, river.space, "desk", "org espacio")
    seen = plain((await house.command(river.moderator, river.space, "desk", "auditoria nuestra")).text)
    assert "Lo que se hizo en nombre de Inquilinas del Valle" in seen
    assert "· persona " in seen
