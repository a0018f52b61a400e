"""The table of roles that calls may notify, and the only SQL on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, String, Table

from bot.db import Moment, Row, Tx, metadata
from bot.feature import Scope
from bot.tables import ID, delivery, owned
from cogs.alerts.mentioning.rules import Chosen, Mention
from cogs.alerts.store import alert_copy, copies_whose_post

SYSTEM = Scope(system=True)

alert_mention = Table(
    "alert_mention",
    metadata,
    Column("organization", ID, primary_key=True),  # whose space it is, and who chose
    Column("space", ID, primary_key=True),
    Column("sender", ID, primary_key=True),  # for whose calls; "" for everybody's
    Column("topic", String(16), primary_key=True),  # "" for every topic
    # The platform's id; "" : nobody is notified by these calls.
    Column("role", String(32), nullable=False, info={"plain": "a role of a server, not who has it"}),
    Column("name", String(100), nullable=False, info={"plain": "the name of that role"}),
    Column("made_at", Moment, nullable=False),
    info=owned("organization", "its moderators", "when it chooses otherwise; with the organization, or its sender"),
)

_c = alert_mention.c


def _chosen(row: Row) -> Chosen:
    return Chosen(row.space, row.sender, row.topic, Mention(row.role, row.name))


async def everybodys(tx: Tx) -> dict[str, list[Chosen]]:
    """All choices by organization, to plan where a call goes."""
    found: dict[str, list[Chosen]] = {}
    for row in await tx.all(SYSTEM.select(alert_mention)):
        found.setdefault(row.organization, []).append(_chosen(row))
    return found


async def of(tx: Tx, organization: str) -> list[Chosen]:
    """One organization's choices, in the order in which they were made."""
    whose = SYSTEM.select(alert_mention).where(_c.organization == organization)
    return [_chosen(row) for row in await tx.all(whose.order_by(_c.made_at, _c.sender, _c.topic))]


async def choose(tx: Tx, scope: Scope, one: Chosen, now: datetime) -> None:
    """A choice, in place of an earlier one for the same calls."""
    await forget(tx, scope, one.space, one.sender, one.topic)
    await tx.run(
        scope.insert(alert_mention), space=one.space, sender=one.sender, topic=one.topic, role=one.mention.role,
        name=one.mention.name, made_at=now,
    )  # fmt: skip


async def forget(tx: Tx, scope: Scope, space: str, sender: str, topic: str) -> None:
    """No choice of its own for these calls any more."""
    await tx.run(scope.delete(alert_mention).where(_c.space == space, _c.sender == sender, _c.topic == topic))


async def not_posted(tx: Tx, organization: str) -> list[Row]:
    """An organization's copies that certainly did not leave yet."""
    c = delivery.c
    return await copies_whose_post(tx, organization, c.state.in_(("held", "queued")), c.claimed_at.is_(None))


async def set_mention(tx: Tx, copy: str, role: str) -> None:
    """The role that one copy notifies."""
    await tx.run(SYSTEM.update(alert_copy).where(alert_copy.c.id == copy).values(mention=role))


async def end_organization(tx: Tx, organization: str) -> None:
    """What it chose, and what others chose for its calls."""
    gone = (_c.organization == organization) | (_c.sender == organization)
    await tx.run(SYSTEM.delete(alert_mention).where(gone))
