"""Servers, permissions, the token, the pace."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.errors import Limited, Revoked, Unreachable
from bot.platforms.discord import DiscordAdapter, commands, look_at
from bot.platforms.discord.pacer import Pacer
from bot.spaces import Place
from tests.adapters.discord_rig import Rig, rig_on
from tests.conformance.discord_house import until
from tests.discord_standin import Guild, StandIn


async def known(rig: Rig, guild: Guild) -> None:
    """Waits until the bot has heard of a server."""
    await until(lambda: rig.adapter._client is not None and rig.adapter._client.get_guild(guild.id) is not None)


async def strangers(rig: Rig) -> list[str]:
    async with rig.core.db.read() as tx:
        return [row.address for row in await tx.all(select(t.stranger.c.address))]


# -- permissions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("denied", "problems"),
    [
        ("view_channel", ("view",)),
        ("send_messages", ("send",)),
        ("embed_links", ("embed",)),
        ("attach_files", ("attach",)),
        ("read_message_history", ("history",)),
    ],
)
async def test_each_missing_permission_is_named(rig: Rig, denied: str, problems: tuple[str, ...]) -> None:
    """h14: which one is missing, without those that only follow from it."""
    guild = rig.standin.add_guild("Tenants")
    await known(rig, guild)
    calls = guild.channel("calls")
    assert await rig.adapter.problems(str(calls.id)) == ()
    calls.deny(denied)

    async def is_noticed() -> bool:
        return await rig.adapter.problems(str(calls.id)) == problems

    await until(is_noticed)
    rooms = await rig.adapter.rooms(str(guild.id))
    assert [(one.name, one.problems) for one in rooms] == [("#general", ()), ("#calls", problems), ("#moderators", ())]


async def test_a_deleted_channel_is_named_as_gone(rig: Rig) -> None:
    """h14."""
    guild = rig.standin.add_guild("Tenants")
    await known(rig, guild)
    assert await rig.adapter.problems("1") == ("gone",)


async def test_who_manages_is_asked_when_it_matters(rig: Rig) -> None:
    """SECURITY 4b: from Discord's own state now, members are not cached."""
    guild = rig.standin.add_guild("Tenants")
    await known(rig, guild)
    boss, rosa = rig.standin.person("Boss", guild, manager=True), rig.standin.person("Rosa", guild)
    place = Place("discord", str(guild.id))
    assert await rig.adapter.manages(str(boss.id), place)
    assert not await rig.adapter.manages(str(rosa.id), place)
    assert not await rig.adapter.manages(str(rig.standin.person("Nobody").id), place)


# -- coming and going -----------------------------------------------------------------------------------------------


async def test_a_strange_server_is_left_after_an_hour(rig: Rig) -> None:
    """C4: unless it connects."""
    guild = rig.standin.add_guild("Strangers")

    async def is_noted() -> bool:
        return await strangers(rig) == [str(guild.id)]

    await until(is_noted)
    rig.clock.move(timedelta(minutes=59))
    await rig.app.leave_strangers()
    assert guild.bot_is_here
    rig.clock.move(timedelta(minutes=2))
    await rig.app.leave_strangers()
    assert guild.left_by_itself


async def test_the_hour_of_a_stranger_goes_on_over_a_restart(rig: Rig) -> None:
    """C4, n2: counted from the first time."""
    guild = rig.standin.add_guild("Strangers")

    async def is_noted() -> bool:
        return await strangers(rig) == [str(guild.id)]

    await until(is_noted)
    rig.clock.move(timedelta(minutes=40))
    await rig.restart()
    rig.clock.move(timedelta(minutes=21))
    await rig.app.leave_strangers()
    assert guild.left_by_itself


async def test_a_server_that_throws_the_bot_out_is_ended_at_once(rig: Rig) -> None:
    """a1: nothing more is sent there."""
    guild = rig.standin.add_guild("Tenants")
    await rig.connect(guild)
    await known(rig, guild)
    guild.kick()

    async def is_over() -> bool:
        return not await rig.core.is_ours("discord", str(guild.id))

    await until(is_over)


async def test_a_removal_while_the_bot_was_away_is_noticed(rig: Rig) -> None:
    """a1: at the next start, asked once more before everything ends."""
    guild, stays = rig.standin.add_guild("Tenants"), rig.standin.add_guild("Stays")
    await rig.connect(guild)
    await rig.connect(stays)
    await rig.stop()
    guild.kick()
    await rig.start()

    async def is_over() -> bool:
        return not await rig.core.is_ours("discord", str(guild.id))

    await until(is_over)
    assert await rig.core.is_ours("discord", str(stays.id))


