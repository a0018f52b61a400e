"""Back-ups while the bot runs, and the way back (h14, SECURITY E3 and 6.6).

    data  -> backup.data_to/causeway-data-20261123T030000Z.db   kept 30 days
    keys  -> backup.keys_to/causeway-keys-20261123T030000Z.db   kept 7 days, in another place

Neither is of use alone: the data are sealed, and the keys are wrapped by the master key, which is in neither copy.
The data are copied first, so every value in them has its key in the copy made after. Both copies come from SQLite's
own online back-up in one pass (WAL readers never hold up the writer). PostgreSQL has better tools of its own.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.errors import StoreError
from bot.keys import Keyring

STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"causeway-(data|keys)-(\d{8}T\d{6}Z)\.db")
INTERRUPTED = "restore-in-progress"
# What tells our files from others: a table that each of them has.
TABLES = {"data": "person", "keys": "keyring"}


@dataclass(frozen=True)
class Pair:
    """The two files of one back-up."""

    data: Path
    keys: Path


def back_up(settings: Settings, now: datetime) -> Pair:
    """Makes one back-up and deletes those that are too old. Blocks for the time of two copies: call it in a thread."""
    backup = settings.backup
    if backup.data_to is None or backup.keys_to is None:
        raise StoreError("backup.no_place")
    for folder in (backup.data_to, backup.keys_to):
        if not folder.is_dir():  # not made here: a stick that is not plugged in would become a folder on the same disk
            raise StoreError("backup.folder_gone", folder=str(folder))
    pair = Pair(_named(backup.data_to, "data", now), _named(backup.keys_to, "keys", now))
    copy(_file(settings.database.url), pair.data)
    copy(_file(settings.database.keyring_url), pair.keys)
    _forget(backup.data_to, "data", now - timedelta(days=backup.keep_days))
    _forget(backup.keys_to, "keys", now - timedelta(days=backup.keep_key_days))
    return pair


def made(folder: Path | None, kind: str) -> list[tuple[datetime, Path]]:
    """The back-ups of a kind ("data" or "keys") in a folder, oldest first."""
    if folder is None or not folder.is_dir():
        return []
    found = ((NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((_moment(match[2]), path) for match, path in found if match and match[1] == kind)


def last(settings: Settings) -> datetime | None:
    """When the newest back-up was made of which both halves are there."""
    data, keys = ({moment for moment, _path in made(folder, kind)} for folder, kind in
                  ((settings.backup.data_to, "data"), (settings.backup.keys_to, "keys")))  # fmt: skip
    return max(data & keys, default=None)


def is_due(settings: Settings, now: datetime, zone_now: datetime) -> bool:
    """Whether the nightly back-up is due: its hour has come (local time), and the newest is from before it."""
    if settings.backup.data_to is None or settings.backup.keys_to is None:
        return False
    newest = last(settings)
    hour = zone_now.replace(hour=settings.backup.hour, minute=0, second=0, microsecond=0)
    since = hour if zone_now >= hour else hour - timedelta(days=1)
    return newest is None or newest < since.astimezone(UTC) <= now


def copy(source: Path, target: Path) -> None:
    """An online copy of a SQLite file, checked, complete or not there at all, readable by its owner only."""
    fresh = target.with_name(f".{target.name}.part")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(_readable(source)) as origin, closing(sqlite3.connect(fresh)) as copied:
            origin.backup(copied)  # all pages in one pass: in steps it would begin anew after each foreign write
            copied.execute("PRAGMA journal_mode=DELETE")
            if copied.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise StoreError("backup.damaged", file=source.name)
        _settle(fresh)
        fresh.replace(target)
    except sqlite3.Error as wrong:
        raise StoreError("backup.unreadable", file=source.name) from wrong
    finally:
        fresh.unlink(missing_ok=True)


async def restore(settings: Settings, pair: Pair, master: bytes, now: datetime) -> list[Path]:
    """Puts a back-up in the place of the present files, which are kept beside; their new names are returned.

    The bot must not run. Both halves are checked before anything is touched. People erased since the back-up stay
    erased where the present keys still exist: their keys are taken out of the restored ones.
    """
    data, keys = _file(settings.database.url), _file(settings.database.keyring_url)
    for kind, half in (("data", pair.data), ("keys", pair.keys)):
        _must_be_ours(half, kind)
    settings.bot.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = Pair(data.with_name(".data.restored"), keys.with_name(".keys.restored"))
    copy(pair.data, fresh.data)
    copy(pair.keys, fresh.keys)
    try:
        await _check_pair(fresh, master)
        await _keep_erased(fresh.keys, keys, master)
        return _swap(settings, fresh, Pair(data, keys), now)
    finally:
        for half in (fresh.data, fresh.keys):
            half.unlink(missing_ok=True)


def refuse_what_does_not_fit(settings: Settings) -> None:
    """StoreError when data and keys may not belong together: a restore stopped half-way, or the keys are gone.

    Opening would make new keys, and everybody in the data would silently become a stranger (FACTS 49).
    """
    if (settings.bot.data_dir / INTERRUPTED).exists():
        raise StoreError("backup.interrupted")
    data, keys = (_sqlite(url) for url in (settings.database.url, settings.database.keyring_url))
    if data is not None and keys is not None and not keys.exists() and _has_people(data):
        raise StoreError("backup.keys_gone", file=str(keys))


def _has_people(file: Path) -> bool:
    if not file.exists():
        return False
    with closing(_readable(file)) as data:
        tables = {row[0] for row in data.execute("SELECT name FROM sqlite_master")}
        return "person" in tables and data.execute("SELECT count(*) FROM person").fetchone()[0] > 0


@contextmanager
def running(data_dir: Path) -> Iterator[None]:
    """Holds the installation for one process: a second bot, or a restore under a running one, is refused."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(data_dir / "running", os.O_CREAT | os.O_RDWR, 0o600), "w") as lock:
        _give_to_owner(data_dir / "running")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise StoreError("backup.running") from held
        yield


