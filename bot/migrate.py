"""Brings a database to the newest step. Each feature has its own branch, so no central list is edited (FACTS 48).

Alembic, and SQLAlchemy's ORM with it, are loaded only where there is something to do: 10 MB and a fifth of a second
that a bot which starts again after a fall does not have.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import column, select, table
from sqlalchemy.engine import make_url

from bot.drivers import guard_file, open_driver
from bot.errors import NewerDatabase

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
_STEP = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)
_DONE: Any = select(column("version_num")).select_from(table("alembic_version"))


def engine_for(url: str) -> AsyncEngine:
    """An SQLAlchemy engine for migrations only. On SQLite each step is one real transaction (FACTS 47, 48)."""
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import create_async_engine

    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        return create_async_engine(parts.set(drivername="postgresql+asyncpg"))
    engine = create_async_engine(parts.set(drivername="sqlite+aiosqlite"))

    @event.listens_for(engine.sync_engine, "connect")
    def _no_implicit_begin(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def settings_for(connection: Connection | None = None) -> Config:
    """Alembic's configuration without a file; the connection travels in its attributes."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def upgrade(url: str) -> None:
    """Runs every step of every branch that is missing. NewerDatabase when the code does not know one that was run."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite" and parts.database:
        guard_file(Path(parts.database))
    if await _done(url) == _heads():
        return
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _heads() -> set[str] | None:
    """The last step of each branch, read from the files without running them; None where one cannot be read so."""
    steps, earlier = set[str](), set[str]()
    for path in (FOLDER / "versions").glob("*.py"):
        named = dict(_STEP.findall(path.read_text("utf-8")))
        if "revision" not in named:
            return None
        steps.add(named["revision"])
        earlier.add(named.get("down_revision", ""))
    return steps - earlier


async def _done(url: str) -> set[str]:
    """The last step of each branch that was run; none in a new database."""
    driver = await open_driver(url)
    try:
        return {row["version_num"] for row in await driver.fetch(_DONE.compile(dialect=driver.dialect), {})}
    except driver.no_table:
        return set()
    finally:
        await driver.close()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = settings_for(connection)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    done = set(MigrationContext.configure(connection).get_current_heads())
    connection.rollback()
    if done - known:
        raise NewerDatabase(steps=", ".join(sorted(done - known)))
    try:
        command.upgrade(config, "heads")
    except CommandError as error:
        raise NewerDatabase(steps=str(error)) from error


def upgrade_now(url: str) -> None:
    """`upgrade` for code that has no loop."""
    asyncio.run(upgrade(url))
