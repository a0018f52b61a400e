"""A process that says when it is ready, and somebody who keeps killing it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

READY = "ready"
ROOT = Path(__file__).resolve().parents[2]


class Process:
    """`python -m module arguments`; its first line on standard output that begins with *ready* ends `ready()`."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = (sys.executable, "-m", module, *arguments)
        self._process: asyncio.subprocess.Process | None = None
        self.said = ""  # the rest of the line
        self.kills = 0

    async def start(self) -> None:
        """Starts it; standard error is ours."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )

    async def ready(self, within: float = 60) -> None:
        """Waits until it serves. RuntimeError when it ended instead."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(within):
            async for line in self._process.stdout:
                if line.decode().startswith(READY):
                    self.said = line.decode().removeprefix(READY).strip()
                    return
        raise RuntimeError(f"{self._command[2]} ended with {await self._process.wait()} before it was ready")

    async def kill(self) -> None:
        """kill -9, and gone."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            await self._process.communicate()  # reads on: a full pipe would keep it
            self.kills += 1

    async def again(self) -> None:
        """Killed, and started anew on what it left."""
        await self.kill()
        await self.start()
        await self.ready()


@asynccontextmanager
async def running(module: str, *arguments: str) -> AsyncIterator[Process]:
    """A process for the time of a block."""
    process = Process(module, *arguments)
    await process.start()
    try:
        await process.ready()
        yield process
    finally:
        await process.kill()


async def torment(process: Process, lives: Sequence[float]) -> None:
    """Kills the process after each of these lives (seconds since it was ready) and starts it again."""
    for life in lives:
        await asyncio.sleep(life)
        await process.again()


def lives(times: int, most: float, seed: int | None = None) -> list[float]:
    """So many random lives of at most so many seconds."""
    chance = random.Random(seed)
    return [chance.uniform(0, most) for _ in range(times)]
