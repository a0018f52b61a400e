"""What the harness is worth: an adapter that breaks one promise is found out."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.on_discord import Discord
from tests.faults.on_matrix import Matrix
from tests.faults.plan import draw
from tests.faults.run import run_many
from tests.faults.world import Platform

MOST = 80  # runs until it is found out; usually fewer than ten
DOUBLED, LOST = ("nameless", "trusting", "blind"), "hasty"
SEEN = [*((broken, "doubled") for broken in DOUBLED), (LOST, "lost"), (LOST, "disorder")]
PLATFORMS = pytest.mark.parametrize("platform", [Discord, Matrix])


@PLATFORMS
@pytest.mark.parametrize(("broken", "seen"), SEEN)
def test_a_broken_promise_is_seen(platform: type[Platform], broken: str, seen: str) -> None:
    found = asyncio.run(run_many(range(MOST), platform(), broken, enough=lambda totals: getattr(totals, seen) > 0))
    assert getattr(found, seen) > 0


@PLATFORMS
def test_the_seed_decides_the_plan(platform: type[Platform]) -> None:
    assert draw(7, platform()) == draw(7, platform())
    assert draw(7, platform()) != draw(8, platform())


@PLATFORMS
def test_plans_hold_outages_longer_than_the_memory_of_the_platform(platform: type[Platform]) -> None:
    stages = [stage for seed in range(20) for stage in draw(seed, platform()).stages]
    assert any(stage.outage > platform.memory for stage in stages)
