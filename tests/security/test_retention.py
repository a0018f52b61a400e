"""SECURITY 6.6, E5: every table has a rule, and the rule is carried out when the clock says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, String, Table, insert, select, true

from bot import registry
from bot.app import App, build_core, keep_house
from bot.clock import MovableClock
from bot.core import Core
from bot.db import metadata
from bot.people import Person
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from bot.spaces import Organization

registry.discover()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# table -> how long a row is kept, and which of its columns make it the row that is meant
KEPT: dict[str, tuple[timedelta, dict[str, Any]]] = {
    "person": (365 * DAY, {"id": "x"}),
    "link_code": (HOUR, {"expires_at": HOUR}),
    "connect_code": (7 * DAY, {"expires_at": 7 * DAY}),
    "moderator_code": (DAY, {"expires_at": DAY}),
    "organization": (30 * DAY, {"state": "left"}),
    "choice": (400 * DAY, {}),
    "form": (7 * DAY, {"expires_at": 7 * DAY}),
    "delivery": (90 * DAY, {"state": "sent"}),
    "message": (365 * DAY, {"channel": "c"}),
    "due": (90 * DAY, {"state": "done"}),
    "matrix_event": (30 * DAY, {"state": "done"}),
    "alert": (365 * DAY, {"state": "sent"}),
    "alert_version": (365 * DAY, {}),
    "alert_copy": (365 * DAY, {}),
    "alert_second": (365 * DAY, {}),
    "alert_practice": (DAY, {}),
    "alert_tally": (365 * DAY, {}),
    "alert_answer": (60 * DAY, {}),
    "alert_line": (60 * DAY, {}),
    "alert_reminder": (60 * DAY, {}),
    "checkin": (365 * DAY, {"state": "closed"}),
    "checkin_answer": (60 * DAY, {}),
    "checkin_promise": (365 * DAY, {"state": "done"}),
    "welcome_case": (30 * DAY, {"keep_until_at": 30 * DAY}),
    "welcome_handoff": (7 * DAY, {"keep_until_at": 7 * DAY}),
    "welcome_consent": (365 * DAY, {}),
    "welcome_count": (365 * DAY, {}),
}
KEPT = {name: rule for name, rule in KEPT.items() if name in metadata.tables}
WITH_A_PERSON = {"account", "role"}
WITH_AN_ORGANIZATION = {"space", "channel", "role_map", "welcome_profile", "welcome_turf", "welcome_greeter"}
WITH_AN_ORGANIZATION |= {"welcome_panel", "alert_policy", "alert_offer", "alert_mention", "delivery"}
OWN = {
    "note": "what the bot keeps of itself, overwritten",
    "stranger": "60 minutes, see the test of its own",
    "freeze": "until two organizations start again: tests/machines/test_freeze_machine.py",
    "audit": "400 days, then one line for all: tests/security/test_audit_chain.py",
}


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(stopped=True)


@pytest.fixture
async def core(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Core]:
    built = await build_core(f"sqlite:///{tmp_path}/main.db", f"sqlite:///{tmp_path}/keys.db", b"m" * 32, clock=clock)
    yield built
    await built.keyring.close()
    await built.db.close()


def row(table: Table, now: datetime, **given: Any) -> dict[str, Any]:
    """Something in every column; moments are now, or so much later."""
    later = {key: now + value for key, value in given.items() if isinstance(value, timedelta)}
    return {column.name: _something(column, now) for column in table.c if column.name != "seq"} | given | later


def _something(column: Any, now: datetime) -> Any:
    if column.name.endswith("_at"):
        return None if column.name in {"hold_until_at", "tally_at"} else now
    if column.name == "merged_into":
        return None
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Integer | BigInteger):
        return 1
    return b"x" if isinstance(column.type, LargeBinary) else "x"


async def put(core: Core, name: str, **given: Any) -> None:
    async with core.db.write() as tx:
        table = metadata.tables[name]
        await tx.run(insert(table), [row(table, core.clock.now(), **given)])


async def count(core: Core, name: str) -> int:
    """How many of the rows that `put` wrote are there; a nightly purge may plan rows of its own."""
    table = metadata.tables[name]
    ours = table.c.id == "x" if "id" in table.c and isinstance(table.c.id.type, String) else true()
    async with core.db.read() as tx:
        return len(await tx.all(select(table).where(ours)))


def test_every_table_has_a_rule() -> None:
    """6.6: a new table without one fails here."""
    assert set(metadata.tables) == {*KEPT, *WITH_A_PERSON, *WITH_AN_ORGANIZATION, *OWN}


@pytest.mark.parametrize("name", KEPT)
async def test_a_row_is_kept_so_long_and_no_longer(core: Core, clock: MovableClock, name: str) -> None:
    """6.6"""
    kept, given = KEPT[name]
    if name == "person":
        await core.keyring.of_person("x")
    parent = name.partition("_")[0]
    if parent != name and parent in KEPT and parent in metadata.tables[name].c:
        await put(core, parent, **{"id": "x", **KEPT[parent][1]})
    await put(core, name, **given)
    clock.move(kept - HOUR / 2)
    await keep_house(core)
    assert await count(core, name) == 1, "too early"
    clock.move(HOUR)
    await keep_house(core)
    assert await count(core, name) == 0, "too long"


@pytest.mark.parametrize("name", sorted(WITH_A_PERSON))
async def test_a_row_goes_with_its_person(core: Core, name: str) -> None:
    """6.6"""
    await put(core, name, person="ana")
    async with core.db.write() as tx:
        await core.people.erase(tx, Person("ana"))
    assert await count(core, name) == 0


@pytest.mark.parametrize("name", sorted(WITH_AN_ORGANIZATION))
async def test_a_row_goes_with_its_organization(core: Core, name: str) -> None:
    """6.6, A6"""
    await put(core, name, organization="river")
    river = Organization("river", "O-7KQ2", "River", "group", "connected", "UTC", "en", "managers", "hold")
    await core.end_organization(river)
    assert await count(core, name) == 0


async def test_a_draft_is_kept_for_a_week(core: Core, clock: MovableClock) -> None:
    """6.6: a plan that nobody sent."""
    await put(core, "alert", state="draft")
    clock.move(7 * DAY + HOUR)
    await keep_house(core)
    assert await count(core, "alert") == 0


async def test_a_strange_space_is_forgotten_when_it_is_left(core: Core, clock: MovableClock) -> None:
    """C4: after an hour."""
    world = World(clock)
    world.add_space("x", "Somewhere", "forms", ("general",))
    app = App(core, [partial(RehearsalAdapter, world=world, style="forms")])
    await core.joined("forms", "x")
    inside = []
    for wait in (59 * HOUR / 60, HOUR / 60):
        clock.move(wait)
        await app.leave_strangers()
        inside.append(world.spaces["x"].bot_inside)
    assert inside == [True, False]
    assert await count(core, "stranger") == 0
