"""How long the bot takes to its first answer, and how much memory it holds, against a bare discord.py client.

Both are processes of their own on the same servers: ours is `causeway run` on an installation with its organizations.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from sqlalchemy import select

from benchmarks.rigs import (
    ROOT,
    DiscordProcess,
    add_organizations,
    crowd_process,
    post_call,
    post_rows,
    progress,
    sent_rows,
)
from bot import tables as t
from bot.app import App
from bot.cards import Card
from bot.config import Settings, load, written
from bot.core import Core
from bot.platforms.discord import make
from bot.secrets import Secrets
from bot.setup.writing import opened
from bot.spaces import Place

TITLE = "Start to first answer with 100 organizations on 100 servers, and resident memory"
CHANNEL, LABEL, CONFIRMED, RATE = "calls", "I'm in", "**You're in", 100
Figures = dict[str, float]


async def run(organizations: int = 100, deliveries: int = 1000, presses: int = 1000, **_options: Any) -> dict[str, Any]:
    """Seconds from the start of the process to its first answer; MB at that moment and after the work."""
    with crowd_process() as server:
        made = server.do("add_guild", name="Server", channels=[CHANNEL], count=organizations)
        places = [(one["id"], one["channels"][CHANNEL]) for one in made]
        server.do("add_crowd", guild="Server 1", count=presses)
        progress("a bare discord.py client")
        bare = await _bare(server, places, deliveries, presses)
        progress("the whole bot")
        ours = await _ours(server, places, deliveries, presses)
    return {
        "organizations": organizations, "deliveries": deliveries, "presses": presses, "ours": ours, "bare": bare,
        "ratio": {name: round(ours[name] / bare[name], 2) for name in ours},
    }  # fmt: skip


# -- watching -------------------------------------------------------------------------------------------------------


@contextmanager
def process_of(*command: str) -> Iterator[Popen[str]]:
    """Python with these arguments, ended with the block."""
    process = Popen([sys.executable, *command], stdin=PIPE, stdout=PIPE, cwd=ROOT, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(30)
        process.stdout.close()


def resident(process: Popen[str]) -> float:
    """MB in memory now; Linux tells it in kB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def _cpu(process: Popen[str]) -> float:
    """CPU seconds so far: the start without what other processes on the machine take from it."""
    user, system = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return round((int(user) + int(system)) / os.sysconf("SC_CLK_TCK"), 2)


def _first_answer(server: DiscordProcess, process: Popen[str], started: float) -> Figures:
    server.do("first_answer", guild="Server 1", channel=CHANNEL, label=LABEL)
    seconds = round(time.perf_counter() - started, 2)
    return {"ready_seconds": seconds, "ready_cpu_seconds": _cpu(process), "ready_mb": resident(process)}


def _press(server: DiscordProcess, presses: int) -> None:
    done = server.do("press_all", guild="Server 1", channel=CHANNEL, label=LABEL, rate=RATE, first=0, count=presses)
    assert list(done["texts"]) == [CONFIRMED], done["texts"]


# -- the two --------------------------------------------------------------------------------------------------------


async def _bare(server: DiscordProcess, places: list[tuple[str, str]], deliveries: int, presses: int) -> Figures:
    server.do("plant", guild="Server 1", channel=CHANNEL, label=LABEL, token="in")
    channels, started = [channel for _, channel in places], time.perf_counter()
    where = server.api_url, server.gateway_url, server.token
    with process_of("-m", "benchmarks.bare_bot", *where, *channels) as process:
        figures = _first_answer(server, process, started)
        _press(server, presses)
        print(deliveries, file=process.stdin, flush=True)
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        return {**figures, "after_mb": resident(process)}


async def _ours(server: DiscordProcess, places: list[tuple[str, str]], deliveries: int, presses: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        config = installed(Path(folder), server)
        settings = load(config)
        token = await _prepare(settings, places)
        server.do("plant", guild="Server 1", channel=CHANNEL, label=LABEL, token=token)
        started = time.perf_counter()
        with process_of("-m", "bot", "--config", str(config), "run") as process:
            figures = await asyncio.to_thread(_first_answer, server, process, started)
            await asyncio.to_thread(_press, server, presses)
            async with opened(settings) as core:
                await _deliver(core, deliveries)
            return {**figures, "after_mb": resident(process)}


def installed(folder: Path, server: DiscordProcess) -> Path:
    """Settings and secrets as `causeway init` leaves them."""
    config = folder / "config.toml"
    discord = {"enabled": True, "api_url": server.api_url, "gateway_url": server.gateway_url}
    config.write_text(written({"discord": discord, "logs": {"level": "WARNING"}}))
    secrets = Secrets(folder / "secrets", {})
    secrets.write("discord_token", server.token)
    secrets.make("master_key")
    return config


async def _prepare(settings: Settings, places: list[tuple[str, str]]) -> str:
    """Every server an organization's, the first one with a call; the token of its first button."""
    async with opened(settings) as core:
        await add_organizations(core, "discord", places[1:])
        await post_call(App(core, [make]), Place("discord", *places[0]))
        async with core.db.read() as tx:
            text = await tx.value(select(t.delivery.c.card).where(t.delivery.c.kind == "post"))
    return Card.from_json(text).choices[0].token


async def _deliver(core: Core, deliveries: int) -> None:
    """Rows written beside the running bot, which finds them by itself; until all are sent."""
    before = await sent_rows(core)
    await post_rows(core, deliveries)
    async with asyncio.timeout(deliveries / 20 + 30):
        while await sent_rows(core) < before + deliveries:  # noqa: ASYNC110 - another process sends
            await asyncio.sleep(0.2)
