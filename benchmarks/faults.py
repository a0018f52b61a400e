"""Deliveries under faults of every kind and kill -9: what is lost, what comes twice, what nobody can know."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.rigs import progress
from tests.faults.judging import Found
from tests.faults.play import run_all, summed

TITLE = "runs with faults of the platform and kill -9 at any await of the sender: lost, doubled, unknown"


async def run(runs: int = 100, seed: int = 1000, side_by_side: int = 16, **_options: Any) -> dict[str, Any]:
    """Counts over so many runs from this seed on; the seeds of those that went wrong go to standard error.

    A run: up to 24 deliveries (calls, corrections, what is taken back) into four channels, one to four kills, one to
    five faults. Time goes fifteen times faster there than on Discord (`tests.faults.life.SCALE`).
    """
    progress(f"{runs} runs, {side_by_side} side by side")
    done = 0

    def tell(found: Found) -> None:
        nonlocal done
        done += 1
        for note in found.notes:
            progress(note)
        if done % 100 == 0:
            progress(f"{done} of {runs}")

    with tempfile.TemporaryDirectory() as folder:
        found = await run_all(Path(folder), range(seed, seed + runs), side_by_side=side_by_side, done=tell)
    figures = summed(found)
    names = ("kills", "deliveries", "lost", "doubled", "unknown", "disorder", "untrue", "failed")
    return {"runs": runs, **{name: figures[name] for name in names}}
