"""The rehearsal with a clock that stands still until a test moves it: Monday, November 23, 2026, 1 PM in New York."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.app import App, build_core
from bot.clock import MovableClock
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from tests.conformance.house import RehearsalHouse

NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    """The stopped clock."""
    return MovableClock(NOON, stopped=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both databases at their newest step: copying them is six times as fast as running all steps again."""
    folder = tmp_path_factory.mktemp("template")

    async def make() -> None:
        core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32)
        await core.db.close()
        await core.keyring.close()

    asyncio.run(make())
    return folder


@pytest.fixture
async def house(clock: MovableClock, tmp_path: Path, template: Path) -> AsyncIterator[RehearsalHouse]:
    """The bot on the rehearsal in the style with forms and buttons."""
    for name in ("main.db", "keys.db"):
        shutil.copy2(template / name, tmp_path / name)  # with its mode: others may not read it

    async def build(world: World) -> App:
        url, keys = (f"sqlite:///{tmp_path}/{name}" for name in ("main.db", "keys.db"))
        core = await build_core(url, keys, b"m" * 32, clock=clock)
        return App(core, [partial(RehearsalAdapter, world=world, style=style) for style in ("forms", "lines")])

    world = World()
    built = RehearsalHouse(await build(world), world, "forms", build)
    yield built
    await built.app.close()
