"""The adapter as it is, and adapters that each break one promise: what the harness is tried on."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

from bot.deliveries import Delivery
from bot.errors import PlatformError
from bot.ids import new_id
from bot.platforms.base import Found, Sent
from bot.platforms.discord.adapter import DiscordAdapter


class Nameless(DiscordAdapter):
    """Every try has a delivery id of its own, so Discord cannot know the second one."""

    async def deliver(self, delivery: Delivery) -> Sent:
        """As a new delivery each time."""
        return await super().deliver(replace(delivery, id=new_id()))


class Trusting(DiscordAdapter):
    """Believes that Discord remembers a nonce for ever, so never looks."""

    remembers = timedelta(days=3650)


class Blind(DiscordAdapter):
    """Looks, and never finds anything."""

    async def find(self, delivery: Delivery) -> Sent | Found:
        """Not there."""
        return Found.NOT_THERE


class Hasty(DiscordAdapter):
    """Says that a message is there before it is sent, and sends it some time, if it lives."""

    async def deliver(self, delivery: Delivery) -> Sent:
        """Sent at once."""
        self._later = asyncio.create_task(self._send(delivery))
        return Sent(("1",), delivery.address)

    async def _send(self, delivery: Delivery) -> None:
        await asyncio.sleep(random.uniform(0.0, 0.2))
        try:
            await super().deliver(delivery)
        except PlatformError:
            return


ADAPTERS: dict[str, type[DiscordAdapter]] = {
    "discord": DiscordAdapter, "nameless": Nameless, "trusting": Trusting, "blind": Blind, "hasty": Hasty,
}  # fmt: skip
