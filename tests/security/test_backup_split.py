"""h14 and E3: back-ups while the bot runs, the keys apart, and a restore that needs both halves and the master key."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from bot import backup
from bot import tables as t
from bot.clock import Clock
from bot.config import Settings, from_values
from bot.db import Database
from bot.errors import KeyGone, StoreError
from bot.keys import Keyring
from bot.migrate import upgrade
from bot.people import NOBODY, People, Person

MASTER = b"m" * 32
NIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return installed(tmp_path)


def installed(folder: Path) -> Settings:
    for place in ("disk", "stick"):
        (folder / place).mkdir(parents=True)
    return from_values({"backup": {"data_to": "disk", "keys_to": "stick"}}, folder)


@asynccontextmanager
async def opened(settings: Settings, master: bytes = MASTER) -> AsyncIterator[tuple[Database, People]]:
    await upgrade(settings.database.url)
    db = Database(settings.database.url)
    keyring = Keyring(Database(settings.database.keyring_url), master, Clock())
    await db.open()
    try:
        await keyring.open()
        yield db, People(keyring)
    finally:
        await keyring.close()
        await db.close()


async def meet(settings: Settings, account: str) -> Person:
    async with opened(settings) as (db, people), db.write() as tx:
        return await people.keep(tx, "discord", account, "es", NIGHT)


async def find(settings: Settings, account: str, master: bytes = MASTER) -> list[tuple[str, str, str]]:
    """Where the person of an account is reached: needs the row, the key and the master."""
    async with opened(settings, master) as (db, people), db.read() as tx:
        person = await people.find(tx, "discord", account)
        return [] if person == NOBODY else await people.addresses(tx, person.id)


async def test_what_was_there_is_there_again_after_a_restore(settings: Settings) -> None:
    """h14"""
    await meet(settings, "ana")
    pair = backup.back_up(settings, NIGHT)
    for lost in settings.bot.data_dir.iterdir():
        lost.unlink()
    await backup.restore(settings, pair, MASTER, NIGHT)
    assert await find(settings, "ana") == [("discord", "ana", "")]


async def test_a_back_up_is_made_while_the_bot_writes(settings: Settings) -> None:
    """h14: online; the copy is whole although rows arrive all the time."""
    async with opened(settings) as (db, people):
        stop = asyncio.Event()

        async def write() -> int:
            number = 0
            while not stop.is_set():
                async with db.write() as tx:
                    await people.keep(tx, "discord", f"person {number}", "en", NIGHT)
                number += 1
            return number

        writing = asyncio.create_task(write())
        pairs = [await asyncio.to_thread(backup.back_up, settings, NIGHT + timedelta(hours=hour)) for hour in range(3)]
        stop.set()
        written = await writing

    assert written > 3
    for pair in pairs:
        with closing(sqlite3.connect(pair.data)) as data, closing(sqlite3.connect(pair.keys)) as keys:
            people_there = {row[0] for row in data.execute("SELECT id FROM person")}
            keys_there = {row[0] for row in keys.execute("SELECT person FROM keyring")}
        assert people_there <= keys_there


async def test_the_data_alone_are_noise(settings: Settings, tmp_path: Path) -> None:
    """E3: whoever finds the disk with the data learns nothing; with the keys but not the master neither."""
    await meet(settings, "ana")
    pair = backup.back_up(settings, NIGHT)
    assert b"ana" not in pair.data.read_bytes()
    with pytest.raises(StoreError) as caught:
        await backup.restore(settings, pair, b"x" * 32, NIGHT)
    assert caught.value.key == "store.master"
    assert await find(settings, "ana") == [("discord", "ana", "")]


@pytest.mark.parametrize("half", ["data", "keys"])
async def test_a_restore_needs_both_halves(half: str, settings: Settings) -> None:
    """E3: and touches nothing when one is missing."""
    await meet(settings, "ana")
    pair = backup.back_up(settings, NIGHT)
    getattr(pair, half).unlink()
    with pytest.raises(StoreError) as caught:
        await backup.restore(settings, pair, MASTER, NIGHT)
    assert caught.value.key == "backup.missing"
    assert await find(settings, "ana")


async def test_halves_that_do_not_belong_together_are_refused(settings: Settings, tmp_path: Path) -> None:
    await meet(settings, "ana")
    ours = backup.back_up(settings, NIGHT)
    other = installed(tmp_path / "other")
    await meet(other, "luz")
    theirs = backup.back_up(other, NIGHT)
    with pytest.raises(StoreError) as caught:
        await backup.restore(settings, backup.Pair(ours.data, theirs.keys), MASTER, NIGHT)
    assert caught.value.key == "backup.not_a_pair"
    with pytest.raises(StoreError) as swapped:
        await backup.restore(settings, backup.Pair(ours.keys, ours.data), MASTER, NIGHT)
    assert swapped.value.key == "backup.not_data"


async def test_an_erased_person_stays_erased_after_a_restore(settings: Settings) -> None:
    """E2 and 6.6: the back-up still holds the key, the present keyring does not."""
    ana = await meet(settings, "ana")
    await meet(settings, "luz")
    pair = backup.back_up(settings, NIGHT)
    async with opened(settings) as (db, people):
        await people.destroy_keys(ana.id)
        async with db.write() as tx:
            await people.erase(tx, ana)
    await backup.restore(settings, pair, MASTER, NIGHT)
    with pytest.raises(KeyGone):
        await find(settings, "ana")
    assert await find(settings, "luz") == [("discord", "luz", "")]


async def test_what_was_there_before_a_restore_is_kept_beside(settings: Settings) -> None:
    await meet(settings, "ana")
    pair = backup.back_up(settings, NIGHT)
    await meet(settings, "luz")
    kept = await backup.restore(settings, pair, MASTER, NIGHT)
    assert await find(settings, "luz") == []
    assert {path.name for path in kept} >= {"main.db.before-20261123T080000Z", "keyring.db.before-20261123T080000Z"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in settings.bot.data_dir.iterdir())


async def test_copies_are_for_their_owner_only(settings: Settings) -> None:
    """E4"""
    await meet(settings, "ana")
    old = os.umask(0)
    try:
        pair = backup.back_up(settings, NIGHT)
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o777 for path in (pair.data, pair.keys)} == {0o600}


async def test_a_folder_that_is_gone_is_not_made_anew(settings: Settings, tmp_path: Path) -> None:
    """E3: a stick that is not plugged in must not become a folder beside the data."""
    await meet(settings, "ana")
    (tmp_path / "stick").rmdir()
    with pytest.raises(StoreError) as caught:
        backup.back_up(settings, NIGHT)
    assert caught.value.key == "backup.folder_gone"
    assert not (tmp_path / "stick").exists()


async def test_data_are_kept_30_days_and_keys_7(settings: Settings) -> None:
    """6.6: after 7 days an erased person is in no back-up of the keys."""
    await meet(settings, "ana")
    for day in range(40):
        backup.back_up(settings, NIGHT + timedelta(days=day))
    assert len(backup.made(settings.backup.data_to, "data")) == 31
    assert len(backup.made(settings.backup.keys_to, "keys")) == 8
    assert backup.last(settings) == NIGHT + timedelta(days=39)


async def test_a_back_up_that_fails_leaves_no_half_file(settings: Settings, tmp_path: Path) -> None:
    await meet(settings, "ana")
    data = tmp_path / "var" / "main.db"
    data.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError) as caught:
        backup.back_up(settings, NIGHT)
    assert caught.value.key == "backup.unreadable"
    assert list((tmp_path / "disk").iterdir()) == []


async def test_an_interrupted_restore_is_noticed_before_the_bot_runs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FACTS 49: two files are not atomic together."""
    await meet(settings, "ana")
    pair = backup.back_up(settings, NIGHT)

    def crash(_path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(backup, "_settle", lambda path: crash(path) if path.is_dir() else None)
        with pytest.raises(KeyboardInterrupt):
            await backup.restore(settings, pair, MASTER, NIGHT)
    with pytest.raises(StoreError) as caught:
        backup.refuse_what_does_not_fit(settings)
    assert caught.value.key == "backup.interrupted"
    await backup.restore(settings, pair, MASTER, NIGHT + timedelta(minutes=1))
    backup.refuse_what_does_not_fit(settings)
    assert await find(settings, "ana")


async def test_what_root_restores_belongs_to_the_services_user(settings: Settings) -> None:
    """6.8: the administrator restores, the service reads."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files to another user")
    await meet(settings, "ana")
    pair = backup.back_up(settings, NIGHT)
    os.chown(settings.bot.data_dir, 61184, 61184)  # the first of systemd's dynamic users
    with backup.running(settings.bot.data_dir):
        await backup.restore(settings, pair, MASTER, NIGHT)
    owners = {name: (settings.bot.data_dir / name).stat().st_uid for name in ("main.db", "keyring.db", "running")}
    assert owners == {"main.db": 61184, "keyring.db": 61184, "running": 61184}


def test_only_one_process_holds_the_installation(settings: Settings) -> None:
    with backup.running(settings.bot.data_dir):
        with pytest.raises(StoreError) as caught:
            with backup.running(settings.bot.data_dir):
                raise AssertionError("two at once")
        assert caught.value.key == "backup.running"
    with backup.running(settings.bot.data_dir):
        pass


@pytest.mark.parametrize(
    ("newest", "hour", "due"),
    [(None, 1, True), (-1, 2, False), (-1, 3, True), (-1, 9, True), (0, 4, False), (-3, 1, True)],
)
async def test_the_nightly_back_up_is_due_once_after_its_hour(
    newest: int | None, hour: int, due: bool, settings: Settings
) -> None:
    """WORDS-AND-DEFAULTS: nightly; a night the machine slept through is made up for."""
    await meet(settings, "ana")
    local = datetime(2026, 11, 23, hour, 30, tzinfo=ZoneInfo("America/Chicago"))
    if newest is not None:
        made = local.replace(hour=3, minute=5) + timedelta(days=newest)
        backup.back_up(settings, made.astimezone(UTC))
    assert backup.is_due(settings, local.astimezone(UTC), local) is due


async def test_postgresql_is_told_to_use_its_own_tools(tmp_path: Path) -> None:
    settings = installed(tmp_path)
    database = settings.database.model_copy(update={"url": "postgresql://db/causeway"})
    with pytest.raises(StoreError) as caught:
        backup.back_up(settings.model_copy(update={"database": database}), NIGHT)
    assert caught.value.key == "backup.postgres"


async def test_rows_of_a_feature_come_back_too(settings: Settings) -> None:
    """h14: a copy of the file is a copy of every table."""
    await meet(settings, "ana")
    async with opened(settings) as (db, _people), db.write() as tx:
        await tx.run(insert(t.note), name="sync", value="token")
    pair = backup.back_up(settings, NIGHT)
    await backup.restore(settings, pair, MASTER, NIGHT)
    async with opened(settings) as (db, _people), db.read() as tx:
        assert await tx.value(t.note.select().with_only_columns(t.note.c.value)) == "token"
