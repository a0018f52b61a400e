"""A portion of the runs that every landing plays."""

from __future__ import annotations

import asyncio

from tests.faults.run import run_many
from tests.faults.world import Platform

PORTION = 25


def play(platform: Platform, first: int) -> None:
    """The runs with the seeds from `first` on: enough happened in them, and nothing went wrong."""
    found = asyncio.run(run_many(range(first, first + PORTION), platform))
    again = f"python -m benchmarks faults --on {platform.name} --runs 1 --seed SEED"
    assert not found.bad, f"{found.bad}; one again: {again}"
    assert found.runs == PORTION
    assert found.kills >= 2 * PORTION
    assert found.faults > PORTION
    assert found.deliveries > 8 * PORTION
