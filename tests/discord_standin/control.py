"""The stand-in steered over HTTP, for when it runs in its own process (benchmarks, tests by hand).

GET  /standin           its addresses and the token
GET  /standin/counts    requests, 429s, the busiest second
GET  /standin/messages?guild=NAME&channel=NAME    what was posted there
POST /standin/do        {"what": NAME OF A METHOD OF `Control`, ...its arguments}: the answer of that method
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from aiohttp import web

from .interactions import Modal, Seen
from .message import Message
from .people import Person
from .server import StandIn
from .world import Channel


class Control:
    """What can be asked for by name. People are named by their name, channels by server and name, messages by id."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._modals: dict[str, Modal] = {}

    def routes(self) -> web.RouteTableDef:
        table = web.RouteTableDef()
        table.get("/standin")(self._address)
        table.get("/standin/counts")(self._counts)
        table.get("/standin/messages")(self._messages)
        table.post("/standin/do")(self._do)
        return table

    async def add_guild(self, name: str, channels: list[str] | None = None, count: int = 1) -> Any:
        """One server, or `count` of them called `name 1`, `name 2`..."""
        names = [name] if count == 1 else [f"{name} {number}" for number in range(1, count + 1)]
        made = [self._standin.add_guild(one, tuple(channels or ("general", "calls", "moderators"))) for one in names]
        return [{"id": str(one.id), "channels": {each.name: str(each.id) for each in one.channels}} for one in made]

    async def add_person(self, name: str, guild: str, manager: bool = False, locale: str = "en-US") -> Any:
        person = self._standin.person(name, self._standin.guild(guild), manager=manager, locale=locale)
        return {"id": str(person.id)}

    async def slash(self, person: str, command: str, options: dict[str, Any] | None = None) -> Any:
        return self._shown(await self._person(person).slash(command, **(options or {})))

    async def press(self, person: str, message: str, label: str) -> Any:
        return self._shown(await self._person(person).press(self._standin.messages[int(message)], label))

    async def submit(self, person: str, modal: str, values: dict[str, Any]) -> Any:
        return self._shown(await self._person(person).submit(self._modals[modal], values))

    async def fault(self, kind: str, where: str, **settings: Any) -> Any:
        """`kind` is `fail`, `drop`, `hang` or `limit`; the settings are those of `Faults`."""
        getattr(self._standin.faults, kind)(where, **settings)

    async def clear_faults(self) -> Any:
        self._standin.faults.clear()

    async def deny(self, guild: str, channel: str, names: list[str]) -> Any:
        self._channel(guild, channel).deny(*names)

    async def lose(self, guild: str, channel: str) -> Any:
        self._channel(guild, channel).lose()

    async def kick(self, guild: str) -> Any:
        self._standin.guild(guild).kick()

    async def cut(self) -> Any:
        self._standin.gateway.cut()

    async def revoke(self) -> Any:
        self._standin.revoke_token()

    async def advance(self, seconds: float) -> Any:
        self._standin.clock.advance(seconds)

    async def until_ready(self) -> Any:
        await self._standin.until_ready()

    def _person(self, name: str) -> Person:
        return next(one for one in self._standin.world.users.values() if isinstance(one, Person) and one.name == name)

    def _channel(self, guild: str, channel: str) -> Channel:
        return self._standin.guild(guild).channel(channel)

    def _shown(self, seen: Seen) -> dict[str, Any]:
        modal = seen.modal
        if modal is not None:
            self._modals[modal.custom_id] = modal
        updated = [] if seen.updated is None else [seen.updated]
        return {
            "failed": seen.failed,
            "thinking": seen.thinking,
            "messages": [_read(one) for one in [*updated, *seen.messages]],
            "modal": modal and {"custom_id": modal.custom_id, "title": modal.title, "labels": modal.labels},
        }

    async def _do(self, request: web.Request) -> web.Response:
        asked = await request.json()
        what = str(asked.pop("what"))
        if what.startswith("_") or what == "routes" or not hasattr(self, what):
            return web.json_response({"error": f"nothing is called {what}"}, status=404)
        try:
            return web.json_response({"result": await getattr(self, what)(**asked)})
        except (AssertionError, LookupError, StopIteration, TypeError, TimeoutError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    async def _address(self, request: web.Request) -> web.Response:
        standin = self._standin
        return web.json_response(
            {"api_url": standin.api_url, "gateway_url": standin.gateway_url, "token": standin.token}
        )

    async def _counts(self, request: web.Request) -> web.Response:
        return web.json_response(dataclasses.asdict(self._standin.counts()))

    async def _messages(self, request: web.Request) -> web.Response:
        channel = self._channel(request.query["guild"], request.query["channel"])
        return web.json_response([_read(one) for one in channel.messages])


def _read(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "content": message.content,
        "labels": message.labels,
        "ephemeral": message.ephemeral,
        "nonce": message.nonce,
        "versions": message.versions,
    }


def announcement(standin: StandIn) -> str:
    """One line for whoever started the process: where it listens."""
    return json.dumps({"api_url": standin.api_url, "gateway_url": standin.gateway_url, "token": standin.token})
