"""The stand-in itself: a Discord on loopback, with what tests look at afterwards."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from . import payloads, permissions, rest_application, rest_channels, rest_interactions, rest_threads
from .clock import Clock
from .errors import Refusal
from .faults import Faults
from .gateway import BAD_TOKEN, Gateway
from .interactions import Interaction
from .limits import Limits
from .message import Message
from .people import Person
from .rest import API, Door, Record
from .world import Guild, World

# 117760: view, send, embed, attach, read history (FACTS 34).
INVITED_WITH = permissions.bits("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
ANSWER_WITHIN = 3.0
NONCE_MEMORY = 180.0
_HANDLERS = (rest_application, rest_channels, rest_interactions, rest_threads)  # importing them registers their routes


@dataclass
class Application:
    """What AppInfo tells about the bot; `public` off means that only its owner can add it."""

    id: int
    name: str
    owner: Person
    public: bool = True

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "description": "",
            "type": None,
            "summary": "",
            "bot_public": self.public,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "flags_new": "0",
            "owner": payloads.user(self.owner),
            "team": None,
            "install_params": {"scopes": ["applications.commands", "bot"], "permissions": str(INVITED_WITH)},
            "integration_types_config": {"0": {}},
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "approximate_guild_count": 0,
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "eligible_oauth2_scopes": [],
        }


class Nonces:
    """The memory of "the past few minutes" in which a nonce is not used twice (message#create-message)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seconds = NONCE_MEMORY
        self._kept: dict[str, tuple[float, Message]] = {}

    def keep(self, payload: dict[str, Any], message: Message) -> None:
        if payload.get("nonce") is not None:
            self._kept[str(payload["nonce"])] = (self._clock.now(), message)

    def find(self, payload: dict[str, Any]) -> Message | None:
        at, message = self._kept.get(str(payload.get("nonce")), (0.0, None))
        return message if message is not None and self._clock.now() - at < self.seconds else None


@dataclass
class Counts:
    """Figures over all requests so far."""

    requests: int
    limited: int
    limited_globally: int
    by_status: dict[int, int]
    busiest_second: int
    seconds: float = field(default=0.0)


class StandIn:
    """A Discord for one bot.

    `limits`: None, "fixed" or "sliding" (how the global 50 per second are counted; 5 per 5 s and channel come along).
    `answer_within`: seconds for the first answer to an interaction. `service`: seconds that each request takes.
    `judge_by_openapi`: validate each body.
    """

    def __init__(
        self, *, limits: str | None = None, judge_by_openapi: bool = True, bot_name: str = "Causeway",
        clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.clock = clock or Clock()
        self.gateway = Gateway(self)
        self.world = World(self.clock, self.gateway.emit, bot_name)
        self.limits = Limits(self.clock, limits)
        self.faults = Faults()
        self.nonces = Nonces(self.clock)
        self.judge_by_openapi = judge_by_openapi
        self.answer_within = ANSWER_WITHIN
        self.service = 0.0
        self.token = f"standin.{secrets.token_urlsafe(24)}"
        self.application = Application(self.world.snowflake(), bot_name, self.person("owner of the application"))
        self.commands: dict[int | None, list[dict[str, Any]]] = {}
        self.interactions: dict[str, Interaction] = {}
        self.messages: dict[int, Message] = {}
        self.requests: list[Record] = []
        self.refusals: list[Refusal] = []
        self.notes: list[str] = []
        self.without_allowed_mentions: list[Record] = []
        self.posted = asyncio.Event()
        self.port = 0
        self._runner: web.AppRunner | None = None

    # Where it is

    @property
    def api_url(self) -> str:
        """For `[discord] api_url`."""
        return f"http://127.0.0.1:{self.port}{API}"

    @property
    def gateway_url(self) -> str:
        """For `[discord] gateway_url`."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def start(self, port: int = 0, extra: web.RouteTableDef | None = None) -> Self:
        app = web.Application(client_max_size=32 << 20)
        Door(self).add_to(app)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        if extra is not None:
            app.add_routes(extra)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        self.faults.clear()
        self.gateway.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # Who is there

    def guild(self, name: str) -> Guild:
        """A server by its name."""
        return next(one for one in self.world.guilds.values() if one.name == name)

    def add_guild(
        self,
        name: str,
        channels: tuple[str, ...] = ("general", "calls", "moderators"),
        *,
        permissions: int = INVITED_WITH,
        locale: str = "en-US",
    ) -> Guild:
        """A server whose people have just added the bot with these permissions."""
        return self.world.add_guild(name, channels, permissions, locale)

    def person(self, name: str, guild: Guild | None = None, *, manager: bool = False, locale: str = "en-US") -> Person:
        """A new person, in a server when one is given; `manager` has Manage Server there."""
        made = self.world.add_user(name, locale=locale, make=Person)
        assert isinstance(made, Person)
        made.standin = self
        if guild is not None:
            guild.join(made, *([guild.add_role(f"managers ({name})", "manage_guild")] if manager else []))
        return made

    # What goes wrong

    def revoke_token(self) -> None:
        """The token is reset: 401 on REST, and the gateway hangs up with 4004."""
        self.token = f"standin.{secrets.token_urlsafe(24)}"
        self.gateway.close_all(BAD_TOKEN)

    # What happened

    def note_mentions(self, record: Record) -> None:
        """Remember every message payload that does not say whom it may ping (law 5 of the design)."""
        payload = record.payload if isinstance(record.payload, dict) else {}
        if record.template.startswith("/interactions/"):
            payload = (payload.get("data") or {}) if payload.get("type") in (4, 7) else {}
        is_message = record.template.startswith("/interactions/") or "/messages" in record.template
        is_message = is_message or (record.template == "/webhooks/{webhook_id}/{webhook_token}")
        if is_message and payload and "allowed_mentions" not in payload:
            self.without_allowed_mentions.append(record)

    def counts(self) -> Counts:
        """Requests, 429s, statuses and the busiest second (sliding)."""
        times = [one.at for one in self.requests]
        by_status: dict[int, int] = {}
        for one in self.requests:
            by_status[one.status] = by_status.get(one.status, 0) + 1
        span = times[-1] - times[0] if times else 0.0
        everywhere = sum(one.status == 429 and one.scope == "global" for one in self.requests)
        return Counts(len(times), by_status.get(429, 0), everywhere, by_status, _busiest(times), span)

    async def until_posted(self, count: int, patience: float = 30.0) -> None:
        """Wait until so many messages were posted to channels and direct rooms in all."""
        async with asyncio.timeout(patience):
            while sum(len(channel.history) for channel in self.world.channels.values()) < count:
                self.posted.clear()
                await self.posted.wait()

    async def until_ready(self, patience: float = 10.0) -> None:
        """Wait until the bot is connected to the gateway."""
        async with asyncio.timeout(patience):
            await self.gateway.ready.wait()


def _busiest(times: list[float]) -> int:
    most = start = 0
    for end, at in enumerate(times):
        while at - times[start] >= 1:
            start += 1
        most = max(most, end - start + 1)
    return most