async def test_an_outage_of_discord_is_no_removal(rig: Rig) -> None:
    """A server that is only unavailable keeps everything."""
    guild = rig.standin.add_guild("Tenants")
    await rig.connect(guild)
    await known(rig, guild)
    guild.go_down()
    client = rig.adapter._client
    assert client is not None
    await until(lambda: any(one.unavailable for one in client.guilds))
    assert await rig.core.is_ours("discord", str(guild.id))
    assert await rig.adapter.problems(str(guild.channel("calls").id)) == ()


# -- the token ------------------------------------------------------------------------------------------------------


async def test_a_revoked_token_stops_and_asks_no_more(rig: Rig) -> None:
    """h12, FACTS 26: it does not loop."""
    guild = rig.standin.add_guild("Tenants")
    await rig.connect(guild)
    rig.standin.revoke_token()
    with pytest.raises(Revoked):
        await rig.serving
    assert rig.adapter.health().key == "health.revoked"
    asked = len(rig.standin.requests)
    await rig.post()
    with pytest.raises(Revoked):
        await rig.deliver()
    assert await rig.states() == [("queued", "revoked")]
    assert len(rig.standin.requests) == asked


async def test_a_401_on_any_request_stops_too(rig: Rig) -> None:
    """h12: also when the gateway has not noticed yet."""
    guild = rig.standin.add_guild("Tenants")
    await rig.connect(guild)
    rig.standin.faults.fail("POST /channels/*/messages", 401)
    await rig.post()
    with pytest.raises(Revoked):
        await rig.deliver()
    with pytest.raises(Revoked):
        await rig.serving
    assert await rig.states() == [("queued", "revoked")]


async def test_too_many_sign_ins_a_day_are_waited_out(tmp_path: Path) -> None:
    """FACTS 26: over 1,000 Discord resets the token; the bot stops well before."""
    async with rig_on(tmp_path, connect=False) as rig:
        rig.standin.gateway.identify_limit = 50
        with pytest.raises(Limited):
            await rig.adapter.run()
        assert rig.standin.gateway.identifies == []


async def test_a_wrong_token_is_told_apart_from_a_silent_discord(tmp_path: Path) -> None:
    """h1: `causeway check` asks live."""
    async with StandIn() as standin:
        found = await look_at(standin.token, standin.api_url)
        assert (found.id, found.name, found.public) == (standin.application.id, "Causeway", True)
        standin.application.public = False
        assert not (await look_at(standin.token, standin.api_url)).public
        with pytest.raises(Revoked):
            await look_at("wrong", standin.api_url)
        address = standin.api_url
    with pytest.raises(Unreachable):
        await look_at("any", address)


async def test_a_gateway_that_is_down_at_the_start_is_unreachable(rig: Rig) -> None:
    """h12: the supervisor waits and starts it again."""
    adapter = DiscordAdapter(
        rig.core, rig.standin.token, api_url=rig.standin.api_url, gateway_url="ws://127.0.0.1:9/gateway"
    )
    with pytest.raises(Unreachable):
        await adapter.run()


async def test_rows_wait_while_the_bot_is_not_signed_in(tmp_path: Path) -> None:
    """n2: nothing has left, so nothing is unsure."""
    async with rig_on(tmp_path, connect=False) as rig:
        guild = rig.standin.add_guild("Tenants")
        await rig.connect(guild)
        await rig.post()
        await rig.deliver()
        assert await rig.states() == [("queued", "unreachable")]
        assert rig.adapter.health().key == "health.starting"
        assert (await rig.rows())[0].claimed_at is None
        await rig.serve()
        await rig.later(2)
        assert len(guild.channel("calls").messages) == 1
        assert rig.adapter.health().well


async def test_a_lost_gateway_is_visible_and_taken_up_again(rig: Rig) -> None:
    """h12: health says since when; nothing is missed."""
    guild = rig.standin.add_guild("Tenants")
    await known(rig, guild)
    hanging = rig.standin.gateway.ask_to_reconnect
    hanging()
    await until(lambda: rig.standin.gateway.resumes == 1)
    await until(lambda: rig.adapter.health().well)


# -- commands and pace ----------------------------------------------------------------------------------------------


async def test_every_command_is_registered_as_discord_wants_it(rig: Rig) -> None:
    """h8: one group a feature, names in English and both Spanishes; the stand-in judged them by Discord's rules."""
    registered = {one["name"]: one for one in rig.standin.commands[None]}
    assert set(registered) == {"march", "manage"}
    march = registered["march"]
    assert march["name_localizations"] == {"es-ES": "marcha", "es-419": "marcha"}
    assert march["contexts"] == [0, 1]
    count = next(one for one in march["options"] if one["name"] == "count")
    options = {one["name"]: one for one in count["options"]}
    assert count["options"][0]["name"] == "people"  # required ones first
    assert options["people"]["name_localizations"]["es-ES"] == "cuántas_personas"
    assert options["kind"]["choices"][0]["name_localizations"]["es-419"] == "Mitin"
    assert options["town"]["autocomplete"]
    plan = next(one for one in march["options"] if one["name"] == "plan")
    assert plan["options"] == []  # a form asks them


