"""A crowd presses a button: from the press to its durable answer, against a discord.py bot that only answers.

The watch stands at Discord's end, in the stand-in's process: from sending INTERACTION_CREATE to having the callback.
Ours writes the person, the key and the sealed answer, moves two sums and commits before it answers.
"""

from __future__ import annotations

import asyncio
import time
from statistics import quantiles
from typing import Any

import discord
from sqlalchemy import func, select

from benchmarks.rigs import DiscordProcess, app_with, crowd_process, post_call, progress
from bot.db import metadata
from bot.platforms.discord.adapter import DiscordAdapter, point_library
from bot.registry import discover
from bot.spaces import Place

TITLE = "Press to durable answer on Discord at 50/s and 200/s, against a bare discord.py bot that stores nothing"
RATES = (50, 200)
GUILD, CHANNEL = "Server", "calls"
LABEL, CONFIRMED = "I'm in", "**You're in"


async def run(seconds: int = 4, **_options: Any) -> dict[str, Any]:
    """Milliseconds p50 and p99 at each rate, ours and bare; `rows` must equal `confirmed`."""
    with crowd_process() as server:
        made = server.do("add_guild", name=GUILD, channels=[CHANNEL])[0]
        place = Place("discord", made["id"], made["channels"][CHANNEL])
        server.do("add_crowd", guild=GUILD, count=sum(RATES) * seconds)
        progress("a bare discord.py bot")
        bare = await _bare(server, place, seconds)
        progress("the whole bot")
        ours, confirmed, rows = await _ours(server, place, seconds)
    assert rows == confirmed, f"{confirmed} people read that they are in, {rows} are kept"
    return {
        "people": sum(RATES) * seconds, "confirmed": confirmed, "rows": rows, "ours": ours, "bare": bare,
        "ratio": {rate: _ratios(ours[rate], bare[rate]) for rate in ours},
    }  # fmt: skip


def _ratios(ours: dict[str, float], bare: dict[str, float]) -> dict[str, float]:
    return {name: round(ours[name] / bare[name], 2) for name in ("p50_ms", "p99_ms", "cpu_ms")}


async def _crowds(server: DiscordProcess, seconds: int, expected: str) -> tuple[dict[str, Any], int]:
    """(figures by rate, people who read what was expected). Everybody presses once."""
    figures, first, confirmed = {}, 0, 0
    for rate in RATES:
        cpu, count = time.process_time(), rate * seconds
        pressed = await asyncio.to_thread(
            server.do, "press_all", guild=GUILD, channel=CHANNEL, label=LABEL, rate=rate, first=first, count=count
        )
        spent = time.process_time() - cpu
        answered = pressed["texts"].get(expected, 0)
        cuts = quantiles(pressed["times"], n=100)
        figures[f"at_{rate}"] = {
            "p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2), "cpu_ms": round(spent / count * 1000, 3),
            "saw_thinking": pressed["thinking"], "not_answered": count - answered,
        }  # fmt: skip
        first, confirmed = first + count, confirmed + answered
    return figures, confirmed


# -- a bot that only answers ----------------------------------------------------------------------------------------


class Bare(discord.Client):
    """The same intents as ours; every press gets one sentence."""

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        await interaction.response.send_message(f"{CONFIRMED}.** 1 person is in.", ephemeral=True)


async def _bare(server: DiscordProcess, place: Place, seconds: int) -> dict[str, Any]:
    point_library(server.api_url, server.gateway_url)
    client = Bare(intents=discord.Intents(guilds=True), max_messages=None)
    await client.login(server.token)
    connection = asyncio.create_task(client.connect())
    try:
        await client.wait_until_ready()
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button[discord.ui.View](label=LABEL, custom_id="in"))
        sent = await client.get_partial_messageable(int(place.channel)).send("Who comes?", view=view)
        view.stop()
        figures, _ = await _crowds(server, seconds, CONFIRMED)
        await sent.delete()
    finally:
        await client.close()
        await connection
    return figures


# -- ours -----------------------------------------------------------------------------------------------------------


async def _ours(server: DiscordProcess, place: Place, seconds: int) -> tuple[dict[str, Any], int, int]:
    def make(core: Any) -> DiscordAdapter:
        return DiscordAdapter(core, server.token, api_url=server.api_url, gateway_url=server.gateway_url)

    async with app_with(make, features=discover()) as app:
        running = asyncio.create_task(app.run())
        await post_call(app, place)
        await asyncio.to_thread(server.do, "labels", guild=GUILD, channel=CHANNEL)
        figures, confirmed = await _crowds(server, seconds, CONFIRMED)
        app.stop()
        await running
        answers = metadata.tables["alert_answer"]
        async with app.core.db.read() as tx:
            rows = int(await tx.value(select(func.count()).select_from(answers)))
    return figures, confirmed, rows
