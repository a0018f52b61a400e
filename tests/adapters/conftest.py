"""The running bot on a real homeserver (the server itself is a fixture of tests.rigs), and on the Discord stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.discord_rig import Rig, rig_on
from tests.adapters.matrix_bot import MatrixBot, matrix_bot
from tests.conformance.discord_house import until
from tests.discord_standin import Channel, Guild, Person
from tests.rigs.synapse import Synapse


@pytest.fixture
async def bot(synapse: Synapse, tmp_path: Path) -> AsyncIterator[MatrixBot]:
    """The bot on its own account, with the meal feature."""
    async with matrix_bot(synapse, tmp_path) as running:
        yield running


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """The bot signed in to the stand-in."""
    async with rig_on(tmp_path) as made:
        yield made


@pytest.fixture
async def guild(rig: Rig) -> Guild:
    """A connected server, of which the bot has heard."""
    made = rig.standin.add_guild("Tenants")
    await rig.connect(made)
    await until(lambda: rig.adapter._client is not None and rig.adapter._client.get_guild(made.id) is not None)
    return made


@pytest.fixture
def calls(guild: Guild) -> Channel:
    """Its channel for calls."""
    return guild.channel("calls")


@pytest.fixture
def rosa(rig: Rig, guild: Guild) -> Person:
    """Somebody there."""
    return rig.standin.person("Rosa", guild)
