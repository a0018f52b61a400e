"""6.7: a new master wraps every key or none, old values stay readable, and the old master ends on purpose only."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.clock import Clock
from bot.db import Database
from bot.errors import StoreError
from bot.keys import Keyring, kek_of
from bot.secrets import write_private

OLD, NEW = b"o" * 32, b"n" * 32


def ring(folder: Path, master: bytes, *older: bytes) -> Keyring:
    return Keyring(Database(f"sqlite:///{folder}/var/keyring.db"), master, Clock(), older)


async def fill(folder: Path, master: bytes, people: int = 20) -> list[bytes]:
    """Keys for so many people, and a value sealed under each."""
    async with ring(folder, master) as keys:
        return [(await keys.of_person(f"p{one}")).seal("secret", "t", "r", "f") for one in range(people)]


async def read(folder: Path, master: bytes, values: list[bytes]) -> list[str]:
    async with ring(folder, master) as keys:
        return [(await keys.existing(f"p{one}")).open(value, "t", "r", "f") for one, value in enumerate(values)]


async def test_values_stay_readable_under_a_new_master(tmp_path: Path) -> None:
    values = await fill(tmp_path, OLD)
    async with ring(tmp_path, OLD) as keys:
        index = keys.index("account", "discord|1")
        assert await keys.rotate(NEW) == 21, "the people and the coalition's own"
        assert await keys.count() == {kek_of(NEW): 21}
    assert await read(tmp_path, NEW, values) == ["secret"] * 20
    async with ring(tmp_path, NEW) as keys:
        assert keys.index("account", "discord|1") == index, "accounts are still found"


async def test_the_old_master_opens_nothing_afterwards(tmp_path: Path) -> None:
    await fill(tmp_path, OLD, 1)
    async with ring(tmp_path, OLD) as keys:
        await keys.rotate(NEW)
    with pytest.raises(StoreError):
        await ring(tmp_path, OLD).open()


async def test_two_masters_live_side_by_side(tmp_path: Path) -> None:
    """A key that a bot with the old master made meanwhile is opened too, and taken along by the next rotation."""
    await fill(tmp_path, OLD, 1)
    async with ring(tmp_path, OLD) as before:
        async with ring(tmp_path, NEW, OLD) as keys:
            await keys.rotate(NEW)
        await before.of_person("late")
    async with ring(tmp_path, NEW, OLD) as keys:
        assert await keys.count() == {kek_of(NEW): 2, kek_of(OLD): 1}
        await keys.existing("late")
        assert await keys.rotate(NEW) == 1


# -- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with twenty people."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secrets").mkdir(mode=0o700)
    write_private(tmp_path / "secrets" / "master_key", base64.b64encode(OLD).decode())
    write_private(tmp_path / "config.toml", "")
    asyncio.run(fill(tmp_path, OLD))
    return tmp_path


def causeway(*words: str) -> int:
    """Runs the command line; its exit code."""
    try:
        main(["--language", "en", *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def master_of(folder: Path, suffix: str = "") -> bytes:
    return base64.b64decode((folder / "secrets" / f"master_key{suffix}").read_text())


def test_status_rotate_and_drop_old(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert causeway("keys", "status") == 0
    assert f"21 keys under master {kek_of(OLD)} (the present one)" in capsys.readouterr().out
    assert causeway("keys", "rotate") == 0
    new = master_of(installed)
    assert new != OLD
    assert master_of(installed, "_old") == OLD
    assert (installed / "secrets" / "master_key").stat().st_mode & 0o077 == 0
    assert causeway("keys", "status") == 0
    assert f"21 keys under master {kek_of(new)} (the present one)" in capsys.readouterr().out
    assert causeway("keys", "rotate") == 1, "not while the old one may still be needed"
    assert causeway("keys", "drop-old", "--yes") == 0
    assert not (installed / "secrets" / "master_key_old").exists()
    assert causeway("keys", "rotate") == 0


def test_a_rotation_that_was_killed_goes_on(installed: Path) -> None:
    """Everything was wrapped, but the files had not changed places."""
    write_private(installed / "secrets" / "master_key_new", base64.b64encode(NEW).decode())

    async def wrapped_only() -> None:
        async with ring(installed, NEW, OLD) as keys:
            await keys.rotate(NEW)

    asyncio.run(wrapped_only())
    assert causeway("keys", "rotate") == 0
    assert master_of(installed) == NEW
    assert master_of(installed, "_old") == OLD
    assert not (installed / "secrets" / "master_key_new").exists()


def test_there_is_nothing_to_drop_at_first(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert causeway("keys", "drop-old", "--yes") == 1
    assert "no old master" in capsys.readouterr().err
