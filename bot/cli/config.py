"""`causeway config`: the settings file with every setting described."""

from __future__ import annotations

import typer

from bot.cli.session import session_of
from bot.config import example


def add_to(root: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(name="config", help="The settings file. / El archivo de ajustes.", no_args_is_help=True)
    group.command("example")(print_example)
    group.command("check")(check_file)
    root.add_typer(group)


def print_example() -> None:
    """Print every setting with its description and default. / Todos los ajustes, con su explicación."""
    typer.echo(example(), nl=False)


def check_file(context: typer.Context) -> None:
    """Read the settings and say whether they are right. / Revisar los ajustes."""
    session = session_of(context)
    session.say("config.right", name=session.settings.bot.name)
