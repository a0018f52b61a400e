"""A call to many rooms of a real Synapse: the share of its own rate, its refusals, and one that hangs beside it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.delivery_matrix import IN_FLIGHT, PICKLE_KEY, against_nio, rooms_of
from benchmarks.rigs import add_organizations, app_with, check_all_sent, crowd_process, post_rows, progress, serving
from bot.core import Core
from bot.platforms.discord.adapter import DiscordAdapter
from bot.platforms.matrix.adapter import MatrixAdapter, Options
from bot.platforms.matrix.session import Account
from tests.rigs.synapse import Synapse

TITLE = "Rooms of a real Synapse at its default limit, at one that was raised and lifted; Discord while it hangs"
DEFAULT, BURST = 0.2, 10  # Synapse's rc_message: a send every five seconds, ten at once (FACTS 9)
RAISED = 5
BESIDE = 20  # Discord channels that get their copy while the homeserver hangs


async def run(rooms: int = 24, raised_rooms: int = 150, lifted_rooms: int = 100, **_options: Any) -> dict[str, Any]:
    """Shares of the configured rate (beyond the burst), 429s of each call, and seconds of Discord beside a hang."""
    server = await asyncio.to_thread(Synapse().start)
    try:
        default = await _limited(server, rooms, None)
        raised = await _limited(server, raised_rooms, RAISED)
        hanging = await _beside_a_hang(server)
    finally:
        await asyncio.to_thread(server.stop)
        server.erase()
    lifted = await against_nio(lifted_rooms)
    return {
        "of_default_rate": default["share"], "refused_at_default": default["refused"],
        "of_raised_rate": raised["share"], "refused_at_raised": raised["refused"],
        "lifted_rate_over_bare": round(lifted["rate"] / lifted["bare_rate"], 2),
        "lifted_rate_over_listening": round(lifted["rate"] / lifted["listening_rate"], 2),
        "discord_beside_a_hang_s": hanging, "default": default, "raised": raised, "lifted": lifted,
    }  # fmt: skip


async def _limited(server: Synapse, count: int, per_second: int | None) -> dict[str, Any]:
    rate = per_second or DEFAULT
    progress(f"matrix: {count} rooms at {rate}/s")
    user = await server.user(f"causeway{per_second or 'default'}")
    made = await rooms_of(user, count)
    await (server.limit(user.user_id, per_second, BURST) if per_second else server.restore_limits(user.user_id))
    account = Account(user.url, user.user_id, user.device_id, user.token)
    with tempfile.TemporaryDirectory() as folder:

        def make(core: Core) -> MatrixAdapter:
            return MatrixAdapter(core, account, Path(folder), PICKLE_KEY, Options(in_flight=IN_FLIGHT))

        async with app_with(make) as app:
            await add_organizations(app.core, "matrix", [(room, room) for room in made])
            adapter = app.adapters[0]
            assert isinstance(adapter, MatrixAdapter)
            async with serving(adapter, lambda: adapter.is_ready):
                await post_rows(app.core, count)
                started = time.perf_counter()
                await app.senders[0].drain()
                seconds = time.perf_counter() - started
                await check_all_sent(app.core, count)
                assert adapter.session is not None
                refused = adapter.session.sender.gate.refusals
    return {"rooms": count, "seconds": round(seconds, 1), "share": round((count - BURST) / rate / seconds, 3),
            "refused": refused}  # fmt: skip


async def _beside_a_hang(server: Synapse) -> float:
    """Seconds until all Discord channels have their copy of a call, from its rows on, while the homeserver hangs."""
    progress("discord: while the homeserver hangs")
    user = await server.user("causewayhangs")
    rooms = await rooms_of(user, 5)
    account = Account(user.url, user.user_id, user.device_id, user.token)
    with tempfile.TemporaryDirectory() as folder, crowd_process() as discord:
        made = discord.do("add_guild", name="Server", channels=["calls"], count=BESIDE)

        def on_matrix(core: Core) -> MatrixAdapter:
            return MatrixAdapter(core, account, Path(folder), PICKLE_KEY, Options(in_flight=IN_FLIGHT))

        def on_discord(core: Core) -> DiscordAdapter:
            return DiscordAdapter(core, discord.token, api_url=discord.api_url, gateway_url=discord.gateway_url)

        async with app_with(on_matrix, on_discord) as app:
            await add_organizations(app.core, "matrix", [(room, room) for room in rooms])
            places = [(one["id"], one["channels"]["calls"]) for one in made]
            await add_organizations(app.core, "discord", places, first=len(rooms))
            running = asyncio.create_task(app.run())
            await asyncio.sleep(5)  # both are connected, and what starting asks for has left the window
            server.hang()
            try:
                started = time.perf_counter()
                await post_rows(app.core, len(rooms) + BESIDE)
                await asyncio.to_thread(discord.do, "until_posted", count=BESIDE)
                return round(time.perf_counter() - started, 2)
            finally:
                server.go_on()
                app.stop()
                await running
