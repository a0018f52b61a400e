"""What Discord says before and beside the running bot: by REST only, with the adapter's own parts.

No gateway is opened, so a bot that runs at the same time is not disturbed (FACTS 32: REST works right after login).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import discord

from bot import logs
from bot.errors import CausewayError, Denied, Gone, PlatformError, Revoked
from bot.platforms.discord import Application, look_at
from bot.platforms.discord.adapter import point_library
from bot.platforms.discord.faults import translated
from bot.platforms.discord.servers import NEEDED, missing_in

WITH_NEWCOMERS = {"create_private_threads", "send_messages_in_threads"}


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
    """The application behind a token, asked live. CausewayError with a sentence when the token or the line is dead."""
    logs.hide(token)
    with in_sentences():
        return await look_at(token.strip().removeprefix("Bot "), api_url)


@asynccontextmanager
async def signed_in(token: str, api_url: str = "") -> AsyncIterator[discord.Client]:
    """A client for REST only."""
    point_library(api_url, "")
    client = discord.Client(intents=discord.Intents.none())
    try:
        with in_sentences(), translated():
            await client.login(token)
            yield client
    finally:
        await client.close()


@contextmanager
def in_sentences() -> Iterator[None]:
    """What the person at the keyboard reads when Discord says no."""
    try:
        yield
    except Revoked as dead:
        raise CausewayError("setup.discord_token_dead") from dead
    except PlatformError as away:
        raise CausewayError("setup.discord_unreachable") from away


async def servers(client: discord.Client) -> int:
    """In how many servers the bot is."""
    return len([guild async for guild in client.fetch_guilds(limit=None, with_counts=False)])


async def rights_in(client: discord.Client, channel: int) -> ChannelRights:
    """What the bot may do in a channel, computed from roles and overwrites as Discord does."""
    try:
        with translated():
            found, me = await _fetch(client, channel)
    except Gone:
        return ChannelRights(("gone",))
    except Denied:
        return ChannelRights(("view",))
    if found is None:
        return ChannelRights(("gone",))
    own = {name for name, given in me.guild_permissions if given}
    everybody = {name for name, given in found.guild.default_role.permissions if given}
    extra = own - everybody - WITH_NEWCOMERS - set(NEEDED.values())
    return ChannelRights(missing_in(found.permissions_for(me)), tuple(sorted(extra)))


async def _fetch(client: discord.Client, channel: int) -> tuple[discord.abc.GuildChannel | None, discord.Member]:
    """The channel and ourselves with the server's roles, which Discord's answer about one channel lacks."""
    first = await client.fetch_channel(channel)
    if not isinstance(first, discord.abc.GuildChannel) or client.user is None:
        raise Gone
    guild = await client.fetch_guild(first.guild.id, with_counts=False)
    found = {one.id: one for one in await guild.fetch_channels()}
    return found.get(channel), await guild.fetch_member(client.user.id)
