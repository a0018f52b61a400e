"""An empty pair of databases of either kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.app import build_core
from bot.clock import MovableClock
from bot.core import Core

NewUrl = Callable[[str], Awaitable[str]]


@pytest.fixture(params=["sqlite", "postgres"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """The address of a new, empty database; PostgreSQL is started only where it is asked for."""
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None

    async def make(name: str) -> str:
        return str(await server.new_database()) if server else f"sqlite:///{tmp_path}/{name}.db"

    return make


@pytest.fixture
async def url(new_url: NewUrl) -> str:
    """One empty database."""
    return await new_url("main")


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands still until it is moved."""
    return MovableClock(stopped=True)


@pytest.fixture
async def core(new_url: NewUrl, clock: MovableClock) -> AsyncIterator[Core]:
    """The bot without platforms."""
    built = await build_core(await new_url("main"), await new_url("keys"), b"m" * 32, clock=clock)
    yield built
    await built.keyring.close()
    await built.db.close()
