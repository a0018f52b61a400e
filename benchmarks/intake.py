"""A crowd presses a button: from the press to its durable answer, against a discord.py bot that only answers.

The watch stands at Discord's end, in the stand-in's process: from sending INTERACTION_CREATE to having the callback.
Ours writes the person, the key and the sealed answer, moves two sums and commits before it answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import quantiles
from typing import Any

import discord
from sqlalchemy import func, select

from benchmarks.rigs import DiscordProcess, app_with, crowd_process, post_call, progress
from bot.app import SETTLED, App
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
        count = rate * seconds
        pressed = figures[f"at_{rate}"] = await crowd_at(server, rate, first, count, expected)
        first, confirmed = first + count, confirmed + count - pressed["not_answered"]
    return figures, confirmed


async def crowd_at(
    server: DiscordProcess, rate: int, first: int, count: int, expected: str = CONFIRMED, label: str = LABEL
) -> dict[str, Any]:
    """So many people press, `rate` a second whether or not others were answered: milliseconds at Discord's end."""
    cpu = time.process_time()
    pressed = await asyncio.to_thread(
        server.do, "press_all", guild=GUILD, channel=CHANNEL, label=label, rate=rate, first=first, count=count
    )
    spent, times = time.process_time() - cpu, pressed["times"]
    cuts = quantiles(times, n=100)
    return {
        "p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2), "cpu_ms": round(spent / count * 1000, 3),
        "over_3_s": sum(one > 3000 for one in times), "saw_thinking": pressed["thinking"],
        "not_answered": count - pressed["texts"].get(expected, 0),
    }  # fmt: skip


# -- a bot that only answers ----------------------------------------------------------------------------------------


class Bare(discord.Client):
    """The same intents as ours; every press gets one sentence."""

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        await interaction.response.send_message(f"{CONFIRMED}.** 1 person is in.", ephemeral=True)


async def _bare(server: DiscordProcess, place: Place, seconds: int) -> dict[str, Any]:
    async with bare_bot_on(server, place):
        figures, _ = await _crowds(server, seconds, CONFIRMED)
    return figures


@asynccontextmanager
async def bare_bot_on(server: DiscordProcess, place: Place) -> AsyncIterator[None]:
    """It runs, with one button in the channel."""
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
        yield
        await sent.delete()
    finally:
        await client.close()
        await connection


# -- ours -----------------------------------------------------------------------------------------------------------


async def _ours(server: DiscordProcess, place: Place, seconds: int) -> tuple[dict[str, Any], int, int]:
    async with whole_bot_on(server, place) as app:
        figures, confirmed = await _crowds(server, seconds, CONFIRMED)
        rows = await answers_kept(app)
    return figures, confirmed, rows


@asynccontextmanager
async def whole_bot_on(server: DiscordProcess, place: Place) -> AsyncIterator[App]:
    """It runs, and a call stands in the channel."""

    def make(core: Any) -> DiscordAdapter:
        return DiscordAdapter(core, server.token, api_url=server.api_url, gateway_url=server.gateway_url)

    async with app_with(make, features=discover()) as app:
        running = asyncio.create_task(app.run())
        await post_call(app, place)
        await asyncio.to_thread(server.do, "labels", guild=GUILD, channel=CHANNEL)
        await asyncio.sleep(SETTLED + 1)  # what is measured is a bot that has run for a while
        yield app
        app.stop()
        await running


async def answers_kept(app: App) -> int:
    """Rows of answers."""
    answers = metadata.tables["alert_answer"]
    async with app.core.db.read() as tx:
        return int(await tx.value(select(func.count()).select_from(answers)))
