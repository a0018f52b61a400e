"""Twelve people of four organizations answer a check-in, then it is closed, by a bot that is killed all the while."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core import Core
from bot.platforms.base import Act
from bot.spaces import Place
from cogs.checkins import answering, store
from tests.kill.bot import NAME
from tests.kill.harness import Process, lives, torment
from tests.kill.visitor import Visitor, all_sent, connect, core_in, town_with_bot

WHO = "mod"
WORDS = ("Acorn", "Birch", "Cedar", "Dahlia")
PEOPLE = {f"p{number:02d}": WORDS[number % len(WORDS)] for number in range(12)}
FIELDS = {"who": "everybody", "subject": "Canvass on Saturday", "template": "short", "questions": "", "days": "3"}


@dataclass
class Found:
    """What was there in the end."""

    rooms: dict[str, list[str]]  # word -> what stands in its room
    said: dict[str, Counter[str]]  # person -> first line of what the bot said to them -> how often
    answers: dict[str, str]  # person -> the words that are kept
    rows: int
    kills: int


async def play(folder: Path, times: int, seed: int | None = None) -> Found:
    """The whole scene with so many kills: half of them while people answer, half while it is closed."""
    async with core_in(folder) as core:
        code = await _install(core)
    async with town_with_bot(folder) as (visitor, bot):
        async with asyncio.timeout(240 + 30 * times):
            await all_sent(folder)
            await _answer(visitor, bot, lives(times // 2, 1.5, seed))
            await _close(visitor, bot, code, lives(times - times // 2, 0.6, seed))
        await asyncio.sleep(1)  # whatever would come twice comes now
        return await _look(folder, visitor, bot)


async def _install(core: Core) -> str:
    """Four organizations and an open check-in of all of them; its code."""
    now = core.clock.now()
    homes = [await connect(core, word) for word in WORDS]
    async with core.db.write() as tx:
        person = await core.people.keep(tx, NAME, WHO, "en", now)
        await core.spaces.grant(tx, person.id, homes[0].id, "moderator", now)
        await core.spaces.grant(tx, person.id, "", "coordinator", now)
    place = Place(NAME, space=WORDS[0], channel=f"moderators/{WORDS[0]}")
    form = (await core.runner.command(Act(NAME, WHO, place, "open", "en", manages=True), "checkins.open", {})).form
    assert form is not None
    await core.runner.submit(Act(NAME, WHO, place, "opened", "en", manages=True), form.token, FIELDS)
    async with core.db.read() as tx:
        [row] = await tx.all(store.SYSTEM.select(store.checkin))
    return str(row.code)


async def _answer(visitor: Visitor, bot: Process, times: list[float]) -> None:
    killer = asyncio.create_task(torment(bot, times))
    async with asyncio.TaskGroup() as group:
        for who, word in PEOPLE.items():
            group.create_task(_one(visitor, who, word))
    await killer


async def _one(visitor: Visitor, who: str, word: str) -> None:
    """Presses *Answer* by a reply in the room, then goes through the dialogue in the direct room."""
    [card] = await visitor.room(f"calls/{word}")
    await visitor.type(who, "1", f"calls/{word}", card["id"])
    lines = (str(1 + int(who[1:]) % 3), f"The words of {who}", "skip", "yes")
    for number, line in enumerate(lines, 1):
        await visitor.until(f"direct/{who}", number)
        await visitor.type(who, line)
    await visitor.until(f"direct/{who}", len(lines) + 1)


async def _close(visitor: Visitor, bot: Process, code: str, times: list[float]) -> None:
    await visitor.type(WHO, f"checkin close {code}")
    await torment(bot, times)
    await visitor.until("calls/", 2 * len(WORDS))


async def _look(folder: Path, visitor: Visitor, bot: Process) -> Found:
    rooms = {word: [one["text"] for one in await visitor.room(f"calls/{word}")] for word in WORDS}
    told = {who: await visitor.room(f"direct/{who}") for who in PEOPLE}
    said = {who: Counter(one["text"].partition("\n")[0] for one in some) for who, some in told.items()}
    await bot.kill()
    async with core_in(folder) as core:
        answers, rows = await _kept(core)
    return Found(rooms, said, answers, rows, bot.kills - 1)


async def _kept(core: Core) -> tuple[dict[str, str], int]:
    """The words of everybody whose answer is kept, and how many rows there are."""
    found: dict[str, str] = {}
    async with core.db.write() as tx:
        rows: list[Any] = await tx.all(store.SYSTEM.select(store.checkin_answer))
        homes = {one.name.split()[0]: one.id for one in await core.spaces.all(tx)}
        by_person = {row.person: row for row in rows}
        for who, word in PEOPLE.items():
            row = by_person.get((await core.people.find(tx, NAME, who)).id)
            if row is not None:
                key = await core.keyring.existing(row.person, homes[word])
                found[who] = answering.opened(key, row, homes[word]).answers["q2"]
    return found, len(rows)
