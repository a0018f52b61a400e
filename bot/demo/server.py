"""The page of the rehearsal: a small web server on this machine alone.

Only the loopback address is served. The page lives below a random path, every change must come from that page itself
(same origin, JSON), and nothing is loaded from elsewhere: another site open in the same browser can do nothing here.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from base64 import b64decode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.resources import files
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.demo.acts import ACTS, BadAct
from bot.demo.stage import BotAway, Stage
from bot.demo.telling import TELLING, Teller
from bot.demo.view import Data, commands, page_words, parts

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
NAMES = {"127.0.0.1", "localhost", "[::1]"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PAGE = {one.name: one.read_bytes() for one in files("bot.demo").joinpath("page").iterdir() if one.name[0] not in "._"}
GATHER, PULSE = 0.03, 15.0  # seconds: changes that come together are sent together; a sign of life
AWAKE = 1.2  # seconds between a kill and the new start, so that one sees it
LARGEST = 256 * 1024  # bytes of one request

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """The page of one stage."""

    def __init__(self, stage: Stage, tempo: float = 1.0, free: bool = False) -> None:
        self.stage, self.teller = stage, Teller(stage, tempo, free)
        self.token = secrets.token_urlsafe(18)
        self._words = page_words(stage.core.words)
        self._commands = commands(stage.core.registry, stage.core.words)
        self._readers: set[asyncio.Event] = set()
        self._reviving: asyncio.Task[None] | None = None
        self._open = True
        stage.world.changed.append(self._ring)

    def app(self) -> web.Application:
        """The web application."""
        app = web.Application(middlewares=[_guard], client_max_size=LARGEST)
        base = f"/{self.token}"
        app.router.add_get("/", self._enter)
        app.router.add_get(f"{base}/", self._file)
        app.router.add_get(f"{base}/words", self._say)
        app.router.add_get(f"{base}/events", self._events)
        app.router.add_get(f"{base}/{{name}}", self._file)
        app.router.add_get(f"{base}/kept/{{message}}/{{at:[0-9]}}", self._kept)
        app.router.add_post(f"{base}/act", self._act)
        app.on_shutdown.append(self._end)
        return app

    def _ring(self) -> None:
        for reader in self._readers:
            reader.set()

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"/{self.token}/")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name", "index.html")
        if name not in PAGE:
            raise web.HTTPNotFound
        return web.Response(body=PAGE[name], content_type=KINDS[name[name.rindex(".") :]], charset="utf-8")

    async def _kept(self, request: web.Request) -> web.StreamResponse:
        """A file that came with a message: to keep, never to be run in this page's name."""
        message = self.stage.world.anywhere(request.match_info["message"])
        at = int(request.match_info["at"])
        if message is None or message.removed_by or at >= len(message.files):
            raise web.HTTPNotFound
        name, _, packed = message.files[at]
        kind = guess_type(name)[0] or "application/octet-stream"
        attached = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return web.Response(body=b64decode(packed), content_type=kind, headers=attached)

    async def _say(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._words)

    # -- what changes -----------------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        stream.headers.update(HEADERS)
        await stream.prepare(request)
        changed, seen = asyncio.Event(), dict[str, str]()
        self._readers.add(changed)
        changed.set()
        try:
            while self._open:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PULSE):
                        await changed.wait()
                await asyncio.sleep(GATHER)
                changed.clear()
                await stream.write(_event(self._news(seen)))
        except ConnectionError:
            log.debug("a reader left")
        finally:
            self._readers.discard(changed)
        return stream

    def _news(self, seen: dict[str, str]) -> Data:
        """The parts that this reader has not seen as they are now, and the time."""
        news: Data = {}
        for name, value in (("story", self.teller.story.state()), *parts(self.stage, self._commands)):
            packed = json.dumps(value, ensure_ascii=False)
            if seen.get(name) != packed:
                seen[name] = packed
                news[name] = value
        return {"now": self.stage.clock.now().isoformat(), "parts": news}

    # -- what is done -----------------------------------------------------------------------------------------------

    async def _act(self, request: web.Request) -> web.StreamResponse:
        body = await _read(request)
        name = str(body.get("act", ""))
        if name not in TELLING and self.teller.story.busy:
            return web.json_response({"busy": True})
        if name == "kill":
            self._kill()
            return web.json_response({})
        try:
            if name in TELLING:
                return web.json_response({"result": await TELLING[name](self.teller, body)})
            if name in ACTS:
                return web.json_response({"result": await ACTS[name](self.stage, body)})
        except BadAct as bad:
            raise web.HTTPBadRequest(text=str(bad)) from bad
        except BotAway:
            return web.json_response({"away": True})
        raise web.HTTPBadRequest(text="act")

    def _kill(self) -> None:
        if self._reviving is None or self._reviving.done():
            self._reviving = asyncio.create_task(self._kill_and_start())

    async def _kill_and_start(self) -> None:
        await self.stage.kill()
        await asyncio.sleep(AWAKE)
        await self.stage.start()

    async def _end(self, app: web.Application) -> None:
        self._open = False
        self._ring()
        if self._reviving is not None:
            await self._reviving
        await self.teller.close()
        self.stage.world.changed.remove(self._ring)


def _event(data: Data) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


async def _read(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="JSON") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="JSON")
    return body


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Asked by this machine's own name, and changed only by the page itself."""
    if request.host.rpartition(":")[0] not in NAMES and request.host not in NAMES:
        raise web.HTTPForbidden(text="host")  # a name that somebody else points at this machine
    if request.method not in {"GET", "HEAD"} and not _from_the_page(request):
        raise web.HTTPForbidden(text="origin")
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        refused.headers.update(HEADERS)
        raise
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def _from_the_page(request: web.Request) -> bool:
    if request.content_type != "application/json":
        return False
    return request.headers.get("Origin") == f"{request.scheme}://{request.host}"


async def serve(
    stage: Stage, port: int, tempo: float = 1.0, free: bool = False
) -> tuple[web.AppRunner, str]:  # fmt: skip
    """Opens the page; (what to clean up, its address). OSError when the port is taken.

    `tempo`: how much time the story leaves to read (see `Story`). `free`: without the story.
    """
    page = Page(stage, tempo, free)
    await page.teller.story.look()
    runner = web.AppRunner(page.app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    await site.start()
    found: tuple[str, int] = runner.addresses[0][:2]
    return runner, f"http://{HOST}:{found[1]}/"
