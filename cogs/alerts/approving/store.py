"""The second person's word on a call: one row a call that goes to other organizations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, Table, bindparam

from bot.db import Moment, Tx, metadata, upsert
from bot.feature import Scope
from bot.tables import ID, owned, pseudonym
from cogs.alerts.store import alert

SYSTEM = Scope(system=True)

alert_second = Table(
    "alert_second",
    metadata,
    Column("alert", ID, primary_key=True),
    Column("organization", ID, nullable=False),  # whose call it is
    Column("state", String(8), nullable=False),  # none | waiting | given | stopped | expired
    pseudonym("author", nullable=False),  # who sent it or planned it; "" once they were erased
    # Who runs the author's server and could speak in their name; "" where the bot relies on it anyway.
    Column("author_realm", String(255), nullable=False, info={"plain": "the name of a server, not of a person"}),
    Column("imprint", String(64), nullable=False),  # of text, time and targets that the word is asked for
    Column("until_at", Moment),  # until when somebody can say yes
    pseudonym("second", nullable=False),
    Column("whose", ID, nullable=False),  # the second person's organization, or whose moderator stopped it
    Column("leaves_at", Moment),  # the end of the stop window
    info=owned("organization", "nobody; its states in words are in *Where it landed*", "with the call"),
)


@dataclass(frozen=True)
class Second:
    """What stands about the second person of a call."""

    alert: str
    organization: str
    state: str
    author: str
    author_realm: str
    imprint: str
    until_at: datetime | None
    second: str
    whose: str
    leaves_at: datetime | None


_OF = SYSTEM.select(alert_second).where(alert_second.c.alert == bindparam("alert"))
_COLUMNS = [one.name for one in alert_second.c if one.name != "alert"]
_KEEP = upsert(alert_second, "alert", update=_COLUMNS)


async def of(tx: Tx, call: str) -> Second | None:
    """The row of a call; None for one that was sent before two people were asked for, or is a draft."""
    row = await tx.one(_OF, alert=call)
    return None if row is None else Second(**dict(vars(row)))


async def note_author(tx: Tx, call: str, organization: str, author: str, realm: str) -> None:
    """Who gave the author's word; a word of somebody else before it is void."""
    await tx.run(
        _KEEP, alert=call, organization=organization, state="none", author=author, author_realm=realm, imprint="",
        until_at=None, second="", whose="", leaves_at=None,
    )  # fmt: skip


async def change(tx: Tx, call: str, **values: Any) -> None:
    """Sets columns of a row."""
    await tx.run(SYSTEM.update(alert_second).where(alert_second.c.alert == call).values(**values))


async def forget_person(tx: Tx, person: str, instead: str = "") -> None:
    """Erased: nobody's name; linked to another: that one's."""
    for name in ("author", "second"):
        column = alert_second.c[name]
        await tx.run(SYSTEM.update(alert_second).where(column == person).values({name: instead}))


async def end_organization(tx: Tx, organization: str) -> None:
    """It left: its calls wait for nobody, and nothing says that it was one of the two."""
    its = alert_second.c.whose == organization
    await tx.run(SYSTEM.update(alert_second).where(its).values(whose="", second=""))
    await tx.run(SYSTEM.delete(alert_second).where(alert_second.c.organization == organization))


async def purge(tx: Tx) -> None:
    """Rows of calls that are not kept any more."""
    await tx.run(SYSTEM.delete(alert_second).where(alert_second.c.alert.not_in(SYSTEM.select(alert, alert.c.id))))
