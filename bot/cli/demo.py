"""`causeway demo`: the rehearsal on a local page, or the whole walk as a script. Needs no token and no network."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.app import App, build_core
from bot.cli.session import Session, session_of, stop
from bot.clock import MovableClock
from bot.config import LogsSection
from bot.demo.server import serve
from bot.demo.stage import Stage
from bot.demo.town import STYLES, opening
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World

PORT = 8765


def add_to(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("demo")(demo)


def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page. / Puerto de la página.")] = PORT,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the database. / Conservar la base de datos.")] = False,
) -> None:
    """The rehearsal: an invented coalition in your browser. / El ensayo: una coalición inventada en tu navegador."""
    session = session_of(context)
    logs.set_up(LogsSection(level="WARNING"))
    folder = Path(tempfile.mkdtemp(prefix="causeway-demo-"))
    try:
        asyncio.run(show(session, folder, port))
    except KeyboardInterrupt:
        session.say("demo.ended")
    except OSError as taken:
        typer.echo(session.text("demo.port_taken", port=port, reason=taken.strerror or ""), err=True)
        stop()
    finally:
        _leave(session, folder, keep)


def _leave(session: Session, folder: Path, keep: bool) -> None:
    if keep:
        session.say("demo.kept", folder=str(folder))
    else:
        shutil.rmtree(folder, ignore_errors=True)


async def build(folder: Path, master: bytes, world: World, clock: MovableClock) -> App:
    """The real bot on the rehearsal's two kinds of platform, on the databases in a folder."""
    core = await build_core(
        f"sqlite:///{folder}/causeway.db", f"sqlite:///{folder}/causeway-keys.db", master, clock=clock
    )
    return App(core, [partial(RehearsalAdapter, world=world, style=style) for style in STYLES])


@asynccontextmanager
async def staged(folder: Path, pace: float = 0.0) -> AsyncIterator[Stage]:
    """A stage with the invented coalition on it and the bot running; it ends with the block."""
    clock = MovableClock(opening(datetime.now(UTC)))
    stage = Stage(clock, partial(build, folder, secrets.token_bytes(32)), pace)
    await stage.open()
    try:
        yield stage
    finally:
        await stage.close()


async def show(session: Session, folder: Path, port: int) -> None:
    """Serves the page until it is interrupted. OSError when the port is taken."""
    async with staged(folder, pace=0.12) as stage:
        runner, address = await serve(stage, port)
        try:
            session.say("demo.ready", address=address)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


__all__ = ["add_to", "build", "json", "show", "staged"]
