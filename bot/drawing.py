"""Pictures drawn by a process of its own: loading the library and drawing take seconds, and a thread of the bot's would
hold everybody else up meanwhile (measured: 1.6 s) and keep 50 MB for good.

    python -m bot.drawing        reads what is wanted as JSON, prints the pictures as JSON
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import structlog

from bot.cards import Picture
from bot.charts import Row, planned_and_done

log = structlog.get_logger(__name__)

PATIENCE = 120.0  # seconds; the first drawing of an installation also looks through the system's fonts
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "MPLCONFIGDIR", "SYSTEMROOT")  # of the environment: no secret


@dataclass(frozen=True)
class Drawing:
    """What `planned_and_done` is to draw."""

    title: str
    rows: tuple[Row, ...]
    words: tuple[str, str]
    alt: str


async def draw(wanted: Sequence[Drawing]) -> list[Picture | None]:
    """The pictures in this order. None where none could be drawn: the words beside it have everything."""
    if not wanted:
        return []
    try:
        made = json.loads(await _ask(json.dumps([asdict(one) for one in wanted]).encode()))
    except (OSError, TimeoutError, ValueError) as error:
        log.warning("a picture could not be drawn", kind=type(error).__name__)
        return [None] * len(wanted)
    return [Picture(**one) for one in made]


async def _ask(wanted: bytes) -> bytes:
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.drawing", env=environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            return (await process.communicate(wanted))[0]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def main() -> None:
    """Draws what standard input asks for, after everybody else on this machine."""
    os.nice(10)
    wanted = json.load(sys.stdin)
    made = [
        planned_and_done(one["title"], [Row(**row) for row in one["rows"]], tuple(one["words"]), one["alt"])
        for one in wanted
    ]
    json.dump([asdict(one) for one in made], sys.stdout)


if __name__ == "__main__":
    main()
