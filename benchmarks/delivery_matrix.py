"""The Matrix half of `delivery`: our adapter behind the outbox against nio's own `room_send`, on a real Synapse."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from nio import AsyncClient
from nio.responses import RoomSendResponse

from benchmarks.rigs import (
    TEXT,
    add_organizations,
    app_with,
    check_all_sent,
    compared,
    post_rows,
    progress,
    serving,
    timed,
)
from bot.core import Core
from bot.platforms.matrix.adapter import MatrixAdapter, Options
from bot.platforms.matrix.session import Account
from tests.rigs.matrix_user import MatrixUser
from tests.rigs.synapse import Synapse

IN_FLIGHT = 8  # more only makes each wait longer (FACTS 8)
EACH = 2  # messages a room
PICKLE_KEY = "a key of the benchmarks, long enough"


async def against_nio(rooms: int) -> dict[str, Any]:
    """CPU of this process for each message, and messages a second: ours and bare, the server's limit lifted.

    A bot hears its own messages come back; `listening` is nio with a sync beside it, as every bot has one.
    Without that lift Synapse takes ten at once and then one every five seconds, for any client: that is not run,
    `seconds_unlifted` is what the adapter says it takes.
    """
    progress("matrix: a Synapse and its rooms")
    server = await asyncio.to_thread(Synapse().start)
    try:
        user = await server.user("causeway")
        made = await rooms_of(user, rooms)
        progress("matrix: deliveries")
        bare = await _bare(user, made, listens=False)
        ours, patience = await _ours(user, made)
        listening = await _bare(user, made, listens=True)
    finally:
        await asyncio.to_thread(server.stop)
        server.erase()
    messages = rooms * EACH
    return {
        "rooms": rooms,
        **compared(ours, bare, messages),
        "listening_cpu_ms": round(listening[0] / messages * 1000, 3),
        "listening_cpu_ratio": round(ours[0] / listening[0], 2),
        "rate": round(messages / ours[1], 1),
        "bare_rate": round(messages / bare[1], 1),
        "listening_rate": round(messages / listening[1], 1),
        "rate_ratio": round(bare[1] / ours[1], 2),
        "seconds_unlifted": patience,
    }


async def rooms_of(user: MatrixUser, count: int) -> list[str]:
    """So many new rooms of an account."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def make(number: int) -> str:
        async with gate:
            return await user.create_room(f"Room {number}", version="11")

    return list(await asyncio.gather(*(make(number) for number in range(count))))


async def _bare(user: MatrixUser, rooms: list[str], listens: bool) -> tuple[float, float]:
    """The same words, drawn once, straight through nio."""
    client = AsyncClient(user.url, user.user_id)
    client.restore_login(user.user_id, user.device_id, user.token)
    heard = asyncio.Event()
    listening = asyncio.create_task(_listen(client, heard)) if listens else None
    gate = asyncio.Semaphore(IN_FLIGHT)
    content = {
        "msgtype": "m.text", "body": TEXT, "format": "org.matrix.custom.html", "formatted_body": TEXT, "m.mentions": {},
    }  # fmt: skip

    async def send(number: int) -> None:
        async with gate:
            room = rooms[number % len(rooms)]  # -1 warms up
            answer = await client.room_send(room, "m.room.message", content, tx_id=f"bare-{listens}-{number}")
        assert isinstance(answer, RoomSendResponse), answer

    async def work() -> None:
        await asyncio.gather(*(send(number) for number in range(len(rooms) * EACH)))

    try:
        await send(-1)
        if listens:
            await heard.wait()
        return await timed(work)
    finally:
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        await client.close()


async def _listen(client: AsyncClient, heard: asyncio.Event) -> None:
    await client.sync(timeout=0, full_state=True)
    heard.set()
    while True:
        await client.sync(timeout=30_000)


async def _ours(user: MatrixUser, rooms: list[str]) -> tuple[tuple[float, float], float]:
    """((CPU, wall) seconds, seconds that the adapter reckons with for these rooms while the limit is not lifted)."""
    account = Account(user.url, user.user_id, user.device_id, user.token)
    with tempfile.TemporaryDirectory() as folder:

        def make(core: Core) -> MatrixAdapter:
            return MatrixAdapter(core, account, Path(folder), PICKLE_KEY, Options(in_flight=IN_FLIGHT, lifted=True))

        async with app_with(make) as app:
            patience = MatrixAdapter(app.core, account, Path(folder), PICKLE_KEY).seconds_for(len(rooms))
            await add_organizations(app.core, "matrix", [(room, room) for room in rooms])
            adapter = app.adapters[0]
            assert isinstance(adapter, MatrixAdapter)
            async with serving(adapter, lambda: adapter.is_ready):
                await post_rows(app.core, len(rooms) * EACH)
                figures = await timed(app.senders[0].drain)
                await check_all_sent(app.core, len(rooms) * EACH)
    return figures, patience
