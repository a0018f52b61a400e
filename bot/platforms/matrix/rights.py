"""Who may do what in a Matrix room, computed from raw state.

Never from nio's `room.power_levels`: somebody removed from `users` keeps the old level there (a demoted moderator stays
one), and the creators of version 12 rooms, whose power is infinite and not listed, count as 0 (FACTS 12).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

from nio import AsyncClient

from bot.errors import Gone
from bot.platforms.matrix.calls import Json, ask, room_path

MODERATOR = 50  # the level that may connect a room to an organization
_UNSTABLE_12 = {"org.matrix.hydra.11"}
_STATE_DEFAULT = 50
_USERS_DEFAULT = 0
_CREATOR = 100


def _level(value: Any, otherwise: int) -> int:
    """Old rooms hold levels as strings; anything unreadable counts as the default."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return otherwise


@dataclass(frozen=True)
class Rights:
    """The levels of one room: `creators` are above every number in version 12 rooms and not listed in `users`."""

    users: dict[str, int] = field(default_factory=dict)
    users_default: int = _USERS_DEFAULT
    events: dict[str, int] = field(default_factory=dict)
    events_default: int = 0
    state_default: int = _STATE_DEFAULT
    creators: frozenset[str] = frozenset()

    def level(self, user_id: str) -> float:
        """The power level of a person; infinite for a creator of a version 12 room."""
        return inf if user_id in self.creators else self.users.get(user_id, self.users_default)

    def needed(self, kind: str, *, state: bool = False) -> int:
        """The level for sending this type of event."""
        return self.events.get(kind, self.state_default if state else self.events_default)

    def may_send(self, user_id: str, kind: str = "m.room.message") -> bool:
        """Whether this person may send this type of (non-state) event."""
        return self.level(user_id) >= self.needed(kind)

    def moderates(self, user_id: str) -> bool:
        """Whether this person may connect the room: level 50 or more."""
        return self.level(user_id) >= MODERATOR


def has_creators(version: str) -> bool:
    """Whether the creators of a room of this version have power that nobody can take away (version 12 on)."""
    return version in _UNSTABLE_12 or (version.isdigit() and int(version) >= 12)


def rights_of(create: Json, levels: Json | None) -> Rights:
    """From the m.room.create *event* (its sender matters) and the *content* of m.room.power_levels, None when unset."""
    content = create.get("content", {})
    founder = str(create.get("sender", ""))
    eternal: frozenset[str] = frozenset()
    if has_creators(str(content.get("room_version", "1"))):
        eternal = frozenset([founder, *map(str, content.get("additional_creators", []))])
    if levels is None:
        # The rule before the first power levels event: the creator has 100, everybody else 0, and anybody may send.
        return Rights(users={} if eternal else {founder: _CREATOR}, state_default=0, creators=eternal)
    return Rights(
        users={who: _level(value, 0) for who, value in levels.get("users", {}).items()},
        users_default=_level(levels.get("users_default"), _USERS_DEFAULT),
        events={kind: _level(value, _STATE_DEFAULT) for kind, value in levels.get("events", {}).items()},
        events_default=_level(levels.get("events_default"), 0),
        state_default=_level(levels.get("state_default"), _STATE_DEFAULT),
        creators=eternal,
    )


async def state_content(client: AsyncClient, room_id: str, kind: str, key: str = "") -> Json | None:
    """The content of one state event, None when there is none. Raises `Denied` when the bot is not in the room."""
    try:
        return await ask(client, "GET", room_path(room_id, "state", kind, key))
    except Gone:
        return None


async def read_rights(client: AsyncClient, room_id: str) -> Rights:
    """The room's rights as the server holds them now: two small requests, nothing cached."""
    create = await ask(client, "GET", room_path(room_id, "state", "m.room.create", ""), query={"format": "event"})
    return rights_of(create, await state_content(client, room_id, "m.room.power_levels"))
