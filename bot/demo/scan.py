"""Searches the whole database for one organization."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from bot.core import Core
from bot.db import metadata


async def rows_with(core: Core, number: str) -> Counter[str]:
    """In how many rows of which table an internal number stands, in any column, also inside a longer text."""
    found: Counter[str] = Counter()
    async with core.db.read() as tx:
        for table in metadata.sorted_tables:
            for row in await tx.all(select(table)):
                found[table.name] += any(isinstance(one, str) and number in one for one in vars(row).values())
    return +found
