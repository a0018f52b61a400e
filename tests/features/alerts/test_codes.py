"""Codes are suggested while they are typed: one's own calls, or those that came here; nobody else's."""

from __future__ import annotations

from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send


async def suggested(house: RehearsalHouse, member: Member, entry: str, typed: str = "") -> list[str]:
    act = house.adapter.act(member.moderator, f"{member.space}/desk")
    return [one.value for one in await house.app.core.runner.complete(act, f"alerts.{entry}", "code", typed)]


async def test_only_ones_own_calls_are_suggested_where_only_those_can_be_used(house: RehearsalHouse) -> None:
    """A2: the sender's code is suggested to the sender alone; who received it may answer it."""
    sender = await connect(house, "Riverside Tenants")
    friend = await connect(house, "Hilltop Riders", policy="auto")
    closed = await connect(house, "Quiet Garden", policy="never")
    code = await send(house, sender)
    assert await suggested(house, sender, "where") == [code]
    assert await suggested(house, friend, "where") == []
    assert await suggested(house, friend, "answer") == [code]
    assert await suggested(house, closed, "answer") == []


async def test_a_suggestion_is_found_by_its_title_and_refused_without_the_right(house: RehearsalHouse) -> None:
    """h1: a member without a role reads no drafts while typing."""
    sender = await connect(house, "Riverside Tenants")
    code = await send(house, sender, what="Pack the school board")
    assert await suggested(house, sender, "correct", "school") == [code]
    stranger = await house.new_person("Max")
    member = Member(sender.organization, sender.space, stranger)
    assert await suggested(house, member, "correct") == []


async def test_where_people_type_a_missing_code_is_picked_by_number(house: RehearsalHouse) -> None:
    """h9: the question lists them, a number picks one."""
    lines = RehearsalHouse(house.app, house.world, "lines", None)
    sender = await connect(lines, "Riverside Tenants")
    code = await send(lines, sender)
    asked = await lines.command(sender.moderator, sender.space, "desk", "action where")
    assert f"1. {code}" in asked.text
    shown = await lines._typed(sender.moderator, "", "1")
    assert code in shown.text
    assert "Riverside Tenants" in shown.text
