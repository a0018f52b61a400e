"""A database that dies at its n-th call, like a process killed with -9 in the middle of anything."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bot.db import Database
from bot.drivers import SqliteDriver

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone: no `except Exception` may keep it alive."""


class Fuse:
    """Burns down with every call; at zero the process dies, `after` or before the call was carried out."""

    def __init__(self) -> None:
        self.left = -1  # negative: it does not burn
        self.after = False
        self.dead = False

    def light(self, calls: int, after: bool) -> None:
        self.left, self.after = calls, after

    def burn(self) -> bool:
        """Whether this call is the last. Raises for every call of a dead process."""
        if self.dead:
            raise Killed
        self.left -= 1
        self.dead = self.left == 0
        if self.dead and not self.after:
            raise Killed
        return self.dead


class FusedDriver:
    """A connection of which every call goes past the fuse."""

    alive = True

    def __init__(self, driver: SqliteDriver, fuse: Fuse) -> None:
        self._driver, self._fuse = driver, fuse
        self.dialect, self.no_table = driver.dialect, driver.no_table

    async def _past(self, call: Callable[[], Awaitable[T]]) -> T:
        last = self._fuse.burn()
        result = await call()
        if last:
            raise Killed
        return result

    async def fetch(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return await self._past(lambda: self._driver.fetch(compiled, params))

    async def few(self, compiled: Any, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return await self._past(lambda: self._driver.few(compiled, params))

    async def first(self, compiled: Any, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return await self._past(lambda: self._driver.first(compiled, params))

    async def run(self, compiled: Any, params: Sequence[Mapping[str, Any]]) -> int:
        return await self._past(lambda: self._driver.run(compiled, params))

    async def begin(self) -> None:
        await self._past(self._driver.begin)

    async def commit(self) -> None:
        await self._past(self._driver.commit)

    def end_unchanged(self) -> bool:
        return False  # every COMMIT goes past the fuse

    async def roll_back(self) -> None:
        await self._past(self._driver.roll_back)

    async def savepoint(self, sql: str) -> None:
        await self._past(lambda: self._driver.savepoint(sql))

    async def script(self, sql: str) -> None:
        await self._past(lambda: self._driver.script(sql))

    async def close(self) -> None:
        await self._driver.close()


class CrashingDatabase(Database):
    """A database on a file that can be killed and opened again; what was not committed is gone."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"sqlite:///{path}")
        self.fuse = Fuse()

    async def open(self) -> None:
        await super().open()
        self._writer, self._reader = (FusedDriver(one, self.fuse) for one in (self._writer, self._reader))  # type: ignore[arg-type]

    async def reopen(self) -> None:
        """The next process: dead connections are dropped (and with them their transactions), new ones opened."""
        self.fuse.dead, self.fuse.left = False, -1
        await self.close()
        self.__init__(Path(str(self.path)))  # type: ignore[misc]
        await self.open()


def copy_of(template: Path, folder: Path) -> tuple[Path, Path]:
    """The two database files of a new installation, copied: migrating for each example would take longest."""
    for name in ("main.db", "keys.db"):
        shutil.copy(template / name, folder / name)
    return folder / "main.db", folder / "keys.db"
