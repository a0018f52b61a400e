"""Stopping everything: one moderator is enough; starting again takes two people of two organizations (SECURITY 6.5).

While it is stopped no copy, change or sum goes into a channel. What was stopped stays in line and goes on in its order
afterwards, or is *too late*. Take-backs, answers and direct messages go on: they are how a mistake is mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, Integer, bindparam, delete, or_, select, update

from bot import tables as t
from bot.db import Tx, insert

ONE = "all"
NOTICE = -1  # the rank of what tells of the stop itself: it goes although everything is stopped, before all others
WISH_LIFE = timedelta(hours=24)  # a first wish to start again does not wait longer for a second (SECURITY 6.5)


@dataclass(frozen=True)
class Frozen:
    """That everything is stopped: by which organization and since when; who wants to start again, if anybody."""

    organization: str
    made_at: datetime
    again_organization: str = ""
    again_person: str = ""
    again_at: datetime | None = None


_ROW = select(t.freeze).where(t.freeze.c.id == ONE)


async def frozen(tx: Tx) -> Frozen | None:
    """How it is stopped; None when it is not."""
    row = await tx.one(_ROW)
    if row is None:
        return None
    return Frozen(row.organization, row.made_at, row.again_organization, row.again_person, row.again_at)


async def freeze(tx: Tx, organization: str, person: str, now: datetime) -> bool:
    """Stops everything; a wish to start again ends. False when it was stopped already."""
    gone = await tx.run(delete(t.freeze).where(t.freeze.c.id == ONE))
    await tx.run(
        insert(t.freeze), id=ONE, organization=organization, person=person, made_at=now, again_organization="",
        again_person="", again_at=None,
    )  # fmt: skip
    return not gone


async def wish_again(tx: Tx, organization: str, person: str, now: datetime) -> None:
    """The first of two: wants to start again."""
    values = {"again_organization": organization, "again_person": person, "again_at": now}
    await tx.run(update(t.freeze).where(t.freeze.c.id == ONE).values(**values))


async def thaw(tx: Tx) -> None:
    """Everything goes on."""
    await tx.run(delete(t.freeze).where(t.freeze.c.id == ONE))


def is_second(found: Frozen, organization: str, person: str, now: datetime) -> bool:
    """Whether this is another person of another organization than the first, who asked within a day."""
    fresh = found.again_at is not None and now - found.again_at <= WISH_LIFE
    return fresh and found.again_organization != organization and found.again_person != person


def goes_on(row: FromClause) -> ColumnElement[bool]:
    """The condition on a delivery: whether it may leave (parameter `open`: 1 when nothing is stopped)."""
    opened = bindparam("open", type_=Integer) == 1
    return or_(opened, row.c.rank == NOTICE, row.c.kind == "redact", row.c.channel == "")
