"""The rig itself: two tests never share a database, and it starts wherever the checkout lies."""

from __future__ import annotations

import asyncpg

from tests.rigs.postgres import Postgres


async def test_every_test_gets_an_empty_database_of_its_own(postgres: Postgres) -> None:
    first, second = await postgres.new_database(), await postgres.new_database()
    writer = await asyncpg.connect(first)
    await writer.execute("CREATE TABLE note (word text)")
    await writer.close()

    reader = await asyncpg.connect(second)
    try:
        assert await reader.fetchval("SELECT count(*) FROM pg_tables WHERE tablename = 'note'") == 0
    finally:
        await reader.close()
