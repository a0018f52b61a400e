"""The command line: one module per command here, each with `add_to(root)`; they are found by walking this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence

import typer

from bot.cli.session import Session, start


def build(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line. Only what the arguments can mean is imported: `causeway version` loads no chat library."""
    root = typer.Typer(
        name="causeway", callback=start, no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False, rich_markup_mode=None,
    )  # fmt: skip
    commands = sorted(found.name for found in pkgutil.iter_modules(__path__))
    meant = [name for name in commands if name in arguments]
    for name in meant or commands:
        command = importlib.import_module(f"{__name__}.{name}")
        if hasattr(command, "add_to"):
            command.add_to(root)
    return root


__all__ = ["Session", "build"]
