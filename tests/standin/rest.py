"""A bare client for the stand-in's own tests: no library between the test and the server."""

from __future__ import annotations

import json
import zlib
from typing import Any, Self

import aiohttp

from tests.discord_standin import StandIn

Answer = tuple[int, Any]


class Bare:
    """REST and gateway by hand. `interactions` are those that arrived, oldest first."""

    def __init__(self, standin: StandIn) -> None:
        self.standin = standin
        self.headers: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> Answer:
        """Status and JSON of one request; `headers` keeps the answer's headers."""
        authorization = {"Authorization": f"Bot {token or self.standin.token}"}
        async with self.session.request(
            method, self.standin.api_url + path, json=body, headers=authorization
        ) as response:
            self.headers = dict(response.headers)
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text

    async def post(self, channel: Any, **body: Any) -> Answer:
        return await self.ask("POST", f"/channels/{channel.id}/messages", body)

    async def gate(self, compress: bool = False) -> Gate:
        query = "?v=10&encoding=json" + ("&compress=zlib-stream" if compress else "")
        return Gate(await self.session.ws_connect(self.standin.gateway_url + query), compress)


class Gate:
    """One gateway connection, spoken by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, compress: bool) -> None:
        self.socket = socket
        self._inflate = zlib.decompressobj() if compress else None

    async def next(self) -> dict[str, Any]:
        """The next frame; EOFError with the close code when the server hung up."""
        message = await self.socket.receive(timeout=5)
        if message.type is aiohttp.WSMsgType.TEXT:
            return dict(json.loads(message.data))
        if message.type is aiohttp.WSMsgType.BINARY and self._inflate:
            return dict(json.loads(self._inflate.decompress(message.data)))
        raise EOFError(self.socket.close_code)

    async def until(self, event: str) -> dict[str, Any]:
        """Skip to the next event of this name."""
        while (frame := await self.next()).get("t") != event:
            pass
        return frame

    async def until_hung_up(self) -> int:
        """The close code with which the server ends it."""
        try:
            while True:
                await self.next()
        except EOFError as end:
            return int(end.args[0])

    async def send(self, op: int, data: Any = None) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, token: str, intents: int = 1) -> dict[str, Any]:
        """Past hello and READY; answers READY's data."""
        assert (await self.next())["op"] == 10
        await self.send(2, {"token": token, "intents": intents, "properties": {}})
        return dict((await self.until("READY"))["d"])
