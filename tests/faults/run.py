"""One run, and many of them at once."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.discord_standin import Channel, StandIn
from tests.faults.clocks import DiscordClock, Time
from tests.faults.judge import Verdict, judge
from tests.faults.life import Life
from tests.faults.plan import CHANNELS, MEMORY, Ill, Plan, Stage, draw
from tests.faults.trouble import Trouble
from tests.faults.zygote import Zygote, zygote

AT_ONCE = 6  # runs side by side: most of a run is waiting
LONGEST_LIFE = 3.0  # seconds for a life that does not come to the await at which it should die
PATIENCE = 60.0  # seconds for the last life
BEGUN = 1_800_000_000.0  # a date of no meaning, Unix


@dataclass
class Totals:
    """What came of many runs. `bad`: seed -> what went wrong."""

    runs: int = 0
    kills: int = 0
    faults: int = 0
    deliveries: int = 0
    lost: int = 0
    doubled: int = 0
    unknown: int = 0
    disorder: int = 0
    bad: dict[int, list[str]] = field(default_factory=dict)

    def add(self, seed: int, done: Done) -> None:
        """One more run."""
        verdict = done.verdict
        self.runs += 1
        self.kills, self.faults = self.kills + done.kills, self.faults + done.faults
        self.deliveries, self.unknown = self.deliveries + verdict.deliveries, self.unknown + verdict.unknown
        self.lost, self.doubled = self.lost + len(verdict.lost), self.doubled + len(verdict.doubled)
        self.disorder += len(verdict.disorder)
        if verdict.faults:
            self.bad[seed] = verdict.faults


@dataclass(frozen=True)
class Done:
    """What came of one run."""

    verdict: Verdict
    kills: int
    faults: int


async def run_many(
    seeds: Iterable[int], adapter: str = "discord", *, said: Callable[[Totals], None] = lambda _: None,
    enough: Callable[[Totals], bool] = lambda _: False,
) -> Totals:  # fmt: skip
    """One run for each seed, a few side by side, until it is `enough`; `said` hears the sums after each."""
    totals, waiting = Totals(), iter(seeds)

    async def work(parent: Zygote) -> None:
        for seed in waiting:
            totals.add(seed, await run_one(parent, draw(seed), adapter))
            said(totals)
            if enough(totals):
                return

    async with zygote() as parent, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work(parent))
    return totals


async def run_one(parent: Zygote, plan: Plan, adapter: str) -> Done:
    """All lives of one bot, then the comparison."""
    clock = DiscordClock(Time(BEGUN, time.monotonic()))
    with tempfile.TemporaryDirectory() as folder:
        async with StandIn(judge_by_openapi=False, clock=clock) as server:
            return await Run(parent, plan, adapter, Path(folder), server, clock).play()


class Run:
    """One run while it lasts."""

    def __init__(
        self, parent: Zygote, plan: Plan, adapter: str, folder: Path, server: StandIn, clock: DiscordClock
    ) -> None:  # fmt: skip
        self._parent, self._plan, self._adapter = parent, plan, adapter
        self._folder, self._server, self._clock = folder, server, clock
        self._trouble = Trouble(random.Random(plan.seed))
        server.faults = self._trouble
        server.nonces.seconds = MEMORY
        guilds = [server.add_guild(f"Server {number}", ("calls",)) for number in range(CHANNELS)]
        self._channels: list[Channel] = [one for guild in guilds for one in guild.channels]
        self._places = [[str(one.guild.id), str(one.id)] for one in self._channels if one.guild]
        self._person = server.person("Rosa", guilds[0])

    async def play(self) -> Done:
        """Every life in turn; RuntimeError when one ended in a way that is not in the plan."""
        kills = 0
        for stage in self._plan.stages:
            kills += await self._stage(stage, last=stage is self._plan.stages[-1])
        rows: list[dict[str, Any]] = json.loads((self._folder / "rows.json").read_text())
        return Done(judge(self._server, self._channels, rows), kills, self._trouble.count)

    async def _stage(self, stage: Stage, last: bool) -> int:
        self._clock.advance(stage.outage)
        self._trouble.set(stage.trouble)
        around = asyncio.create_task(self._around(stage.ills))
        patience = PATIENCE if last else stage.kill_after or LONGEST_LIFE
        ended_by = await self._parent.live(self._life(stage, last).to_line(), patience)
        await around
        if ended_by != (0 if last else 9):
            log = (self._folder / "log").read_text()[-4000:]
            raise RuntimeError(f"seed {self._plan.seed}: a life ended by {ended_by}\n{log}")
        return int(not last)

    def _life(self, stage: Stage, last: bool) -> Life:
        return Life(
            str(self._folder), self._server.api_url, self._server.gateway_url, self._server.token, self._places,
            str(self._person.id), self._clock.time, list(stage.acts), stage.kill_step, self._adapter, last,
        )  # fmt: skip

    async def _around(self, ills: Iterable[Ill]) -> None:
        passed = 0.0
        for ill in sorted(ills, key=lambda one: one.after):
            await asyncio.sleep(ill.after - passed)
            passed = ill.after
            self._do(ill.kind, self._channels[ill.channel])

    def _do(self, kind: str, channel: Channel) -> None:
        if kind == "cut":
            self._server.gateway.cut()
        elif channel.id in self._server.world.channels:
            if kind == "lose":
                channel.lose()
            elif kind == "mend":
                channel.allow("send_messages", "read_message_history")
            else:
                channel.deny("send_messages" if kind == "mute" else "read_message_history")
