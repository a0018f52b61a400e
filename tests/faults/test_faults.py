"""A hundred runs on Discord with nothing lost, doubled or out of order."""

from __future__ import annotations

import pytest

from tests.faults.on_discord import Discord
from tests.faults.portions import PORTION, play


@pytest.mark.parametrize("first", range(0, 4 * PORTION, PORTION))
def test_nothing_is_lost_doubled_or_out_of_order(first: int) -> None:
    play(Discord(), first)
