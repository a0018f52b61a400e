"""`causeway docs`: writes the parts of the READMEs that are made from the code."""

from __future__ import annotations

import typer

from bot.cli.session import ROOT, Session
from bot.readme import refresh
from bot.registry import Registry, discover


def add_to(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("docs", hidden=True)(write_docs)


def write_docs(context: typer.Context) -> None:
    """Write the tables of the READMEs from the code. / Escribe las tablas de los README."""
    session: Session = context.obj
    for path, text in refresh(ROOT, Registry(discover(), session.words), session.words).items():
        path.write_text(text, encoding="utf-8")
