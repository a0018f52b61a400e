"""The command line: one module per command here, each with `add_to(root)`; they are found by walking this folder."""

from __future__ import annotations

import importlib
import pkgutil

import typer

from bot.cli.session import Session, start


def build() -> typer.Typer:
    """The whole command line."""
    root = typer.Typer(
        name="causeway", callback=start, no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False, rich_markup_mode=None,
    )  # fmt: skip
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        command = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(command, "add_to"):
            command.add_to(root)
    return root


__all__ = ["Session", "build"]
