"""Permissions, computed the way Discord documents it (topics/permissions#permission-overwrites)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import Channel, Member, Thread

PRIVATE_THREAD = 12
FLAGS = {
    "create_invite": 1 << 0,
    "administrator": 1 << 3,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "add_reactions": 1 << 6,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "manage_roles": 1 << 28,
    "manage_threads": 1 << 34,
    "create_public_threads": 1 << 35,
    "use_application_commands": 1 << 31,
    "create_private_threads": 1 << 36,
    "send_messages_in_threads": 1 << 38,
}
ALL = sum(FLAGS.values())
# What a new server gives everybody, as far as this stand-in looks at it.
EVERYBODY = sum(
    FLAGS[name]
    for name in (
        "create_invite",
        "add_reactions",
        "view_channel",
        "send_messages",
        "embed_links",
        "attach_files",
        "read_message_history",
        "use_application_commands",
        "create_public_threads",
        "create_private_threads",
        "send_messages_in_threads",
    )
)


def bits(*names: str) -> int:
    """The integer for a list of names; an unknown name is a KeyError."""
    return sum(FLAGS[name] for name in set(names))


def in_guild(member: Member) -> int:
    """What a member may do before any channel's overwrites."""
    guild = member.guild
    if guild.owner is member.user:
        return ALL
    granted = guild.everyone.permissions
    for role in member.roles:
        granted |= role.permissions
    return ALL if granted & FLAGS["administrator"] else granted


def in_channel(member: Member, channel: Channel) -> int:
    """What a member may do in one channel: everyone's overwrite, then the roles' together, then the member's own."""
    if channel.thread is not None:
        return _in_thread(member, channel, channel.thread)
    granted = in_guild(member)
    if granted & FLAGS["administrator"]:
        return ALL
    for targets in ([member.guild.everyone.id], [role.id for role in member.roles], [member.user.id]):
        granted = _overwritten(granted, channel, targets)
    return _implied(granted)


def _in_thread(member: Member, channel: Channel, thread: Thread) -> int:
    """Those of its channel; writing needs its own right, and a private one is seen by those in it (topics/threads)."""
    granted = in_channel(member, thread.parent)
    if channel.kind == PRIVATE_THREAD and member.user not in thread.members and not granted & FLAGS["manage_threads"]:
        return 0
    granted &= ~FLAGS["send_messages"]
    return granted | (FLAGS["send_messages"] if granted & FLAGS["send_messages_in_threads"] else 0)


def _overwritten(granted: int, channel: Channel, targets: Iterable[int]) -> int:
    found = [channel.overwrites[target] for target in targets if target in channel.overwrites]
    for overwrite in found:
        granted &= ~overwrite.deny
    for overwrite in found:
        granted |= overwrite.allow
    return granted


def _implied(granted: int) -> int:
    """Without view nothing is left; without send no embeds, files or mentions (implicit permissions)."""
    if not granted & FLAGS["view_channel"]:
        return 0
    if not granted & FLAGS["send_messages"]:
        granted &= ~bits("embed_links", "attach_files", "mention_everyone")
    return granted
