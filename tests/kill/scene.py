"""A call is written line by line, then sent to thirty spaces, by a bot that is killed all the while."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bot import tables as t
from bot.core import Core
from bot.db import Database
from cogs.alerts.store import alert
from tests.kill.bot import NAME
from tests.kill.harness import Process, lives, torment
from tests.kill.visitor import Visitor, connect, core_in, town_with_bot

WHO = "mod"
WORDS = [
    "Acorn", "Birch", "Cedar", "Dahlia", "Ember", "Fennel", "Ginger", "Hazel", "Indigo", "Juniper",
    "Kestrel", "Lantern", "Maple", "Nettle", "Olive", "Pepper", "Quartz", "Rosemary", "Saffron",
    "Thistle", "Walnut", "Violet", "Willow", "Chestnut", "Yarrow", "Zinnia", "Bluebell", "Cypress",
    "Dogwood", "Elderberry",
]  # fmt: skip
LINES = ("action new", "Pack the school board", "Bring a sign and a friend.", "tomorrow at 5pm", "12 Main St", "skip")


@dataclass
class Found:
    """What was there in the end."""

    copies: Counter[str]  # room -> messages of the bot
    questions: Counter[str]  # first line of what the bot said directly -> how often
    states: Counter[str]  # of all deliveries
    drafts: int
    text: str  # of one copy
    kills: int
    retried: int  # deliveries that were handed to the platform more than once


async def play(folder: Path, times: int, seed: int | None = None) -> Found:
    """The whole scene with so many kills: half of them during the dialogue, half during the broadcast."""
    async with core_in(folder) as core:
        await _install(core)
    async with town_with_bot(folder) as (visitor, bot):
        async with asyncio.timeout(120 + 30 * times):
            await _write(visitor, bot, lives(times // 2, 0.5, seed))
            await _broadcast(visitor, bot, lives(times - times // 2, 0.4, seed))
        await asyncio.sleep(1)  # whatever would come twice comes now
        return await _look(folder, visitor, bot)


async def _install(core: Core) -> None:
    now = core.clock.now()
    async with core.db.write() as tx:
        person = await core.people.keep(tx, NAME, WHO, "en", now)
    homes = [await connect(core, word) for word in WORDS]
    async with core.db.write() as tx:
        await core.spaces.grant(tx, person.id, homes[0].id, "moderator", now)


async def _write(visitor: Visitor, bot: Process, times: list[float]) -> None:
    killer = asyncio.create_task(torment(bot, times))
    for number, line in enumerate(LINES, 1):
        await visitor.type(WHO, line)
        # Each line is answered by one message, the last one by the call as it will look and by what to do with it.
        await visitor.until("direct/", number + (number == len(LINES)))
        await asyncio.sleep(0.2 if not killer.done() else 0)
    await killer


async def _broadcast(visitor: Visitor, bot: Process, times: list[float]) -> None:
    preview = (await visitor.room(f"direct/{WHO}"))[-1]
    number = next(at for at, label in enumerate(preview["labels"], 1) if label.startswith("Send"))
    await visitor.type(WHO, str(number))
    await torment(bot, times)
    await visitor.until("calls/", len(WORDS))


async def _look(folder: Path, visitor: Visitor, bot: Process) -> Found:
    rooms = {word: await visitor.room(f"calls/{word}") for word in WORDS}
    said = await visitor.room(f"direct/{WHO}")
    await bot.kill()
    db = Database(f"sqlite:///{folder}/main.db")
    await db.open()
    async with db.read() as tx:
        states = Counter(row.state for row in await tx.all(select(t.delivery.c.state)))
        drafts = len(await tx.all(select(alert.c.id)))
    await db.close()
    everything = [one for room in (*rooms.values(), said) for one in room]
    return Found(
        Counter({word: len(room) for word, room in rooms.items()}),
        Counter(one["text"].partition("\n")[0] for one in said), states, drafts, rooms[WORDS[1]][0]["text"],
        bot.kills - 1, sum(one["tries"] > 1 for one in everything),
    )  # fmt: skip
