"""n2: the bot killed with -9 at random moments of a broadcast to 30 rooms; nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

from bot.app import build_core
from bot.cards import Card
from bot.spaces import Channel
from bot.words import Md
from tests.adapters.matrix_bot import MatrixBot
from tests.adapters.test_matrix_kill import Process
from tests.conformance.discord_house import until

KILLS = int(os.environ.get("KILLS", "10"))  # by hand: KILLS=50
ROOMS = 30


@asynccontextmanager
async def killed_later(bot: MatrixBot) -> AsyncIterator[None]:
    """A life of the bot, ended with -9."""
    process = Process(bot.adapter.account, bot._folder)
    process.start()
    try:
        yield
    finally:
        process.kill()


async def queue(bot: MatrixBot, channels: list[Channel], round_: int) -> None:
    """One more call for every room, while the bot is dead."""
    folder = bot._folder
    core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32, features=[])
    async with core.db.write() as tx:
        for channel in channels:
            card = Card(Md(f"Call {round_}"), code="A-7KQ2")
            await core.outbox.post(tx, channel, card, subject=f"call{round_}", now=core.clock.now(), urgent=True)
    await core.db.close()
    await core.keyring.close()


async def standing(bot: MatrixBot, space: str) -> dict[str, list[str]]:
    """The bot's texts in each room, oldest first."""
    community = bot.communities[space]
    found = {}
    for name, room in community.rooms.items():
        events = await community.owner.messages(room, bot.bot.user_id)
        found[name] = [event["content"]["body"] for event in events]
    return found


def sent(bot: MatrixBot) -> int:
    """How many copies the outbox holds for sent."""
    with closing(sqlite3.connect(f"file:{bot._folder}/main.db?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT count(*) FROM delivery WHERE state = 'sent'").fetchone()[0])


async def test_a_broadcast_to_thirty_rooms_survives_ten_kills(bot: MatrixBot) -> None:
    """n2: a new call for each life of the bot; every room ends with each call once, in order."""
    space = await bot.new_space("Tenants", tuple(f"hall{number}" for number in range(ROOMS)))
    organization, _ = await bot.add_organization("Tenants", space)
    rooms = bot.communities[space].rooms
    channels = [
        Channel(f"c{number}", organization, space, "matrix", room, "calls", name, "en")
        for number, (name, room) in enumerate(rooms.items())
    ]
    await bot.stop()
    chance = random.Random(30)
    try:
        for round_ in range(KILLS):
            await queue(bot, channels, round_)
            async with killed_later(bot):
                before = sent(bot)
                with suppress(TimeoutError):
                    await until(lambda: sent(bot) > before, 10)  # noqa: B023  # it is on its way
                await asyncio.sleep(chance.uniform(0, 0.5))  # any moment of it
        async with killed_later(bot):
            await until(lambda: sent(bot) == KILLS * ROOMS, 60)
    finally:
        await bot.start()
    expected = [f"Call {round_}\n\nA-7KQ2" for round_ in range(KILLS)]
    assert await standing(bot, space) == dict.fromkeys(rooms, expected)
