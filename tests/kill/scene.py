"""A call is written line by line, then sent to thirty spaces, by a bot that is killed all the while."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from bot import tables as t
from bot.app import build_core
from bot.core import Core
from bot.db import Database
from bot.spaces import Place
from cogs.alerts.store import alert
from tests.kill.bot import NAME
from tests.kill.harness import Process, lives, running, torment

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
    await _install(folder)
    async with running("tests.kill.town") as town:
        address = f"http://127.0.0.1:{town.said}"
        async with running("tests.kill.bot", str(folder), address) as bot, aiohttp.ClientSession(address) as session:
            async with asyncio.timeout(120 + 30 * times):
                await _write(session, bot, lives(times // 2, 0.5, seed))
                await _broadcast(session, bot, lives(times - times // 2, 0.4, seed))
            await asyncio.sleep(1)  # whatever would come twice comes now
            return await _look(folder, session, bot)


async def _install(folder: Path) -> None:
    core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32)
    now = core.clock.now()
    async with core.db.write() as tx:
        person = await core.people.keep(tx, NAME, WHO, "en", now)
    for word in WORDS:
        await _connect(core, word, person.id if word == WORDS[0] else "")
    await core.keyring.close()
    await core.db.close()


async def _connect(core: Core, word: str, moderator: str) -> None:
    now = core.clock.now()
    async with core.db.write() as tx:
        made = await core.spaces.add(tx, f"{word} Tenants", now, policy="auto", language="en")
        space = await core.spaces.connect(tx, made.id, Place(NAME, space=word), word, now)
        for purpose in ("calls", "moderators"):
            await core.spaces.set_channel(tx, space, purpose, f"{purpose}/{word}", purpose, "en")
        if moderator:
            await core.spaces.grant(tx, moderator, made.id, "moderator", now)


async def _write(session: aiohttp.ClientSession, bot: Process, times: list[float]) -> None:
    killer = asyncio.create_task(torment(bot, times))
    for number, line in enumerate(LINES, 1):
        await _type(session, line)
        # Each line is answered by one message, the last one by the call as it will look and by what to do with it.
        expected = number + (number == len(LINES))
        async with session.get("/wait", params={"start": "direct/", "n": expected}) as answer:
            answer.raise_for_status()
        await asyncio.sleep(0.2 if not killer.done() else 0)
    await killer


async def _broadcast(session: aiohttp.ClientSession, bot: Process, times: list[float]) -> None:
    preview = (await _room(session, f"direct/{WHO}"))[-1]
    number = next(at for at, label in enumerate(preview["labels"], 1) if label.startswith("Send"))
    await _type(session, str(number))
    await torment(bot, times)
    async with session.get("/wait", params={"start": "calls/", "n": len(WORDS)}) as answer:
        answer.raise_for_status()


async def _type(session: aiohttp.ClientSession, line: str) -> None:
    async with session.post("/type", json={"who": WHO, "text": line}) as answer:
        answer.raise_for_status()


async def _room(session: aiohttp.ClientSession, room: str) -> list[dict[str, Any]]:
    async with session.get("/look", params={"room": room}) as answer:
        return list(await answer.json())


async def _look(folder: Path, session: aiohttp.ClientSession, bot: Process) -> Found:
    rooms = {word: await _room(session, f"calls/{word}") for word in WORDS}
    said = await _room(session, f"direct/{WHO}")
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
