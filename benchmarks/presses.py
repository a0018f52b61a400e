"""Presses on a call's button at Discord's end: alone, by who answered before, beside a broadcast, at twice the rate.

Ours commits before it answers; the bare discord.py bot stores nothing. The watch is in the stand-in (`crowd`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from statistics import median
from typing import Any

from benchmarks.intake import CHANNEL, GUILD, answers_kept, bare_bot_on, crowd_at, whole_bot_on
from benchmarks.rigs import TEXT, crowd_process, progress
from bot.app import App
from bot.cards import Card
from bot.deliveries import Copy
from bot.spaces import Channel, Place
from bot.words import Md

TITLE = "Presses at 200/s and 400/s on Discord, committed before the answer, also beside a broadcast"
RATE, TWICE = 200, 400
COPIES = 400  # of the broadcast beside it


async def run(seconds: int = 4, rate: int = RATE, rounds: int = 3, **_options: Any) -> dict[str, Any]:
    """p99 over bare, p99 beside a broadcast, presses over 3 s at twice the rate, CPU over bare.

    `again`: the same people press once more, so that they are known. Bare and ours take turns, `rounds` times, and each
    figure is the one in the middle: what else the machine does falls on both.
    """
    count = rate * seconds
    bares, alones, agains = [], [], []
    with crowd_process() as server:
        made = server.do("add_guild", name=GUILD, channels=[CHANNEL])[0]
        others = server.do("add_guild", name="Other", channels=[CHANNEL], count=COPIES)
        server.do("add_crowd", guild=GUILD, count=4 * count)
        place = Place("discord", made["id"], made["channels"][CHANNEL])
        for number in range(1, rounds + 1):
            progress(f"a bare discord.py bot, then the whole bot: round {number}")
            async with bare_bot_on(server, place):
                bares.append(await crowd_at(server, rate, 0, count))
            async with whole_bot_on(server, place):
                alones.append(await crowd_at(server, rate, 0, count))
                agains.append(await crowd_at(server, rate, 0, count))
        progress("the whole bot beside a broadcast, then at twice the rate")
        async with whole_bot_on(server, place) as app:
            broadcasting = asyncio.create_task(_broadcast(app, [one["channels"][CHANNEL] for one in others]))
            beside = await crowd_at(server, rate, count, count)
            broadcasting.cancel()
            with suppress(asyncio.CancelledError):
                await broadcasting
            twice = await crowd_at(server, 2 * rate, 2 * count, 2 * count)
            rows = await answers_kept(app)
    kept = 3 * count - sum(one["not_answered"] for one in (beside, twice))
    assert rows == kept, f"{kept} people read that they are in, {rows} are kept"
    bare, alone, again = map(_middle, (bares, alones, agains))
    return {
        "rate": rate, "p99_over_bare": round(alone["p99_ms"] / bare["p99_ms"], 2),
        "again_p99_over_bare": round(again["p99_ms"] / bare["p99_ms"], 2),
        "during_broadcast_p99_ms": beside["p99_ms"], "over_3_s_at_twice": twice["over_3_s"],
        "cpu_over_bare": round(alone["cpu_ms"] / bare["cpu_ms"], 2),
        "again_cpu_over_bare": round(again["cpu_ms"] / bare["cpu_ms"], 2),
        "bare": bare, "alone": alone, "again": again, "beside": beside, "twice": twice,
    }  # fmt: skip


def _middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Each figure's median; who was not answered, or late, is counted in all rounds together."""
    counted = ("over_3_s", "saw_thinking", "not_answered")
    return {
        name: sum(one[name] for one in rounds) if name in counted else median(one[name] for one in rounds)
        for name in rounds[0]
    }


async def _broadcast(app: App, addresses: list[str]) -> None:
    """A copy for each of many channels, as a call is sent."""
    core = app.core
    channels = [
        Channel(f"b{number}", "other", f"b{number}", "discord", address, "calls", CHANNEL, "en")
        for number, address in enumerate(addresses)
    ]
    async with core.db.write() as tx:
        copies = (Copy(channel, Card(Md(TEXT))) for channel in channels)
        await core.outbox.post_all(tx, copies, subject="B-1", now=core.clock.now())
    await asyncio.Event().wait()
