"""`causeway run`: the bot itself, until it is stopped; with --keep also after every start of the machine."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Annotated, cast
from zoneinfo import ZoneInfo

import structlog
import typer

from bot import backup, logs
from bot.app import App, MakeAdapter
from bot.cli.session import Session, session_of
from bot.config import PREFIX, Settings
from bot.core import Core, note, set_note
from bot.errors import ConfigError, StoreError
from bot.jobs import start_ticks
from bot.setup import service
from bot.setup.writing import opened

log = structlog.get_logger(__name__)

PLATFORMS = ("discord", "matrix")
BACKUP_TICK = timedelta(minutes=10)


def add_to(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("run")(run)


def run(
    context: typer.Context,
    keep: Annotated[bool, typer.Option("--keep", help="As a systemd service. / Como servicio de systemd.")] = False,
) -> None:
    """Run the bot. / Poner el bot en marcha."""
    session = session_of(context)
    if keep:
        _keep(session)
    else:
        asyncio.run(serve(session.settings))


def _keep(session: Session) -> None:
    config = (session.config or Path(os.environ.get(f"{PREFIX}CONFIG", "config.toml"))).absolute()
    units = service.keep(service.Install(config, service.this_command()), session.settings)
    session.say("service.kept", units=", ".join(path.name for path in units))
    if len(units) == 1:
        session.say("service.no_backup")


async def serve(settings: Settings) -> None:
    """Builds the bot and runs it until SIGTERM or Ctrl+C; the outbox and everything else continue at the next start."""
    logs.set_up(settings.logs)
    makers = adapters_of(settings)
    with backup.running(settings.bot.data_dir):
        async with opened(settings) as core:
            app = App(core, makers)
            loop = asyncio.get_running_loop()
            for stopping in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(stopping, app.stop)
            nightly = start_ticks([(lambda: back_up_when_due(core, settings), BACKUP_TICK.total_seconds())])
            try:
                log.info("running", platforms=[adapter.name for adapter in app.adapters])
                await app.run()
            finally:
                nightly.shutdown(wait=False)


def adapters_of(settings: Settings) -> list[MakeAdapter]:
    """What makes the adapter of each platform that is switched on. ConfigError when none is."""
    wanted = [name for name in PLATFORMS if getattr(settings, name).enabled]
    if not wanted:
        raise ConfigError("config.no_platform")
    return [cast(MakeAdapter, importlib.import_module(f"bot.platforms.{name}").make) for name in wanted]


async def back_up_when_due(core: Core, settings: Settings) -> None:
    """The nightly back-up, in a thread of its own; a failure is tried again, and told once a day."""
    now = core.clock.now()
    try:
        if backup.is_due(settings, now, now.astimezone(ZoneInfo(settings.bot.zone))):
            pair = await asyncio.to_thread(backup.back_up, settings, now)
            log.info("backed up", data=pair.data.name, keys=pair.keys.name)
    except (StoreError, OSError):
        log.exception("the nightly back-up failed")
        if await _is_news(core, now.date().isoformat()):
            await core.warn_coordinators("backup.failed")


async def _is_news(core: Core, day: str) -> bool:
    async with core.db.write() as tx:
        told = await note(tx, "backup_failed")
        await set_note(tx, "backup_failed", day)
    return told != day
