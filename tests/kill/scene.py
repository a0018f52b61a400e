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
from tests.kill.visitor import Visitor, connect, core_in, settled, town_with_bot

WHO, SECOND = "mod", "mod2"  # of two organizations: the call leaves when the second says yes
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
    asked: Counter[str]  # organization -> cards in its moderators' room
    states: Counter[str]  # of all new messages
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
            await _broadcast(folder, visitor, bot, lives(times - times // 2, 0.4, seed))
        await asyncio.sleep(1)  # whatever would come twice comes now
        return await _look(folder, visitor, bot)


async def _install(core: Core) -> None:
    now = core.clock.now()
    async with core.db.write() as tx:
        people = [await core.people.keep(tx, NAME, who, "en", now) for who in (WHO, SECOND)]
    homes = [await connect(core, word) for word in WORDS]
    async with core.db.write() as tx:
        for person, home in zip(people, homes, strict=False):
            await core.spaces.grant(tx, person.id, home.id, "moderator", now)


async def _write(visitor: Visitor, bot: Process, times: list[float]) -> None:
    killer = asyncio.create_task(torment(bot, times))
    for number, line in enumerate(LINES, 1):
        await visitor.type(WHO, line)
        # Each line is answered by one message, the last one by the call as it will look and by what to do with it.
        await visitor.until("direct/", number + (number == len(LINES)))
        await asyncio.sleep(0.2 if not killer.done() else 0)
    await killer


async def _broadcast(folder: Path, visitor: Visitor, bot: Process, times: list[float]) -> None:
    preview = (await visitor.room(f"direct/{WHO}"))[-1]
    number = next(at for at, label in enumerate(preview["labels"], 1) if label.startswith("Send"))
    await visitor.type(WHO, str(number))
    await visitor.until(f"moderators/{WORDS[1]}", 1)
    await settled(folder)  # a reply to a card that the bot does not know yet is no press
    [asked] = await visitor.room(f"moderators/{WORDS[1]}")
    await visitor.type(SECOND, "1", room=f"moderators/{WORDS[1]}", reply=asked["id"])
    await torment(bot, times)
    await visitor.until("calls/", len(WORDS))


async def _look(folder: Path, visitor: Visitor, bot: Process) -> Found:
    rooms = {word: await visitor.room(f"calls/{word}") for word in WORDS}
    desks = {word: await visitor.room(f"moderators/{word}") for word in WORDS[1:]}
    said = await visitor.room(f"direct/{WHO}")
    await bot.kill()
    db = Database(f"sqlite:///{folder}/main.db")
    await db.open()
    async with db.read() as tx:
        new = select(t.delivery.c.state).where(t.delivery.c.kind.in_(("post", "direct")))
        states = Counter(row.state for row in await tx.all(new))
        drafts = len(await tx.all(select(alert.c.id)))
    await db.close()
    everything = [one for room in (*rooms.values(), said) for one in room]
    return Found(
        Counter({word: len(room) for word, room in rooms.items()}),
        Counter(one["text"].partition("\n")[0] for one in said),
        Counter({word: len(room) for word, room in desks.items()}), states, drafts, rooms[WORDS[1]][0]["text"],
        bot.kills - 1, sum(one["tries"] > 1 for one in everything),
    )  # fmt: skip
