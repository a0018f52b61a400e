"""Threads of the stand-in: what Discord refuses, and its answers under Discord's own description."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_standin import Channel, Guild, StandIn, openapi

from .rest import Bare

PRIVATE = {"type": 12, "name": "N-7KQ2", "invitable": False, "auto_archive_duration": 10080}


async def start(bare: Bare, channel: Channel, **more: Any) -> tuple[int, Any]:
    return await bare.ask("POST", f"/channels/{channel.id}/threads", {**PRIVATE, **more})


async def add(bare: Bare, thread: str, user: int) -> tuple[int, Any]:
    return await bare.ask("PUT", f"/channels/{thread}/thread-members/{user}")


async def test_a_private_thread_has_who_was_added(standin: StandIn, guild: Guild, calls: Channel, bare: Bare) -> None:
    rosa = standin.person("Rosa", guild)
    status, made = await start(bare, calls)
    assert status == 200
    assert openapi.complaints("POST", "/channels/{channel_id}/threads", made, "201") == []
    for _ in range(2):  # whoever is in it already is no mistake
        assert (await add(bare, made["id"], rosa.id))[0] == 204
    [thread] = calls.threads
    assert thread.thread is not None
    assert thread.thread.members == [standin.world.bot, rosa]
    assert (await bare.post(thread, content="hello", allowed_mentions={"parse": []}))[0] == 200
    _, active = await bare.ask("GET", f"/guilds/{guild.id}/threads/active")
    assert [one["id"] for one in active["threads"]] == [made["id"]]
    assert openapi.complaints("GET", "/guilds/{guild_id}/threads/active", active) == []
    guild.leave(rosa)
    assert thread.thread.members == [standin.world.bot]


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 101}, {"auto_archive_duration": 5}, {"kind": 12}, {"type": 9}]
)
async def test_a_wrong_form_is_refused(calls: Channel, bare: Bare, wrong: dict[str, Any]) -> None:
    status, said = await start(bare, calls, **wrong)
    assert (status, said["code"]) in {(400, 50035), (400, 50024)}
    assert calls.threads == []


async def test_rights_are_asked_for_each_step(standin: StandIn, guild: Guild, calls: Channel, bare: Bare) -> None:
    """Making (50013), seeing (50001), writing and adding (50013), and who does not see the channel (50001)."""
    rosa, far = standin.person("Rosa", guild), standin.person("Far")
    calls.deny("create_private_threads")
    assert (await start(bare, calls))[1]["code"] == 50013
    calls.allow("create_private_threads")
    _, made = await start(bare, calls)
    calls.deny("view_channel", who=rosa)
    for somebody in (rosa, far):
        assert (await add(bare, made["id"], somebody.id))[1]["code"] == 50001
    calls.deny("send_messages_in_threads")
    assert (await add(bare, made["id"], rosa.id))[1]["code"] == 50013
    [thread] = calls.threads
    assert (await bare.post(thread, content="hello", allowed_mentions={"parse": []}))[1]["code"] == 50013
    calls.deny("view_channel")
    assert (await start(bare, calls))[1]["code"] == 50001


async def test_an_archived_thread_takes_nobody_in(standin: StandIn, guild: Guild, calls: Channel, bare: Bare) -> None:
    rosa = standin.person("Rosa", guild)
    _, made = await start(bare, calls)
    [thread] = calls.threads
    assert thread.thread is not None
    thread.thread.archived = True
    assert (await add(bare, made["id"], rosa.id))[1]["code"] == 50083
    _, active = await bare.ask("GET", f"/guilds/{guild.id}/threads/active")
    assert active["threads"] == []


async def test_a_thread_hangs_in_a_text_channel_only(calls: Channel, bare: Bare) -> None:
    await start(bare, calls)
    [thread] = calls.threads
    assert (await start(bare, thread))[1]["code"] == 50024
