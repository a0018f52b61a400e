"""The running bot on a real homeserver (the server itself is a fixture of tests.rigs)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.matrix_bot import MatrixBot, matrix_bot
from tests.rigs.synapse import Synapse


@pytest.fixture
async def bot(synapse: Synapse, tmp_path: Path) -> AsyncIterator[MatrixBot]:
    """The bot on its own account, with the meal feature."""
    async with matrix_bot(synapse, tmp_path) as running:
        yield running
