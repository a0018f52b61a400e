"""Fifty runs on a real Synapse with nothing lost, doubled or out of order."""

from __future__ import annotations

import pytest

from tests.faults.on_matrix import Matrix
from tests.faults.portions import PORTION, play


@pytest.mark.parametrize("first", range(0, 2 * PORTION, PORTION))
def test_nothing_is_lost_doubled_or_out_of_order(first: int) -> None:
    play(Matrix(), first)
