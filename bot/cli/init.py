"""`causeway init`: set up an installation by answering at most eight questions."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.cli.session import Session, session_of
from bot.config import PREFIX, LogsSection
from bot.setup.asking import AnswerFile, Asker, Keyboard
from bot.setup.wizard import ANSWERS, Answers, ask_everything
from bot.setup.writing import Written, present, write_everything


def add_to(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("init")(set_up)


def set_up(
    context: typer.Context,
    answers: Annotated[Path | None, typer.Option(help="Answers in a TOML file. / Respuestas en un archivo.")] = None,
) -> None:
    """Set up the bot: eight questions. / Poner a punto el bot: ocho preguntas."""
    session = session_of(context)
    logs.set_up(LogsSection(level="ERROR"))
    config = session.config or Path(os.environ.get(f"{PREFIX}CONFIG", "config.toml"))
    asker: Asker = AnswerFile(answers, ANSWERS, typer.echo) if answers else Keyboard(session.text)
    if answers is None:
        session.say("setup.welcome_again" if config.exists() else "setup.welcome")
    asyncio.run(_set_up(session, asker, config))


async def _set_up(session: Session, asker: Asker, config: Path) -> None:
    before = present(config)
    answers = await ask_everything(asker, session.text, before)
    _report(session, answers, await write_everything(answers, config, before))


def _report(session: Session, answers: Answers, done: Written) -> None:
    secrets = done.settings.bot.secrets_dir
    session.say("setup.written", config=str(session.config or "config.toml"), secrets=str(secrets))
    session.say("setup.master_key", file=str(secrets / done.settings.database.master_key_secret))
    if done.added:
        session.say("setup.organizations_added", n=done.added)
    if done.there_already:
        session.say("setup.organizations_there", names=", ".join(done.there_already))
    if answers.discord is not None:
        session.say("setup.invite", link=answers.discord.invite())
    if done.code is not None:
        session.say("setup.first_code", code=done.code)
    session.say("setup.then_check")
