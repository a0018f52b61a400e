"""Brings a database to the newest step. Each feature has its own branch, so no central list is edited (FACTS 48)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.drivers import guard_file
from bot.errors import NewerDatabase

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def engine_for(url: str) -> AsyncEngine:
    """An SQLAlchemy engine for migrations only. On SQLite each step is one real transaction (FACTS 47, 48)."""
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
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = settings_for(connection)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    from alembic.runtime.migration import MigrationContext

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
