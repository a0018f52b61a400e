"""What arrived and has not been answered yet.

nio's own stored sync token is saved before anybody handled the events: a kill -9 in a handler lost 4 of 5 messages
(FACTS 2). So events and the new position are written in ONE transaction, and workers read what is waiting from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

Json = dict[str, Any]

TEXT = "text"  # m.room.message with msgtype m.text, not an edit
REACTION = "reaction"
REDACTION = "redaction"  # somebody took a message or a reaction away; `target` is its event id
MEMBER = "member"  # about the bot itself, or somebody joining/leaving a direct room
INVITE = "invite"  # the bot is invited; `sender` is who invites
LEFT = "left"  # the bot was kicked or banned, or left
TOMBSTONE = "tombstone"  # the room says it moved; never followed by itself (SECURITY D5)
UNREADABLE = "unreadable"  # encrypted, and we have no key: parked until one comes


@dataclass(frozen=True)
class Arrival:
    """One thing that happened. `key` is the event id (invites have none: room and position), unique for ever.

    `sent_at` is the sender's server's clock in UTC milliseconds: shown, never trusted. `sender_key` is the
    curve25519 key that an encrypted message came from; None means that it was sent in the clear.
    """

    key: str
    room_id: str
    kind: str
    sender: str
    sent_at: int
    content: Json
    target: str | None = None
    sender_key: str | None = None

    def as_json(self) -> Json:
        """All of it as plain data, for a sealed row."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, data: Json) -> Arrival:
        """The other way round."""
        return cls(**data)

    def about(self, **changes: Any) -> Arrival:
        """The same with some fields changed."""
        return replace(self, **changes)


class Inbox(Protocol):
    """Where arrivals are kept. Implementations must survive kill -9 at any moment."""

    async def position(self) -> str | None:
        """The sync position up to which everything is kept; None before the first sync ever."""

    async def keep(self, arrivals: Sequence[Arrival], position: str) -> None:
        """Write new arrivals and the position in ONE transaction; a key that is known (also a handled one) is
        skipped.
        """

    async def waiting(self, limit: int = 100) -> Sequence[Arrival]:
        """Kept and not finished, oldest first; unreadable ones are left out."""

    async def parked(self) -> Sequence[Arrival]:
        """The unreadable ones, oldest first."""

    async def reread(self, arrival: Arrival) -> None:
        """An unreadable arrival could be read after all: replace it, at its old place in the line."""

    async def finish(self, key: str) -> None:
        """Empty the row; the key stays, so that a repeated event is not handled again."""
