"""One life of a bot that sends, corrects and takes back, until it is killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Coroutine, Generator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import sender
from bot.app import App, build_core
from bot.cards import Card
from bot.core import Core, note, set_note
from bot.outbox import Delivery
from bot.platforms.base import Sent
from bot.platforms.discord import adapter as discord_adapter
from bot.platforms.discord.adapter import DiscordAdapter
from bot.sender import Fate, Sender
from bot.spaces import Place
from bot.words import Md

MASTER = b"f" * 32
SCALE = 15.0
"""How much faster the world forgets here: Discord's nonces after 12 s instead of three minutes ("the past few minutes",
FACTS 30), the adapter asks for a look after 4 s instead of 60 and gives up a try after 6 s instead of 90, the sender
waits 4 s at most between two tries instead of 60."""
PATIENCE, REMEMBERS, NONCES = 90 / SCALE, 60 / SCALE, 180 / SCALE
ACTS = 6  # what the bot is asked to do in a run
DONE = "faults.acts"  # the note that says how many were


@dataclass(frozen=True)
class Order:
    """What a life gets to know."""

    folder: str
    api_url: str
    gateway_url: str
    token: str
    seed: int
    kill_at: int = 0  # the await of the sender's tasks at which it kills itself; 0: it does not
    broken: str = ""  # the harness's own test: "no nonce", "marks first"

    def to_line(self) -> str:
        """For the zygote."""
        return json.dumps(vars(self))


@dataclass(frozen=True)
class Step:
    """One thing the bot is asked to do."""

    what: str  # post | edit | take back
    subject: str
    wait: float  # seconds before it
    version: int = 1


def steps_of(seed: int) -> list[Step]:
    """The same for every life of a run: calls, corrections of what stands, some taken back."""
    chance, steps, standing = random.Random(f"steps {seed}"), list[Step](), dict[str, int]()
    for number in range(ACTS):
        what = chance.choice(["post", "post", "edit", "edit", "take back"]) if standing else "post"
        wait = chance.uniform(0, 0.3)
        if what == "post":
            subject = f"C-{number}"
            standing[subject] = 1
            steps.append(Step("post", subject, wait))
            continue
        subject = chance.choice(sorted(standing))
        standing[subject] += 1
        steps.append(Step(what, subject, wait, standing[subject]))
        if what == "take back":
            del standing[subject]
    return steps


def text_of(subject: str, version: int) -> str:
    """What a copy says: the play reads subject and version again from it."""
    return f"{subject} version {version}"


async def install(folder: Path, guilds: list[tuple[str, str]]) -> None:
    """The databases of a bot that is connected to these (server, channel for calls)."""
    core = await open_core(folder)
    async with core.db.write() as tx:
        for number, (guild, channel) in enumerate(guilds):
            made = await core.spaces.add(tx, f"Home {number}", core.clock.now())
            place = Place("discord", space=guild, channel=channel)
            space = await core.spaces.connect(tx, made.id, place, f"Home {number}", core.clock.now())
            await core.spaces.set_channel(tx, space, "calls", channel, "calls", "en")
    await core.keyring.close()
    await core.db.close()


async def open_core(folder: Path) -> Core:
    """The bot's core on the files of a run."""
    main, keys = (f"sqlite:///{folder}/{name}.db" for name in ("main", "keys"))
    return await build_core(main, keys, MASTER, features=[])


async def live(order: Order) -> None:
    """Serves until it is killed."""
    discord_adapter.PATIENCE = PATIENCE
    sender.MAX_WAIT = timedelta(seconds=60 / SCALE)
    if order.kill_at:
        asyncio.get_running_loop().set_task_factory(Deadly(order.kill_at).make)
    core = await open_core(Path(order.folder))

    def make(core: Core) -> DiscordAdapter:
        kind = Careless if order.broken == "no nonce" else DiscordAdapter
        adapter = kind(core, order.token, api_url=order.api_url, gateway_url=order.gateway_url)
        adapter.remembers = timedelta(seconds=REMEMBERS)
        return adapter

    app = App(core, [make])
    if order.broken == "marks first":
        app.senders[0].__class__ = Hasty
    asyncio.get_running_loop().create_task(_ask(core, order.seed), name="acts")
    await app.run()


