"""The objects as Discord sends them (its resources pages; checked against the OpenAPI file in the tests)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from . import permissions

if TYPE_CHECKING:
    from .world import Channel, Guild, Member, Role, Thread, User


def user(one: User) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "username": one.name.lower().replace(" ", "_"),
        "global_name": None if one.bot else one.name,
        "discriminator": "0",
        "avatar": None,
        "bot": one.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def own_user(one: User) -> dict[str, Any]:
    return user(one) | {"mfa_enabled": False, "locale": one.locale, "verified": True, "email": None}


def role(one: Role) -> dict[str, Any]:
    made: dict[str, Any] = {"tags": {"bot_id": str(one.of_bot)}} if one.of_bot else {}
    return made | {
        "id": str(one.id),
        "name": one.name,
        "description": None,
        "permissions": str(one.permissions),
        "position": 0 if one.name == "@everyone" else 1,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": one.managed,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member(one: Member, channel: Channel | None = None) -> dict[str, Any]:
    """A member; inside an interaction (`channel` given) with the permissions there."""
    made: dict[str, Any] = {
        "user": user(one.user),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [str(each.id) for each in one.roles],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    if channel is not None:
        made["permissions"] = str(permissions.in_channel(one, channel))
    return made


def channel(one: Channel) -> dict[str, Any]:
    last = one.history[-1].id if one.history else None
    made: dict[str, Any] = {
        "id": str(one.id),
        "type": one.kind,
        "flags": 0,
        "last_message_id": str(last) if last else None,
    }
    if one.thread is not None:
        return made | _thread(one, one.thread)
    if one.guild is None:
        assert one.recipient is not None
        return made | {"recipients": [user(one.recipient)]}
    return made | {
        "guild_id": str(one.guild.id),
        "name": one.name,
        "position": one.guild.channels.index(one) if one in one.guild.channels else 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "permission_overwrites": [
            {"id": str(target), "type": over.kind, "allow": str(over.allow), "deny": str(over.deny)}
            for target, over in one.overwrites.items()
        ],
    }


def _thread(one: Channel, thread: Thread) -> dict[str, Any]:
    assert one.guild is not None
    made_at = snowflake_time(one.id)
    return {
        "guild_id": str(one.guild.id),
        "name": one.name,
        "parent_id": str(thread.parent.id),
        "owner_id": str(thread.owner.id),
        "rate_limit_per_user": 0,
        "message_count": len(one.history),
        "total_message_sent": len(one.history),
        "member_count": len(thread.members),
        "thread_metadata": {
            "archived": thread.archived,
            "auto_archive_duration": thread.auto_archive,
            "archive_timestamp": made_at,
            "create_timestamp": made_at,
            "locked": False,
            "invitable": thread.invitable,
        },
    }


def thread_member(one: Channel, who: User) -> dict[str, Any]:
    return {"id": str(one.id), "user_id": str(who.id), "join_timestamp": snowflake_time(one.id), "flags": 0}


def snowflake_time(snowflake: int) -> str:
    """When an id was made (reference#snowflakes)."""
    return datetime.fromtimestamp(((snowflake >> 22) + 1_420_070_400_000) / 1000, UTC).isoformat()


def guild(one: Guild) -> dict[str, Any]:
    """The answer of Get Guild."""
    return {
        "id": str(one.id),
        "name": one.name,
        "owner_id": str(one.owner.id),
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "application_id": None,
        "region": "deprecated",
        "features": [],
        "roles": [role(each) for each in one.roles],
        "emojis": [],
        "stickers": [],
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw": False,
        "nsfw_level": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": one.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "premium_progress_bar_enabled_user_updated_at": None,
        "incidents_data": None,
    }


def guild_create(one: Guild, *, joined: bool = False) -> dict[str, Any]:
    """The gateway's GUILD_CREATE: without the members intent only the bot itself is listed.

    A server that the bot was just added to (`joined`) comes without `unavailable` (gateway-events#guild-create).
    """
    own = one.members.get(one.world.bot.id)
    made = guild(one) | {
        "joined_at": "2026-01-01T00:00:00+00:00",
        "large": False,
        "member_count": len(one.members),
        "voice_states": [],
        "members": [member(own)] if own else [],
        "channels": [channel(each) for each in one.channels],
        "threads": [channel(each) for each in one.threads_of(one.world.bot)],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
    return made if joined else made | {"unavailable": False}
