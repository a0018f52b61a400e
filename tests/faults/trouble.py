"""What the stand-in does to requests about messages, by chance."""

from __future__ import annotations

import asyncio
import random

from tests.discord_standin.faults import Fault, Faults

ABOUT_MESSAGES = ("/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}")
# discord.py repeats these by itself, after a real second or more: few of them, or they are all of the time there is.
REPEATED = (500, 502)
LONGEST_HANG = 0.4  # seconds
TROUBLES = ("drop", "status", "repeated", "limited", "hang")


class Trouble(Faults):
    """Each request may fail before or after the work is done: dropped, 5xx, 429, hanging."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self.share = 0.0
        self.repeats_left = 0
        self.count = 0

    def set(self, share: float) -> None:
        """From now on this share of the requests goes wrong."""
        self.share, self.repeats_left = share, 1

    def find(self, method: str, path: str, template: str, after: bool) -> Fault | None:
        """The fault for one request; asked before the work and after it."""
        if template not in ABOUT_MESSAGES or self._chance.random() >= self.share / 2:
            return None
        fault = self._draw(method, template, after)
        self.count += fault is not None
        return fault

    def _draw(self, method: str, template: str, after: bool) -> Fault | None:
        kind, where = self._chance.choice(TROUBLES), f"{method} {template}"
        if kind == "drop":
            return Fault(where, "drop", after=after)
        if kind == "status":
            return Fault(where, "status", 503, after=after)
        if kind == "repeated":
            if self.repeats_left <= 0:
                return None
            self.repeats_left -= 1
            return Fault(where, "status", self._chance.choice(REPEATED), after=after)
        if kind == "limited":
            return None if after else Fault(where, "limited", retry_after=self._chance.uniform(0.01, 0.1))
        return self._hang(where) if after else None

    def _hang(self, where: str) -> Fault:
        """The work is done, the answer comes late. (What never arrives is a `drop` before.)"""
        fault = Fault(where, "hang", after=True)
        asyncio.get_running_loop().call_later(self._chance.uniform(0.02, LONGEST_HANG), fault.released.set)
        return fault
