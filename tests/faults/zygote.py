"""A process that has imported everything and forks one child for each life: `python -m tests.faults.zygote`."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.birth import Womb

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 180  # seconds of a life


class Zygote:
    """It, seen from the process that asks for lives."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._begun: asyncio.Queue[asyncio.Future[int]] = asyncio.Queue()
        self._ended: dict[int, asyncio.Future[int]] = {}

    async def live(self, line: str, kill_after: float | None) -> int:
        """One life; the signal that ended it, 0 when it ended by itself. Killed from outside after so many seconds."""
        loop = asyncio.get_running_loop()
        begun: asyncio.Future[int] = loop.create_future()
        self._begun.put_nowait(begun)
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        pid = await begun
        with suppress(TimeoutError):
            async with asyncio.timeout(kill_after):
                return await asyncio.shield(self._ended[pid])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return await self._ended[pid]

    async def listen(self) -> None:
        """Takes its news: `{"begun": pid}` in the order of the lives, `{"ended": pid, "signal": n}`."""
        assert self._process.stdout is not None
        loop = asyncio.get_running_loop()
        async for line in self._process.stdout:
            news = json.loads(line)
            if "begun" in news:
                self._ended[news["begun"]] = loop.create_future()
                self._begun.get_nowait().set_result(news["begun"])
            else:
                self._ended[news["ended"]].set_result(news["signal"])


@asynccontextmanager
async def zygote() -> AsyncIterator[Zygote]:
    """Starts it, and ends it with all that it forked."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.zygote", stdin=PIPE, stdout=PIPE, cwd=ROOT, start_new_session=True
    )
    made = Zygote(process)
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await asyncio.gather(listening, return_exceptions=True)


# -- inside it -------------------------------------------------------------------------------------------------------


def main() -> None:
    """Forks a child for each line that comes in."""
    # Whoever only talks to it does not need the bot in memory.
    import tests.faults.life  # noqa: F401  so that no child imports it
    from tests.faults.birth import Womb

    with tempfile.TemporaryDirectory() as folder:
        womb = asyncio.run(Womb.prepared(Path(folder)))
        gc.freeze()  # a child that collects would copy every page of its parent
        signal.signal(signal.SIGCHLD, lambda *_: _bury())
        for line in sys.stdin:
            _fork(line, womb)


def _fork(line: str, womb: Womb) -> None:
    # Nobody is buried before he was announced.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if pid == 0:
        _be_born(line, womb)
    _tell(begun=pid)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _be_born(line: str, womb: Womb) -> None:
    from tests.faults.life import Life, live

    life = Life.from_line(line)
    signal.alarm(LONGEST)  # whoever asked for this life may be gone without a word
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    log = os.open(f"{life.folder}/log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        asyncio.run(live(life, womb))
    except BaseException:
        # It must not go on in the loop of its parent; the log says why it ended.
        traceback.print_exc()
    finally:
        os._exit(1)


def _bury() -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            _tell(ended=pid, signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status))


def _tell(**news: int) -> None:
    os.write(1, json.dumps(news).encode() + b"\n")


if __name__ == "__main__":
    main()
