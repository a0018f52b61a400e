"""`causeway demo`: the rehearsal on a local page, or the whole walk as a script. Needs no token and no network."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.app import App, build_core
from bot.cli.session import Session, session_of, stop
from bot.clock import MovableClock
from bot.config import LogsSection, Settings
from bot.demo.script import Result, play
from bot.demo.server import serve
from bot.demo.stage import Stage
from bot.demo.town import STYLES, opening
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from bot.words import LANGUAGES

PORT = 8765
PACE = 0.12  # seconds a message is under way on the page: one sees it go


def add_to(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("demo")(demo)


def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page. / Puerto de la página.")] = PORT,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the database. / Conservar la base de datos.")] = False,
    script: Annotated[bool, typer.Option("--script", help="No browser: play the walk. / Sin navegador.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --script: one JSON object. / Un objeto JSON.")] = False,
    language: Annotated[str | None, typer.Option(help="en, es")] = None,
) -> None:
    """The rehearsal: an invented coalition in your browser. / El ensayo: una coalición inventada en tu navegador."""
    session = session_of(context)
    logs.set_up(LogsSection(level="WARNING"))
    if language is not None:
        if language not in LANGUAGES:
            raise typer.BadParameter(", ".join(LANGUAGES), param_hint="--language")
        session.language = language
    folder = Path(tempfile.mkdtemp(prefix="causeway-demo-"))
    try:
        right = asyncio.run(walk(session, folder, as_json) if script else show(session, folder, port))
    finally:
        _leave(session, folder, keep)
    if not right:
        stop()


def _leave(session: Session, folder: Path, keep: bool) -> None:
    if keep:
        typer.echo(session.text("demo.kept", folder=str(folder)), err=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)


async def build(folder: Path, master: bytes, world: World, clock: MovableClock, run: int) -> App:
    """The real bot on the rehearsal's two kinds of platform, on the databases in a folder; others for each run."""
    name = f"{folder}/causeway" if run == 1 else f"{folder}/causeway-{run}"
    # The defaults of every setting, whatever is installed on this machine.
    settings = Settings.model_construct()
    core = await build_core(f"sqlite:///{name}.db", f"sqlite:///{name}-keys.db", master, clock=clock, settings=settings)
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


async def show(session: Session, folder: Path, port: int) -> bool:
    """Serves the page until it is interrupted. False when the port is taken."""
    async with staged(folder, pace=PACE) as stage:
        try:
            runner, address = await serve(stage, port)
        except OSError as taken:
            typer.echo(session.text("demo.port_taken", port=port, reason=taken.strerror or ""), err=True)
            return False
        ended = _listen_for_the_end()
        session.say("demo.ready", address=address)
        await ended.wait()
        await runner.cleanup()
    session.say("demo.ended")
    return True


def _listen_for_the_end() -> asyncio.Event:
    """Set by Ctrl+C or a request to stop: then everything is put away."""
    ended = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # where a loop has no signals, Ctrl+C ends the process as it always did
            asyncio.get_running_loop().add_signal_handler(one, ended.set)
    return ended


async def walk(session: Session, folder: Path, as_json: bool) -> bool:
    """Plays the script. True when every count in the database is what the script did."""

    def tell(name: str, sentence: str) -> None:
        typer.echo(f"  {sentence}", err=True)

    async with staged(folder) as stage:
        result = await play(stage, session.language, tell)
    for line in _judgement(session, result):
        typer.echo(line, err=True)
    if as_json:
        typer.echo(json.dumps(result.to_json()))
    return result.right


def _judgement(session: Session, result: Result) -> list[str]:
    if result.right:
        return [session.text("demo.walked")]
    said = [session.text("demo.astray", what=result.astray)] if result.astray else []
    wrong = [name for name in result.counts if result.counts[name] != result.did[name]]
    return said + [
        session.text("demo.counts_differ", name=name, found=result.counts[name], made=result.did[name])
        for name in wrong
    ]


__all__ = ["add_to", "build", "staged"]
