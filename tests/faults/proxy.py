"""A proxy before a real homeserver: loses requests and answers, invents refusals, forgets transaction ids, keeps notes.

The homeserver keeps its own time. What it says about times, and how long it knows a transaction id, is put into the
bot's time here.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import deque
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, web
from yarl import URL

from tests.faults.clocks import SPEED, Time
from tests.faults.world import Json

MEMORY = 86_400.0  # seconds for which a homeserver knows a transaction id (Synapse: a day, FACTS 5)
LONGEST_HANG = 0.4  # seconds
QUICK = 12  # messages in a second (ours): only who is quick is told to wait, or the bot would learn a snail's pace
BEFORE = ("drop", "late", "status", "limited")
AFTER = ("drop", "status", "hang")
_WRITE = re.compile(r"(?P<where>/_matrix/client/\w+/rooms/[^/]+/(?:send|redact)/[^/]+)/(?P<id>[^/?]+)")
_LOOK = re.compile(r"/_matrix/client/\w+/rooms/[^/]+/messages\?")
_MAKE = re.compile(r"/_matrix/client/\w+/createRoom$")
_LISTEN = re.compile(r"/_matrix/client/\w+/sync\b")


class Lost(Exception):
    """The connection is cut instead of an answer."""


class Proxy:
    """One bot's way to its homeserver. `written`: event id -> content, `at`: event id -> when, in the bot's time."""

    def __init__(self, upstream: str, chance: random.Random, time: Time) -> None:
        self.share, self.count = 0.0, 0
        self.written: dict[str, Json] = {}
        self.at: dict[str, float] = {}
        self.url = ""
        self._upstream, self._chance, self._time = upstream, chance, time
        self._known: dict[tuple[str, str], tuple[str, float]] = {}
        self._writes: deque[float] = deque(maxlen=QUICK)
        self._open: set[asyncio.Task[web.Response]] = set()  # /sync requests
        self._late: set[asyncio.Task[None]] = set()
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        self._session = ClientSession()
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.cut()
        await self._runner.cleanup()
        await self._session.close()

    def cut(self) -> None:
        """Every open /sync is lost."""
        for task in self._open:
            task.cancel()

    async def settle(self) -> None:
        """Until what is late has arrived."""
        await asyncio.gather(*self._late)

    # -- one request ------------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        listens = _LISTEN.match(request.raw_path) is not None
        try:
            return await (self._listen(request) if listens else self._pass(request, body))
        except Lost:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=502)

    async def _listen(self, request: web.BaseRequest) -> web.Response:
        task = asyncio.ensure_future(self._forward(request, b""))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        await asyncio.wait([task])
        if task.cancelled():
            raise Lost
        return task.result()

    async def _pass(self, request: web.BaseRequest, body: bytes) -> web.Response:
        write = _WRITE.match(request.raw_path) is not None
        if write:
            self._writes.append(self._time.now())
        tried = any(kind.match(request.raw_path) for kind in (_WRITE, _LOOK, _MAKE))
        if tried and (fault := self._draw(BEFORE)):
            if fault == "limited" and write and not self._is_quick():
                fault = "status"
            if fault == "late":
                self._arrive_late(request, body)
            return self._fail(fault)
        answer = await self._forward(request, body)
        if tried and (fault := self._draw(AFTER)):
            if fault != "hang":
                return self._fail(fault)
            await asyncio.sleep(self._chance.uniform(0.02, LONGEST_HANG))
        return answer

    def _is_quick(self) -> bool:
        full = len(self._writes) == QUICK
        return full and self._time.now() - self._writes[0] < SPEED

    def _draw(self, kinds: tuple[str, ...]) -> str:
        if self._chance.random() >= self.share / 2:
            return ""
        self.count += 1
        return self._chance.choice(kinds)

    def _fail(self, kind: str) -> web.Response:
        if kind == "limited":
            wait = self._chance.randint(10, 100)
            return web.json_response({"errcode": "M_LIMIT_EXCEEDED", "error": "", "retry_after_ms": wait}, status=429)
        if kind == "status":
            status = self._chance.choice((500, 502, 503, 504))
            if status == 500:
                return web.json_response({"errcode": "M_UNKNOWN", "error": "Internal server error"}, status=500)
            return web.Response(status=status, text="<html>Bad gateway</html>", content_type="text/html")
        raise Lost

    def _arrive_late(self, request: web.BaseRequest, body: bytes) -> None:
        """Whoever asked has gone; the request arrives all the same, some time."""

        async def go() -> None:
            await asyncio.sleep(self._chance.uniform(0.02, LONGEST_HANG))
            await self._forward(request, body)

        task = asyncio.ensure_future(go())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    # -- the homeserver behind it -----------------------------------------------------------------------------------

    async def _forward(self, request: web.BaseRequest, body: bytes) -> web.Response:
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        path = request.raw_path
        write = _WRITE.match(path)
        if write:
            path = f"{write['where']}/{self._transaction(write['where'], write['id'])}"
        url = URL(self._upstream + path, encoded=True)
        async with self._session.request(request.method, url, data=body, headers=headers) as answer:
            status, found = answer.status, await answer.read()
        if status == 200 and write:
            self._note(json.loads(found)["event_id"], json.loads(body))
        elif status == 200 and _LOOK.match(path):
            found = self._in_our_time(found)
        return web.Response(status=status, body=found, content_type="application/json")

    def _transaction(self, where: str, given: str) -> str:
        """The id under which the homeserver is asked: another one when it would have forgotten this one."""
        now = self._time.now()
        used, since = self._known.get((where, given), (given, now))
        if now - since > MEMORY:
            used, since = f"{used}-", now
        self._known[where, given] = used, since
        return used

    def _note(self, event: str, content: Json) -> None:
        self.written.setdefault(event, content)
        self.at.setdefault(event, self._time.now())

    def _in_our_time(self, page: bytes) -> bytes:
        found = json.loads(page)
        for event in found["chunk"]:
            event["origin_server_ts"] = int(self.at.get(event["event_id"], self._time.now()) * 1000)
        return json.dumps(found).encode()
