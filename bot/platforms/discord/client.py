"""discord.py's client with the few events that we listen to."""

from __future__ import annotations

import time
from typing import Any

import discord
import structlog

from bot.core import Core
from bot.platforms.discord import servers
from bot.platforms.discord.conversation import Conversation
from bot.platforms.discord.pacer import Pacer

log = structlog.get_logger(__name__)

# The bot never speaks: no warning to its operator that voice libraries are missing.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

SETTLED = 0.5  # seconds without a further server after which the list counts as complete


class Client(discord.Client):
    """Guilds intent only, nobody is pinged unless a card says so, no message is cached or read."""

    def __init__(self, core: Core, platform: str, pacer: Pacer, conversation: Conversation) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions.none(), max_messages=None,
            guild_ready_timeout=SETTLED,
        )  # fmt: skip
        self._core, self._platform, self._pacer, self._conversation = core, platform, pacer, conversation
        self.listening_since: float | None = None
        self._lost_at: float | None = None

    def silent_for(self) -> float:
        """Seconds since the gateway was lost; 0 while it is there."""
        return 0.0 if self._lost_at is None else max(1.0, time.monotonic() - self._lost_at)

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Commands, presses, forms and completions."""
        await self._conversation.hear(interaction)

    async def on_connect(self) -> None:
        """Signed in anew: the list of servers is complete (though not what is in them)."""
        self._note_alive()
        await servers.compare(self, self._core, self._pacer, self._platform)

    async def on_resumed(self) -> None:
        """The connection is back; nothing was missed."""
        self._note_alive()

    async def on_disconnect(self) -> None:
        """The connection is lost; discord.py takes it up again by itself."""
        self._lost_at = self._lost_at or time.monotonic()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is there after a start or an outage."""
        servers.warn_of_more_rights(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Somebody added the bot."""
        servers.warn_of_more_rights(guild)
        await self._core.joined(self._platform, str(guild.id))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Somebody removed the bot (an outage is no removal: discord.py tells them apart)."""
        await self._core.removed_from(self._platform, str(guild.id))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """A fault in one event must not end the others; nothing of the event itself goes into the log."""
        log.exception("an event of Discord failed", event_name=event_method)

    def _note_alive(self) -> None:
        self._lost_at = None
        self.listening_since = self.listening_since or time.monotonic()
