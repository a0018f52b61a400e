"""From an HTTP request to a handler and back: token, faults, limits, OpenAPI, refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from . import openapi
from .errors import LIMIT_PAGE, Refusal, unauthorized
from .limits import Verdict
from .message import Upload

if TYPE_CHECKING:
    from .faults import Fault
    from .server import StandIn

API = "/api/v10"
# Requests that prove themselves by the token in their path.
_TOKENLESS = ("/interactions/", "/webhooks/", "/gateway")
Handler = Callable[["Asked"], Any]
ROUTES: list[tuple[str, str, Handler]] = []


@dataclass
class Asked:
    """One request, read and judged, as the handlers see it."""

    standin: StandIn
    method: str
    template: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    payload: Any = None
    files: list[Upload] = field(default_factory=list)

    def id(self, name: str) -> int:
        """An id of the path; anything but digits is an unknown thing to Discord too."""
        text = self.params[name]
        return int(text) if text.isdigit() else 0


def route(method: str, template: str) -> Callable[[Handler], Handler]:
    """Register a handler under the words that Discord's OpenAPI file uses for its path."""

    def register(handler: Handler) -> Handler:
        ROUTES.append((method, template, handler))
        return handler

    return register


@dataclass
class Record:
    """A request as the tests see it afterwards."""

    at: float
    method: str
    path: str
    template: str
    status: int = 0
    payload: Any = None
    scope: str = ""  # of the limit that refused it: global, or user for a bucket


class Door:
    """Every REST request passes here, in the order of Discord's own checks."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin

    def add_to(self, app: web.Application) -> None:
        for method, template, handler in ROUTES:
            app.router.add_route(method, API + template, self._entrance(method, template, handler))

    def _entrance(
        self, method: str, template: str, handler: Handler
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def enter(request: web.Request) -> web.StreamResponse:
            record = Record(self._standin.clock.now(), method, request.path.removeprefix(API), template)
            self._standin.requests.append(record)
            answer = await self._admit(request, record, handler)
            record.status = answer.status
            self._note(answer)
            return answer

        return enter

    async def _admit(self, request: web.Request, record: Record, handler: Handler) -> web.StreamResponse:
        early = await self._fault(request, record, after=False)
        if early is not None:
            return early
        verdict = self._standin.limits.judge(record.method, record.template, _major(request))
        record.scope = verdict.headers.get("X-RateLimit-Scope", "")
        if verdict.refused:
            return _too_many(verdict)
        try:
            answer = await self._do(request, record, handler)
        except Refusal as refusal:
            self._standin.refusals.append(refusal)
            return _json(refusal.body(), status=refusal.status, headers=verdict.headers)
        if self._standin.service:
            await asyncio.sleep(self._standin.service)
        late = await self._fault(request, record, after=True)
        if late is not None:
            return late
        if answer is None:
            return web.Response(status=204, headers=verdict.headers)
        return _json(answer, headers=verdict.headers)

    async def _do(self, request: web.Request, record: Record, handler: Handler) -> Any:
        if not record.template.startswith(_TOKENLESS):
            self._check_token(request)
        asked = Asked(self._standin, record.method, record.template, request.match_info, request.query)
        await _read_body(request, asked)
        record.payload = asked.payload
        self._standin.note_mentions(record)
        if asked.payload is not None and self._standin.judge_by_openapi:
            openapi.check_request(record.method, record.template, asked.payload)
        made = handler(asked)
        return await made if asyncio.iscoroutine(made) else made

    def _check_token(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self._standin.token}":
            raise unauthorized()

    async def _fault(self, request: web.Request, record: Record, *, after: bool) -> web.StreamResponse | None:
        fault = self._standin.faults.find(record.method, record.path, record.template, after)
        return None if fault is None else await _suffer(fault, request)

    def _note(self, answer: web.StreamResponse) -> None:
        if answer.status in (401, 403, 429):
            self._standin.limits.note_invalid()


async def _suffer(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    if fault.kind == "drop":
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)
    if fault.kind == "hang":
        await fault.released.wait()
        return None
    if fault.kind == "limited":
        body = {"message": "You are being rate limited.", "retry_after": fault.retry_after, "global": False}
        headers = {"Retry-After": str(max(1, round(fault.retry_after))), "X-RateLimit-Scope": "shared"}
        return _too_many(Verdict(headers, body))
    return _json({"message": f"{fault.status}: on demand", "code": 0}, status=fault.status)


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Exactly `application/json`, without a charset: discord.py compares the header as a whole."""
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers, content_type="application/json")


def _too_many(verdict: Verdict) -> web.StreamResponse:
    """429 as Discord sends it; a banned address gets a page without `Via` (topics/rate-limits)."""
    if verdict.banned:
        return web.Response(status=429, text="<html>error code: 1015</html>", content_type="text/html")
    return _json(verdict.body, status=429, headers={"Via": "1.1 standin", **verdict.headers})


def _major(request: web.Request) -> str:
    """The parameter that gives a route its own bucket: the first one, and a webhook's token."""
    names = [name for name in ("channel_id", "guild_id", "webhook_id", "webhook_token") if name in request.match_info]
    return "+".join(request.match_info[name] for name in names)


async def _read_body(request: web.Request, asked: Asked) -> None:
    if not request.can_read_body:
        return
    try:
        if request.content_type.startswith("multipart/"):
            await _read_multipart(request, asked)
        else:
            asked.payload = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise Refusal(400, 50109, "The request body contains invalid JSON.", LIMIT_PAGE) from None


async def _read_multipart(request: web.Request, asked: Asked) -> None:
    uploads: dict[int, tuple[str, bytes]] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            asked.payload = json.loads(content)
        else:
            number = int(str(part.name).removeprefix("files[").removesuffix("]"))
            uploads[number] = (part.filename or "file", content)
    asked.files = _described(uploads, asked.payload or {})


def _described(uploads: dict[int, tuple[str, bytes]], payload: dict[str, Any]) -> list[Upload]:
    data = payload.get("data") or payload
    notes = {str(one.get("id")): one.get("description") for one in data.get("attachments") or []}
    return [Upload(name, content, notes.get(str(number))) for number, (name, content) in sorted(uploads.items())]
