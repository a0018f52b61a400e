"""What Discord says about a token, before and beside the running bot: by REST only, with the real discord.py.

No gateway is opened, so a bot that runs at the same time is not disturbed (FACTS 32: REST works right after login).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import discord
from discord.http import Route

from bot import logs
from bot.errors import CausewayError

OFFICIAL = Route.BASE
# view, send, embed, attach, read history: the bits behind 117760 (FACTS 34) and their sentences under `permission.`.
NEEDED = {
    "view_channel": "view",
    "send_messages": "send",
    "embed_links": "embed",
    "attach_files": "attach",
    "read_message_history": "history",
}
WITH_NEWCOMERS = {"create_private_threads", "send_messages_in_threads"}
INVITE = "https://discord.com/oauth2/authorize?client_id={id}&scope=bot%20applications.commands&permissions={bits}"


@dataclass(frozen=True)
class Application:
    """The bot as Discord knows it. `public`: people other than its owner can add it. `servers`: id -> name."""

    id: int
    name: str
    public: bool
    servers: dict[int, str]

    @property
    def invite(self) -> str:
        """The link that adds the bot with the five permissions it needs and no other."""
        return INVITE.format(id=self.id, bits=discord.Permissions(**dict.fromkeys(NEEDED, True)).value)


@dataclass(frozen=True)
class ChannelRights:
    """The bot's rights in one channel: keys under `permission.` of what is missing, names of what is too much."""

    missing: tuple[str, ...]
    extra: tuple[str, ...] = ()


def looks_like_a_token(text: str) -> bool:
    """Parts with dots. The client secret and the public key, which people paste instead, have none."""
    said = text.strip().removeprefix("Bot ")
    return len(said) >= 20 and "." in said.strip(".") and not any(letter.isspace() for letter in said)


async def look(token: str, api_url: str = "") -> Application:
    """Signs in and asks who we are. CausewayError with a sentence when the token or the line is dead."""
    async with signed_in(token, api_url) as client:
        info = await client.application_info()
        servers = {guild.id: guild.name async for guild in client.fetch_guilds(limit=None, with_counts=False)}
        return Application(info.id, info.name, info.bot_public, servers)


async def rights_in(client: discord.Client, channel: int) -> ChannelRights:
    """What the bot may do in a channel, computed from roles and overwrites as Discord does."""
    try:
        server = (await client.fetch_channel(channel)).guild.id  # type: ignore[union-attr]
        guild = await client.fetch_guild(server, with_counts=False)  # with its roles, which the first answer lacks
        found = {one.id: one for one in await guild.fetch_channels()}
        me = await guild.fetch_member(client.user.id) if client.user else None
    except discord.Forbidden:
        return ChannelRights(("view",))
    except (discord.NotFound, AttributeError):
        return ChannelRights(("gone",))
    return _rights_in(found.get(channel), me)


def _rights_in(channel: discord.abc.GuildChannel | None, me: discord.Member | None) -> ChannelRights:
    if channel is None or me is None:
        return ChannelRights(("gone",))
    may = channel.permissions_for(me)
    missing = tuple(key for name, key in NEEDED.items() if not getattr(may, name))
    own = me.guild_permissions
    granted = {name for name, given in own if given} - NEEDED.keys() - WITH_NEWCOMERS
    granted -= {name for name, given in channel.guild.default_role.permissions if given}
    return ChannelRights(missing, tuple(sorted(granted)))


@asynccontextmanager
async def signed_in(token: str, api_url: str = "") -> AsyncIterator[discord.Client]:
    """A client for REST only; every way to fail becomes one sentence."""
    logs.hide(token)
    Route.BASE = api_url.rstrip("/") or OFFICIAL
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(token.strip().removeprefix("Bot "))
        yield client
    except discord.LoginFailure as wrong:
        raise CausewayError("setup.discord_token_dead") from wrong
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as wrong:
        raise CausewayError("setup.discord_unreachable") from wrong
    finally:
        await client.close()
