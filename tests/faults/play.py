"""One run: the stand-in Discord and its faults, the lives and the killer, and the count at the end."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.discord_standin import StandIn
from tests.faults.judging import Found, judge
from tests.faults.life import ACTS, DONE, NONCES, Order, install
from tests.faults.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
CHANNELS = 4
QUIET_WITHIN = 120.0  # seconds; longer than every wait of a sender that works


@dataclass
class Life:
    """A process of the bot."""

    pid: asyncio.Future[int]
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Zygote:
    """Gives lives (`zygote.py`)."""

    def __init__(self) -> None:
        self._lives: dict[int, Life] = {}
        self._numbers = count(1)
        self.installing = asyncio.Lock()  # migrations of one process run one after the other

    async def start(self) -> None:
        """Starts it and waits until everything is imported."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.zygote", cwd=ROOT, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert self._process.stdout is not None
        assert json.loads(await self._process.stdout.readline())["ready"]
        self._reading = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """No more lives."""
        self._reading.cancel()
        self._process.kill()
        await self._process.wait()

    async def begin(self, order: Order) -> Life:
        """One more life."""
        number = next(self._numbers)
        life = self._lives[number] = Life(asyncio.get_running_loop().create_future())
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"life": number, **vars(order)}).encode() + b"\n")
        await life.pid
        return life

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "ended" in told:
                self._lives.pop(told["ended"]).ended.set()
            else:
                self._lives[told["life"]].pid.set_result(told["pid"])


@asynccontextmanager
async def zygote() -> AsyncIterator[Zygote]:
    """For as many runs as one likes, also side by side."""
    made = Zygote()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def kill(life: Life) -> None:
    """kill -9, and gone."""
    with suppress(ProcessLookupError):
        os.kill(await life.pid, signal.SIGKILL)
    await life.ended.wait()


async def play(source: Zygote, folder: Path, seed: int, broken: str = "") -> Found:
    """The whole run; the same seed gives the same faults, lives and acts (not the same moments)."""
    chance = random.Random(seed)
    async with StandIn(judge_by_openapi=False) as standin:
        standin.nonces.seconds = NONCES
        guilds = [standin.add_guild(f"Home {number}", ("calls",)) for number in range(CHANNELS)]
        async with source.installing:
            await install(folder, [(str(one.id), str(one.channels[0].id)) for one in guilds])
        rooms = {str(one.channels[0].id): one.channels[0] for one in guilds}
        trouble = Trouble(standin, list(rooms.values()), random.Random(f"trouble {seed}"))
        troubling = asyncio.create_task(trouble.make())
        kills = 0
        for _ in range(chance.randint(1, 4)):
            order = Order(str(folder), standin.api_url, standin.gateway_url, standin.token, seed,
                          _kill_at(chance), broken)  # fmt: skip
            life = await source.begin(order)
            with suppress(TimeoutError):
                await asyncio.wait_for(life.ended.wait(), chance.uniform(0.3, 3.0))
            await kill(life)
            kills += 1
        last = await source.begin(
            Order(str(folder), standin.api_url, standin.gateway_url, standin.token, seed, 0, broken)
        )
        await troubling
        with suppress(TimeoutError):
            await asyncio.wait_for(_quiet(folder), QUIET_WITHIN)
        await kill(last)
        return judge(folder, rooms, {str(one.id) for one in trouble.lost}, seed, kills)


def _kill_at(chance: random.Random) -> int:
    """Early, late, or only by the clock."""
    return chance.choice([0, chance.randint(1, 30), chance.randint(1, 100), chance.randint(30, 400)])


async def _quiet(folder: Path) -> None:
    """Waits until everything was asked for and everything has an end."""
    while not _is_quiet(folder):  # noqa: ASYNC110  another process's rows announce nothing
        await asyncio.sleep(0.1)


def _is_quiet(folder: Path) -> bool:
    with closing(sqlite3.connect(f"file:{folder}/main.db?mode=ro", uri=True)) as database:
        done = database.execute("SELECT value FROM note WHERE name = ?", (DONE,)).fetchone()
        open_ = database.execute("SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending')").fetchone()
    return done is not None and int(done[0]) == ACTS and open_[0] == 0


async def run_all(
    folder: Path, seeds: Iterable[int], broken: str = "", side_by_side: int = 12, done: Callable[[Found], None] = print
) -> list[Found]:
    """Runs of these seeds, some side by side: most of a run is waiting. `done` hears of each; its files are erased."""
    gate = asyncio.Semaphore(side_by_side)
    async with zygote() as source:

        async def one(seed: int) -> Found:
            async with gate:
                own = folder / f"run {seed}"
                own.mkdir(parents=True)
                try:
                    found = await play(source, own, seed, broken)
                finally:
                    shutil.rmtree(own)
            done(found)
            return found

        return list(await asyncio.gather(*map(one, seeds)))


def summed(found: Iterable[Found]) -> Counter[str]:
    """The figures of all runs together."""
    total: Counter[str] = Counter()
    for one in found:
        total.update(one.figures())
    return total
