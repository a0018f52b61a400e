"""`causeway audit`: is the record of who did what as it was written? And the record as a list."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import func, select

from bot import tables as t
from bot.audit import Head, key_of, words_of
from bot.cli.session import Session, session_of, stop
from bot.core import Core
from bot.db import Tx
from bot.errors import UserError
from bot.setup.writing import opened
from bot.sheets import write_csv
from bot.witness import Report, Verifier, read_heads

SHOWN = 20  # findings that are printed; the others are counted
HEADING = ("line", "time_utc", "organization", "act", "in_words", "object", "result", "actor", "details", "link")


def add_to(root: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(name="audit", help="Who did what: verify, export. / Quién hizo qué.", no_args_is_help=True)
    group.command("verify")(verify)
    group.command("export")(export)
    root.add_typer(group)


def verify(
    context: typer.Context,
    witness: Annotated[Path | None, typer.Option(help="Lines from log rooms. / Líneas de las salas.")] = None,
) -> None:
    """Verify the record; exit code 1 when it was changed. / Verificar el registro; código 1 si fue cambiado."""
    session = session_of(context)
    heads = None if witness is None else _heads(witness)
    report = asyncio.run(_verified(session, heads or []))
    for key, params in sentences(report, with_witness=heads is not None):
        session.say(f"audit.{key}", **params)
    if report.findings:
        stop()


def _heads(file: Path) -> list[Head]:
    try:
        found = read_heads(file.expanduser().read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as wrong:
        raise UserError("setup.file_unreadable", file=str(file)) from wrong
    if not found:
        raise UserError("audit.no_heads", file=str(file))
    return found


async def _verified(session: Session, heads: list[Head]) -> Report:
    async with opened(session.settings) as core, core.db.read() as tx:
        many = int(await tx.value(select(func.count()).select_from(t.audit)))
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("", total=many)
            return await Verifier(key_of(core.keyring), heads).run(
                tx, lambda lines: progress.update(task, completed=lines)
            )


def sentences(report: Report, with_witness: bool) -> list[tuple[str, dict[str, Any]]]:
    """(key under `audit.`, what fills it) of all that is to be said."""
    said: list[tuple[str, dict[str, Any]]] = [
        (one.key.partition(".")[2], one.params) for one in report.findings[:SHOWN]
    ]
    if len(report.findings) > SHOWN:
        said.append(("more", {"n": len(report.findings) - SHOWN}))
    if report.findings:
        said.append(("not_intact", {"n": len(report.findings), "lines": report.lines}))
    else:
        said.append(("intact", {"lines": report.lines, "head": report.head}) if report.head else ("empty", {}))
    counts = {"rolled_up": report.rolled_up, "compared": report.compared, "too_old": report.too_old}
    said += [(key, {"n": n}) for key, n in counts.items() if n]
    return said if with_witness else [*said, ("no_witness", {})]


def export(
    context: typer.Context,
    organization: Annotated[str | None, typer.Option(help="O-7KQ2")] = None,
) -> None:
    """Print the record as a list (CSV). / Mostrar el registro como lista (CSV)."""
    session = session_of(context)
    sys.stdout.write(asyncio.run(_exported(session, organization)))


async def _exported(session: Session, organization: str | None) -> str:
    async with opened(session.settings) as core, core.db.read() as tx:
        return write_csv([HEADING, *await _rows(session, core, tx, organization)])


async def _rows(session: Session, core: Core, tx: Tx, organization: str | None) -> list[tuple[str, ...]]:
    """Every line, or one organization's. One that left is named by nothing once its name is gone."""
    query = select(t.audit).order_by(t.audit.c.seq)
    if organization is not None:
        query = query.where(t.audit.c.organization == (await core.spaces.by_code(tx, organization)).id)
    codes = {one.id: one.code for one in await core.spaces.all(tx)}
    return [_cells(session, codes, row) for row in await tx.all(query)]


def _cells(session: Session, codes: dict[str, str], row: Any) -> tuple[str, ...]:
    key = words_of(row.act, row.result)
    words = session.text(key if session.words.has(key) else "core.act.gone")
    at, code = f"{row.made_at:%Y-%m-%d %H:%M:%S}", codes.get(row.organization, "")
    return (str(row.seq), at, code, row.act, words, row.object, row.result, row.actor, row.details, row.link)
