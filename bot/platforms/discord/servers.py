"""Servers: which channels can be chosen, what is missing there, who manages, where the bot still is."""

from __future__ import annotations

from collections.abc import Sequence

import discord
import structlog
from sqlalchemy import select

from bot import tables as t
from bot.cards import Option
from bot.core import Core
from bot.errors import Gone
from bot.platforms.base import Room
from bot.platforms.discord.faults import translated
from bot.platforms.discord.pacer import Pacer

log = structlog.get_logger(__name__)

# What a channel must grant, under the key of the sentence that says so (`permission.*`).
NEEDED = {
    "view": "view_channel",
    "send": "send_messages",
    "embed": "embed_links",
    "attach": "attach_files",
    "history": "read_message_history",
}
# The same as Discord's number, for the invite link; and with private threads for newcomers.
LEAST = discord.Permissions(**dict.fromkeys(NEEDED.values(), True)).value
WITH_NEWCOMERS = LEAST | discord.Permissions(create_private_threads=True, send_messages_in_threads=True).value
_FOLLOWS = {"view": frozenset(NEEDED), "send": frozenset({"embed", "attach"})}
TextChannel = discord.TextChannel


def rooms_of(client: discord.Client, space: str) -> Sequence[Room]:
    """The text channels of a server, in their order on the screen."""
    guild = client.get_guild(int(space)) if space.isdigit() else None
    if guild is None:
        return ()
    return [Room(str(one.id), f"#{one.name}", problems_in(one)) for one in guild.text_channels]


def mentionable_in(client: discord.Client, space: str) -> Sequence[Option]:
    """Roles that *Allow anyone to mention this role* is on for, the lowest first: our own role gets no right for more.
    Neither everybody's nor an app's."""
    guild = client.get_guild(int(space)) if space.isdigit() else None
    roles = guild.roles[1:] if guild else []
    return [Option(str(one.id), f"@{one.name}") for one in roles if one.mentionable and not one.managed]


def problems_of(client: discord.Client, address: str) -> tuple[str, ...]:
    """What is missing in a channel; () while Discord has not told us our servers yet."""
    channel = client.get_channel(int(address))
    if isinstance(channel, TextChannel):
        return problems_in(channel)
    return ("gone",) if client.guilds and not any(guild.unavailable for guild in client.guilds) else ()


def problems_in(channel: TextChannel) -> tuple[str, ...]:
    """What is missing in a channel that the gateway told us of."""
    return missing_in(channel.permissions_for(channel.guild.me))


def missing_in(granted: discord.Permissions) -> tuple[str, ...]:
    """Keys of what these permissions lack, without those that only follow from another one."""
    missing = [key for key, name in NEEDED.items() if not getattr(granted, name)]
    hidden = {follower for key in missing for follower in _FOLLOWS.get(key, ()) if follower != key}
    return tuple(key for key in missing if key not in hidden)


def warn_of_more_rights(guild: discord.Guild) -> None:
    """A leaked token does what our role may do (SECURITY F1): more than we ask for is said in the log."""
    role = guild.self_role
    more = discord.Permissions(role.permissions.value & ~(LEAST | WITH_NEWCOMERS)) if role else discord.Permissions()
    if more.value:
        names = sorted(name for name, granted in more if granted)
        log.warning("our role may do more than it needs: take these from it", server=guild.id, permissions=names)


async def manages(client: discord.Client, pacer: Pacer, account: str, space: str) -> bool:
    """Whether somebody has Manage Server now; asked over REST, because members are not cached (FACTS 32)."""
    guild = client.get_guild(int(space)) if space.isdigit() else None
    if guild is None:
        return False
    pacer.jump()  # it is asked inside somebody's interaction
    try:
        with translated():
            member = await guild.fetch_member(int(account))
    except Gone:
        return False
    return member.guild_permissions.manage_guild


async def leave(client: discord.Client, pacer: Pacer, space: str) -> None:
    """Leaves a server; one where the bot is no more is left already."""
    await pacer.turn()
    try:
        with translated():
            await client.http.leave_guild(int(space))
    except Gone:
        log.info("already out of a server")


async def compare(client: discord.Client, core: Core, pacer: Pacer, platform: str) -> None:
    """After a start: which servers are new to us, and from which the bot was removed while it was away."""
    here = {str(guild.id) for guild in client.guilds}
    async with core.db.read() as tx:
        rows = await tx.all(select(t.space.c.address).where(t.space.c.platform == platform))
        strangers = await tx.all(select(t.stranger.c.address).where(t.stranger.c.platform == platform))
    for gone in {row.address for row in [*rows, *strangers]} - here:
        if await _is_out(client, pacer, gone):
            await core.removed_from(platform, gone)
    for address in here - {row.address for row in rows}:
        await core.joined(platform, address)


async def _is_out(client: discord.Client, pacer: Pacer, space: str) -> bool:
    """Asks once more before everything of an organization ends: a short list at a bad moment must not do that."""
    await pacer.turn()
    try:
        await client.http.get_guild(int(space))
    except (discord.Forbidden, discord.NotFound):
        return True
    except (discord.HTTPException, OSError):
        return False
    return False
