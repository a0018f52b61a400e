"""E4: what holds data, keys or secrets is never readable by others, not for an instant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.db import Database
from bot.errors import ConfigError, StoreError
from bot.secrets import refuse_open_file, write_private


@pytest.fixture
def _generous_umask() -> Iterator[None]:
    old = os.umask(0)
    yield
    os.umask(old)


@pytest.mark.usefixtures("_generous_umask")
def test_a_private_file_is_0600_whatever_the_umask(tmp_path: Path) -> None:
    """E4"""
    path = write_private(tmp_path / "key", "value\n")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("_generous_umask")
async def test_a_database_and_its_companions_are_0600(tmp_path: Path) -> None:
    """E4: -wal and -shm take the mode of the file that was there first."""
    database = Database(f"sqlite:///{tmp_path}/main.db")
    await database.open()
    async with database.write() as tx:
        await tx.script("CREATE TABLE note (word TEXT)")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    await database.close()
    assert modes == {"main.db": 0o600, "main.db-wal": 0o600, "main.db-shm": 0o600}


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o601])
async def test_a_wider_file_is_refused(mode: int, tmp_path: Path) -> None:
    """E4"""
    path = tmp_path / "main.db"
    path.touch()
    path.chmod(mode)
    with pytest.raises(ConfigError):
        refuse_open_file(path)
    with pytest.raises(StoreError):
        await Database(f"sqlite:///{path}").open()
