"""One installation for all machines; each example copies its files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.app import build_core
from tests.machines import template


@pytest.fixture(scope="session", autouse=True)
def _template(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(_make(folder))
    template.folder = folder


async def _make(folder: Path) -> None:
    core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32)
    for database in (core.db, core.keyring._db):
        await database.checkpoint()
        await database.close()
