"""The tables of those who go: who waits for a place, who wants a reminder; and the only SQL on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Integer, Table, bindparam, func

from bot.db import Moment, Row, Tx, metadata, upsert
from bot.feature import Scope, new_id
from bot.tables import ID, due, owned

SYSTEM = Scope(system=True)
_WHO = {"plain": "random id: it leads to nobody without the keyring, and names no organization"}

alert_line = Table(
    "alert_line",
    metadata,
    Column("alert", ID, primary_key=True),
    Column("person", ID, primary_key=True, info=_WHO),
    Column("number", Integer, nullable=False),  # the order of the waiting list; gaps mean nothing
    Column("made_at", Moment, nullable=False),
    Index("alert_line_order", "alert", "number"),
    info=owned("person", "the person, as their place in line; others see how many wait",
               "with a place, when they leave it, by /mydata erase, or 60 days after answers close"),
)  # fmt: skip

alert_reminder = Table(
    "alert_reminder",
    metadata,
    Column("alert", ID, primary_key=True),
    Column("person", ID, primary_key=True, info=_WHO),
    Column("remind_at", Moment, nullable=False),
    Index("alert_reminder_line", "alert", "remind_at"),
    info=owned("person", "the person", "when it was sent, by /mydata erase, or 60 days after answers close"),
)

# -- the waiting list ------------------------------------------------------------------------------------------------

_LAST = SYSTEM.select(alert_line, func.max(alert_line.c.number)).where(alert_line.c.alert == bindparam("call"))
_WAIT = SYSTEM.insert(alert_line)
_NUMBER = SYSTEM.select(alert_line, alert_line.c.number).where(
    alert_line.c.alert == bindparam("call"), alert_line.c.person == bindparam("who")
)
_AHEAD = SYSTEM.select(alert_line, func.count()).where(
    alert_line.c.alert == bindparam("call"), alert_line.c.number <= bindparam("mine")
)
_LEAVE = SYSTEM.delete(alert_line).where(
    alert_line.c.alert == bindparam("call"), alert_line.c.person == bindparam("who")
)


async def wait(tx: Tx, call: str, person: str, now: datetime) -> None:
    """At the end of the line."""
    last = await tx.value(_LAST, call=call)
    await tx.run(_WAIT, alert=call, person=person, number=int(last or 0) + 1, made_at=now)


async def place_in_line(tx: Tx, call: str, person: str) -> int:
    """1 for who is next, 2 ...; 0 for somebody who does not wait."""
    mine = await tx.value(_NUMBER, call=call, who=person)
    return 0 if mine is None else int(await tx.value(_AHEAD, call=call, mine=mine))


async def leave_line(tx: Tx, call: str, person: str) -> None:
    """Out of the line."""
    await tx.run(_LEAVE, call=call, who=person)


async def first_in_line(tx: Tx, call: str, most: int) -> list[Row]:
    """Who is next, in order."""
    rows = SYSTEM.select(alert_line).where(alert_line.c.alert == call).order_by(alert_line.c.number)
    return await tx.all(rows.limit(most))


async def hand_over(tx: Tx, call: str, old: str, new: str) -> None:
    """Two accounts became one person: of two places in line the better one stays, under the kept name."""
    c = alert_line.c
    rows = await tx.all(
        SYSTEM.select(alert_line).where(c.alert == call, c.person.in_((old, new))).order_by(c.number)
    )
    for row in rows[1:]:
        await leave_line(tx, call, row.person)
    if rows and rows[0].person == old:
        where = c.alert == call, c.person == old
        await tx.run(SYSTEM.update(alert_line).where(*where).values(person=new))


async def plan_fill(tx: Tx, call: str, at: datetime) -> None:
    """Free places go to the first in line as soon as due work is done; for hooks, which have no call."""
    await tx.run(
        SYSTEM.insert(due), id=new_id(), job="alerts.fill", subject=call, args="{}", policy="late", state="waiting",
        tries=0, due_at=at,
    )  # fmt: skip


# -- reminders -------------------------------------------------------------------------------------------------------

_REMIND = upsert(alert_reminder, "alert", "person", update=["remind_at"])
_FORGET = SYSTEM.delete(alert_reminder).where(
    alert_reminder.c.alert == bindparam("call"), alert_reminder.c.person == bindparam("who")
)


async def remind(tx: Tx, call: str, person: str, at: datetime) -> None:
    """One reminder for a person, then; a later wish replaces the earlier."""
    await tx.run(_REMIND, alert=call, person=person, remind_at=at)


async def forget_reminder(tx: Tx, call: str, person: str) -> None:
    """No reminder."""
    await tx.run(_FORGET, call=call, who=person)


async def keep_one_reminder(tx: Tx, call: str, old: str, new: str) -> None:
    """Two accounts became one person: one reminder, the earlier one, under the kept name."""
    c = alert_reminder.c
    both = SYSTEM.select(alert_reminder).where(c.alert == call, c.person.in_((old, new))).order_by(c.remind_at)
    rows = await tx.all(both)
    for row in rows:
        await forget_reminder(tx, call, row.person)
    if rows:
        await remind(tx, call, new, rows[0].remind_at)


async def reminders(tx: Tx, call: str, until: datetime | None, after: str, most: int) -> list[Row]:
    """Reminders of a call that are due until a moment (None: all), by person, for work in portions."""
    c = alert_reminder.c
    query = SYSTEM.select(alert_reminder).where(c.alert == call, c.person > after)
    if until is not None:
        query = query.where(c.remind_at <= until)
    return await tx.all(query.order_by(c.person).limit(most))


async def next_reminder(tx: Tx, call: str) -> datetime | None:
    """When the next reminder of a call is due."""
    c = alert_reminder.c
    row = await tx.one(SYSTEM.select(alert_reminder).where(c.alert == call).order_by(c.remind_at).limit(1))
    found: datetime | None = None if row is None else row.remind_at
    return found


async def reminders_of(tx: Tx, person: str) -> list[Row]:
    """The reminders that somebody asked for."""
    return await tx.all(SYSTEM.select(alert_reminder).where(alert_reminder.c.person == person))


# -- people go, time goes by -----------------------------------------------------------------------------------------


async def forget_person(tx: Tx, person: str) -> None:
    """Nothing of somebody is left here."""
    for table in (alert_line, alert_reminder):
        await tx.run(SYSTEM.delete(table).where(table.c.person == person))


async def forget_calls(tx: Tx, calls: list[str]) -> None:
    """Retention: with the answers."""
    for table in (alert_line, alert_reminder):
        await tx.run(SYSTEM.delete(table).where(table.c.alert.in_(calls)))
