"""The calls of the last days and the spaces where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, bindparam

from bot.db import Tx
from bot.feature import Scope
from cogs.alerts import rules
from cogs.alerts.store import Alert, alert, alert_copy, to_alert

SYSTEM = Scope(system=True)
MOST = 200  # calls looked at: a coalition that sends more in a week knows that it sends many

Index("alert_sent_at", alert.c.sent_at)

_SENT = (
    SYSTEM.select(alert)
    .where(alert.c.sent_at >= bindparam("since"), alert.c.state == "sent")
    .order_by(alert.c.sent_at.desc(), alert.c.code)
    .limit(MOST)
)


async def sent_since(tx: Tx, since: datetime) -> list[Alert]:
    """Calls of anybody that were sent since then and not taken back, the newest first."""
    return [to_alert(row) for row in await tx.all(_SENT, since=since)]


class Standing(NamedTuple):
    """Where a call stands, will stand or is asked about."""

    alert: str
    organization: str
    channel: str


async def standing(tx: Tx, calls: Sequence[str]) -> list[Standing]:
    """Every place of these calls."""
    c = alert_copy.c
    query = SYSTEM.select(alert_copy, c.alert, c.organization, c.channel)
    rows = await tx.all(query.where(c.alert.in_(list(calls)), c.channel != "", c.standing.in_(rules.HERE)))
    return [Standing(row.alert, row.organization, row.channel) for row in rows]
