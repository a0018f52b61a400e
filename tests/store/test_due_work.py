"""Due work that is over keeps no names, and what waits for an organization goes with it (both databases)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.clock import MovableClock
from bot.core import Core
from bot.feature import Call, Feature
from bot.jobs import LATE, MAX_TRIES, Jobs
from bot.spaces import Organization

DAY = timedelta(days=1)
RIVER = "a1b2c3d4e5f6a7b8c9d0"  # an organization's number


async def look(call: Call, subject: str, organization: str) -> None:
    """Needs its argument."""
    assert organization == RIVER
    if subject == "broken":
        raise RuntimeError(subject)


@pytest.fixture
def jobs(core: Core, clock: MovableClock) -> Jobs:
    return Jobs(core.db, core.services, [Feature("toy", (), jobs={"look": look})], clock)


async def plan(core: Core, clock: MovableClock, subject: str, late: bool = True) -> None:
    async with core.db.write() as tx:
        call = Call(core.services, "toy", tx, clock.now())
        await call.at(clock.now(), "look", subject, late=late, organization=RIVER)


async def standing(core: Core) -> list[tuple[str, str]]:
    async with core.db.read() as tx:
        rows = await tx.all(select(t.due).order_by(t.due.c.subject))
    return [(row.state, row.args) for row in rows]


async def test_work_that_is_over_names_nobody(core: Core, clock: MovableClock, jobs: Jobs) -> None:
    """E2, A6: done, left out or given up, it is kept for 90 days, longer than whoever it was about."""
    for subject in ("broken", "done"):
        await plan(core, clock, subject)
    await plan(core, clock, "skipped", late=False)
    clock.move(LATE + timedelta(seconds=1))
    await jobs.run_due()
    waiting, *over = await standing(core)
    assert waiting[0] == "waiting"
    assert RIVER in waiting[1], "it is tried again, with all it needs"
    assert over == [("done", "{}"), ("skipped", "{}")]
    for _ in range(MAX_TRIES):
        clock.move(DAY)
        await jobs.run_due()
    assert (await standing(core))[0] == ("failed", "{}")


async def test_work_that_waits_for_an_organization_goes_with_it(core: Core, clock: MovableClock) -> None:
    """A6: what it was asked ends with it."""
    await plan(core, clock, "theirs")
    async with core.db.write() as tx:
        call = Call(core.services, "toy", tx, clock.now())
        await call.at(clock.now(), "look", "others", organization=RIVER[::-1])
    gone = Organization(RIVER, "O-7KQ2", "River", "group", "connected", "UTC", "en", "managers", "hold")
    await core.end_organization(gone)
    [(state, args)] = await standing(core)
    assert state == "waiting"
    assert RIVER[::-1] in args
