"""Requests to a homeserver, and the one place where nio's error *values* become exceptions of the bot.

nio returns `SyncError`, `RoomSendError`, ... instead of raising, and several of them carry no code: a 502 page of a
proxy is `RoomSendError(status_code=None)`, so the HTTP status is read from `transport_response` (FACTS 1, 7).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from aiohttp import ClientConnectionError, ClientError
from nio import AsyncClient
from nio.responses import ErrorResponse, Response

from bot.errors import Denied, Gone, Limited, PlatformError, Revoked, TooLarge, Unreachable

CLIENT_API = "/_matrix/client/v3"
# When a server gives no time on a 429, nio would wait five seconds; so do we.
UNSTATED_WAIT = 5.0

_TOKEN = {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED"}
_GONE = {"M_NOT_FOUND", "M_UNKNOWN_ROOM"}
Json = dict[str, Any]
Answer = TypeVar("Answer")


class Undone(PlatformError):
    """The server asks for a password first (401 with flows); `session` continues that dialogue."""

    reason = "needs_password"

    def __init__(self, session: str) -> None:
        super().__init__()
        self.session = session


def trouble(status: int | None, body: Json) -> PlatformError:
    """The exception for an HTTP status and a Matrix error body (`errcode`, `retry_after_ms`); the body may be empty.

    `None` and 5xx, and a success that is not JSON (a proxy's page), are `Unreachable`: worth trying again.
    """
    code = body.get("errcode")
    if status == 429 or code == "M_LIMIT_EXCEEDED":
        return Limited((body.get("retry_after_ms") or UNSTATED_WAIT * 1000) / 1000)
    if code in _TOKEN:
        return Revoked()
    if status == 401 and "flows" in body:
        return Undone(str(body.get("session", "")))
    if status == 413 or code == "M_TOO_LARGE":
        return TooLarge()
    if code in _GONE or status in (404, 410):
        return Gone()
    if status is not None and 400 <= status < 500 and code:
        return Denied()
    return Unreachable()


def _status(answer: Response) -> int | None:
    transport = getattr(answer, "transport_response", None)
    return None if transport is None else int(transport.status)


def check(answer: Any) -> Any:
    """Give back a good answer of nio; raise the bot's own exception for an error value."""
    if not isinstance(answer, ErrorResponse):
        return answer
    body: Json = {"errcode": answer.status_code, "retry_after_ms": answer.retry_after_ms}
    fault = trouble(_status(answer), body)
    fault.__cause__ = RuntimeError(f"{type(answer).__name__} {_status(answer)} {answer.status_code}")
    raise fault


async def call(work: Awaitable[Answer]) -> Answer:
    """Await a method of nio; error values and broken connections become the bot's exceptions."""
    try:
        answer = await work
    except (ClientError, ClientConnectionError, TimeoutError, ConnectionError) as fault:
        raise Unreachable() from fault
    return check(answer)  # type: ignore[no-any-return]


def room_path(room_id: str, *parts: str) -> str:
    """`/rooms/{id}/...` of the client-server API, each part quoted."""
    return "/".join([f"{CLIENT_API}/rooms", *(quote(part, safe="") for part in (room_id, *parts))])


async def ask(
    client: AsyncClient, method: str, path: str, body: Json | None = None, query: dict[str, str] | None = None
) -> Json:
    """A raw request with the client's own session and token, for what nio does not offer. Raises as `call` does."""
    headers = {"Content-Type": "application/json"}
    if client.access_token:
        headers["Authorization"] = f"Bearer {client.access_token}"
    address = path + ("?" + urlencode(query) if query else "")
    return await call(_exchange(client, method, address, body, headers))


async def _exchange(client: AsyncClient, method: str, path: str, body: Json | None, headers: dict[str, str]) -> Json:
    data = None if body is None and method == "GET" else json.dumps(body or {})
    answer = await client.send(method, path, data, headers)
    try:
        found = json.loads(await answer.text())
    except ValueError:
        found = None
    if answer.status >= 400 or not isinstance(found, dict):
        raise trouble(answer.status, found if isinstance(found, dict) else {})
    return found
