"""Faults of every kind and kill -9 at any await of the sender: nothing lost, nothing doubled, nothing out of order.

By hand: `FAULT_RUNS=2000`, or `python -m benchmarks faults --runs 10000 --json`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.play import run_all

RUNS = int(os.environ.get("FAULT_RUNS", "100"))
PARTS = 4  # so that the runs' waits go side by side with other tests


@pytest.mark.parametrize("part", range(PARTS))
async def test_no_fault_and_no_kill_loses_or_doubles_a_copy(tmp_path: Path, part: int) -> None:
    """n2 n3 a9: the same seeds every time; `unknown` and `failed` are told to a person and may be."""
    found = await run_all(tmp_path, range(part, RUNS, PARTS))
    assert not [note for one in found for note in one.notes]
    assert sum(one.kills for one in found) >= len(found)
    assert sum(one.deliveries for one in found) >= 10 * len(found)


async def test_the_harness_sees_what_comes_twice(tmp_path: Path) -> None:
    """A sender without delivery ids."""
    found = await run_all(tmp_path, range(12), broken="no nonce")
    assert sum(one.wrong["doubled"] for one in found) > 0


async def test_the_harness_sees_what_is_lost(tmp_path: Path) -> None:
    """A sender that notes first and sends then."""
    found = await run_all(tmp_path, range(12), broken="marks first")
    assert sum(one.wrong["lost"] for one in found) > 0
