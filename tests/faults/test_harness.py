"""What the harness is worth: an adapter that breaks one promise is found out."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.plan import MEMORY, draw
from tests.faults.run import run_many

MOST = 80  # runs until it is found out; usually fewer than ten


@pytest.mark.parametrize(
    ("adapter", "seen"),
    [("nameless", "doubled"), ("trusting", "doubled"), ("blind", "doubled"), ("hasty", "lost"), ("hasty", "disorder")],
)
def test_a_broken_promise_is_seen(adapter: str, seen: str) -> None:
    found = asyncio.run(run_many(range(MOST), adapter, enough=lambda totals: getattr(totals, seen) > 0))
    assert getattr(found, seen) > 0


def test_the_seed_decides_the_plan() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_plans_hold_outages_longer_than_the_memory_of_discord() -> None:
    assert any(stage.outage > MEMORY for seed in range(20) for stage in draw(seed).stages)
