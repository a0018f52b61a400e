"""Deliveries of a bot that is killed with -9 while Discord fails: how many were lost, doubled or out of order."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.rigs import progress
from tests.faults.on_discord import Discord
from tests.faults.on_matrix import Matrix
from tests.faults.run import Totals, run_many
from tests.faults.world import Platform

TITLE = "Deliveries lost and doubled by kills at any await and a Discord that fails; both must be 0"
EVERY = 50  # runs between two lines of progress
PLATFORMS: dict[str, type[Platform]] = {"discord": Discord, "matrix": Matrix}


async def run(runs: int = 100, seed: int = 0, on: str = "discord", **_options: Any) -> dict[str, Any]:
    """Sums over the runs with the seeds from `seed` on; a bad run's seed and what went wrong in it are printed.

    `on`: `discord`, the stand-in, or `matrix`, a real Synapse behind a proxy.
    """
    begun = time.monotonic()
    told: set[int] = set()

    def say(totals: Totals) -> None:
        for bad in totals.bad.keys() - told:
            told.add(bad)
            progress(f"seed {bad}: {'; '.join(totals.bad[bad])}")
        if totals.runs % EVERY == 0:
            progress(f"{totals.runs} runs, {totals.kills} kills, {time.monotonic() - begun:.0f} s")

    found = await run_many(range(seed, seed + runs), PLATFORMS[on](), said=say)
    return {
        "on": on, "runs": found.runs, "kills": found.kills, "faults": found.faults, "deliveries": found.deliveries,
        "lost": found.lost, "doubled": found.doubled, "unknown": found.unknown, "disorder": found.disorder,
        "bad_seeds": sorted(found.bad), "seconds": round(time.monotonic() - begun),
    }  # fmt: skip
