"""The platforms on which every scenario runs. Discord's and Matrix's houses live beside their rigs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.app import App, build_core
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from tests.conformance.house import House, RehearsalHouse

STYLES = ("forms", "lines")


async def build(folder: Path, world: World) -> App:
    """The bot on the rehearsal in both styles, on the databases in a folder."""
    core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32)
    return App(core, [partial(RehearsalAdapter, world=world, style=style) for style in STYLES])


@pytest.fixture(params=STYLES)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A platform with the bot on it."""
    world = World()
    rehearsal = RehearsalHouse(await build(tmp_path, world), world, request.param, partial(build, tmp_path))
    yield rehearsal
    await rehearsal.app.close()
