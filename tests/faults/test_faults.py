"""A hundred runs with nothing lost, doubled or out of order."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.run import run_many

PORTION = 25


@pytest.mark.parametrize("first", range(0, 4 * PORTION, PORTION))
def test_nothing_is_lost_doubled_or_out_of_order(first: int) -> None:
    found = asyncio.run(run_many(range(first, first + PORTION)))
    assert found.bad == {}, "by seed; one again: python -m benchmarks faults --runs 1 --seed SEED"
    assert found.runs == PORTION
    assert found.kills >= 2 * PORTION
    assert found.faults > PORTION
    assert found.deliveries > 8 * PORTION
