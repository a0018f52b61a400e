"""Alembic's entrance: through the connection that `bot.migrate` opened, one transaction per step."""

from __future__ import annotations

from alembic import context

from bot.db import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, transaction_per_migration=True, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
