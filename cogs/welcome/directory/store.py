"""The tables of what new people are shown, and the only SQL on them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from bot.db import Moment, Tx, metadata
from bot.feature import Scope
from bot.tables import ID, owned

SYSTEM = Scope(system=True)

welcome_profile = Table(
    "welcome_profile",
    metadata,
    Column("organization", ID, primary_key=True),
    Column("line_en", Text, nullable=False),  # what the organization says of itself; "" for none in this language
    Column("line_es", Text, nullable=False),
    Column("languages", String(8), nullable=False),  # en | es | both
    Column("activities", String(200), nullable=False),  # keys of rules.ACTIVITIES, comma between
    Column("free", String(40), nullable=False),  # when it meets: keys of rules.FREE, comma between
    Column("place", String(5), nullable=False),  # the ZIP code of its centre, or ""
    Column("state", String(2), nullable=False, index=True),  # of its centre, or where it works; "" for national
    Column("reach", String(8), nullable=False),  # local | state | national
    Column("most", Integer, nullable=False),  # open people at once; 0: no limit
    Column("link", String(300), nullable=False),  # a public page, or ""
    Column("open", Boolean, nullable=False),  # whether it takes new people now
    Column("changed_at", Moment, nullable=False),
    info=owned("organization", "everybody: it is what new people are shown", "with the organization"),
)

welcome_turf = Table(
    "welcome_turf",
    metadata,
    Column("zip", String(5), primary_key=True),  # a ZIP code where an organization is at home
    Column("organization", ID, primary_key=True),
    info=owned("organization", "everybody: who is at home where", "with the organization, or by the next list"),
)


async def end_organization(tx: Tx, home: str) -> None:
    """An organization is out: nobody is shown it any more."""
    for table in (welcome_profile, welcome_turf):
        await tx.run(SYSTEM.delete(table).where(table.c.organization == home))
