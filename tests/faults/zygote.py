"""A process that has imported everything and forks itself for each life: a start costs 10 ms instead of a second.

One line of JSON in, `{"life": number, ...}`; lines out: `{"life": number, "pid": pid}`, and `{"ended": number}` when it
is gone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import signal
import sys
from typing import Any

import bot.platforms.discord  # noqa: F401  everything that a life needs is imported before the fork
from tests.faults.life import Order, live

TICK = 0.02  # seconds between looks for who has ended
LONGEST = 300  # seconds of a life


def main() -> None:
    """Serves until its standard input ends."""
    lives: dict[int, int] = {}  # pid -> life
    rest = b""
    _say({"ready": True})
    while True:
        readable, _, _ = select.select([0], [], [], TICK)
        if readable:
            got = os.read(0, 1 << 16)
            if not got:
                return
            *lines, rest = (rest + got).split(b"\n")
            for line in lines:
                _give(json.loads(line), lives)
        _bury(lives)


def _give(order: dict[str, Any], lives: dict[int, int]) -> None:
    life = order.pop("life")
    pid = os.fork()
    if pid == 0:
        _be(Order(**order))
    lives[pid] = life
    _say({"life": life, "pid": pid})


def _bury(lives: dict[int, int]) -> None:
    while lives:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        _say({"ended": lives.pop(pid)})


def _be(order: Order) -> None:
    signal.alarm(LONGEST)  # whoever wanted this life may be gone without a word
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(quiet, stream)
    logging.basicConfig(level=logging.CRITICAL)
    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(live(order))
    finally:
        os._exit(1)


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
