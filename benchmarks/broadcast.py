"""A call to a thousand channels: the rate reached, what is refused, what it costs, and who goes first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from statistics import quantiles
from typing import Any

from benchmarks.delivery import (
    PER_CHANNEL,
    PER_SECOND,
    SERVICE_MS,
    discord_paced,
    discord_unpaced,
    servers_on,
)
from benchmarks.rigs import (
    TEXT,
    DiscordProcess,
    add_organizations,
    app_with,
    discord_process,
    progress,
    serving,
)
from bot.app import App
from bot.cards import Card
from bot.deliveries import Delivery
from bot.platforms.base import Sent
from bot.platforms.discord.adapter import DiscordAdapter
from bot.words import Md

TITLE = "1,000 Discord channels with the limits on, both kinds of window; CPU over the bare library; who goes first"
LIMIT = 50  # requests a second (FACTS 27)
OTHER = 2  # requests a second that go out beside the broadcast
SMALL = 100  # channels of the call behind the big one


class Watched(DiscordAdapter):
    """Notes when each delivery arrived."""

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.arrived: list[tuple[str, float]] = []
        self._stirred = asyncio.Event()

    async def deliver(self, delivery: Delivery) -> Sent:
        """As it is, with a line in the book."""
        sent = await super().deliver(delivery)
        self.arrived.append((delivery.subject, time.perf_counter()))
        self._stirred.set()
        return sent

    def last(self, subject: str) -> float:
        """When the last copy of a call arrived."""
        return max(at for one, at in self.arrived if one == subject)

    async def until(self, subject: str, copies: int) -> None:
        """Waits for so many copies of a call."""
        while sum(one == subject for one, _ in self.arrived) < copies:
            self._stirred.clear()
            await self._stirred.wait()


async def run(
    channels: int = 1000, messages: int = 3000, approvals: int = 100, withdrawn: int = 200, **_options: Any
) -> dict[str, Any]:  # fmt: skip
    """Shares of 50/s, 429s, CPU over bare, deliveries a second, seconds of a small call, an urgent one, a take-back."""
    paced = [await discord_paced(channels, window) for window in ("fixed", "sliding")]
    beside = [await _beside_others(channels, window) for window in ("fixed", "sliding")]
    saturated = await discord_unpaced(messages)
    return {
        "achieved_over_limit": min(one["of_limit"] for one in paced),
        "beside_others_over_limit": min(one["over_limit"] for one in beside),
        "bucket_429s": sum(one["drawn_429"] - one["drawn_429_globally"] for one in (*paced, *beside)),
        "global_429s": max(one["drawn_429_globally"] for one in (*paced, *beside)),
        "cpu_over_bare_paced": max(one["cpu_ratio"] for one in paced),
        "cpu_over_bare_saturated": saturated["cpu_ratio"],
        "deliveries_per_s": round(messages / saturated["seconds"]),
        **await _who_goes_first(channels),
        "approval_to_copy_p99_ms": await _approvals(approvals),
        "withdrawn_copies": withdrawn, "withdrawal_s": await _withdrawal(withdrawn),
        "windows": dict(zip(("fixed", "sliding"), paced, strict=True)),
        "saturated": saturated,
    }


# -- beside other traffic -------------------------------------------------------------------------------------------


async def _beside_others(channels: int, window: str) -> dict[str, Any]:
    progress(f"discord: beside {OTHER} other requests a second ({window} window)")
    with discord_process("--limits", window, "--service-ms", str(SERVICE_MS)) as server:
        async with _broadcaster(server, channels) as (app, adapter):
            before, started = server.counts(), time.perf_counter()
            others = asyncio.create_task(_others(adapter))
            await post(app, "A-1", range(channels))
            await adapter.until("A-1", channels)
            seconds = adapter.last("A-1") - started
            others.cancel()
            with suppress(asyncio.CancelledError):
                await others
            after = server.counts()
    return {
        "over_limit": round(channels / seconds / LIMIT, 3),
        "drawn_429": after["limited"] - before["limited"],
        "drawn_429_globally": after["limited_globally"] - before["limited_globally"],
    }


async def _others(adapter: Watched) -> None:
    """What a person waits for (a look at a server): it takes its turn at the pacer before every delivery."""
    client: Any = adapter._client
    guild = client.guilds[0].id
    while True:
        await adapter._pacer.turn()
        await client.http.get_channel(client.get_guild(guild).text_channels[0].id)
        await asyncio.sleep(1 / OTHER)


# -- who goes first -------------------------------------------------------------------------------------------------


async def _who_goes_first(channels: int) -> dict[str, Any]:
    progress("discord: a small call behind a big one, and an urgent one behind what is not")
    with discord_process("--limits", "sliding", "--service-ms", str(SERVICE_MS)) as server:
        async with _broadcaster(server, channels + SMALL) as (app, adapter):
            small = range(channels, channels + SMALL)
            alone = await _seconds(app, adapter, "alone", small)
            await asyncio.sleep(6)  # the channels' own buckets
            await post(app, "big", range(channels))
            await adapter.until("big", channels // 10)
            behind = await _seconds(app, adapter, "behind", small)
            await adapter.until("big", channels)
            await asyncio.sleep(6)
            await post(app, "calm", range(channels // 2), urgent=False)
            await adapter.until("calm", channels // 10)
            urgent = await _seconds(app, adapter, "urgent", small)
            calm = sum(subject == "calm" and at < adapter.last("urgent") for subject, at in adapter.arrived)
            calm -= channels // 10
    return {
        "small_alone_s": round(alone, 2),
        "small_behind_big_s": round(behind, 2),
        "behind_over_alone": round(behind / alone, 2),
        "urgent_behind_calm_s": round(urgent, 2),
        "calm_copies_meanwhile": calm,
    }


async def _seconds(app: App, adapter: Watched, subject: str, channels: range) -> float:
    started = time.perf_counter()
    await post(app, subject, channels)
    await adapter.until(subject, len(channels))
    return adapter.last(subject) - started


# -- from the yes to the copy ---------------------------------------------------------------------------------------


async def _approvals(count: int) -> float:
    """Copies that were held are released one after the other, as *Accept for us* does: p99 until each stands there,
    with the 80 ms that Discord takes."""
    progress("discord: from the yes to the copy")
    took = []
    with discord_process("--limits", "sliding", "--service-ms", str(SERVICE_MS)) as server:
        async with _broadcaster(server, count) as (app, adapter):
            await post(app, "A-1", range(count), held=True)
            for number, channel in enumerate(await _channels(app), 1):
                started, now = time.perf_counter(), app.core.clock.now()
                async with app.core.db.write() as tx:
                    await app.core.outbox.release(tx, "A-1", channel.id, Card(Md(TEXT)), now)
                await adapter.until("A-1", number)
                took.append(adapter.last("A-1") - started)
    return round(quantiles(took, n=100)[98] * 1000)


async def _withdrawal(copies: int) -> float:
    """Seconds from a take-back until the last of so many copies is gone."""
    progress("discord: taking a call back")
    with discord_process("--limits", "sliding", "--service-ms", str(SERVICE_MS)) as server:
        async with _broadcaster(server, copies) as (app, adapter):
            await post(app, "A-1", range(copies))
            await adapter.until("A-1", copies)
            started = time.perf_counter()
            async with app.core.db.write() as tx:
                await app.core.outbox.withdraw(tx, "A-1", app.core.clock.now())
            await adapter.until("A-1", 2 * copies)
            return round(adapter.last("A-1") - started, 2)


# -- the bot --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _broadcaster(server: DiscordProcess, channels: int) -> AsyncIterator[tuple[App, Watched]]:
    """The bot with its sender running, on so many servers."""
    places = servers_on(server, channels)

    def make(core: Any) -> Watched:
        urls = {"api_url": server.api_url, "gateway_url": server.gateway_url}
        return Watched(core, server.token, **urls, per_second=PER_SECOND, per_channel=PER_CHANNEL)

    async with app_with(make) as app:
        adapter = app.adapters[0]
        assert isinstance(adapter, Watched)
        await add_organizations(app.core, "discord", places)
        async with serving(adapter, lambda: adapter.health().well):
            await asyncio.sleep(2)  # what starting asks for has left the window
            sending = asyncio.create_task(app.senders[0].run())
            try:
                yield app, adapter
            finally:
                sending.cancel()
                with suppress(asyncio.CancelledError):
                    await sending


async def _channels(app: App) -> Sequence[Any]:
    async with app.core.db.read() as tx:
        return await app.core.spaces.channels(tx, "calls")


async def post(app: App, subject: str, chosen: range, *, urgent: bool = True, held: bool = False) -> None:
    """A copy of one call for each of these channels, in one transaction as a call is sent."""
    core = app.core
    async with core.db.write() as tx:
        channels = await core.spaces.channels(tx, "calls")
        for number in chosen:
            await core.outbox.post(
                tx, channels[number], Card(Md(TEXT), code=subject), subject=subject, now=core.clock.now(),
                urgent=urgent, held=held,
            )  # fmt: skip
