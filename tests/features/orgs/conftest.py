"""The rehearsal in both styles, on a clock that can be moved."""

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

STYLES = ("forms", "lines")


async def build(folder: Path, clock: MovableClock, world: World) -> App:
    """The bot on both styles."""
    core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32, clock=clock)
    return App(core, [partial(RehearsalAdapter, world=world, style=style) for style in STYLES])


@pytest.fixture
def clock() -> MovableClock:
    """The bot's clock."""
    return MovableClock()


@pytest.fixture(params=STYLES)
async def house(request: pytest.FixtureRequest, tmp_path: Path, clock: MovableClock) -> AsyncIterator[RehearsalHouse]:
    """A platform with the bot on it."""
    world, make = World(), partial(build, tmp_path, clock)
    rehearsal = RehearsalHouse(await make(world), world, request.param, make)
    yield rehearsal
    await rehearsal.app.close()
