"""By hand: `python -m tests.kill --times 50`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.kill.scene import play
from tests.kill.test_kill import check


def main() -> None:
    """Plays the scene with so many kills and says what became of it; the exit code is that of the check."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(play(Path(folder), asked.times, asked.seed))
    print(f"{found.kills} kills, {found.retried} deliveries tried again, {dict(found.states)}", file=sys.stderr)
    check(found)
    print("nothing lost, nothing doubled", file=sys.stderr)


if __name__ == "__main__":
    main()
