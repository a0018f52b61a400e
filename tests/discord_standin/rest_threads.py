"""Threads without a message (resources/channel#start-thread-without-message) and who is in them."""

from __future__ import annotations

from typing import Any

from . import payloads
from .errors import (
    THREAD_MEMBER_PAGE,
    THREAD_PAGE,
    Refusal,
    invalid_form,
    missing_access,
    missing_permissions,
    unknown,
)  # fmt: skip
from .keys import keys, refuse_unknown
from .permissions import FLAGS, PRIVATE_THREAD, in_channel
from .rest import Asked, route
from .world import TEXT, Channel, Thread

PUBLIC_THREAD = 11
NAME = 100
ARCHIVE_AFTER = (60, 1440, 4320, 10080)
GUILDS = 1
_RIGHTS = {PUBLIC_THREAD: "create_public_threads", PRIVATE_THREAD: "create_private_threads"}


def _seen(asked: Asked, page: str) -> tuple[Channel, int]:
    """The channel of the path, when the bot sees it, and what the bot may do there."""
    found = asked.standin.world.channels.get(asked.id("channel_id"))
    if found is None:
        raise unknown("channel", page)
    if found.guild is None:
        raise _wrong_kind()
    if not found.guild.bot_is_here:
        raise missing_access()
    granted = found.guild.bot_permissions(found)
    if not granted & FLAGS["view_channel"]:
        raise missing_access()
    return found, granted


def _wrong_kind() -> Refusal:
    return Refusal(400, 50024, "Cannot execute action on this channel type", THREAD_PAGE)


@route("POST", "/channels/{channel_id}/threads")
def start_thread(asked: Asked) -> dict[str, Any]:
    """A thread of its own; who starts it is in it."""
    payload = asked.payload or {}
    refuse_unknown(payload, keys("name auto_archive_duration type invitable rate_limit_per_user"))
    _check_form(payload)
    channel, granted = _seen(asked, THREAD_PAGE)
    kind = payload.get("type") or PRIVATE_THREAD  # "currently defaults to private" (start-thread-without-message)
    if channel.kind != TEXT or kind not in _RIGHTS:
        raise _wrong_kind()
    if not granted & FLAGS[_RIGHTS[kind]]:
        raise missing_permissions()
    return payloads.channel(_start(asked, channel, kind, payload))


def _check_form(payload: dict[str, Any]) -> None:
    name = payload.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= NAME:
        raise invalid_form("name", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {NAME} in length.", THREAD_PAGE)
    if (payload.get("auto_archive_duration") or ARCHIVE_AFTER[0]) not in ARCHIVE_AFTER:
        raise invalid_form("auto_archive_duration", "BASE_TYPE_CHOICES", f"Must be {ARCHIVE_AFTER}.", THREAD_PAGE)


def _start(asked: Asked, channel: Channel, kind: int, payload: dict[str, Any]) -> Channel:
    world = asked.standin.world
    after, invitable = payload.get("auto_archive_duration") or ARCHIVE_AFTER[2], payload.get("invitable") is not False
    thread = Thread(channel, kind, world.bot, after, invitable, [world.bot])
    made = Channel(world, world.snowflake(), payload["name"], guild=channel.guild, thread=thread)
    world.channels[made.id] = made
    member = payloads.thread_member(made, world.bot)
    world.emit("THREAD_CREATE", payloads.channel(made) | {"newly_created": True, "member": member}, intents=GUILDS)
    return made


@route("PUT", "/channels/{channel_id}/thread-members/{user_id}")
def add_thread_member(asked: Asked) -> None:
    """Whoever is in it already is no mistake. They must be able to see the channel the thread hangs in."""
    channel, granted = _seen(asked, THREAD_MEMBER_PAGE)
    thread = channel.thread
    if thread is None or channel.guild is None:
        raise _wrong_kind()
    if not granted & FLAGS["send_messages"]:
        raise missing_permissions()
    if thread.archived:
        raise Refusal(400, 50083, "Thread is archived", THREAD_MEMBER_PAGE)
    member = channel.guild.members.get(asked.id("user_id"))
    if member is None or not in_channel(member, thread.parent) & FLAGS["view_channel"]:
        raise missing_access()
    if member.user not in thread.members:
        thread.members.append(member.user)


@route("GET", "/guilds/{guild_id}/threads/active")
def active_threads(asked: Asked) -> dict[str, Any]:
    """Those the bot can see, with its own membership."""
    world = asked.standin.world
    guild = world.guilds.get(asked.id("guild_id"))
    if guild is None:
        raise unknown("guild")
    if not guild.bot_is_here:
        raise missing_access()
    found = guild.threads_of(world.bot)
    own = [payloads.thread_member(one, world.bot) for one in found if one.thread and world.bot in one.thread.members]
    return {"threads": [payloads.channel(one) for one in found][::-1], "members": own, "has_more": False}
