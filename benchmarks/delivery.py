"""What a delivery costs: the outbox with its durable rows, against the bare library in the same run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from statistics import median
from typing import Any

import discord

from benchmarks.delivery_matrix import against_nio
from benchmarks.rigs import (
    TEXT,
    DiscordProcess,
    add_organizations,
    app_with,
    check_all_sent,
    compared,
    discord_process,
    post_rows,
    progress,
    serving,
    timed,
)
from bot.platforms.discord.adapter import IN_FLIGHT, DiscordAdapter, point_library
from bot.platforms.discord.pacer import Pacer

TITLE = "CPU for each delivery against bare channel.send and room_send; 500 Discord channels with the limits on"
PER_SECOND, PER_CHANNEL = 49, 4  # as the bot is set up
SERVICE_MS = 80  # of each request where the pace is measured


async def run(messages: int = 1000, channels: int = 500, rooms: int = 100, **_options: Any) -> dict[str, Any]:
    """Milliseconds of CPU a message, ours and bare, unpaced and paced; the rate reached and the 429s drawn."""
    unpaced = await discord_unpaced(messages)
    paced = await discord_paced(channels)
    return {"discord": unpaced, "discord_paced": paced, "matrix": await against_nio(rooms)}


# -- Discord --------------------------------------------------------------------------------------------------------


async def discord_unpaced(messages: int, rounds: int = 3) -> dict[str, Any]:
    """CPU a message and messages a second, with no limit at all.

    Bare and ours take turns, and each figure is the one in the middle: what else the machine does falls on both.
    """
    bare, ours = [], []
    for number in range(1, rounds + 1):
        progress(f"discord: as fast as it goes, round {number}")
        with discord_process() as server:
            places = servers_on(server, 100)
            bare.append(await _bare(server, places, messages, turn=None))
            ours.append(await _ours(server, places, messages, per_second=1_000_000, per_channel=1_000_000))
    return compared(_middle(ours), _middle(bare), messages)


def _middle(rounds: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The median of the CPU and of the seconds."""
    cpu, seconds = zip(*rounds, strict=True)
    return median(cpu), median(seconds)


async def discord_paced(channels: int, window: str = "sliding") -> dict[str, Any]:
    """The same at the pace of Discord's limits, which the stand-in keeps; each request takes it 80 ms."""
    progress(f"discord: paced, with the limits on ({window} window)")
    with discord_process("--limits", window, "--service-ms", str(SERVICE_MS)) as server:
        places = servers_on(server, channels)
        bare = await _bare(server, places, channels, turn=Pacer(PER_SECOND, PER_CHANNEL))
        await asyncio.sleep(2)  # the window of the limit must be empty before the second run
        before = server.counts()
        ours = await _ours(server, places, channels, per_second=PER_SECOND, per_channel=PER_CHANNEL)
        after = server.counts()
    rate = channels / ours[1]
    return {
        "channels": channels,
        **compared(ours, bare, channels),
        "rate": round(rate, 1),
        "of_limit": round(rate / 50, 3),
        "drawn_429": after["limited"] - before["limited"],
        "drawn_429_globally": after["limited_globally"] - before["limited_globally"],
    }


def servers_on(server: DiscordProcess, count: int) -> list[tuple[str, str]]:
    """So many servers, as (server, channel for calls)."""
    made = server.do("add_guild", name="Server", channels=["calls"], count=count)
    return [(one["id"], one["channels"]["calls"]) for one in made]


async def _bare(
    server: DiscordProcess, places: list[tuple[str, str]], messages: int, turn: Pacer | None
) -> tuple[float, float]:
    point_library(server.api_url, server.gateway_url)
    client = discord.Client(intents=discord.Intents(guilds=True), max_messages=None)
    await client.login(server.token)
    gate = asyncio.Semaphore(IN_FLIGHT)  # as many at once as our adapter has

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
    server: DiscordProcess, places: list[tuple[str, str]], messages: int, per_second: int, per_channel: int
) -> tuple[float, float]:
    def make(core: Any) -> DiscordAdapter:
        return DiscordAdapter(
            core, server.token, api_url=server.api_url, gateway_url=server.gateway_url,
            per_second=per_second, per_channel=per_channel,
        )  # fmt: skip

    async with app_with(make) as app:
        await add_organizations(app.core, "discord", places)
        adapter = app.adapters[0]
        async with serving(adapter, lambda: adapter.health().well):
            await post_rows(app.core, messages)
            figures = await timed(app.senders[0].drain)
            await check_all_sent(app.core, messages)
    return figures
