"""n2: the bot killed with -9 at random moments of a broadcast and of a form; nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.adapters.discord_rig import Rig
from tests.conformance.discord_house import until
from tests.discord_standin import Channel, Message, Person, StandIn

KILLS = int(os.environ.get("KILLS", "10"))  # by hand: KILLS=50
SPACES = 30  # as many as there are NAMES


@asynccontextmanager
async def bot(standin: StandIn, folder: Path) -> AsyncIterator[Process]:
    """The bot as a process, signed in; killed at the end."""
    said = folder / "bot.log"
    with said.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.adapters.discord_bot", str(folder), standin.api_url, standin.gateway_url,
            standin.token, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        try:
            await standin.until_ready(60)
        except TimeoutError:
            raise AssertionError(f"the bot did not start: {said.read_text()[-3000:]}") from None
        yield process
    finally:
        process.kill()
        await process.wait()
        await until(lambda: not standin.gateway.connected)


async def queue(rig: Rig, round_: int) -> None:
    """One more call for every space, while the bot is dead."""
    await rig.start(connect=False)
    await rig.post(f"Call {round_}")
    await rig.app.close()


async def test_ten_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """n2: 30 spaces, a form in progress, and a new call for each life of the bot."""
    async with StandIn() as standin:
        rig, rosa_sees = Rig(standin, tmp_path), None
        channels = await thirty_spaces(rig)
        rosa = standin.person("Rosa", channels[0].guild)
        for round_ in range(KILLS):
            await queue(rig, round_)
            async with bot(standin, tmp_path):
                if rosa_sees is not None:
                    await finish_form(rosa, rosa_sees)
                form = (await rosa.slash("march plan")).modal
                rosa_sees = (await rosa.submit(form, {"Title": "May Day", "Kind": ["Rally"]})).message
                await some_posted(channels, most=(round_ + 1) * SPACES)
        async with bot(standin, tmp_path):
            await until(lambda: sum(len(one.history) for one in channels) >= KILLS * SPACES, 60)
            assert rosa_sees is not None
            await finish_form(rosa, rosa_sees)
        expected = [f"Call {round_}\nA-7KQ2" for round_ in range(KILLS)]
        assert all([one.content for one in channel.history] == expected for channel in channels)


async def thirty_spaces(rig: Rig) -> list[Channel]:
    """Connected servers, each with its channel for calls."""
    await rig.start(connect=False)
    guilds = [rig.standin.add_guild(name, ("calls",)) for name in NAMES.split()]
    for guild in guilds:
        await rig.connect(guild)
    await rig.app.close()
    return [guild.channel("calls") for guild in guilds]


# Organizations whose names look alike are refused, so each has its own word.
NAMES = """
Ash Birch Cedar Dogwood Elm Fir Ginkgo Hazel Ironwood Juniper Kapok Larch Maple Nutmeg Oak Pine Quince Rowan Spruce Teak
Umbrella Viburnum Willow Xylosma Yew Zelkova Acacia Baobab Cypress Durian
"""


async def finish_form(rosa: Person, between: Message) -> None:
    """Page 2 of what an earlier life of the bot began."""
    second = (await rosa.press(between, "Continue")).modal
    done = await rosa.submit(second, {"When": "Sat 5pm"})
    assert done.text == "Planned: May Day"


async def some_posted(channels: list[Channel], most: int) -> None:
    """A random moment of the broadcast: after some more messages, and a little."""
    already = sum(len(one.history) for one in channels)
    wanted = random.randint(already, most)
    await until(lambda: sum(len(one.history) for one in channels) >= wanted, 30)
    await asyncio.sleep(random.uniform(0, 0.03))
