"""`causeway code`: a one-time code that makes whoever sends it to the bot a coordinator."""

from __future__ import annotations

import asyncio

import typer

from bot.audit import append
from bot.cli.session import session_of
from bot.config import Settings
from bot.setup.writing import opened


def add_to(root: typer.Typer) -> None:
    """Adds the command."""
    root.command("code")(print_code)


def print_code(context: typer.Context) -> None:
    """Print a code for one more coordinator. / Un código para una persona más en la coordinación."""
    session = session_of(context)
    session.say("check.code", code=asyncio.run(_new_code(session.settings)))


async def _new_code(settings: Settings) -> str:
    """The earlier code ends: one open code at a time."""
    async with opened(settings) as core, core.db.write() as tx:
        await append(tx, core.keyring, core.clock.now(), "core.coordinator_code")
        return await core.spaces.new_code(tx, "", core.clock.now())