def _give_to_owner(file: Path) -> None:
    """What the administrator writes into the service's folder must be readable by the service's own user."""
    if os.geteuid() == 0:
        folder = file.parent.stat()
        os.chown(file, folder.st_uid, folder.st_gid)


def _swap(settings: Settings, fresh: Pair, present: Pair, now: datetime) -> list[Path]:
    marker = settings.bot.data_dir / INTERRUPTED
    marker.touch(mode=0o600)
    kept = [aside for file in (present.keys, present.data) for aside in _set_aside(file, now)]
    for new, place in ((fresh.keys, present.keys), (fresh.data, present.data)):
        _give_to_owner(new)
        new.replace(place)
    _settle(present.data.parent)
    marker.unlink()
    return kept


def _set_aside(file: Path, now: datetime) -> Iterator[Path]:
    """The old file and its write-ahead log together: apart they would be a damaged database."""
    for suffix in ("", "-wal", "-shm"):
        old = file.with_name(file.name + suffix)
        if old.exists():
            kept = file.with_name(f"{file.name}.before-{now.strftime(STAMP)}{suffix}")
            old.replace(kept)
            yield kept


async def _check_pair(fresh: Pair, master: bytes) -> None:
    """The master opens the keys (else StoreError), and the keys are those of the data."""
    async with _keyring(fresh.keys, master):
        pass
    with closing(_readable(fresh.data)) as data, closing(_readable(fresh.keys)) as keys:
        people = {row[0] for row in data.execute("SELECT id FROM person")}
        known = {row[0] for row in keys.execute("SELECT person FROM keyring WHERE person <> ''")}
    if people and not people & known:
        raise StoreError("backup.not_a_pair")


async def _keep_erased(restored: Path, present: Path, master: bytes) -> None:
    """Takes out the keys that were destroyed since: only where the present keys are of the same installation."""
    if not present.exists():
        return
    try:
        async with _keyring(present, master) as now_there, _keyring(restored, master) as then:
            same = now_there.index("same", "installation") == then.index("same", "installation")
    except (StoreError, sqlite3.Error):
        return  # the present keys are damaged or of another master: that is why people restore
    if not same:
        return
    with closing(_readable(present)) as there, closing(sqlite3.connect(restored)) as back:
        alive = set(there.execute("SELECT person, organization FROM keyring"))
        gone = [row for row in back.execute("SELECT person, organization FROM keyring") if row not in alive]
        back.execute("PRAGMA secure_delete=ON")
        back.executemany("DELETE FROM keyring WHERE person = ? AND organization = ?", gone)
        back.commit()
        back.execute("VACUUM")


@asynccontextmanager
async def _keyring(file: Path, master: bytes) -> AsyncIterator[Keyring]:
    """A keyring opened for a look; afterwards the file is whole again, without a write-ahead log."""
    db = Database(f"sqlite:///{file}")
    ring = Keyring(db, master, Clock())
    try:
        await ring.open()
        yield ring
        await db.checkpoint()
    finally:
        await ring.close()


def _must_be_ours(file: Path, kind: str) -> None:
    if not file.exists():
        raise StoreError("backup.missing", file=str(file))
    try:
        with closing(_readable(file)) as found:
            tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as wrong:
        raise StoreError("backup.unreadable", file=file.name) from wrong
    if TABLES[kind] not in tables:
        raise StoreError(f"backup.not_{kind}", file=file.name)


def _readable(file: Path) -> sqlite3.Connection:
    if not file.exists():
        raise StoreError("backup.missing", file=str(file))
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _file(url: str) -> Path:
    file = _sqlite(url)
    if file is None:
        raise StoreError("backup.postgres")
    return file


def _sqlite(url: str) -> Path | None:
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


def _named(folder: Path, kind: str, now: datetime) -> Path:
    return folder / f"causeway-{kind}-{now.astimezone(UTC).strftime(STAMP)}.db"


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def _forget(folder: Path, kind: str, before: datetime) -> None:
    """Overwrites with nothing: the newest is never among them, it was made a moment ago."""
    for moment, path in made(folder, kind):
        if moment < before:
            path.unlink()


def _settle(path: Path) -> None:
    """Waits until a file or a folder's entries are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
