"""What an adapter must do, and what the core does for it.

An adapter turns what people do on its platform into an `Act`, gives it to the `Runner` (command, press, submit, reply)
and draws the `Outcome`. It delivers outbox rows. It decides nothing: rights, words and state are the core's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from bot.cards import Option, Outcome
from bot.spaces import Place

if TYPE_CHECKING:
    from bot.db import Tx
    from bot.deliveries import Delivery


Settle = Callable[["Tx", Outcome], Awaitable[None]]


@dataclass(frozen=True)
class Act:
    """Somebody does something somewhere."""

    platform: str
    account: str  # the platform's id of the person
    place: Place
    event: str  # the platform's id of the interaction or event: an act is carried out once
    language: str | None = None  # of the person's app: en | es | None when the platform does not tell
    manages: bool = False  # Manage Server / level 50 in this place, from the platform's own state
    roles: tuple[str, ...] = ()  # the platform's role ids of the person here (or `level:50`)
    stepwise: bool = False  # forms are asked one question at a time (no modals)
    settle: Settle | None = None  # writes the answer's rows in the act's own transaction (platforms without answers)


@dataclass(frozen=True)
class Sent:
    """A delivery arrived: the ids of its messages in order, where, and the choice tokens it shows in order."""

    ids: tuple[str, ...]
    address: str = ""
    tokens: tuple[str, ...] = ()


class Found(Enum):
    """What looking for an unsure delivery gave, when not the message itself."""

    NOT_THERE = "not there"
    CANNOT_KNOW = "cannot know"


@dataclass(frozen=True)
class Room:
    """A channel that could be chosen. `problems` are keys under `permission.`: what is missing there."""

    address: str
    name: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Health:
    """How an adapter is doing: `key` is a sentence under `health.`."""

    well: bool
    key: str
    params: dict[str, object] = field(default_factory=dict)


class Adapter(Protocol):
    """One platform."""

    name: str  # discord | matrix | rehearsal...
    remembers: timedelta  # so long the platform itself refuses a double of the same delivery id

    @property
    def in_flight(self) -> int:
        """Deliveries handed out at once, now: what waits in the adapter cannot be stopped, changed or overtaken."""

    async def run(self) -> None:
        """Connects and serves until cancelled. Raises Revoked when the token is dead; other errors are retried."""

    async def deliver(self, delivery: Delivery) -> Sent:
        """Sends, edits or takes back. Raises a PlatformError of `bot.errors`; `Unsure` when it may have arrived."""

    async def find(self, delivery: Delivery) -> Sent | Found:
        """Looks whether an unsure delivery arrived, by its printed code and its author."""

    async def rooms(self, space: str, channel: str = "") -> Sequence[Room]:
        """The channels of a space that can be chosen (of the room's siblings on Matrix), with what is missing."""

    async def mentionable(self, space: str, channel: str = "") -> Sequence[Option] | None:
        """The roles of a space that a message of ours can notify, and people take themselves or are given; never
        everybody. None where the platform has no such roles."""

    async def problems(self, address: str) -> tuple[str, ...]:
        """Keys of what is missing in one channel; () when it works."""

    async def leave(self, address: str) -> None:
        """Leaves a server or room."""

    async def manages(self, account: str, place: Place) -> bool:
        """Whether somebody has Manage Server / level 50 in a place now (a form is finished elsewhere than begun)."""

    def realm(self, account: str) -> str:
        """Who runs somebody's server and could speak in their name (SECURITY D1): a homeserver that is not the bot's
        own. "" where the bot depends on whoever runs it anyway."""

    async def shares(self, accounts: Sequence[str], address: str) -> bool:
        """Whether a private place for just these accounts could be made near this channel ("" : near none). False
        also when the platform does not answer in time: then the introduction is relayed."""

    def health(self) -> Health:
        """How it is doing now."""

    def seconds_for(self, messages: int) -> float:
        """How long so many messages take under the platform's limits."""
