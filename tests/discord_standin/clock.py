"""The stand-in's time. Tests move it instead of sleeping."""

from __future__ import annotations

import datetime
import time


class Clock:
    """Real time plus whatever a test has added."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds that only ever grow, for deadlines and limits."""
        return time.monotonic() + self._ahead

    def wall(self) -> datetime.datetime:
        """The date and time that messages carry, in UTC."""
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self._ahead)

    def advance(self, seconds: float) -> None:
        """Move on: an interaction asked just before is now that much older."""
        self._ahead += seconds
