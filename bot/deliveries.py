"""What is delivered: a row of the outbox as an adapter gets it, and a copy of a call as it is put there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.cards import Card
from bot.spaces import Channel


@dataclass(frozen=True)
class Delivery:
    """One row as an adapter gets it. `targets` are the ids of the messages to edit or to take back."""

    id: str
    subject: str
    version: int
    kind: str  # post | edit | redact | tally | direct | meet
    platform: str
    address: str  # the channel; empty when direct
    card: Card | None
    urgent: bool
    silent: bool
    tries: int
    tried_at: datetime | None  # when it may first have left; None on a first try
    targets: tuple[str, ...] = ()
    account: str = ""  # direct: whom
    room: str = ""  # direct: the room or channel made for them, when known
    thread: str = ""  # the message or thread it answers
    accounts: tuple[str, ...] = ()  # meet: for whom the place is made
    title: str = ""  # meet: what the place is called; names nobody
    order: tuple[int, int] = (0, 0)  # rank and turn: who goes first where an adapter lets them wait

    @property
    def is_private(self) -> bool:
        """Whether it is for some people alone, and not for a channel."""
        return self.kind in {"direct", "meet"}


class Copy(NamedTuple):
    """One of many copies of a call: where, what, and when it leaves."""

    channel: Channel
    card: Card
    held: bool = False
    silent: bool = False
    due_at: datetime | None = None
    expires_at: datetime | None = None


def in_channel(channel: Channel) -> dict[str, str]:
    """The columns of a delivery that say where it stands; nothing overtakes another in its lane."""
    return {
        "platform": channel.platform, "channel": channel.id, "organization": channel.organization,
        "address": channel.address, "lane": f"{channel.platform}:{channel.address}",
    }  # fmt: skip
