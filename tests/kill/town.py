"""A small platform in a process of its own: rooms, what people type, and a memory for delivery ids. Slow on purpose."""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import Any

from aiohttp import web

WAY = (0.02, 0.08)  # seconds before, and again after, a message stands: a kill lands on either side


class Town:
    """What stands where, and what was typed. Never forgets a delivery id."""

    def __init__(self) -> None:
        self.rooms: dict[str, list[dict[str, Any]]] = {}
        self.typed: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)
        self._news = asyncio.Condition()

    async def post(self, request: web.Request) -> web.Response:
        """The bot posts; the same delivery id twice is one message."""
        given = await request.json()
        await asyncio.sleep(random.uniform(*WAY))
        room = self.rooms.setdefault(given["room"], [])
        known = next((one for one in room if one["nonce"] == given["nonce"]), None)
        message = known or {**given, "id": f"m{next(self._numbers)}", "tries": 0}
        message["tries"] += 1
        if known is None:
            room.append(message)
            await self._tell()
        await asyncio.sleep(random.uniform(*WAY))
        return web.json_response({"id": message["id"]})

    async def edit(self, request: web.Request) -> web.Response:
        """The bot changes a message."""
        given = await request.json()
        message = next(one for one in self.rooms[given["room"]] if one["id"] == given["id"])
        message.update(text=given["text"], labels=given["labels"])
        await self._tell()
        return web.json_response({})

    async def look(self, request: web.Request) -> web.Response:
        """Everything that stands in a room."""
        return web.json_response(self.rooms.get(request.query["room"], []))

    async def type(self, request: web.Request) -> web.Response:
        """Somebody types a line."""
        self.typed.append({**await request.json(), "number": len(self.typed) + 1})
        await self._tell()
        return web.json_response({})

    async def read(self, request: web.Request) -> web.Response:
        """The first line after a number; waits for it."""
        after = int(request.query["after"])
        async with self._news:
            await self._news.wait_for(lambda: len(self.typed) > after)
        return web.json_response(self.typed[after])

    async def wait(self, request: web.Request) -> web.Response:
        """Waits until so many messages of the bot stand in the rooms that begin with a word."""
        start, n = request.query["start"], int(request.query["n"])
        async with self._news:
            await self._news.wait_for(lambda: self.count(start) >= n)
        return web.json_response({})

    def count(self, start: str) -> int:
        return sum(len(room) for name, room in self.rooms.items() if name.startswith(start))

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


async def main() -> None:
    town, app = Town(), web.Application()
    for name in ("post", "edit", "type"):
        app.router.add_post(f"/{name}", getattr(town, name))
    for name in ("look", "read", "wait"):
        app.router.add_get(f"/{name}", getattr(town, name))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("ready", site._server.sockets[0].getsockname()[1], flush=True)  # type: ignore[union-attr]
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
