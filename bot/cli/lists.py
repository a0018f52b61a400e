"""`causeway <feature> import FILE` and `export`, for every feature that has lists."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.session import session_of, stop
from bot.errors import UserError
from bot.feature import Feature
from bot.registry import discover
from bot.setup.writing import opened

READ, WRITE = "read_csv", "write_csv"


def add_to(root: typer.Typer) -> None:
    """Adds a group for each feature that can read and write a list."""
    for feature in discover():
        if {READ, WRITE} <= feature.hooks.keys():
            group = typer.Typer(name=feature.name, help="Lists (CSV). / Listas (CSV).", no_args_is_help=True)
            group.command("import")(_reading(feature))
            group.command("export")(_writing(feature))
            root.add_typer(group)


def _reading(feature: Feature) -> Callable[..., None]:
    def read(context: typer.Context, file: Annotated[Path, typer.Argument(help="CSV, only names needed.")]) -> None:
        """Add what a list holds; what is there stays. / Agregar lo de una lista; lo que ya está se queda."""
        session = session_of(context)
        try:
            text = file.expanduser().read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as wrong:
            raise UserError("setup.file_unreadable", file=str(file)) from wrong
        done = asyncio.run(_with_core(context, lambda core: feature.hooks[READ](core, text)))
        for key, params in done.sentences():
            session.say(key, **params)
        if not done.added + done.there:
            stop()

    return read


def _writing(feature: Feature) -> Callable[..., None]:
    def write(context: typer.Context) -> None:
        """Print everything as a list. / Mostrar todo como lista."""
        sys.stdout.write(asyncio.run(_with_core(context, feature.hooks[WRITE])))

    return write


async def _with_core(context: typer.Context, act: Callable[[Any], Any]) -> Any:
    async with opened(session_of(context).settings) as core:
        return await act(core)
