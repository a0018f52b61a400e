"""`causeway db`: bring the database up to date, back it up, bring it back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import backup
from bot.cli.session import session_of
from bot.migrate import upgrade_now
from bot.secrets import database_url, master_key


def add_to(root: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(name="db", help="Data: upgrade, backup, restore. / Datos.", no_args_is_help=True)
    group.command("upgrade")(upgrade)
    group.command("backup")(back_up)
    group.command("restore")(restore)
    root.add_typer(group)


def upgrade(context: typer.Context) -> None:
    """Bring the database to the newest form. / Poner la base de datos al día."""
    session = session_of(context)
    backup.refuse_what_does_not_fit(session.settings)
    upgrade_now(database_url(session.settings, session.settings.database.url))
    session.say("backup.upgraded")


def back_up(context: typer.Context) -> None:
    """Back up now, while the bot runs. / Hacer una copia ahora, con el bot en marcha."""
    session = session_of(context)
    pair = backup.back_up(session.settings, datetime.now(UTC))
    session.say("backup.done", data=str(pair.data), keys=str(pair.keys))


def restore(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="causeway-data-*.db")],
    keys: Annotated[Path, typer.Option(help="causeway-keys-*.db")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. / No preguntar.")] = False,
) -> None:
    """Bring back a back-up; the bot must be stopped. / Recuperar una copia, con el bot detenido."""
    session = session_of(context)
    if not yes:
        typer.confirm(session.text("backup.asks_sure"), abort=True)
    with backup.running(session.settings.bot.data_dir):
        pair, now = backup.Pair(data, keys), datetime.now(UTC)
        kept = asyncio.run(backup.restore(session.settings, pair, master_key(session.settings), now))
    shown = ", ".join(path.name for path in kept) or session.text("backup.nothing_kept")
    session.say("backup.restored", kept=shown)
