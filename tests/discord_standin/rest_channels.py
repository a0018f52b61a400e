"""Channels and messages (resources/channel, resources/message)."""

from __future__ import annotations

from typing import Any

from . import payloads
from .errors import HISTORY_PAGE, MESSAGE_PAGE, Refusal, missing_access, missing_permissions, unknown
from .keys import keys, refuse_unknown
from .message import Message
from .permissions import FLAGS
from .rest import Asked, route
from .rules import check_message, refuse_empty
from .world import Channel

GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 9, 1 << 12
_EDITABLE_FLAGS = 1 << 2


def _channel(asked: Asked, *needed: str) -> Channel:
    """The channel of the path, when the bot may see it and has these permissions there."""
    found = asked.standin.world.channels.get(asked.id("channel_id"))
    if found is None:
        raise unknown("channel")
    if found.guild is not None:
        _check_permissions(found, needed)
    return found


def _check_permissions(channel: Channel, needed: tuple[str, ...]) -> None:
    assert channel.guild is not None
    if not channel.guild.bot_is_here:
        raise missing_access()
    granted = channel.guild.bot_permissions(channel)
    if not granted & FLAGS["view_channel"]:
        raise missing_access()
    if any(not granted & FLAGS[name] for name in needed):
        raise missing_permissions()


def _message(asked: Asked, channel: Channel) -> Message:
    found = channel.message(asked.id("message_id"))
    if found is None:
        raise unknown("message")
    return found


@route("GET", "/channels/{channel_id}")
def get_channel(asked: Asked) -> dict[str, Any]:
    return payloads.channel(_channel(asked))


@route("POST", "/channels/{channel_id}/messages")
def create_message(asked: Asked) -> dict[str, Any]:
    """Post. With `enforce_nonce` a nonce that was used in the last minutes returns the earlier message instead."""
    payload = asked.payload or {}
    check_message(payload, "message")
    channel = _channel(asked, *_needed_to_post(asked))
    if channel.recipient is not None and not channel.recipient.dms_open:
        raise Refusal(403, 50007, "Cannot send messages to this user", MESSAGE_PAGE)
    refuse_empty(payload, bool(asked.files))
    earlier = asked.standin.nonces.find(payload) if payload.get("enforce_nonce") else None
    if earlier is not None:
        return _earlier(earlier)
    return _post(asked, channel, payload).payload()


def _needed_to_post(asked: Asked) -> list[str]:
    needed = ["send_messages"]
    if (asked.payload or {}).get("embeds"):
        needed.append("embed_links")
    if asked.files:
        needed.append("attach_files")
    if (asked.payload or {}).get("message_reference"):
        needed.append("read_message_history")
    return needed


def _earlier(message: Message) -> dict[str, Any]:
    """A nonce whose message was deleted since: Discord does not find it (FACTS 30)."""
    if message.deleted:
        raise unknown("message", MESSAGE_PAGE)
    return message.payload()


def _post(asked: Asked, channel: Channel, payload: dict[str, Any]) -> Message:
    world = asked.standin.world
    message = Message(world.snowflake(), channel, world.bot, dict(payload), world.clock.wall(), asked.files)
    channel.history.append(message)
    asked.standin.messages[message.id] = message
    asked.standin.nonces.keep(payload, message)
    _tell(asked, "MESSAGE_CREATE", message)
    asked.standin.posted.set()
    return message


def _tell(asked: Asked, event: str, message: Message) -> None:
    data = message.payload()
    guild = message.channel.guild
    if guild is not None:
        data["guild_id"] = str(guild.id)
    asked.standin.world.emit(event, data, intents=GUILD_MESSAGES if guild else DIRECT_MESSAGES)


@route("GET", "/channels/{channel_id}/messages")
def list_messages(asked: Asked) -> list[dict[str, Any]]:
    """Newest first. Without the history permission the list is empty, it is no error (HISTORY_PAGE)."""
    channel = _channel(asked)
    if channel.guild and not channel.guild.bot_permissions(channel) & FLAGS["read_message_history"]:
        asked.standin.notes.append(HISTORY_PAGE)
        return []
    return [one.payload() for one in _page(channel.messages, asked.query)]


def _page(messages: list[Message], query: Any) -> list[Message]:
    limit = int(query.get("limit", 50))
    if "around" in query:
        at, half = int(query["around"]), limit // 2
        older, newer = ([one for one in messages if one.id <= at], [one for one in messages if one.id > at])
        return [*older[-half:], *newer[:half]][::-1]
    if "before" in query:
        messages = [one for one in messages if one.id < int(query["before"])]
    if "after" in query:
        return [one for one in messages if one.id > int(query["after"])][:limit][::-1]
    return messages[-limit:][::-1]


@route("GET", "/channels/{channel_id}/messages/{message_id}")
def get_message(asked: Asked) -> dict[str, Any]:
    return _message(asked, _channel(asked, "read_message_history")).payload()


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
def edit_message(asked: Asked) -> dict[str, Any]:
    payload = dict(asked.payload or {})
    payload.pop("tts", None)  # discord.py sends it always; Discord looks away
    check_message(payload, "edit")
    message = _message(asked, _channel(asked))
    if message.author is not asked.standin.world.bot:
        raise Refusal(403, 50005, "Cannot edit a message authored by another user", MESSAGE_PAGE)
    refuse_empty({**message.body, **payload}, bool(message.files or asked.files))
    kept = message.flags & ~_EDITABLE_FLAGS
    if "flags" in payload:
        payload["flags"] = kept | int(payload["flags"] or 0) & _EDITABLE_FLAGS
    message.edit(payload, asked.files, asked.standin.clock.wall())
    _tell(asked, "MESSAGE_UPDATE", message)
    return message.payload()


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(asked: Asked) -> None:
    channel = _channel(asked)
    message = _message(asked, channel)
    if message.author is not asked.standin.world.bot:
        _check_permissions(channel, ("manage_messages",))
    channel.remove(message)


@route("POST", "/channels/{channel_id}/typing")
def type_something(asked: Asked) -> None:
    _channel(asked, "send_messages")


@route("POST", "/users/@me/channels")
def open_direct_room(asked: Asked) -> dict[str, Any]:
    refuse_unknown(asked.payload, keys("recipient_id recipients"))
    user = asked.standin.world.users.get(int(asked.payload["recipient_id"]))
    if user is None:
        raise unknown("user")
    return payloads.channel(asked.standin.world.direct_room(user))
