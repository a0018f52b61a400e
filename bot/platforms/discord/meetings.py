"""Private threads for two people: whether one can be made, making it once, looking for it.

A thread has no nonce. So it is found again by what it is called, where it hangs, who made it and when; and where a
repeated request made two, both sides of a kill agree on the older one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import discord
from discord.utils import time_snowflake

from bot.clock import Clock
from bot.deliveries import Delivery
from bot.errors import Denied, Gone
from bot.platforms.discord.faults import translated
from bot.platforms.discord.pacer import Pacer

WEEK: Final = 10_080  # minutes without a word until a thread is archived (the longest there is)
BEFORE = timedelta(minutes=2)  # clocks differ: how far before the first try a thread is looked for
_OURS = ("view_channel", "create_private_threads", "send_messages_in_threads", "read_message_history")
_THEIRS = ("view_channel", "send_messages_in_threads")  # who does not see the channel does not see its threads


class Threads:
    """Makes and finds threads through one signed-in client."""

    def __init__(self, client: discord.Client, pacer: Pacer, clock: Clock) -> None:
        self._client, self._pacer, self._clock = client, pacer, clock

    async def of(self, delivery: Delivery) -> str:
        """The thread with both people in it; made when there is none. Denied when it cannot be (any more)."""
        since = delivery.tried_at or self._clock.now()
        found = await self.find(delivery, since) if delivery.tried_at else None
        if found is None:
            await self._check(delivery)
            found = await self._make(delivery, since)
        for account in delivery.accounts:
            await self._pacer.turn()
            await self._client.http.add_user_to_thread(int(found), int(account))  # again is fine
        return found

    async def find(self, delivery: Delivery, since: datetime) -> str | None:
        """The oldest thread that was made for a row, None when there is none."""
        channel, me = _channel(self._client, delivery.address), self._client.user
        if channel is None or me is None:
            raise Gone
        await self._pacer.turn()
        after = time_snowflake(since - BEFORE)
        listed = (await self._client.http.get_active_threads(channel.guild.id))["threads"]
        ours = [one for one in listed if (one["name"], one["parent_id"]) == (delivery.title, delivery.address)]
        found = [int(one["id"]) for one in ours if one["owner_id"] == str(me.id) and int(one["id"]) > after]
        return str(min(found)) if found else None

    def may_look(self, delivery: Delivery) -> bool:
        """Whether what stands in the thread can be read; without the right it would read as empty (FACTS 30)."""
        channel = _channel(self._client, delivery.address)
        return channel is not None and channel.permissions_for(channel.guild.me).read_message_history

    async def _check(self, delivery: Delivery) -> None:
        await self._pacer.turn()
        if not await shares(self._client, self._pacer, delivery.accounts, delivery.address):
            raise Denied

    async def _make(self, delivery: Delivery, since: datetime) -> str:
        await self._pacer.turn()
        made = await self._client.http.start_thread_without_message(
            int(delivery.address), name=delivery.title, auto_archive_duration=WEEK, invitable=False,
            type=discord.ChannelType.private_thread.value,
        )  # fmt: skip
        # discord.py repeats a request that was answered with 502: perhaps it made two.
        return await self.find(delivery, since) or str(made["id"])


async def shares(client: discord.Client, pacer: Pacer, accounts: Sequence[str], address: str) -> bool:
    """Whether we may make private threads in a channel, and these members may read and write in them. Members are not
    cached (FACTS 32): asked over REST, also in somebody's interaction."""
    channel = _channel(client, address)
    if channel is None or not _has(channel, channel.guild.me, _OURS):
        return False
    try:
        for account in accounts:
            pacer.jump()
            with translated():
                member = await channel.guild.fetch_member(int(account))
            if member.pending or not _has(channel, member, _THEIRS):
                return False
    except Gone:
        return False  # not a member
    return True


def _channel(client: discord.Client, address: str) -> discord.TextChannel | None:
    """A text channel we see; channels for announcements have no private threads."""
    found = client.get_channel(int(address)) if address.isdigit() else None
    return found if isinstance(found, discord.TextChannel) and found.type is discord.ChannelType.text else None


def _has(channel: discord.TextChannel, member: discord.Member, names: Sequence[str]) -> bool:
    granted = channel.permissions_for(member)
    return all(getattr(granted, name) for name in names)
