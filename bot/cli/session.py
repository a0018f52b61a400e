"""What every command knows: which settings file, which language, and how to speak to the person at the keyboard."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer

import bot
from bot import logs
from bot.config import LogsSection, Settings, load
from bot.errors import CausewayError
from bot.words import LANGUAGES, Words

ROOT = Path(bot.__file__).resolve().parent.parent
"""The folder that holds `bot/` and `cogs/`."""


def language_of(environ: dict[str, str]) -> str:
    """The language of the terminal, as the operating system names it; English when it names none of ours."""
    for name in ("CAUSEWAY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            found = environ[name][:2].lower()
            return found if found in LANGUAGES else LANGUAGES[0]
    return LANGUAGES[0]


@dataclass
class Session:
    """One call of the command line. Filled by the global options, handed to each command."""

    config: Path | None = None
    language: str = field(default_factory=lambda: language_of(dict(os.environ)))
    debug: bool = False

    @cached_property
    def words(self) -> Words:
        """All sentences of the product."""
        return Words.load(ROOT)

    @cached_property
    def settings(self) -> Settings:
        """The settings, read once. A command that answers in sentences does not log beside them; `run` does."""
        logs.set_up(LogsSection(level="DEBUG" if self.debug else "ERROR"))
        return load(self.config)

    def text(self, key: str, **params: Any) -> str:
        """A sentence in the language of the terminal."""
        return self.words.label(self.language, key, **params)

    def say(self, key: str, **params: Any) -> None:
        """Prints a sentence."""
        typer.echo(self.text(key, **params))

    def complain(self, error: CausewayError) -> None:
        """Prints an error's sentence on standard error: what is wrong, never a traceback."""
        typer.echo(self.text(error.key, **error.params), err=True)


def start(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Settings file. / Archivo de ajustes. [config.toml]")] = None,
    language: Annotated[str | None, typer.Option(help="en, es [LANG]")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks. / Mostrar trazas.")] = False,
) -> None:
    """Causeway: calls to action, check-ins and newcomers for a coalition on Discord and Matrix."""
    session = context.ensure_object(Session)
    session.config, session.debug = config, debug
    if language is not None:
        if language not in LANGUAGES:
            raise typer.BadParameter(", ".join(LANGUAGES), param_hint="--language")
        session.language = language


def session_of(context: typer.Context) -> Session:
    """The session of a running command."""
    return context.ensure_object(Session)


def stop(code: int = 1) -> None:
    """Ends the command with this exit code."""
    sys.stdout.flush()
    raise typer.Exit(code)
