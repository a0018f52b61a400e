"""What a delivery costs: the outbox with its durable rows, against the bare library in the same run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from benchmarks.rigs import TEXT, add_organizations, app_with, discord_process
from bot.app import App
from bot.cards import Card
from bot.platforms.discord.adapter import DiscordAdapter, point_library
from bot.platforms.discord.pacer import Pacer
from bot.words import Md

TITLE = "CPU for each delivery against bare channel.send and room_send; 500 Discord channels with the limits on"
IN_FLIGHT = 16


async def run(messages: int = 1000, channels: int = 500, rooms: int = 100, **_options: Any) -> dict[str, Any]:
    """Milliseconds of CPU a message, ours and bare, unpaced and paced; the rate reached and the 429s drawn."""
    from benchmarks.delivery_matrix import against_nio

    unpaced = await _discord_unpaced(messages)
    paced = await _discord_paced(channels)
    return {"discord": unpaced, "discord_paced": paced, "matrix": await against_nio(rooms)}


# -- Discord --------------------------------------------------------------------------------------------------------


async def _discord_unpaced(messages: int) -> dict[str, Any]:
    with discord_process() as server:
        places = _servers(server, 100)
        bare = await _bare(server, places, messages, turn=None)
        ours = await _ours(server, places, messages, per_second=1_000_000, per_channel=1_000_000)
    return {"messages": messages, **_compared(ours, bare, messages)}


async def _discord_paced(channels: int) -> dict[str, Any]:
    figures: dict[str, Any] = {"channels": channels}
    with discord_process("--limits", "sliding") as server:
        places = _servers(server, channels)
        bare = await _bare(server, places, channels, turn=Pacer(48, 4))
        await asyncio.sleep(2)  # the window of the limit must be empty before the second run
        before = server.counts()
        ours = await _ours(server, places, channels, per_second=48, per_channel=4)
        after = server.counts()
    drawn = _drawn(after) - _drawn(before)
    figures.update(_compared(ours, bare, channels))
    figures.update(
        {"rate": round(channels / ours[1], 1), "of_limit": round(channels / ours[1] / 50, 3), "drawn_429": drawn}
    )
    return figures


def _drawn(counts: dict[str, Any]) -> int:
    return int(next(value for name, value in counts.items() if "429" in name or "limited" in name))


def _servers(server: Any, count: int) -> list[tuple[str, str]]:
    made = server.do("add_guild", name="Server", channels=["calls"], count=count)
    return [(one["id"], one["channels"]["calls"]) for one in made]


def _compared(ours: tuple[float, float], bare: tuple[float, float], messages: int) -> dict[str, Any]:
    return {
        "cpu_ms": round(ours[0] / messages * 1000, 3),
        "bare_cpu_ms": round(bare[0] / messages * 1000, 3),
        "cpu_ratio": round(ours[0] / bare[0], 2),
        "seconds": round(ours[1], 2),
        "bare_seconds": round(bare[1], 2),
    }


async def timed(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """(CPU seconds of this process, wall seconds) of some work."""
    cpu, wall = time.process_time(), time.perf_counter()
    await work()
    return time.process_time() - cpu, time.perf_counter() - wall


async def _bare(server: Any, places: list[tuple[str, str]], messages: int, turn: Pacer | None) -> tuple[float, float]:
    point_library(server.api_url, server.gateway_url)
    client = discord.Client(intents=discord.Intents(guilds=True), max_messages=None)
    await client.login(server.token)
    gate = asyncio.Semaphore(100 if turn else IN_FLIGHT)

    async def send(number: int) -> None:
        async with gate:
            if turn:
                await turn.turn(f"post {places[number % len(places)][1]}")
            channel = client.get_partial_messageable(int(places[number % len(places)][1]))
            await channel.send(TEXT, nonce=f"bare.{number}")

    async def work() -> None:
        await asyncio.gather(*(send(number) for number in range(messages)))

    figures = await timed(work)
    await client.close()
    return figures


async def _ours(
    server: Any, places: list[tuple[str, str]], messages: int, per_second: int, per_channel: int
) -> tuple[float, float]:
    def make(core: Any) -> DiscordAdapter:
        adapter = DiscordAdapter(
            core, server.token, api_url=server.api_url, gateway_url=server.gateway_url,
            per_second=per_second, per_channel=per_channel,
        )  # fmt: skip
        adapter.in_flight = IN_FLIGHT if per_second > 50 else 100
        return adapter

    async with app_with(make) as app:
        await add_organizations(app.core, "discord", places)
        serving = asyncio.create_task(app.adapters[0].run())
        while not app.adapters[0].health().well:
            await asyncio.sleep(0.05)
        await _write_rows(app, messages)
        figures = await timed(app.senders[0].drain)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    return figures


async def _write_rows(app: App, messages: int) -> None:
    core = app.core
    async with core.db.write() as tx:
        channels = await core.spaces.channels(tx, "calls")
        for number in range(messages):
            card = Card(Md(TEXT), code=f"A-{number:04d}")
            channel = channels[number % len(channels)]
            await core.outbox.post(tx, channel, card, subject=f"A-{number:04d}", now=core.clock.now(), urgent=True)
