"""One time for the bot and the platform, which are two processes: faster than ours, with outages that cost nothing."""

from __future__ import annotations

import time as machine
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.clock import Clock
from tests.discord_standin.clock import Clock as StandInClock

BEGUN = 1_800_000_000.0  # a date of no meaning, Unix
SPEED = 10.0  # their seconds in one of ours: waiting after a failure is most of what a run would last


@dataclass
class Time:
    """`begun`: what their date was when `since` was the machine's steady time (the same in every process)."""

    begun: float
    since: float
    ahead: float = 0.0

    def now(self) -> float:
        """Their seconds since the Unix epoch."""
        return self.begun + (machine.monotonic() - self.since) * SPEED + self.ahead


class BotClock(Clock):
    """The bot's."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def now(self) -> datetime:
        """This moment of theirs."""
        return datetime.fromtimestamp(self._time.now(), UTC)


class DiscordClock(StandInClock):
    """The stand-in's."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self.time = time

    def now(self) -> float:
        """Seconds that only ever grow."""
        return self.time.now()

    def wall(self) -> datetime:
        """The date and time that messages carry."""
        return datetime.fromtimestamp(self.time.now(), UTC)

    def advance(self, seconds: float) -> None:
        """An outage."""
        self.time.ahead += seconds
