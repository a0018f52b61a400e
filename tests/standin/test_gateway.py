"""The gateway as events/gateway describes it."""

from __future__ import annotations

import pytest

from tests.discord_standin import Channel, Guild, Person, StandIn

from .rest import Bare

GUILDS, MEMBERS, MESSAGES, CONTENT = 1, 1 << 1, 1 << 9, 1 << 15


@pytest.mark.parametrize("compress", [False, True])
async def test_hello_ready_and_the_servers_arrive(standin: StandIn, guild: Guild, bare: Bare, compress: bool) -> None:
    """events/gateway#connection-lifecycle, #transport-compression."""
    gate = await bare.gate(compress)
    ready = await gate.identify(standin.token)
    assert ready["guilds"] == [{"id": str(guild.id), "unavailable": True}]
    created = (await gate.until("GUILD_CREATE"))["d"]
    assert [channel["name"] for channel in created["channels"]] == ["general", "calls", "moderators"]


async def test_a_heartbeat_is_acknowledged(standin: StandIn, bare: Bare) -> None:
    """events/gateway#sending-heartbeats."""
    gate = await bare.gate()
    await gate.identify(standin.token)
    await gate.send(1, 1)
    assert (await gate.next())["op"] == 11


async def test_a_client_without_heartbeats_is_dropped(standin: StandIn, bare: Bare) -> None:
    """events/gateway#heartbeat-interval: a silent connection is a zombie."""
    standin.gateway.heartbeat_interval = 0.02
    gate = await bare.gate()
    await gate.identify(standin.token)
    with pytest.raises(EOFError, match="4009"):
        await gate.next()


async def test_a_wrong_token_is_hung_up_on(standin: StandIn, bare: Bare) -> None:
    """topics/opcodes-and-status-codes#gateway-gateway-close-event-codes: 4004."""
    gate = await bare.gate()
    with pytest.raises(EOFError, match="4004"):
        await gate.identify("wrong")


async def test_privileged_intents_must_be_granted(standin: StandIn, bare: Bare) -> None:
    """events/gateway#privileged-intents: 4014."""
    gate = await bare.gate()
    with pytest.raises(EOFError, match="4014"):
        await gate.identify(standin.token, GUILDS | MEMBERS)
    standin.gateway.allowed_privileged = MEMBERS
    assert await (await bare.gate()).identify(standin.token, GUILDS | MEMBERS)


async def test_events_do_not_arrive_without_their_intent(standin: StandIn, calls: Channel, bare: Bare) -> None:
    """events/gateway#list-of-intents: MESSAGE_CREATE needs the message intent, CHANNEL_UPDATE the guilds intent."""
    gate = await bare.gate()
    await gate.identify(standin.token, GUILDS)
    await gate.until("GUILD_CREATE")
    await bare.post(calls, content="a")
    calls.deny("send_messages")
    assert (await gate.next())["t"] == "CHANNEL_UPDATE"


async def test_message_text_needs_its_own_intent(standin: StandIn, calls: Channel, bare: Bare) -> None:
    """events/gateway#message-content-intent: the fields are empty without it."""
    gate = await bare.gate()
    await gate.identify(standin.token, MESSAGES)
    await bare.post(calls, content="a")
    assert (await gate.until("MESSAGE_CREATE"))["d"]["content"] == ""


async def test_a_lost_connection_is_resumed_and_nothing_is_missed(standin: StandIn, guild: Guild, bare: Bare) -> None:
    """events/gateway#resuming."""
    gate = await bare.gate()
    ready = await gate.identify(standin.token)
    seen = (await gate.until("GUILD_CREATE"))["s"]
    standin.gateway.cut()
    guild.add_channel("made meanwhile")
    again = await bare.gate()
    await again.next()
    await again.send(6, {"token": standin.token, "session_id": ready["session_id"], "seq": seen})
    assert (await again.next())["d"]["name"] == "made meanwhile"
    assert (await again.next())["t"] == "RESUMED"
    assert standin.gateway.resumes == 1


async def test_an_unknown_session_cannot_be_resumed(standin: StandIn, bare: Bare) -> None:
    """events/gateway-events#invalid-session."""
    gate = await bare.gate()
    await gate.next()
    await gate.send(6, {"token": standin.token, "session_id": "nobody", "seq": 1})
    assert await gate.next() == {"op": 9, "d": False}


async def test_too_many_identifies_reset_the_token(standin: StandIn, bare: Bare) -> None:
    """events/gateway#session-start-limit: over the limit all sessions end and the token is reset."""
    standin.gateway.identify_limit = 1
    token = standin.token
    await (await bare.gate()).identify(token)
    with pytest.raises(EOFError, match="4004"):
        await (await bare.gate()).identify(token)
    assert (await bare.ask("GET", "/users/@me", token=token))[0] == 401
    assert (await bare.ask("GET", "/gateway/bot"))[1]["session_start_limit"]["remaining"] == 0


async def test_two_identifies_within_five_seconds_are_one_too_many(standin: StandIn, bare: Bare) -> None:
    """events/gateway#session-start-limit: max_concurrency."""
    standin.gateway.identify_every = 5.0
    await (await bare.gate()).identify(standin.token)
    gate = await bare.gate()
    await gate.next()
    await gate.send(2, {"token": standin.token, "intents": 1, "properties": {}})
    assert (await gate.next())["op"] == 9
    standin.clock.advance(5)
    assert await (await bare.gate()).identify(standin.token)


async def test_more_than_120_events_a_minute_end_the_connection(standin: StandIn, bare: Bare) -> None:
    """events/gateway#rate-limiting: 4008."""
    gate = await bare.gate()
    await gate.identify(standin.token)
    for number in range(121):
        await gate.send(1, number)
    assert await gate.until_hung_up() == 4008


async def test_a_revoked_token_ends_everything(standin: StandIn, bare: Bare) -> None:
    """topics/opcodes-and-status-codes: 401 on REST, 4004 on the gateway."""
    old = standin.token
    gate = await bare.gate()
    await gate.identify(old)
    standin.revoke_token()
    assert await gate.until_hung_up() == 4004
    assert (await bare.ask("GET", "/users/@me", token=old))[0] == 401


async def test_being_removed_from_a_server_is_told(standin: StandIn, guild: Guild, calls: Channel, bare: Bare) -> None:
    """events/gateway-events#guild-delete: without `unavailable` it is a removal."""
    gate = await bare.gate()
    await gate.identify(standin.token)
    guild.go_down()
    guild.kick()
    assert (await gate.until("GUILD_DELETE"))["d"] == {"id": str(guild.id), "unavailable": True}
    assert (await gate.until("GUILD_DELETE"))["d"] == {"id": str(guild.id)}
    assert (await bare.post(calls, content="a"))[0] == 403


async def test_an_interaction_arrives_with_person_and_permissions(
    standin: StandIn, rosa: Person, calls: Channel, bare: Bare
) -> None:
    """interactions/receiving-and-responding#interaction-object."""
    gate = await bare.gate()
    await gate.identify(standin.token, 0)
    path = f"/applications/{standin.application.id}/commands"
    await bare.ask(
        "PUT", path, [{"name": "action", "description": "a", "name_localizations": {"es-ES": "convocatoria"}}]
    )
    standin.answer_within = 0.0
    seen = await rosa.slash("convocatoria", channel=calls)
    got = (await gate.until("INTERACTION_CREATE"))["d"]
    assert seen.failed
    assert got["data"]["name"] == "action"
    assert got["member"]["user"]["id"] == str(rosa.id)
    assert int(got["member"]["permissions"]) & 1 << 5  # manage server
    assert int(got["app_permissions"]) & 1 << 11
