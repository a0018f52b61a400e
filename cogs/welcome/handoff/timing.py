"""Which due work a hand-off has: planned anew with each deadline, taken back when it is over."""

from __future__ import annotations

from bot.feature import Call, Organization
from cogs.welcome.handoff import rules
from cogs.welcome.handoff.store import Handoff

DEADLINE_JOBS = ("nudge", "late")
AFTER_JOBS = ("follow", "close")


async def plan(call: Call, handoff: Handoff, home: Organization) -> None:
    """A reminder at half time and the deadline itself, in place of earlier ones."""
    await forget(call, handoff)
    await call.at(rules.nudge_at(call.now, handoff.until, home.zone), "nudge", handoff.id)
    await call.at(handoff.until, "late", handoff.id)


async def plan_questions(call: Call, handoff: Handoff, home: Organization) -> None:
    """Day 3, day 14, and the day on which nobody is asked any more."""
    await forget(call, handoff)
    for after in rules.ASKED_AFTER:
        await call.at(rules.waking(call.now + after, home.zone), "follow", handoff.id)
    await call.at(rules.waking(call.now + rules.CLOSED_AFTER, home.zone), "close", handoff.id)


async def forget(call: Call, handoff: Handoff, *jobs: str) -> None:
    """Takes waiting work back: all of it, or some."""
    for job in jobs or (*DEADLINE_JOBS, *AFTER_JOBS):
        await call.not_at(job, handoff.id)


async def at_night(call: Call, handoff: Handoff, home: Organization, job: str) -> bool:
    """After an outage work may come up at night: then it waits for the morning."""
    if rules.is_awake(call.now, home.zone):
        return False
    await call.at(rules.waking(call.now, home.zone), job, handoff.id)
    return True
