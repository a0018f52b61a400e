"""Messages with their history, permissions, commands, and the stand-in's own answers under Discord's description."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.discord_standin import CannotDo, Channel, Guild, Person, StandIn, openapi
from tests.discord_standin.permissions import FLAGS, in_channel

from .rest import Bare


async def test_a_message_keeps_its_history(standin: StandIn, calls: Channel, bare: Bare) -> None:
    _, made = await bare.post(calls, content="one", nonce="n", flags=1 << 12, allowed_mentions={"parse": []})
    path = f"/channels/{calls.id}/messages/{made['id']}"
    await bare.ask("PATCH", path, {"content": "two", "allowed_mentions": {"parse": []}})
    message = calls.messages[0]
    assert message.versions == ["one", "two"]
    assert (message.nonce, message.silent, message.allowed_mentions) == ("n", True, {"parse": []})
    await bare.ask("DELETE", path)
    assert message.deleted
    assert calls.messages == []
    assert calls.history == [message]
    assert (await bare.ask("PATCH", path, {"content": "three"}))[0] == 404


@pytest.mark.parametrize(
    ("allowed", "pinged"),
    [
        (None, {"everyone", "7", "8"}),
        ({"parse": []}, set()),
        ({"parse": ["everyone"]}, {"everyone"}),
        ({"parse": ["users"]}, {"7"}),
        ({"roles": ["8"]}, {"8"}),
    ],
)
async def test_who_is_pinged_follows_allowed_mentions(
    calls: Channel, bare: Bare, standin: StandIn, allowed: Any, pinged: set[str]
) -> None:
    """resources/message#allowed-mentions-object."""
    body = {} if allowed is None else {"allowed_mentions": allowed}
    await bare.post(calls, content="@everyone <@7> <@&8>", **body)
    assert calls.messages[0].pings == pinged
    assert len(standin.without_allowed_mentions) == (allowed is None)


async def test_permissions_are_computed_as_documented(standin: StandIn, guild: Guild, calls: Channel) -> None:
    """topics/permissions#permission-overwrites: everyone, then roles together, then the member."""
    role = guild.add_role("Greeters", "manage_messages")
    ana = standin.person("Ana", guild)
    member = guild.join(ana, role)
    assert in_channel(member, calls) & FLAGS["manage_messages"]
    calls.deny("view_channel", who=guild.everyone)
    assert in_channel(member, calls) == 0
    calls.allow("view_channel", who=role)
    assert in_channel(member, calls) & FLAGS["send_messages"]
    calls.deny("send_messages", who=ana)
    assert not in_channel(member, calls) & FLAGS["embed_links"]
    guild.owner = ana
    assert in_channel(member, calls) & FLAGS["administrator"]


async def _register(bare: Bare, standin: StandIn, *commands: dict[str, Any]) -> int:
    return (await bare.ask("PUT", f"/applications/{standin.application.id}/commands", list(commands)))[0]


def _option(name: str, kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": name, **more}


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Action", "description": "a"},
        {"name": "action", "description": ""},
        {"name": "action", "description": "a", "colour": 1},
        {"name": "a" * 33, "description": "a"},
        {"name": "action", "description": "a", "name_localizations": {"es-ES": "Convocatoria"}},
        {"name": "a", "description": "a", "options": [_option("b")] * 2},
        {"name": "a", "description": "a", "options": [_option("b"), _option("c", required=True)]},
        {"name": "a", "description": "a", "options": [_option(f"b{number}", 1) for number in range(26)]},
    ],
)
async def test_bad_commands_are_refused(bare: Bare, standin: StandIn, command: dict[str, Any]) -> None:
    """interactions/application-commands#application-command-object."""
    assert await _register(bare, standin, command) == 400


async def test_two_commands_of_one_name_are_refused(bare: Bare, standin: StandIn) -> None:
    """interactions/application-commands#bulk-overwrite-global-application-commands."""
    assert await _register(bare, standin, *[{"name": "action", "description": "a"}] * 2) == 400


async def test_a_person_types_only_what_is_offered(
    bare: Bare, standin: StandIn, rosa: Person, guild: Guild, calls: Channel
) -> None:
    """interactions/application-commands#permissions: what a member may not use is not shown."""
    option = {"type": 4, "name": "days", "description": "d", "required": True}
    command = {"name": "open", "description": "a", "default_member_permissions": 32, "contexts": [0]}
    await _register(bare, standin, {**command, "options": [option]})
    standin.answer_within = 0
    ana = standin.person("Ana", guild)
    with pytest.raises(CannotDo, match="not offered"):
        await ana.slash("open", days=1)
    with pytest.raises(CannotDo, match="not offered"):
        await rosa.slash("open", days=1, channel=rosa.direct_room)
    with pytest.raises(CannotDo, match="required"):
        await rosa.slash("open")
    with pytest.raises(CannotDo, match="takes int"):
        await rosa.slash("open", days="one")
    with pytest.raises(LookupError, match="does not exist"):
        await rosa.slash("close")
    assert (await rosa.slash("open", days=1)).failed


async def test_the_stand_in_answers_as_discord_describes(
    standin: StandIn, guild: Guild, calls: Channel, rosa: Person, bare: Bare
) -> None:
    """The published description (discord-api-spec) holds for our answers too."""
    if openapi.location() is None:
        pytest.skip(openapi.MISSING)
    await bare.post(calls, content="a", embeds=[{"title": "t"}])
    app = standin.application.id
    await _register(bare, standin, {"name": "action", "description": "a"})
    wanted = {
        "/users/@me": "/users/@me",
        "/applications/@me": "/applications/@me",
        "/channels/{channel_id}": f"/channels/{calls.id}",
        "/channels/{channel_id}/messages": f"/channels/{calls.id}/messages",
        "/guilds/{guild_id}": f"/guilds/{guild.id}",
        "/guilds/{guild_id}/members/{user_id}": f"/guilds/{guild.id}/members/{rosa.id}",
        "/guilds/{guild_id}/roles": f"/guilds/{guild.id}/roles",
        "/gateway/bot": "/gateway/bot",
        "/applications/{application_id}/commands": f"/applications/{app}/commands",
    }
    answers = await asyncio.gather(*(bare.ask("GET", path) for path in wanted.values()))
    found = {
        template: openapi.complaints("GET", template, body)
        for template, (status, body) in zip(wanted, answers, strict=True)
        if status != 200 or openapi.complaints("GET", template, body)
    }
    assert found == {}
