"""The servers that the benchmarks talk to, each in a process of its own, so that CPU time here is the client's alone."""

from __future__ import annotations

import json
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from bot.app import App, MakeAdapter, build_core
from bot.core import Core
from bot.spaces import Place

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


@asynccontextmanager
async def app_with(*adapters: MakeAdapter) -> AsyncIterator[App]:
    """The whole bot on an SQLite file (synchronous=FULL), without its ticks."""
    with tempfile.TemporaryDirectory() as folder:
        core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"b" * 32)
        app = App(core, adapters)
        try:
            yield app
        finally:
            await app.close()


async def add_organizations(core: Core, platform: str, places: list[tuple[str, str]]) -> None:
    """One connected organization per (space, channel for calls)."""
    async with core.db.write() as tx:
        for number, (space, channel) in enumerate(places):
            name = f"Organization {number:04d} {'abcdefghij'[number % 10] * 4}{number * 7919}"
            made = await core.spaces.add(tx, name, core.clock.now())
            place = Place(platform, space=space, channel=channel)
            own = await core.spaces.connect(tx, made.id, place, name, core.clock.now())
            await core.spaces.set_channel(tx, own, "calls", channel, "calls", "en")
