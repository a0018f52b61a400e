"""From what /sync brought to what the bot keeps: own messages, edits and everything nobody acts on stay out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nio import AsyncClient
from nio.events import Event, InviteMemberEvent, MegolmEvent
from nio.exceptions import EncryptionError
from nio.responses import InviteInfo

from bot.platforms.matrix.inbox import (
    INVITE,
    LEFT,
    MEMBER,
    REACTION,
    REDACTION,
    TEXT,
    TOMBSTONE,
    UNREADABLE,
    Arrival,
    Json,
)  # fmt: skip

log = logging.getLogger(__name__)

_OUT = ("leave", "ban")


def nobody(_room_id: str) -> bool:
    """In no room are other people's comings and goings of interest."""
    return False


def anything(_room_id: str, _content: Json) -> bool:
    """Every message is of interest."""
    return True


@dataclass(frozen=True)
class Interest:
    """What is kept at all. `watched`: rooms where everybody's coming and going counts; `wanted`: which messages."""

    watched: Callable[[str], bool] = nobody
    wanted: Callable[[str, Json], bool] = anything


ALL = Interest()


def readable(client: AsyncClient, event: Any, room_id: str) -> Any:
    """The event decrypted if it can be, else as it is."""
    if not isinstance(event, MegolmEvent) or client.olm is None:
        return event
    event.room_id = room_id
    try:
        return client.olm.decrypt_megolm_event(event, room_id)
    except EncryptionError:
        return event


def parse(client: AsyncClient, source: Json, room_id: str) -> Any:
    """A raw event of /messages or of a parked row, as nio's class, decrypted if it can be."""
    return readable(client, Event.parse_event(source), room_id)


def arrival_of(client: AsyncClient, event: Any, room_id: str, interest: Interest = ALL) -> Arrival | None:
    """One event as an arrival; None when it is ours, an edit (SECURITY D3), malformed, or of no interest."""
    source: Json = getattr(event, "source", {}) or {}
    content, key = source.get("content"), source.get("event_id") or getattr(event, "event_id", None)
    if not (isinstance(content, dict) and isinstance(source.get("sender"), str) and isinstance(key, str)):
        return None
    kind, target = _kind(client.user_id, source, content, interest.watched(room_id))
    if kind == TEXT and not interest.wanted(room_id, content):
        return None
    if kind is None or (source["sender"] == client.user_id and kind != MEMBER):
        return None
    return Arrival(
        key=key,
        room_id=room_id,
        kind=kind,
        sender=source["sender"],
        sent_at=_millis(source.get("origin_server_ts")),
        content=source if kind == UNREADABLE else content,
        target=target,
        sender_key=event.sender_key if getattr(event, "decrypted", False) else None,
    )


def arrivals_of(client: AsyncClient, events: Iterable[Any], room_id: str, interest: Interest = ALL) -> list[Arrival]:
    """Those of a room's events that are kept. One that nobody foresaw is left out: it must not stop all the others."""
    found = []
    for event in events:
        try:
            arrival = arrival_of(client, event, room_id, interest)
        except Exception:
            # Whatever a hostile server puts into an event, the next sync would bring it again.
            log.exception("matrix: an event of an unforeseen shape was left out")
            continue
        if arrival is not None:
            found.append(arrival)
    return found


def _millis(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _kind(me: str, source: Json, content: Json, watched: bool) -> tuple[str | None, str | None]:
    """(kind, target) of a raw event; (None, None) for what nobody acts on."""
    match source.get("type"):
        case "m.room.message":
            plain = content.get("msgtype") == "m.text" and isinstance(content.get("body"), str)
            return (TEXT if plain and _relation(content).get("rel_type") != "m.replace" else None), None
        case "m.reaction":
            target = _relation(content).get("event_id")
            return (REACTION, target) if isinstance(target, str) else (None, None)
        case "m.room.redaction":
            target = source.get("redacts") or content.get("redacts")
            return (REDACTION, target) if isinstance(target, str) else (None, None)
        case "m.room.encrypted":
            return UNREADABLE, None
        case "m.room.tombstone":
            return TOMBSTONE, None
        case "m.room.member":
            return _membership(me, source, content, watched)
    return None, None


def _relation(content: Json) -> Json:
    relation = content.get("m.relates_to")
    return relation if isinstance(relation, dict) else {}


def _membership(me: str, source: Json, content: Json, watched: bool) -> tuple[str | None, str | None]:
    about = source.get("state_key")
    if about == me:
        gone = content.get("membership") in _OUT
        return (LEFT if gone and source["sender"] != me else None if gone else MEMBER), me
    return (MEMBER, about) if watched and isinstance(about, str) else (None, None)


def _joined_here(me: str, source: Json) -> bool:
    """Whether this event is the moment we came in (a later change of name is a join too, after a join)."""
    if source.get("type") != "m.room.member" or source.get("state_key") != me:
        return False
    unsigned, content = source.get("unsigned"), source.get("content")
    before = (unsigned.get("prev_content") if isinstance(unsigned, dict) else None) or source.get("prev_content")
    was = before.get("membership") if isinstance(before, dict) else None
    return isinstance(content, dict) and content.get("membership") == "join" and was != "join"


def since_our_join(me: str, events: list[Any]) -> tuple[list[Any], bool]:
    """Only what came with or after our own joining, and whether that moment is among these events.

    What was said before we came in was not said to us, even where the room's history is open (FACTS 3).
    """
    for place in range(len(events) - 1, -1, -1):
        if _joined_here(me, getattr(events[place], "source", {}) or {}):
            return events[place:], True
    return events, False


def invite_arrival(me: str, room_id: str, info: InviteInfo, position: str) -> Arrival | None:
    """An invitation, when it is one: nio reports every member event of the invite's state (FACTS 13).

    It has no event id, so its key is made from the room and the position it came after: the same after a crash.
    """
    for event in info.invite_state:
        if isinstance(event, InviteMemberEvent) and (event.state_key, event.membership) == (me, "invite"):
            return Arrival(
                key=f"invite:{room_id}:{position}",
                room_id=room_id,
                kind=INVITE,
                sender=event.sender,
                sent_at=0,
                content={"is_direct": bool(event.content.get("is_direct"))},
                target=me,
            )
    return None


def left_arrivals(client: AsyncClient, room_id: str, events: Iterable[Any]) -> list[Arrival]:
    """That we are out of a room, when somebody else did it (our own leaving is no news)."""
    return [arrival for arrival in arrivals_of(client, events, room_id) if arrival.kind == LEFT][-1:]
