"""What only some need is loaded when they need it: starting is quick, and the memory of a small machine is short."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading

import pytest

import bot.app
from tests.laws.sources import ROOT

STARTED = """
import sys
import bot.__main__, bot.app, bot.cli.run, bot.platforms.discord.adapter
from bot.registry import discover
discover()
print(*sys.modules)
"""
LATER = {
    "nio": "Matrix", "nh3": "Matrix", "asyncpg": "PostgreSQL", "sqlalchemy.dialects.postgresql": "PostgreSQL",
    "alembic": "a new step of the schema", "matplotlib": "a picture", "dateparser": "a date with a month's name",
}  # fmt: skip


def test_a_bot_on_discord_and_sqlite_loads_nothing_of_the_others() -> None:
    done = subprocess.run([sys.executable, "-c", STARTED], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"discord", "sqlalchemy.dialects.sqlite", "cogs.alerts"} <= loaded
    assert {name: need for name, need in LATER.items() if name in loaded} == {}


async def test_dates_are_read_aside_when_the_first_form_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[threading.Thread]()
    monkeypatch.setattr(bot.app, "SETTLED", 0.0)
    monkeypatch.setattr(bot.app, "warm_up", lambda: read.append(threading.current_thread()))
    shown = asyncio.Event()
    warming = asyncio.create_task(bot.app._warm_up(shown))
    await asyncio.sleep(0.05)
    assert read == []
    shown.set()
    await warming
    gc.unfreeze()
    assert len(read) == 1
    assert read[0] is not threading.main_thread()
