"""Which drafts were shown to whom in the last day: kept apart from the drafts, so that throwing one away counts too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Column, Index, Table, bindparam, func

from bot.db import Moment, Tx, metadata
from bot.feature import Scope, new_id
from bot.tables import ID, delivery, owned

SYSTEM = Scope(system=True)
DAY = timedelta(days=1)  # for which showings count

alert_practice = Table(
    "alert_practice",
    metadata,
    Column("id", ID, primary_key=True),
    Column("alert", ID, nullable=False),
    Column("organization", ID, nullable=False),  # whose draft it is
    Column("receiver", ID, nullable=False),  # the organization whose moderators were shown it
    Column("made_at", Moment, nullable=False),
    Index("alert_practice_sender", "organization", "made_at"),
    Index("alert_practice_day", "made_at", "receiver"),
    info=owned("organization", "nobody; it is counted", "a day after it was shown, or with the organization"),
)

_c = alert_practice.c
_LAST = (
    SYSTEM.select(alert_practice, _c.made_at).where(_c.alert == bindparam("alert")).order_by(_c.made_at.desc()).limit(1)
)
_SHOWN = (
    SYSTEM.select(alert_practice, _c.alert, _c.made_at)
    .where(_c.organization == bindparam("whose"), _c.made_at > bindparam("since"))
    .distinct()
)
_TIRED = (
    SYSTEM.select(alert_practice, _c.receiver)
    .where(_c.made_at > bindparam("since"), _c.receiver != _c.organization)
    .group_by(_c.receiver)
    .having(func.count() >= bindparam("most"))
)


def practice_of(alert: str) -> str:
    """The outbox's name of a draft's practice copies."""
    return f"{alert}.try"


async def note(tx: Tx, alert: str, organization: str, receivers: Iterable[str], now: datetime) -> None:
    """A draft was shown to the moderators of these organizations."""
    shown = {"alert": alert, "organization": organization, "made_at": now}
    await tx.run(SYSTEM.insert(alert_practice), [{"id": new_id(), **shown, "receiver": one} for one in receivers])


async def last_shown(tx: Tx, alert: str) -> datetime | None:
    """When a draft was shown last."""
    row = await tx.one(_LAST, alert=alert)
    return None if row is None else row.made_at


async def times_shown(tx: Tx, organization: str, since: datetime) -> int:
    """How often an organization showed a draft, the same one again included."""
    return len(await tx.all(_SHOWN, whose=organization, since=since))


async def shown_enough(tx: Tx, since: datetime, most: int) -> set[str]:
    """Organizations whose moderators were shown so many drafts of others."""
    return {row.receiver for row in await tx.all(_TIRED, since=since, most=most)}


async def shown_to(tx: Tx, receiver: str) -> list[str]:
    """The drafts of the last day that an organization's moderators were shown, or are about to be."""
    rows = await tx.all(SYSTEM.select(alert_practice, _c.alert).where(_c.receiver == receiver).distinct())
    return [row.alert for row in rows]


async def end_organization(tx: Tx, organization: str, now: datetime) -> None:
    """It left: what it showed and is still in line is not posted; its rows go, also as a receiver."""
    shown = await tx.all(SYSTEM.select(alert_practice, _c.alert).where(_c.organization == organization).distinct())
    subjects = [practice_of(row.alert) for row in shown]
    waiting = delivery.c.subject.in_(subjects), delivery.c.state == "queued"
    ended = {"state": "withdrawn", "reason": "left", "done_at": now}
    await tx.run(SYSTEM.update(delivery).where(*waiting).values(**ended))
    await tx.run(SYSTEM.delete(alert_practice).where((_c.organization == organization) | (_c.receiver == organization)))


async def purge(tx: Tx, now: datetime) -> None:
    """Rows that count no more."""
    await tx.run(SYSTEM.delete(alert_practice).where(_c.made_at < now - DAY))
