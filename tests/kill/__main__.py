"""By hand: `python -m tests.kill --times 50 --scene call`; the scenes: `call`, `checkin`, `newcomer`, `due`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.kill import checkin, due, newcomer, scene, test_kill, test_kill_checkin, test_kill_due, test_kill_newcomer

SCENES: dict[str, tuple[ModuleType, Any]] = {
    "call": (scene, test_kill.check),
    "checkin": (checkin, test_kill_checkin.check),
    "due": (due, test_kill_due.check),
    "newcomer": (newcomer, test_kill_newcomer.check),
}


def main() -> None:
    """Plays a scene with so many kills and says what became of it; the exit code is that of the check."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill")
    parser.add_argument("--scene", choices=list(SCENES), default="call")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    module, check = SCENES[asked.scene]
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(module.play(Path(folder), asked.times, asked.seed))
    print(f"{found.kills} kills", file=sys.stderr)
    check(found)
    print("nothing lost, nothing doubled", file=sys.stderr)


if __name__ == "__main__":
    main()
