"""Builds everything in order from plain lists, keeps each platform under its own supervisor, shuts down in order."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import delete, select

from bot import tables as t
from bot.audit import roll_up
from bot.clock import Clock
from bot.core import Core
from bot.db import Database
from bot.erasure import forget_quiet
from bot.errors import Denied, PlatformError, Revoked
from bot.feature import Feature, Services
from bot.jobs import Jobs, start_ticks
from bot.keys import Keyring
from bot.migrate import upgrade
from bot.outbox import Outbox
from bot.people import People
from bot.platforms.base import Adapter
from bot.registry import Registry, discover
from bot.runner import Runner
from bot.sender import Sender, wake_all
from bot.spaces import Spaces
from bot.when import warm_up
from bot.words import Words

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parent.parent
MakeAdapter = Callable[[Core], Adapter]
FAST_TICK, SLOW_TICK, DAY_TICK = 1.0, 60.0, 3600.0  # seconds


async def build_core(
    url: str, keyring_url: str, master: bytes, *, clock: Clock | None = None, settings: object = None,
    features: Sequence[Feature] | None = None,
) -> Core:  # fmt: skip
    """Opens the databases (upgraded to the newest step) and builds everything that has no platform."""
    clock = clock or Clock()
    words = Words.load(ROOT)
    registry = Registry(discover() if features is None else features, words)
    await upgrade(url)
    db = Database(url)
    await db.open()
    keyring = Keyring(Database(keyring_url), master, clock)
    try:
        await keyring.open()
    except BaseException:
        await keyring.close()
        await db.close()
        raise
    people, spaces = People(keyring), Spaces(keyring)
    outbox = Outbox(people)
    services = Services(words, people, spaces, outbox, {}, lambda: registry.features, settings)
    runner = Runner(db, services, registry, clock)
    core = Core(settings, db, keyring, words, people, spaces, outbox, services, registry, runner, clock)
    services.end, services.checkpoint = core.part_with, db.checkpoint
    gc.enable()  # `bot.__main__` begins without it
    return core


class App:
    """The running bot: a core, its adapters, their senders and the ticks."""

    def __init__(self, core: Core, adapters: Sequence[MakeAdapter]) -> None:
        self.core = core
        self.adapters = [make(core) for make in adapters]
        core.services.adapters = {adapter.name: adapter for adapter in self.adapters}
        self.senders = [Sender(core.db, core.outbox, core.people, core.clock, adapter) for adapter in self.adapters]
        core.outbox.wake = wake_all(self.senders)
        self.jobs = Jobs(core.db, core.services, core.registry.features, core.clock)
        self._stopping = asyncio.Event()
        self._revoked: set[str] = set()  # platforms whose coordinators were told already

    async def run(self) -> None:
        """Serves until `stop` or cancellation. One platform that fails never stops another (FACTS 50: no TaskGroup)."""
        scheduler = start_ticks(
            [(self.jobs.run_due, FAST_TICK), (self.leave_strangers, SLOW_TICK), (self.keep_house, DAY_TICK)]
        )
        tasks = [asyncio.create_task(self._supervise(f"{one.name}", one.run), name=one.name) for one in self.adapters]
        tasks += [
            asyncio.create_task(self._supervise(f"{adapter.name} sender", sender.run), name=f"{adapter.name} sender")
            for adapter, sender in zip(self.adapters, self.senders, strict=True)
        ]
        looks = gc.get_threshold()
        tasks.append(asyncio.create_task(_warm_up(self.core.runner.somebody_types), name="warm up"))
        try:
            await self._stopping.wait()
        finally:
            scheduler.shutdown(wait=False)
            await self._end(tasks)
            # A rehearsal starts many bots in one process: what was theirs may go.
            gc.unfreeze()
            gc.set_threshold(*looks)

    def stop(self) -> None:
        """Ends `run` in order."""
        self._stopping.set()

    async def close(self) -> None:
        """Closes the databases; nothing is used after this."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.core.db.close)
            stack.push_async_callback(self.core.keyring.close)

    async def _end(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _supervise(self, name: str, serve: Callable[[], Awaitable[None]]) -> None:
        wait = 1.0
        while True:
            started = self.core.clock.now()
            try:
                await serve()
                return
            except Revoked:
                # Asking again with a dead token only brings the address nearer to a ban (FACTS 26).
                log.error("the token was revoked; this platform stops", platform=name)
                await self._tell_revoked(name.split()[0])
                return
            except Exception:
                # The supervisor is the one place that outlives any fault of a platform.
                log.exception("a platform failed and is started again", platform=name, seconds=round(wait))
            if self.core.clock.now() - started > timedelta(minutes=5):
                wait = 1.0
            await asyncio.sleep(wait * random.uniform(0.67, 1.0))
            wait = min(wait * 2, 60.0)

    async def _tell_revoked(self, platform: str) -> None:
        """Once, although both the adapter and its sender find out."""
        if platform not in self._revoked:
            self._revoked.add(platform)
            await self.core.warn_coordinators("core.revoked", platform=platform.title())

    # -- ticks ------------------------------------------------------------------------------------------------------

    async def leave_strangers(self) -> None:
        """Leaves servers and rooms that did not connect within their hour."""
        async with self.core.db.read() as tx:
            rows = await self.core.spaces.strangers_to_leave(tx, self.core.clock.now())
        for row in rows:
            adapter = self.core.services.adapters.get(row.platform)
            try:
                if adapter is not None:
                    await adapter.leave(row.address)
            except Denied:
                pass  # thrown out already
            except PlatformError as error:
                log.warning("could not leave a strange space yet", platform=row.platform, reason=error.reason)
                continue
            async with self.core.db.write() as tx:
                await self.core.spaces.forget_stranger(tx, row.platform, row.address)

    async def keep_house(self) -> None:
        """Retention (SECURITY 6.6) and keys whose person or organization is gone."""
        await keep_house(self.core)


# New objects between two looks of the garbage collector; Python's own 700 are one press, and each look drives what the
# next press needs out of the processor's cache (a tenth of its time, `python -m benchmarks presses`).
YOUNG = 10_000
SETTLED = 3.0  # seconds until the platforms' servers and rooms are known; they stay as well


async def _warm_up(somebody_types: asyncio.Event) -> None:
    """Spares people two waits.

    What is made while starting lives as long as the process: the garbage collector does not go over it again and again.
    One look over it took 0.2 s, in which nobody was answered. Reading the first date takes as long and 6 MB: it is done
    aside while somebody fills the first form, and not at all where nobody writes anything.
    """
    gc.freeze()
    await asyncio.sleep(SETTLED)
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
    await somebody_types.wait()
    await asyncio.to_thread(warm_up)


DONE_FOR = timedelta(days=90)  # deliveries and due work
CHOICES_FOR = timedelta(days=400)  # buttons
EVENTS_FOR = timedelta(days=30)  # ids of Matrix events that were handled
NAME_FOR = timedelta(days=30)  # of an organization that left


async def keep_house(core: Core) -> None:
    """Deletes what is older than its table says; each feature's `purge` hook does its own."""
    now = core.clock.now()
    await _end_the_homeless(core)
    async with core.db.write() as tx:
        await core.outbox.forget(tx, now - DONE_FOR)
        await tx.run(delete(t.choice).where(t.choice.c.made_at < now - CHOICES_FOR))
        await roll_up(tx, core.keyring, now)
        await tx.run(delete(t.form).where(t.form.c.expires_at < now))
        await tx.run(delete(t.link_code).where(t.link_code.c.expires_at < now))
        await tx.run(delete(t.connect_code).where(t.connect_code.c.expires_at < now))
        # Also when Matrix is no longer set up, and what was parked and never became readable.
        await tx.run(delete(t.matrix_event).where(t.matrix_event.c.made_at < now - EVENTS_FOR))
        await tx.run(delete(t.due).where(t.due.c.done_at < now - DONE_FOR))
        await tx.run(delete(t.organization).where(t.organization.c.left_at < now - NAME_FOR))
        await forget_quiet(core.people, core.registry.features, tx, now)
        for feature in core.registry.features:
            if "purge" in feature.hooks:
                await feature.hooks["purge"](tx, now)
        people = {row.id for row in await tx.all(select(t.person.c.id))}
        organizations = {row.id for row in await tx.all(select(t.organization.c.id))}
        # Inside the transaction: nobody new can come between the list of people and the look at their keys.
        await core.keyring.destroy_orphans(people, organizations)
    await core.db.checkpoint()


async def _end_the_homeless(core: Core) -> None:
    """Organizations whose last space is gone although they count as connected: the bot was killed in between."""
    async with core.db.read() as tx:
        connected = await core.spaces.all(tx, "connected")
        homeless = [one for one in connected if not await core.spaces.spaces(tx, one.id)]
    for one in homeless:
        await core.end_organization(one)
