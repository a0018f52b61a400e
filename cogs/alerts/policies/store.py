"""The tables of decisions about others' calls, and the only SQL on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Column, Integer, String, Table

from bot.db import Moment, Row, Tx, metadata, upsert
from bot.feature import Scope
from bot.tables import ID, owned
from cogs.alerts.policies.rules import Decision, Policy
from cogs.alerts.store import alert, alert_copy

SYSTEM = Scope(system=True)

alert_policy = Table(
    "alert_policy",
    metadata,
    Column("organization", ID, primary_key=True),  # who decided
    Column("sender", ID, primary_key=True),  # about whose calls; "" for everybody's
    Column("topic", String(16), primary_key=True),  # "" for every topic
    Column("mode", String(8), nullable=False),  # auto | hold | never
    Column("hours", Integer, nullable=False),
    Column("posts", Boolean, nullable=False),  # what silence means
    Column("made_at", Moment, nullable=False),
    info=owned("organization", "its moderators", "when it decides otherwise; with the organization, or its sender"),
)

alert_offer = Table(
    "alert_offer",
    metadata,
    Column("organization", ID, primary_key=True),
    Column("sender", ID, primary_key=True),
    Column("made_at", Moment, nullable=False),
    info=owned("organization", "nobody: that *at once* was offered is noted so that it is not offered again",
               "with the organization, or its sender"),
)  # fmt: skip


def to_decision(row: Row) -> Decision:
    """A decision from its row."""
    return Decision(row.sender, row.topic, Policy(row.mode, row.hours, bool(row.posts)))


async def everybodys(tx: Tx) -> dict[str, list[Decision]]:
    """All decisions by organization, to plan where a call goes."""
    found: dict[str, list[Decision]] = {}
    for row in await tx.all(SYSTEM.select(alert_policy)):
        found.setdefault(row.organization, []).append(to_decision(row))
    return found


async def of(tx: Tx, organization: str) -> list[Decision]:
    """One organization's decisions."""
    rows = await tx.all(SYSTEM.select(alert_policy).where(alert_policy.c.organization == organization))
    return [to_decision(row) for row in rows]


async def decide(tx: Tx, scope: Scope, one: Decision, now: datetime) -> None:
    """A decision, in place of an earlier one about the same."""
    await forget(tx, scope, one.sender, one.topic)
    policy = one.policy
    await tx.run(
        scope.insert(alert_policy), sender=one.sender, topic=one.topic, mode=policy.mode, hours=policy.hours,
        posts=policy.posts, made_at=now,
    )  # fmt: skip


async def forget(tx: Tx, scope: Scope, sender: str, topic: str) -> None:
    """As usual again."""
    where = alert_policy.c.sender == sender, alert_policy.c.topic == topic
    await tx.run(scope.delete(alert_policy).where(*where))


async def accepted_from(tx: Tx, scope: Scope, sender: str) -> int:
    """How many calls of one sender the scope's organization said yes to."""
    own = SYSTEM.select(alert, alert.c.id).where(alert.c.organization == sender)
    said_yes = alert_copy.c.standing == "accepted", alert_copy.c.alert.in_(own)
    return len({row.alert for row in await tx.all(scope.select(alert_copy, alert_copy.c.alert).where(*said_yes))})


_OFFER = upsert(alert_offer, "organization", "sender")


async def offer(tx: Tx, home: str, sender: str, now: datetime) -> bool:
    """Notes that *at once* is offered now; False when it was before."""
    return bool(await tx.run(_OFFER, organization=home, sender=sender, made_at=now))


async def end_organization(tx: Tx, organization: str) -> None:
    """What it decided, and what others decided about it."""
    for table in (alert_policy, alert_offer):
        gone = (table.c.organization == organization) | (table.c.sender == organization)
        await tx.run(SYSTEM.delete(table).where(gone))