async def _ask(core: Core, seed: int) -> None:
    """Does what is left of the steps, each in one transaction with the note that it is done."""
    async with core.db.read() as tx:
        done = int(await note(tx, DONE) or 0)
    for number, step in enumerate(steps_of(seed)):
        if number < done:
            continue
        await asyncio.sleep(step.wait)
        async with core.db.write() as tx:
            await _do(core, tx, step)
            await set_note(tx, DONE, str(number + 1))


async def _do(core: Core, tx: Any, step: Step) -> None:
    now, card = core.clock.now(), Card(Md(text_of(step.subject, step.version)))
    for channel in await core.spaces.channels(tx, "calls"):
        if step.what == "post":
            await core.outbox.post(tx, channel, card, subject=step.subject, now=now, urgent=True)
        elif step.what == "edit":
            await core.outbox.edit(tx, step.subject, channel.id, card, step.version, now)
    if step.what == "take back":
        await core.outbox.withdraw(tx, step.subject, now)


# -- killed at an await ---------------------------------------------------------------------------------------------


class Deadly:
    """Kills the process at the n-th await of the sender's own tasks: its loop and every delivery on the way."""

    def __init__(self, kill_at: int) -> None:
        self.left = kill_at

    def make(self, loop: asyncio.AbstractEventLoop, coro: Any, **given: Any) -> asyncio.Task[Any]:
        """A task factory."""
        if getattr(coro, "__qualname__", "").startswith("Sender.") or _supervises_sender(coro):
            coro = Watched(coro, self)
        return asyncio.Task(coro, loop=loop, **given)

    def tick(self) -> None:
        """One more await came back."""
        self.left -= 1
        if self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _supervises_sender(coro: Any) -> bool:
    frame = getattr(coro, "cr_frame", None)
    return frame is not None and str(frame.f_locals.get("name", "")).endswith(" sender")


class Watched(Coroutine[Any, Any, Any]):
    """A coroutine that counts how often it goes on."""

    def __init__(self, inner: Coroutine[Any, Any, Any], killer: Deadly) -> None:
        self._inner, self._killer = inner, killer

    def send(self, value: Any) -> Any:
        """An await came back with a value."""
        self._killer.tick()
        return self._inner.send(value)

    def throw(self, *fault: Any) -> Any:
        """An await came back with a fault."""
        self._killer.tick()
        return self._inner.throw(*fault)

    def close(self) -> None:
        """As the coroutine inside."""
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._inner.__await__()


# -- senders that are wrong on purpose ------------------------------------------------------------------------------


class Careless(DiscordAdapter):
    """Sends each try as something new: what arrived and was not heard of comes twice."""

    async def deliver(self, delivery: Delivery) -> Sent:
        """With another delivery id every time."""
        changed = Delivery(**{**vars(delivery), "id": os.urandom(8).hex()}) if delivery.kind == "post" else delivery
        return await super().deliver(changed)

    async def find(self, delivery: Delivery) -> Any:
        """Sends, instead of looking."""
        return await self.deliver(delivery)


class Hasty(Sender):
    """Calls sent what is only on its way."""

    async def _deliver(self, row: Any, delivery: Delivery, taken_back: bool) -> Fate:
        if delivery.kind == "post" and delivery.tried_at is None:
            asyncio.get_running_loop().create_task(self._quietly(delivery))
            return Fate(row, "sent", sent=Sent((str(row.seq),), delivery.address, ()))
        return await super()._deliver(row, delivery, taken_back)

    async def _quietly(self, delivery: Delivery) -> None:
        with suppress(Exception):
            await self._adapter.deliver(delivery)
