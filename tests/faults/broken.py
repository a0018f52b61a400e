"""Adapters that each break one promise: what the harness is tried on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from bot.deliveries import Delivery
from bot.errors import PlatformError
from bot.ids import new_id
from bot.platforms.base import Adapter, Found, Sent


class Broken:
    """An adapter of any platform, but for what a subclass does otherwise."""

    def __init__(self, inner: Adapter) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Nameless(Broken):
    """Every try has a delivery id of its own, so the platform cannot know the second one."""

    async def deliver(self, delivery: Delivery) -> Sent:
        """As a new delivery each time."""
        return await self._inner.deliver(replace(delivery, id=new_id()))


class Trusting(Broken):
    """Believes that the platform remembers a delivery id for ever, so never looks."""

    remembers = timedelta(days=3650)


class Blind(Broken):
    """Looks, and never finds anything."""

    async def find(self, _delivery: Delivery) -> Sent | Found:
        """Not there."""
        return Found.NOT_THERE


class Hasty(Broken):
    """Once it is connected, it says that a message is there before it is sent, and sends it some time, if it lives."""

    _connected = False

    async def deliver(self, delivery: Delivery) -> Sent:
        """Sent at once."""
        if not self._connected:
            sent = await self._inner.deliver(delivery)
            self._connected = True
            return sent
        self._later = asyncio.create_task(self._send(delivery))
        return Sent(("1",), delivery.address)

    async def _send(self, delivery: Delivery) -> None:
        await asyncio.sleep(random.uniform(0.0, 0.2))
        try:
            await self._inner.deliver(delivery)
        except PlatformError:
            return


_WAYS: dict[str, Callable[[Adapter], Broken]] = {
    "nameless": Nameless, "trusting": Trusting, "blind": Blind, "hasty": Hasty
}  # fmt: skip


def broken(adapter: Adapter, way: str) -> Adapter:
    """The adapter with one promise broken; as it is when `way` is ""."""
    return cast("Adapter", _WAYS[way](adapter)) if way else adapter
