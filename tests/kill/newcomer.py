"""Eight new people go from the first word to a named human, by a bot that is killed all the while."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.core import Core
from bot.platforms.base import Act
from bot.spaces import Place
from cogs.welcome import store as cases
from cogs.welcome.handoff import store
from tests.kill.bot import NAME
from tests.kill.harness import Process, lives, torment
from tests.kill.visitor import Visitor, all_sent, connect, core_in, town_with_bot

WORDS = ("Acorn", "Birch")
PEOPLE = tuple(f"n{number:02d}" for number in range(8))
PROFILE = (
    {"line_en": "We help each other.", "line_es": "", "languages": "en", "activities": "food", "centre": "national"},
    {"free": "", "most": "", "link": "", "taking": "yes"},
)
# What is typed, and how many messages of the bot stand in the direct room before it.
LINES = (("1", 1), ("NAME", 2), ("food", 3), ("skip", 4), ("skip", 5), ("skip", 6), ("1", 8), ("1", 9))


@dataclass
class Found:
    """What was there in the end."""

    said: dict[str, Counter[str]]  # person -> first line of what the bot said to them -> how often
    cards: list[str]  # greeters' cards that stand
    cases: int
    consents: int
    taken: dict[str, str]  # code -> state of the hand-off
    greeters: set[str]  # ids of the people who have somebody
    kills: int


async def play(folder: Path, times: int, seed: int | None = None) -> Found:
    """The whole scene with so many kills: half of them at the door, half while the greeters take people."""
    async with core_in(folder) as core:
        for word in WORDS:
            await _install(core, word)
    async with town_with_bot(folder) as (visitor, bot):
        async with asyncio.timeout(240 + 30 * times):
            await _enter(visitor, bot, lives(times // 2, 1.5, seed))
            await all_sent(folder)
            await _welcome(visitor, bot, lives(times - times // 2, 0.6, seed))
        await asyncio.sleep(1)  # whatever would come twice comes now
        return await _look(folder, visitor, bot)


async def _install(core: Core, word: str) -> None:
    """An organization that takes new people, and its greeter with a name."""
    home, now, who = await connect(core, word), core.clock.now(), f"g{word}"
    async with core.db.write() as tx:
        person = await core.people.keep(tx, NAME, who, "en", now)
        await core.spaces.grant(tx, person.id, home.id, "moderator", now)
    place = Place(NAME, space=word, channel=f"moderators/{word}")
    act = Act(NAME, who, place, f"install {word}", "en", manages=True)
    for name, pages in (("profile", PROFILE), ("greeter", ({"name": f"Kim of {word}", "languages": "en"},))):
        form = (await core.runner.command(act, f"welcome.{name}", {})).form
        for page in pages:
            assert form is not None
            form = (await core.runner.submit(act, form.token, page)).form
        assert form is None


async def _enter(visitor: Visitor, bot: Process, times: list[float]) -> None:
    killer = asyncio.create_task(torment(bot, times))
    async with asyncio.TaskGroup() as group:
        for who in PEOPLE:
            group.create_task(_one(visitor, who))
    await killer


async def _one(visitor: Visitor, who: str) -> None:
    """Age, one page question by question, the first organization, *Share*."""
    await visitor.type(who, "welcome start")
    for line, before in LINES:
        await visitor.until(f"direct/{who}", before)
        await visitor.type(who, line.replace("NAME", f"Person {who}"))
    await visitor.until(f"direct/{who}", LINES[-1][1] + 1)


async def _welcome(visitor: Visitor, bot: Process, times: list[float]) -> None:
    """Each greeter takes everybody whose card stands in their room."""
    killer = asyncio.create_task(torment(bot, times))
    for word in WORDS:
        for at, card in enumerate(await visitor.room(f"moderators/{word}"), 1):
            await visitor.type(f"g{word}", "1", f"moderators/{word}", card["id"])
            await visitor.until(f"direct/g{word}", at)
    await killer
    for who in PEOPLE:
        await visitor.until(f"direct/{who}", LINES[-1][1] + 2)


async def _look(folder: Path, visitor: Visitor, bot: Process) -> Found:
    cards = [one["text"] for word in WORDS for one in await visitor.room(f"moderators/{word}")]
    told = {who: await visitor.room(f"direct/{who}") for who in PEOPLE}
    said = {who: Counter(one["text"].partition("\n")[0] for one in some) for who, some in told.items()}
    await bot.kill()
    async with core_in(folder) as core, core.db.read() as tx:
        rows = await tx.all(store.SYSTEM.select(cases.welcome_handoff))
        kept = len(await tx.all(store.SYSTEM.select(cases.welcome_case)))
        consents = len(await tx.all(store.SYSTEM.select(cases.welcome_consent)))
    taken = {row.code: row.state for row in rows}
    assert len(taken) == len(rows)
    return Found(said, cards, kept, consents, taken, {row.greeter for row in rows}, bot.kills - 1)
