"""What is read of a call's copies and sums beyond one organization's own rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam

from bot.db import Row, Tx
from bot.feature import Scope
from cogs.alerts.answering.store import alert_tally
from cogs.alerts.store import Alert, alert, alert_copy, to_alert

SYSTEM = Scope(system=True)

_NUMBERS = SYSTEM.select(alert_tally).where(alert_tally.c.alert == bindparam("alert"))


async def numbers(tx: Tx, call: str) -> list[Row]:
    """The tallies of a call: organization, value, n."""
    return await tx.all(_NUMBERS, alert=call)


async def open_calls(tx: Tx, now: datetime, most: int) -> list[Alert]:
    """The newest calls that still take answers, whoever sent them."""
    c = alert.c
    query = SYSTEM.select(alert).where(c.state == "sent", c.closes_at > now).order_by(c.sent_at.desc(), c.code)
    return [to_alert(row) for row in await tx.all(query.limit(most))]


async def forget_nowhere(tx: Tx, scope: Scope, call: str) -> None:
    """The scope's organization can be reached now: the row that says it cannot goes."""
    await tx.run(scope.delete(alert_copy).where(alert_copy.c.alert == call, alert_copy.c.standing == "nowhere"))
