"""The state of our rooms as /sync tells it: raw events, so that rights come out right (FACTS 12).

Full after the first sync of a start (`full_state`), then kept up to date. Used where asking the server each time
would be too slow (the list of rooms to choose from); what decides a right for an act is read anew from the server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from nio.responses import SyncResponse

from bot.platforms.matrix.inbox import Json
from bot.platforms.matrix.rights import MODERATOR, Rights, rights_of

KINDS = frozenset(
    {
        "m.room.create",
        "m.room.power_levels",
        "m.room.name",
        "m.room.encryption",
        "m.room.tombstone",
        "m.space.parent",
        "m.space.child",
    }
)


class Book:
    """What is known of the rooms the bot is in."""

    def __init__(self) -> None:
        self._rooms: defaultdict[str, dict[tuple[str, str], Json]] = defaultdict(dict)

    def learn(self, answer: SyncResponse) -> None:
        """Takes in one sync: joined rooms are updated, left ones forgotten."""
        for room_id, info in answer.rooms.join.items():
            self._take(room_id, info.state)
            self._take(room_id, info.timeline.events)
        for room_id in answer.rooms.leave:
            self._rooms.pop(room_id, None)

    def _take(self, room_id: str, events: Iterable[Any]) -> None:
        room = self._rooms[room_id]
        for event in events:
            source: Json = getattr(event, "source", None) or {}
            if source.get("type") in KINDS and isinstance(source.get("state_key"), str):
                room[source["type"], source["state_key"]] = source

    def forget(self, room_id: str) -> None:
        """The bot left."""
        self._rooms.pop(room_id, None)

    def __iter__(self) -> Iterable[str]:
        return iter(list(self._rooms))

    def __contains__(self, room_id: str) -> bool:
        return room_id in self._rooms

    def content(self, room_id: str, kind: str, key: str = "") -> Json | None:
        """The content of a state event, None when there is none."""
        found = self._rooms.get(room_id, {}).get((kind, key))
        content = None if found is None else found.get("content")
        return content if isinstance(content, dict) and content else None

    def rooms(self) -> list[str]:
        """Every room the bot is in."""
        return list(self._rooms)

    def founding(self, room_id: str) -> Json | None:
        """The event that founded a room (its sender matters), None when it is not known yet."""
        return self._rooms.get(room_id, {}).get(("m.room.create", ""))

    def name(self, room_id: str) -> str:
        """What the room calls itself, else its id."""
        return str((self.content(room_id, "m.room.name") or {}).get("name") or room_id)

    def moved(self, room_id: str) -> bool:
        """Whether the room says that it moved."""
        return self.content(room_id, "m.room.tombstone") is not None

    def is_space(self, room_id: str) -> bool:
        """Whether it is a space: a room of rooms, in which nobody talks."""
        return (self.content(room_id, "m.room.create") or {}).get("type") == "m.space"

    def rights(self, room_id: str) -> Rights:
        """The levels of a room; nobody has any in one we do not know."""
        create = self.founding(room_id)
        return rights_of(create, self.content(room_id, "m.room.power_levels")) if create else Rights(events_default=1)

    def moderators(self, room_id: str, me: str) -> frozenset[str]:
        """Everybody but us with level 50 or more, by name."""
        rights = self.rights(room_id)
        named = {who for who, level in rights.users.items() if level >= MODERATOR}
        return (rights.creators | named) - {me}

    def parent(self, room_id: str) -> str | None:
        """The space that this room names and that names this room; one-sided claims count for nothing."""
        for kind, space in list(self._rooms.get(room_id, {})):
            claimed = kind == "m.space.parent" and self.content(room_id, kind, space) is not None
            if claimed and self.content(space, "m.space.child", room_id) is not None:
                return space
        return None

    def siblings(self, room_id: str, me: str) -> list[str]:
        """Rooms that can be chosen together with this one: of the same space, or with one of the same moderators."""
        home, own = self.parent(room_id) or room_id, self.moderators(room_id, me)
        found = [
            other
            for other in list(self._rooms)
            if not self.is_space(other)
            and (other == room_id or self.parent(other) == home or self.moderators(other, me) & own)
        ]
        return sorted(found, key=lambda one: (one != room_id, self.name(one).casefold()))
