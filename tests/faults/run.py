"""One run, and many of them at once."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.judge import Verdict, judge
from tests.faults.life import Life
from tests.faults.plan import Ill, Plan, Stage, draw
from tests.faults.world import Platform, World
from tests.faults.zygote import Zygote, zygote

AT_ONCE = 6  # runs side by side: most of a run is waiting
LONGEST_LIFE = 3.0  # seconds for a life that does not come to the await at which it should die
PATIENCE = 60.0  # seconds for the last life


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
    seeds: Iterable[int], platform: Platform, broken: str = "", *, said: Callable[[Totals], None] = lambda _: None,
    enough: Callable[[Totals], bool] = lambda _: False,
) -> Totals:  # fmt: skip
    """One run for each seed, a few side by side, until it is `enough`; `said` hears the sums after each.

    `broken`: a promise that the adapter does not keep (`tests.faults.broken`), "" for the adapter as it is.
    """
    totals, waiting = Totals(), iter(seeds)

    async def work(parent: Zygote) -> None:
        for seed in waiting:
            totals.add(seed, await run_one(parent, seed, platform, broken))
            said(totals)
            if enough(totals):
                return

    async with platform, zygote() as parent, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work(parent))
    return totals


async def run_one(parent: Zygote, seed: int, platform: Platform, broken: str) -> Done:
    """All lives of one bot, then the comparison."""
    with tempfile.TemporaryDirectory() as folder:
        async with platform.world(seed) as world:
            return await Run(parent, draw(seed, platform), broken, Path(folder), world).play()


class Run:
    """One run while it lasts."""

    def __init__(self, parent: Zygote, plan: Plan, broken: str, folder: Path, world: World) -> None:
        self._parent, self._plan, self._broken = parent, plan, broken
        self._folder, self._world = folder, world

    async def play(self) -> Done:
        """Every life in turn; RuntimeError when one ended in a way that is not in the plan."""
        kills = 0
        for stage in self._plan.stages:
            kills += await self._stage(stage, last=stage is self._plan.stages[-1])
        rows: list[dict[str, Any]] = json.loads((self._folder / "rows.json").read_text())
        return Done(judge(await self._world.seen(), rows), kills, self._world.faults)

    async def _stage(self, stage: Stage, last: bool) -> int:
        await self._world.advance(stage.outage)
        self._world.set_trouble(stage.trouble)
        around = asyncio.create_task(self._around(stage.ills))
        patience = PATIENCE if last else stage.kill_after or LONGEST_LIFE
        ended_by = await self._parent.live(self._life(stage, last).to_line(), patience)
        await around
        if ended_by != (0 if last else 9):
            log = (self._folder / "log").read_text()[-4000:]
            raise RuntimeError(f"seed {self._plan.seed}: a life ended by {ended_by}\n{log}")
        return int(not last)

    def _life(self, stage: Stage, last: bool) -> Life:
        world, acts = self._world, list(stage.acts)
        return Life(str(self._folder), world.door, world.time, acts, stage.kill_step, self._broken, last)

    async def _around(self, ills: Iterable[Ill]) -> None:
        passed = 0.0
        for ill in sorted(ills, key=lambda one: one.after):
            await asyncio.sleep(ill.after - passed)
            passed = ill.after
            await self._world.befall(ill.kind, ill.channel)
