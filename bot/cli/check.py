"""`causeway check`: in sentences what works and what is missing, and at the end the one next thing to do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import typer

from bot.cli.session import Session, session_of, stop
from bot.errors import CausewayError
from bot.setup.check import look_around
from bot.setup.findings import Finding, Grade, next_thing


def add_to(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("check")(check)


def check(context: typer.Context) -> None:
    """Say what works, what is missing, and what to do next. / Decir qué funciona y qué falta."""
    session = session_of(context)
    findings = asyncio.run(look_around(session.settings, datetime.now(UTC)))
    for finding in findings:
        session.say("check.line", grade=session.text(f"check.{finding.grade.value}"), said=sentence(session, finding))
    session.say("check.next", what=_what_next(session, next_thing(findings)))
    if any(finding.grade is Grade.WRONG for finding in findings):
        stop(1)


def sentence(session: Session, finding: Finding) -> str:
    """A finding in the language of the terminal. An error brings its own sentence; a right is named in words."""
    params = dict(finding.params)
    error = params.pop("error", None)
    if isinstance(error, CausewayError):
        return session.text(error.key, **error.params)
    if "missing" in params:
        params["missing"] = session.text(f"permission.{params['missing']}")
    return session.text(f"check.{finding.key}", **params)


def _what_next(session: Session, finding: Finding | None) -> str:
    if finding is None:
        return session.text("check.all_well")
    key = f"check.{finding.key}_next"
    return session.text(key, **finding.params) if session.words.has(key) else sentence(session, finding)
