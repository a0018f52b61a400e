"""Discord as a platform: signs in, listens, delivers, and says how it is doing."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from datetime import timedelta

import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.cards import Option
from bot.core import Core
from bot.deliveries import Delivery
from bot.errors import Limited, Revoked, Unreachable
from bot.platforms.base import Found, Health, Room, Sent
from bot.platforms.discord import commands, meetings, servers
from bot.platforms.discord.client import Client
from bot.platforms.discord.conversation import Conversation
from bot.platforms.discord.faults import translated
from bot.platforms.discord.pacer import Pacer
from bot.platforms.discord.sending import Mail
from bot.spaces import Place

log = structlog.get_logger(__name__)

REMEMBERS = timedelta(seconds=60)  # Discord promises "the past few minutes" for a nonce (FACTS 30)
IN_FLIGHT = 200  # at most; a channel that waits for its bucket must not hold the others up
AHEAD = 0.4  # seconds of sending that wait at the pacer: longer than a turn of the outbox takes on a busy day
PATIENCE = 90.0  # seconds for one delivery; discord.py itself repeats a 5xx for about 25
LONG_REFUSAL = 60.0  # seconds; what discord.py could not wait out itself
SPARE_STARTS = 50  # sign-ins of the day that are left for people who look after the bot
AT_ONCE = 2.0  # seconds for what is asked in the middle of an interaction
AWAY = 1.0  # seconds until a row is tried again while the bot is not signed in


class DiscordAdapter:
    """The contract of `bot.platforms.base` on the real discord.py, with the guilds intent alone (FACTS 32)."""

    name = "discord"
    remembers = REMEMBERS

    def __init__(
        self, core: Core, token: str, *, api_url: str = "", gateway_url: str = "", per_second: int = 49,
        per_channel: int = 4,
    ) -> None:  # fmt: skip
        self.core, self._token = core, token
        self._urls = api_url, gateway_url
        self._pacer = Pacer(per_second, per_channel)
        self.most_in_flight = IN_FLIGHT
        self._carried = 0
        self._client: Client | None = None
        self._mail: Mail | None = None
        self._revoked = asyncio.Event()
        self._paused_until = 0.0
        self.public: bool | None = None  # whether others than the application's owner can add it; None: not known yet

    # -- serving ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Signs in, registers the commands and serves. Revoked when the token is dead; Unreachable otherwise."""
        point_library(*self._urls)
        conversation = Conversation(self.core, self.name)
        client = Client(self.core, self.name, self._pacer, conversation)
        try:
            with translated():
                await client.login(self._token)
                await self._register(client)
                await self._check_starts(client)
            self._client, self._mail = client, Mail(client, self.core, self._pacer, self.name)
            await self._serve(client)
        except Revoked:
            self._revoked.set()
            raise
        finally:
            await conversation.finish()
            self._client = self._mail = None
            await client.close()

    async def _register(self, client: Client) -> None:
        application = client.application
        assert application is not None
        self.public = application.bot_public
        if not self.public:
            log.warning("only the application's owner can add it to a server: turn Public Bot on")
        tree = commands.tree(self.core.registry, self.core.words)
        await client.http.bulk_upsert_global_commands(application.id, tree)

    async def _check_starts(self, client: Client) -> None:
        """Discord resets the token of a bot that signs in more than 1,000 times a day (FACTS 26): never go near."""
        _, _, starts = await client.http.get_bot_gateway()
        if starts["remaining"] <= SPARE_STARTS:
            log.error("too many sign-ins today; waiting", seconds=starts["reset_after"] // 1000)
            raise Limited(starts["reset_after"] / 1000)

    async def _serve(self, client: Client) -> None:
        """Until the gateway gives up, or any request was answered with 401."""
        gateway = asyncio.create_task(client.connect(), name="discord gateway")
        dead = asyncio.create_task(self._revoked.wait())
        try:
            await asyncio.wait({gateway, dead}, return_when=asyncio.FIRST_COMPLETED)
            if self._revoked.is_set():
                raise Revoked
            with translated():
                await gateway
            raise Unreachable
        except AttributeError as error:
            if client.ws is not None:
                raise
            # discord.py 2.7 looks at the connection it had, also when it never had one.
            raise Unreachable from error
        finally:
            gateway.cancel()
            dead.cancel()
            await asyncio.gather(gateway, dead, return_exceptions=True)

    # -- delivering -------------------------------------------------------------------------------------------------

    @property
    def in_flight(self) -> int:
        """What is on the wire or waits for its channel, and what the pacer lets go next."""
        on_the_way = self._carried - self._pacer.waiting
        return min(self.most_in_flight, on_the_way + math.ceil(AHEAD * self._pacer.per_second))

    async def deliver(self, delivery: Delivery) -> Sent:
        """Sends, edits or takes back one row."""
        self._carried += 1
        try:
            with translated():
                async with asyncio.timeout(PATIENCE):
                    return await self._ready_mail().carry(delivery)
        except Revoked:
            self._revoked.set()
            raise
        except Limited as limited:
            self._pause(limited.retry_after)
            raise
        finally:
            self._carried -= 1

    async def find(self, delivery: Delivery) -> Sent | Found:
        """Looks for a row that may have arrived; needs to know our permissions, so only once the servers are known."""
        mail = self._ready_mail()
        if self._client is None or not self._client.is_ready():
            raise _away()
        with translated():
            async with asyncio.timeout(PATIENCE):
                return await mail.look(delivery)

    def _pause(self, seconds: float) -> None:
        """A long refusal is for the whole address: every further request would prolong it (SECURITY J3)."""
        if seconds >= LONG_REFUSAL:
            log.error("Discord refuses everything for a while", seconds=round(seconds))
            self._paused_until = time.monotonic() + seconds

    def _ready_mail(self) -> Mail:
        if self._revoked.is_set():
            raise Revoked
        if time.monotonic() < self._paused_until:
            raise Limited(self._paused_until - time.monotonic())
        if self._mail is None:
            raise _away()
        return self._mail

    # -- asking -----------------------------------------------------------------------------------------------------

    async def rooms(self, space: str, channel: str = "") -> Sequence[Room]:
        """The text channels of a server."""
        return servers.rooms_of(self._client, space) if self._client else ()

    async def mentionable(self, space: str, channel: str = "") -> Sequence[Option] | None:
        """The roles of a server that everybody may mention."""
        return servers.mentionable_in(self._client, space) if self._client else ()

    async def problems(self, address: str) -> tuple[str, ...]:
        """What is missing in a channel: of view, send, embed, attach, history; or `gone`."""
        return servers.problems_of(self._client, address) if self._client else ()

    async def manages(self, account: str, place: Place) -> bool:
        """Whether somebody has Manage Server in a server now."""
        if self._client is None:
            return False
        return await servers.manages(self._client, self._pacer, account, place.space)

    def realm(self, account: str) -> str:
        """One company runs all of it."""
        return ""

    async def shares(self, accounts: Sequence[str], address: str) -> bool:
        """Whether a private thread for these members can be made in a channel."""
        if self._client is None:
            return False
        with translated():
            async with asyncio.timeout(AT_ONCE):
                return await meetings.shares(self._client, self._pacer, accounts, address)

    async def leave(self, address: str) -> None:
        """Leaves a server."""
        if self._client is None:
            raise _away()
        await servers.leave(self._client, self._pacer, address)

    def health(self) -> Health:
        """Signed in and listening, starting, silent for so long, or revoked."""
        if self._revoked.is_set():
            return Health(False, "health.revoked", {"platform": "Discord"})
        if self._client is None or self._client.listening_since is None:
            return Health(False, "health.starting", {"platform": "Discord"})
        silent = self._client.silent_for()
        key = "health.silent" if silent else "health.well"
        return Health(not silent, key, {"platform": "Discord", "seconds": round(silent)})

    def seconds_for(self, messages: int) -> float:
        """How long so many messages take at our pace."""
        return self._pacer.seconds_for(messages)


def _away() -> Limited:
    """Not signed in: nothing has left, so the row simply waits its turn."""
    waiting = Limited(AWAY)
    waiting.reason = Unreachable.reason
    return waiting


def point_library(api_url: str, gateway_url: str) -> None:
    """Points discord.py at another server; its addresses are class attributes: one Discord per process (FACTS 46)."""
    if api_url:
        Route.BASE = api_url.rstrip("/")
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
