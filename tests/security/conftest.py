"""The bot on the rehearsal, with a clock that can be moved, for the tests that need a whole house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.app import App, build_core
from bot.clock import MovableClock
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from tests.conformance.house import RehearsalHouse


async def build(folder: Path, clock: MovableClock, world: World) -> App:
    """The bot on the databases of a folder."""
    core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32, clock=clock)
    return App(core, [partial(RehearsalAdapter, world=world, style=style) for style in ("forms", "lines")])


@pytest.fixture
def clock() -> MovableClock:
    """The house's clock."""
    return MovableClock()


@pytest.fixture(params=["forms"])
async def house(request: pytest.FixtureRequest, tmp_path: Path, clock: MovableClock) -> AsyncIterator[RehearsalHouse]:
    """The rehearsal where people press and fill in."""
    world = World(clock)
    app = await build(tmp_path, clock, world)
    rehearsal = RehearsalHouse(app, world, request.param, partial(build, tmp_path, clock))
    yield rehearsal
    await rehearsal.app.close()
