"""The stage: the world, its clock, and a bot on it that can be killed and started again on the same database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import and_, func, or_, select

from bot import tables as t
from bot.clock import MovableClock
from bot.core import Core
from bot.demo.town import GROUPS, Group, build_world, found
from bot.jobs import Jobs
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World

T = TypeVar("T")
LOOK = 0.02  # seconds between looks while waiting for everything due


class Bot(Protocol):
    """What the stage needs of `bot.app.App`."""

    core: Core
    jobs: Jobs

    async def run(self) -> None: ...
    async def close(self) -> None: ...


Build = Callable[[World, MovableClock, int], Awaitable[Bot]]


class BotAway(Exception):
    """Somebody acts while the bot is not there."""


class Stage:
    """The world stays as platforms do; the bot comes and goes.

    `build` gives a bot on the same database each time, and on another one for each `run` (counted from 1).
    """

    def __init__(
        self, clock: MovableClock, build: Build, pace: float = 0.0, groups: tuple[Group, ...] = GROUPS
    ) -> None:
        self.clock, self._build, self.groups, self._opened_at = clock, build, groups, clock.now()
        self.run = 1
        self.world = build_world(World(clock, pace), groups)
        self._bot: Bot | None = None
        self._task: asyncio.Task[None] | None = None
        self._acts: set[asyncio.Task[Any]] = set()

    # -- the bot's life ---------------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether the bot is there."""
        return self._bot is not None

    @property
    def _working(self) -> Bot:
        if self._bot is None:
            raise BotAway
        return self._bot

    @property
    def core(self) -> Core:
        """The core of the running bot. BotAway when there is none."""
        return self._working.core

    async def open(self) -> None:
        """The first start: the organizations are written, then the bot runs."""
        await self.start(first=True)

    async def start(self, first: bool = False) -> None:
        """Builds the bot on its database and lets it run."""
        bot = await self._build(self.world, self.clock, self.run)
        try:
            if first:
                await found(bot.core, self.groups)
        except BaseException:
            await bot.close()  # an open database keeps its thread, and the thread the process
            raise
        self._bot = bot
        self._task = asyncio.create_task(bot.run(), name="bot")
        self.world.tell()

    async def kill(self) -> None:
        """Ends the bot in the middle of whatever it does: nothing is finished, nothing is put in order."""
        if self._bot is None or self._task is None:
            return
        bot, self._bot = self._bot, None
        for task in (*self._acts, self._task):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await bot.close()
        self.world.tell()

    async def open_anew(self, groups: tuple[Group, ...]) -> None:
        """Everything from the beginning, with these organizations, on an empty database; the listeners stay."""
        await self.kill()
        world, self.groups, self.run = self.world, groups, self.run + 1
        self.clock.move(self._opened_at - self.clock.now())
        self.world = build_world(World(self.clock, world.pace), groups)
        self.world.changed = world.changed
        await self.open()

    async def close(self) -> None:
        """The end of the rehearsal."""
        await self.kill()

    # -- acting -----------------------------------------------------------------------------------------------------

    def adapter(self, account: str) -> RehearsalAdapter:
        """The running adapter of a person's platform."""
        found_one = self.core.services.adapters[self.world.screens[account].style]
        assert isinstance(found_one, RehearsalAdapter)
        return found_one

    async def perform(self, act: Coroutine[Any, Any, T]) -> T:
        """Does something with the bot that a kill interrupts. BotAway when it was killed meanwhile."""
        task = asyncio.ensure_future(act)
        self._acts.add(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled() and not self.alive:
                raise BotAway from None
            raise
        finally:
            self._acts.discard(task)

    async def speak(self, account: str, language: str) -> None:
        """Somebody changes the language of their app; where apps have none, it is as if they had chosen it before."""
        screen = self.world.screens[account]
        screen.language = language
        core = self.core
        async with core.db.write() as tx:
            person = await core.people.find(tx, screen.style, account)
            if not person.known and screen.style == "lines":
                person = await core.people.keep(tx, screen.style, account, language, self.clock.now())
            if person.known:
                await core.people.set_language(tx, person, language)
        self.world.tell()

    # -- time -------------------------------------------------------------------------------------------------------

    def move(self, by: timedelta) -> None:
        """Puts the clock forward; what became due is done at the bot's next tick, at most a second later."""
        self.clock.move(by)
        if self._bot is not None:
            self._bot.core.outbox.wake()
        self.world.tell()

    async def settle(self) -> None:
        """Does what is due and waits until nothing is on its way."""
        while await self._unfinished():
            await self.perform(self._working.jobs.run_due())
            self.core.outbox.wake()
            await asyncio.sleep(LOOK)

    async def _unfinished(self) -> int:
        now = self.clock.now()
        one, due = t.delivery.c, t.due.c
        going = or_(one.state == "sending", and_(one.state == "queued", one.due_at <= now))
        async with self.core.db.read() as tx:
            waiting = await tx.value(select(func.count()).select_from(t.delivery).where(going))
            work = and_(due.state == "waiting", due.due_at <= now)
            return int(waiting) + int(await tx.value(select(func.count()).select_from(t.due).where(work)))
