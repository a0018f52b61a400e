"""What benchmarks share: servers in processes of their own (CPU time here is the client's alone), the bot, a watch."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from sqlalchemy import func, select

from bot import tables as t
from bot.app import App, MakeAdapter, build_core
from bot.cards import Card, Outcome
from bot.core import Core
from bot.feature import Feature
from bot.platforms.base import Act, Adapter
from bot.spaces import Place
from bot.words import Md

ROOT = Path(__file__).resolve().parent.parent
TEXT = "**Rent strike hearing** Sat, Nov 28, 5:00 PM, City Hall. Bring a neighbor; we sign in at the door. " * 3


@dataclass(frozen=True)
class DiscordProcess:
    """The Discord stand-in, running."""

    api_url: str
    gateway_url: str
    token: str

    def do(self, what: str, **arguments: Any) -> Any:
        """One act of its control."""
        body = json.dumps({"what": what, **arguments}).encode()
        address = self.api_url.split("/api")[0] + "/standin/do"
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=120) as answer:
            return json.load(answer)["result"]

    def counts(self) -> dict[str, Any]:
        """Requests, 429s and the busiest second so far."""
        with urllib.request.urlopen(self.api_url.split("/api")[0] + "/standin/counts", timeout=30) as answer:
            return dict(json.load(answer))


@contextmanager
def announced(module: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """A module of the tests as a process; gives what it announces in its first line."""
    process = Popen([sys.executable, "-m", module, *arguments], stdout=PIPE, cwd=ROOT, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@contextmanager
def discord_process(*arguments: str) -> Iterator[DiscordProcess]:
    """The stand-in without the OpenAPI judge: what it costs is not to be measured."""
    with announced("tests.discord_standin", "--no-openapi", *arguments) as where:
        yield DiscordProcess(where["api_url"], where["gateway_url"], where["token"])


@contextmanager
def crowd_process() -> Iterator[DiscordProcess]:
    """The same with people in it (`benchmarks.crowd`)."""
    with announced("benchmarks.crowd") as where:
        yield DiscordProcess(where["api_url"], where["gateway_url"], where["token"])


@asynccontextmanager
async def app_with(*adapters: MakeAdapter, features: Sequence[Feature] = ()) -> AsyncIterator[App]:
    """The bot on an SQLite file (synchronous=FULL), not running yet; features have no part in deliveries."""
    with tempfile.TemporaryDirectory() as folder:
        main, keys = f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db"
        core = await build_core(main, keys, b"b" * 32, features=features)
        app = App(core, adapters)
        try:
            yield app
        finally:
            await app.close()


async def add_organizations(
    core: Core, platform: str, places: list[tuple[str, str]], policy: str = "hold", first: int = 0, each: int = 1
) -> None:
    """One connected organization for `each` so many (space, channel for calls); their numbers begin at `first`."""
    now = core.clock.now()
    async with core.db.write() as tx:
        for number, at in enumerate(range(0, len(places), each), first):
            name = f"Organization {number:04d} {'abcdefghij'[number % 10] * 4}{number * 7919}"
            made = await core.spaces.add(tx, name, now, policy=policy)
            for space, channel in places[at : at + each]:
                own = await core.spaces.connect(tx, made.id, Place(platform, space, channel), name, now)
                await core.spaces.set_channel(tx, own, "calls", channel, "calls", "en")


CALL = {"what": "Pack the school board", "ask": "Bring a sign.", "when": "tomorrow at 5pm", "where": "12 Main St"}


async def post_call(app: App, place: Place) -> None:
    """A new organization at this place sends a call to action through the front door."""
    core, now = app.core, app.core.clock.now()
    async with core.db.write() as tx:
        made = await core.spaces.add(tx, "Riverside Tenants", now)
        own = await core.spaces.connect(tx, made.id, place, "Riverside", now)
        await core.spaces.set_channel(tx, own, "calls", place.channel, "calls", "en")
    begun = await core.runner.command(_sender(place, 1), "alerts.new", {})
    assert begun.form is not None, begun
    written = await core.runner.submit(_sender(place, 2), begun.form.token, CALL)
    await core.runner.press(_sender(place, 3), _token(written, "Send"))


def _sender(place: Place, number: int) -> Act:
    return Act(place.platform, "1", place, f"event {number}", "en", manages=True)


def _token(outcome: Outcome, label: str) -> str:
    return next(one.token for say in outcome.says for one in say.card.choices if one.label == label)


@asynccontextmanager
async def serving(adapter: Adapter, ready: Callable[[], bool]) -> AsyncIterator[None]:
    """The adapter runs and is ready; a fault on the way there is raised."""
    task = asyncio.create_task(adapter.run())
    while not ready():
        if task.done():
            task.result()
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def post_rows(core: Core, messages: int) -> None:
    """So many deliveries in the outbox, spread evenly over the channels for calls."""
    async with core.db.write() as tx:
        channels = await core.spaces.channels(tx, "calls")
        for number in range(messages):
            card = Card(Md(TEXT), code=f"A-{number:04d}")
            channel = channels[number % len(channels)]
            await core.outbox.post(tx, channel, card, subject=f"A-{number:04d}", now=core.clock.now(), urgent=True)


async def sent_rows(core: Core) -> int:
    """How many deliveries arrived."""
    async with core.db.read() as tx:
        return int(await tx.value(select(func.count()).select_from(t.delivery).where(t.delivery.c.state == "sent")))


async def check_all_sent(core: Core, messages: int) -> None:
    """A figure of deliveries that did not arrive is none."""
    sent = await sent_rows(core)
    assert sent == messages, f"{sent} of {messages} were sent"


async def timed(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """(CPU seconds of this process, wall seconds) of some work."""
    cpu, wall = time.process_time(), time.perf_counter()
    await work()
    return time.process_time() - cpu, time.perf_counter() - wall


def compared(ours: tuple[float, float], bare: tuple[float, float], messages: int) -> dict[str, Any]:
    """CPU milliseconds a message and seconds in all, ours and bare; `cpu_ratio` is ours divided by bare."""
    return {
        "messages": messages,
        "cpu_ms": round(ours[0] / messages * 1000, 3),
        "bare_cpu_ms": round(bare[0] / messages * 1000, 3),
        "cpu_ratio": round(ours[0] / bare[0], 2),
        "seconds": round(ours[1], 2),
        "bare_seconds": round(bare[1], 2),
    }


def progress(line: str) -> None:
    """Where we are, on standard error."""
    print(f"  {line}", file=sys.stderr, flush=True)
