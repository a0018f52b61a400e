"""The program as people run it: a process that serves, and short commands."""

from __future__ import annotations

import asyncio
import io
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from bot.__main__ import main
from bot.cli.session import ROOT

SLOWEST = 60  # seconds; a busy machine needs many for one start


@asynccontextmanager
async def running(config: Path) -> AsyncIterator[io.StringIO]:
    """`causeway run` until the block ends, then an orderly end; what it logged is in the text afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "--language", "en", "--config", str(config), "run",
        cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    logged = io.StringIO()
    try:
        yield logged
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), SLOWEST)
        logged.write(errors.decode())
    assert process.returncode == 0, logged.getvalue()


async def ran(config: Path, *arguments: str) -> tuple[int, str, str]:
    """A short command, in a thread: a process of its own would spend seconds on imports. Exit code, output, errors."""

    def run() -> int:
        try:
            main(["--language", "en", "--config", str(config), *arguments])
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = await asyncio.to_thread(run)
    return code, out.getvalue(), err.getvalue()