def test_a_label_becomes_the_name_of_an_option() -> None:
    """Discord: small letters, digits, _ and accents, at most 32."""
    assert commands.slug("¿Cuándo es?") == "cuándo_es"
    assert len(commands.slug("a" * 50)) == 32
    assert commands.slug("?!") == "x"


async def test_the_pacer_never_lets_more_than_its_rate_through() -> None:
    """FACTS 27: under a sliding window too, whatever the event loop does."""
    times = list[float]()

    class Watched(Pacer):
        """Notes when it let somebody go: who was let go may come to its turn later on a busy machine."""

        def _leave(self) -> None:
            super()._leave()
            times.append(self._recent[-1])

    pacer = Watched(40, 4)
    tasks = [asyncio.create_task(pacer.turn(f"post {number}")) for number in range(60)]
    await asyncio.sleep(0.1)
    time.sleep(0.3)  # the loop hangs: what was late must not become a burst
    await asyncio.gather(*tasks)
    assert len(times) == 60
    assert all(late - early >= 0.99 for early, late in zip(times, times[40:], strict=False))


async def test_whoever_waits_goes_by_turn_and_who_gives_up_holds_up_nobody() -> None:
    """a9: an urgent copy does not stand behind a hundred others that were handed out before it."""
    pacer, left = Pacer(100, 4), list[str]()

    async def ask(name: str, order: tuple[int, int]) -> None:
        await pacer.turn(f"post {name}", order)
        left.append(name)

    calm = [asyncio.create_task(ask(f"calm {number}", (0, 100 + number))) for number in range(10)]
    await asyncio.sleep(0)
    urgent, person = asyncio.create_task(ask("urgent", (0, 1))), asyncio.create_task(pacer.turn())
    calm[3].cancel()
    await person
    assert len(left) <= 3
    await asyncio.gather(urgent, *calm, return_exceptions=True)
    assert left.index("urgent") <= 3
    assert "calm 3" not in left
    assert len(left) == 10
    assert pacer.waiting == 0


async def test_the_fifth_message_into_a_channel_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """FACTS 28: four in five seconds, so that the bucket is never emptied."""
    monkeypatch.setattr("bot.platforms.discord.pacer.WINDOW", 0.2)
    pacer, started = Pacer(1000, 4), time.monotonic()
    for _ in range(5):
        await pacer.turn("post 1")
    assert time.monotonic() - started >= 0.2
    await pacer.turn("post 2")


async def test_channels_that_were_quiet_for_a_window_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand channels are not a megabyte for good; the ones that have a turn to come are kept."""
    monkeypatch.setattr("bot.platforms.discord.pacer.WINDOW", 0.3)
    pacer, started = Pacer(10_000, 2), time.monotonic()
    for number in range(1000):
        await pacer.turn(f"post {number}")
    await asyncio.sleep(0.3)
    busy = [asyncio.create_task(pacer.turn("post busy")) for _ in range(5)]  # the last one waits two windows
    await asyncio.sleep(0)
    assert len(pacer._channels) < 310
    for number in range(1000, 1400):
        await pacer.turn(f"post {number}")
    await asyncio.gather(*busy)
    assert time.monotonic() - started >= 0.9


@pytest.mark.parametrize("window", ["fixed", "sliding"])
async def test_three_hundred_channels_get_their_copy(tmp_path: Path, window: str) -> None:
    """FACTS 27: with Discord's limits on, none is lost and there is no storm of 429s (without a pace: hundreds)."""
    async with rig_on(tmp_path, limits=window, per_second=48, per_channel=4) as rig:
        rig.standin.judge_by_openapi = False
        guilds = [rig.standin.add_guild(f"Organization {number}", ("calls",)) for number in range(300)]
        async with rig.core.db.write() as tx:
            home = await rig.core.spaces.add(tx, "All", rig.clock.now())
            for guild in guilds:
                place = Place("discord", str(guild.id), str(guild.channels[0].id))
                space = await rig.core.spaces.connect(tx, home.id, place, guild.name, rig.clock.now())
                await rig.core.spaces.set_channel(tx, space, "calls", place.channel, "#calls", "en")
        await rig.post()
        await rig.deliver()
        assert [len(guild.channels[0].messages) for guild in guilds] == [1] * 300
        # None on a quiet machine; each stall of the one event loop moves an arrival or two into the next second.
        assert rig.standin.counts().limited <= 15
