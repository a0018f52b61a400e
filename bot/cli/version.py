"""`causeway version`."""

from __future__ import annotations

from importlib.metadata import version

import typer


def add_to(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("version")(print_version)


def print_version() -> None:
    """Print the version. / La versión."""
    typer.echo(f"causeway {version('causeway')}")
