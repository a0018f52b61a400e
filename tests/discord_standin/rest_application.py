"""The application, its commands, servers and members (resources/application, guild, user)."""

from __future__ import annotations

from typing import Any

from . import payloads
from .commands import check_commands
from .errors import missing_access, unknown
from .rest import Asked, route
from .world import Guild


@route("GET", "/users/@me")
def own_user(asked: Asked) -> dict[str, Any]:
    return payloads.own_user(asked.standin.world.bot)


@route("GET", "/users/{user_id}")
def get_user(asked: Asked) -> dict[str, Any]:
    user = asked.standin.world.users.get(asked.id("user_id"))
    if user is None:
        raise unknown("user")
    return payloads.user(user)


@route("GET", "/gateway")
def gateway(asked: Asked) -> dict[str, Any]:
    return {"url": asked.standin.gateway_url}


@route("GET", "/gateway/bot")
def gateway_bot(asked: Asked) -> dict[str, Any]:
    gate = asked.standin.gateway
    limit = {
        "total": gate.identify_limit,
        "remaining": max(0, gate.identify_limit - len(gate.identifies)),
        "reset_after": 86_400_000,
        "max_concurrency": 1,
    }
    return {"url": asked.standin.gateway_url, "shards": 1, "session_start_limit": limit}


@route("GET", "/applications/@me")
@route("GET", "/oauth2/applications/@me")
def own_application(asked: Asked) -> dict[str, Any]:
    return asked.standin.application.payload()


def _commands_of(asked: Asked) -> list[dict[str, Any]]:
    """The list that the path means: everybody's, or one server's."""
    if asked.id("application_id") != asked.standin.application.id:
        raise missing_access()
    guild = _guild(asked).id if "guild_id" in asked.params else None
    return asked.standin.commands.setdefault(guild, [])


@route("GET", "/applications/{application_id}/commands")
@route("GET", "/applications/{application_id}/guilds/{guild_id}/commands")
def list_commands(asked: Asked) -> list[dict[str, Any]]:
    return _commands_of(asked)


@route("PUT", "/applications/{application_id}/commands")
@route("PUT", "/applications/{application_id}/guilds/{guild_id}/commands")
def replace_commands(asked: Asked) -> list[dict[str, Any]]:
    """The bulk overwrite: what is not in the list is gone."""
    commands = _commands_of(asked)
    check_commands(asked.payload)
    commands[:] = [_registered(asked, one) for one in asked.payload]
    return commands


def _registered(asked: Asked, command: dict[str, Any]) -> dict[str, Any]:
    made = {
        "id": str(asked.standin.world.snowflake()),
        "application_id": str(asked.standin.application.id),
        "version": str(asked.standin.world.snowflake()),
        "type": 1,
        "nsfw": False,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        **command,
    }
    permissions = command.get("default_member_permissions")
    made["default_member_permissions"] = None if permissions is None else str(permissions)
    if "guild_id" in asked.params:
        made["guild_id"] = asked.params["guild_id"]
    return made


def _guild(asked: Asked) -> Guild:
    found = asked.standin.world.guilds.get(asked.id("guild_id"))
    if found is None:
        raise unknown("guild")
    if not found.bot_is_here:
        raise missing_access()
    return found


@route("GET", "/guilds/{guild_id}")
def get_guild(asked: Asked) -> dict[str, Any]:
    return payloads.guild(_guild(asked))


@route("GET", "/guilds/{guild_id}/channels")
def guild_channels(asked: Asked) -> list[dict[str, Any]]:
    return [payloads.channel(one) for one in _guild(asked).channels]


@route("GET", "/guilds/{guild_id}/roles")
def guild_roles(asked: Asked) -> list[dict[str, Any]]:
    return [payloads.role(one) for one in _guild(asked).roles]


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def guild_member(asked: Asked) -> dict[str, Any]:
    member = _guild(asked).members.get(asked.id("user_id"))
    if member is None:
        raise unknown("member")
    return payloads.member(member)


@route("GET", "/users/@me/guilds")
def own_guilds(asked: Asked) -> list[dict[str, Any]]:
    world = asked.standin.world
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "features": [],
            "permissions": "0",
        }
        for one in world.guilds.values()
        if one.bot_is_here
    ]


@route("DELETE", "/users/@me/guilds/{guild_id}")
def leave_guild(asked: Asked) -> None:
    guild = _guild(asked)
    guild.left_by_itself = True
    guild.kick()
