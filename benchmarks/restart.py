"""After kill -9: how soon the first pending delivery leaves, how soon the bot is ready on many servers, its memory."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import discord

from benchmarks.footprint import CHANNEL, installed, process_of, resident
from benchmarks.rigs import DiscordProcess, add_organizations, app_with, crowd_process, post_rows, progress, serving
from bot.config import load
from bot.platforms.discord.adapter import DiscordAdapter, point_library
from bot.setup.writing import opened

TITLE = "kill -9 with 1,000 pending deliveries to the first of them; ready and memory on 1,000 servers over bare"
BOTH = (
    "import sys, runpy, nio; sys.argv = ['bare', *sys.argv[1:]]; "
    "runpy.run_module('benchmarks.bare_bot', run_name='__main__')"
)


async def run(guilds: int = 1000, pending: int = 1000, **_options: Any) -> dict[str, Any]:
    """Seconds from the new process's start to its first post; ready from sign-in; memory over both bare libraries.

    `to_first_s` begins with the start of Python: importing is part of what people wait for. `mb`: both on the servers,
    before they send; `mb_after`: ours with everything sent. Ours is on Discord alone and so has not loaded nio.
    """
    with crowd_process() as server:
        made = server.do("add_guild", name="Server", channels=[CHANNEL], count=guilds)
        places = [(one["id"], one["channels"][CHANNEL]) for one in made]
        progress("a bare discord.py client, with nio loaded")
        bare_ready = await _bare_ready(server)
        bare_mb = await _memory(server, "-c", BOTH, server.api_url, server.gateway_url, server.token)
        progress("ours: signing in")
        ready = await _our_ready(server)
        progress("ours: killed with deliveries pending")
        figures = await _killed(server, places, pending)
    return {
        "guilds": guilds, "pending": pending, **figures,
        "ready_s": round(ready, 2), "bare_ready_s": round(bare_ready, 2),
        "ready_over_bare": round(ready / bare_ready, 2), "bare_mb": bare_mb,
        "memory_over_bare": round(figures["mb"] / bare_mb, 2),
    }  # fmt: skip


async def _bare_ready(server: DiscordProcess) -> float:
    point_library(server.api_url, server.gateway_url)
    client = discord.Client(intents=discord.Intents(guilds=True), max_messages=None)
    started = time.perf_counter()
    await client.login(server.token)
    connection = asyncio.create_task(client.connect())
    await client.wait_until_ready()
    took = time.perf_counter() - started
    await client.close()
    await connection
    return took


async def _memory(server: DiscordProcess, *command: str) -> float:
    with process_of(*command) as process:
        await asyncio.to_thread(server.do, "until_ready")
        await asyncio.sleep(5)  # the servers come one by one
        return resident(process)


async def _our_ready(server: DiscordProcess) -> float:
    def make(core: Any) -> DiscordAdapter:
        return DiscordAdapter(core, server.token, api_url=server.api_url, gateway_url=server.gateway_url)

    async with app_with(make) as app:
        adapter, started = app.adapters[0], time.perf_counter()
        assert isinstance(adapter, DiscordAdapter)
        async with serving(adapter, lambda: adapter._client is not None and adapter._client.is_ready()):
            return time.perf_counter() - started


async def _killed(server: DiscordProcess, places: list[tuple[str, str]], pending: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        config = installed(Path(folder), server)
        async with opened(load(config)) as core:
            await add_organizations(core, "discord", places)
        command = ("-m", "bot", "--config", str(config), "run")
        mb = await _memory(server, *command)
        async with opened(load(config)) as core:
            await post_rows(core, pending)
        with process_of(*command) as process:
            await asyncio.to_thread(server.do, "until_posted", count=20)
            process.send_signal(signal.SIGKILL)
            process.wait()
        posted, started = server.do("posted"), time.perf_counter()
        with process_of(*command) as process:
            await asyncio.to_thread(server.do, "until_posted", count=posted + 1)
            first = time.perf_counter() - started
            await asyncio.to_thread(server.do, "until_posted", count=pending)
            return {"to_first_s": round(first, 2), "all_s": round(time.perf_counter() - started, 1),
                    "left_at_kill": pending - posted, "mb": mb, "mb_after": resident(process)}  # fmt: skip
