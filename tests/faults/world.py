"""What a run goes on in: a chat platform with a few channels, which can be made to fail."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.faults.clocks import Time

Json = dict[str, Any]


@dataclass
class Shown:
    """One message as it was seen. `place`: where it stands among the others; `texts`: every one that it showed."""

    place: int
    texts: list[str]
    deleted: bool = False


@dataclass
class Spot:
    """A channel and all that was ever posted in it by the bot, oldest first. `gone`: the bot cannot reach it."""

    name: str
    address: str
    messages: list[Shown] = field(default_factory=list)
    gone: bool = False


@dataclass
class Seen:
    """All channels, the lost ones too, and the private rooms."""

    channels: list[Spot]
    private: list[Spot]


@dataclass(frozen=True)
class Door:
    """How a life comes in: `places` are pairs of space and channel, `account` is the person who is written to."""

    platform: str
    keys: dict[str, str]
    places: list[list[str]]
    account: str


class World(Protocol):
    """The platform's side of one run."""

    door: Door
    time: Time

    @property
    def faults(self) -> int:
        """How many requests went wrong so far."""
        ...

    def set_trouble(self, share: float) -> None:
        """From now on this share of the requests goes wrong, before or after the work is done."""
        ...

    async def advance(self, seconds: float) -> None:
        """An outage: that much later, for the platform and for the bot."""
        ...

    async def befall(self, kind: str, channel: int) -> None:
        """One of `plan.Ill`."""
        ...

    async def seen(self) -> Seen:
        """What came of it."""
        ...


class Platform(Protocol):
    """Makes a world for each run, while it is entered."""

    name: str
    outages: Sequence[float]  # seconds, from which a plan draws; some are longer than it knows a delivery's id
    memory: float  # seconds for which it does
    lives: tuple[float, float]  # our seconds, in which a life that is killed from outside comes to write something

    async def __aenter__(self) -> Platform: ...

    async def __aexit__(self, *_error: object) -> None: ...

    def world(self, seed: int) -> AbstractAsyncContextManager[World]:
        """For as long as a run lasts."""
        ...
