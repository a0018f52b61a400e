"""The platforms on which every scenario runs. Discord's and Matrix's houses live beside their rigs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.app import App, MakeAdapter, build_core
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from tests.conformance.discord_house import DiscordHouse
from tests.conformance.house import House, RehearsalHouse
from tests.conformance.matrix_house import MatrixHouse
from tests.discord_standin import StandIn
from tests.rigs.synapse import Synapse

STYLES = ("forms", "lines")


async def build(folder: Path, world: World) -> App:
    """The bot on the rehearsal in both styles, on the databases in a folder."""
    core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32)
    return App(core, [partial(RehearsalAdapter, world=world, style=style) for style in STYLES])


async def build_alone(folder: Path, make: MakeAdapter) -> App:
    """The bot on one platform alone, on the databases in a folder."""
    core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32)
    return App(core, [make])


@asynccontextmanager
async def on_discord(folder: Path) -> AsyncIterator[House]:
    """The real adapter on the Discord stand-in."""
    async with StandIn() as standin:
        house = DiscordHouse(standin, partial(build_alone, folder))
        await house.start()
        yield house
        await house.stop()
        assert standin.without_allowed_mentions == []  # law 5


@asynccontextmanager
async def on_matrix(folder: Path, synapse: Synapse) -> AsyncIterator[House]:
    """The real adapter on a real homeserver."""
    house = MatrixHouse(synapse, folder, partial(build_alone, folder))
    await house.start()
    yield house
    await house.stop()


@pytest.fixture(params=[*STYLES, "discord", "matrix"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A platform with the bot on it."""
    if request.param == "discord":
        async with on_discord(tmp_path) as house:
            yield house
        return
    if request.param == "matrix":
        async with on_matrix(tmp_path, request.getfixturevalue("synapse")) as house:
            yield house
        return
    world = World()
    rehearsal = RehearsalHouse(await build(tmp_path, world), world, request.param, partial(build, tmp_path))
    yield rehearsal
    await rehearsal.app.close()
