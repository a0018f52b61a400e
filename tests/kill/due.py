"""Everything that comes due of one call, each moment with a bot that is killed all the while.

It leaves at nine of each zone, places come free and go to who waits, reminders, *did you go?*, the thanks.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.core import Core
from bot.platforms.base import Act
from bot.spaces import Place
from cogs.alerts import store
from cogs.alerts.answering import store as replies
from cogs.alerts.going.store import first_in_line
from tests.kill.bot import NAME
from tests.kill.harness import Process, lives, torment
from tests.kill.visitor import Visitor, connect, core_in, settled, town_with_bot

WHO, SECOND = "mod", "mod2"
ZONES = {"Acorn": "America/New_York", "Birch": "America/New_York", "Cedar": "America/Los_Angeles"}
PLACES = 8
IN = [f"p{number:02d}" for number in range(PLACES)]  # have a place, and want to be reminded
WAITING = [f"w{number:02d}" for number in range(4)]  # on the list, in this order
CANCEL = IN[:3]
GO = [*IN[3:], *WAITING[:3]]  # in once three places went to who waited
TWICE = IN[3:5]  # said yes, and wanted the reminder, through two organizations
CALL = {
    "what": "Pack the school board", "ask": "Bring a sign.", "when": "Dec 10 at 5pm", "where": "12 Main St", "link": "",
}  # fmt: skip
LATER = {"when": "tomorrow at 9 AM", "whose": "each", "night": ""}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of December 2026 in New York."""
    return datetime(2026, 12, day, hour, minute, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)


@dataclass
class Found:
    """What was there in the end."""

    rooms: dict[str, list[str]]  # word -> first line of what stands in its room for calls
    said: dict[str, Counter[str]]  # person -> first line of what they were told -> how often
    early: dict[str, int]  # word -> copies before its own nine in the morning
    counts: dict[str, int]
    line: list[str]  # who still waits
    kills: int


async def play(folder: Path, times: int, seed: int | None = None) -> Found:
    """The whole scene with so many kills, spread over its moments."""
    scene = Scene(folder, lives(times, 2.0, seed))
    move_to(folder, at(7, 14))
    async with core_in(folder) as core:
        await scene.install(core)
    async with town_with_bot(folder) as (visitor, bot), asyncio.timeout(300 + 30 * times):
        scene.visitor, scene.bot = visitor, bot
        return await scene.play()


def move_to(folder: Path, moment: datetime) -> None:
    """The clock of whoever starts next."""
    (folder / "ahead").write_text(str((moment - Clock().now()).total_seconds()))


class Scene:
    """One play: its folder, the lives that are left, whoever looks on."""

    visitor: Visitor
    bot: Process

    def __init__(self, folder: Path, lives: list[float]) -> None:
        self._folder, self._lives, self._portion, self._code = folder, lives, -(-len(lives) // 5), ""
        self._people: dict[str, str] = {}
        self._kills = 0

    async def install(self, core: Core) -> None:
        """Three organizations in two zones, and a call that leaves at nine of each."""
        homes = [await connect(core, word) for word in ZONES]
        async with core.db.write() as tx:
            for home, zone in zip(homes, ZONES.values(), strict=True):
                await core.spaces.change(tx, home.id, zone=zone)
            for who, home in zip((WHO, SECOND), homes, strict=False):
                person = await core.people.keep(tx, NAME, who, "en", core.clock.now())
                await core.spaces.grant(tx, person.id, home.id, "moderator", core.clock.now())
        await fill(core, WHO, "Acorn", "alerts.new", {}, CALL)
        async with core.db.read() as tx:
            [row] = await tx.all(store.SYSTEM.select(store.alert))
        self._code = row.code
        await fill(core, WHO, "Acorn", "alerts.places", {"code": row.code}, {"number": str(PLACES)})
        await fill(core, WHO, "Acorn", "alerts.later", {"code": row.code}, LATER)

    async def play(self) -> Found:
        """One moment after the other."""
        await self._come(at(8, 9), "calls/", 1)
        await self._between(self._second_says_yes, at(8, 9, 10))
        await self._come(at(8, 9, 20), "calls/", 2)
        early = {word: len(await self.visitor.room(f"calls/{word}")) for word in ZONES}
        await self._come(at(8, 12), "calls/", 3)
        await self._between(self._answer, at(8, 13))
        await self._cancel()
        await self._come(at(10, 12), "direct/", await self._told() + len(GO))
        await self._come(at(10, 18), "direct/", await self._told() + len(GO))
        await self._between(self._say_they_went, at(10, 20))
        await self._come(at(11, 18, 30), "calls/", 6)
        await asyncio.sleep(2)  # whatever would come twice comes now
        return await self._look(early)

    # -- moments ----------------------------------------------------------------------------------------------------

    async def _come(self, moment: datetime, start: str, n: int) -> None:
        """A moment comes, the bot is killed while it does what is due, and then all of it is there."""
        await self._down()
        move_to(self._folder, moment)
        await self._up()
        await self._torment()
        await self.visitor.until(start, n)
        await settled(self._folder)

    async def _torment(self) -> None:
        portion, self._lives = self._lives[: self._portion], self._lives[self._portion :]
        self._kills += len(portion)
        await torment(self.bot, portion)

    async def _between(self, act: Any, moment: datetime) -> None:
        """While the bot is away, people act; nobody is killed."""
        await self._down()
        move_to(self._folder, moment)
        async with core_in(self._folder) as core:
            await act(core)
        await self._up()
        await settled(self._folder)

    async def _down(self) -> None:
        await settled(self._folder)
        await self.bot.kill()

    async def _up(self) -> None:
        await self.bot.start()
        await self.bot.ready()

    async def _told(self) -> int:
        return sum([len(await self.visitor.room(f"direct/{who}")) for who in (*IN, *WAITING)])

    # -- people -----------------------------------------------------------------------------------------------------

    async def _second_says_yes(self, core: Core) -> None:
        """She reads the text first."""
        act = act_of(SECOND, "Birch", "second")
        [read] = (await core.runner.command(act, "alerts.accept", {"code": self._code, "read": ""})).says
        await core.runner.press(act_of(SECOND, "Birch", "second yes"), read.card.choices[0].token)

    async def _answer(self, core: Core) -> None:
        words = list(ZONES)
        for number, who in enumerate([*IN, *WAITING]):
            for word in words[:2] if who in TWICE else [words[number % len(words)]]:
                await say(core, who, word, "alerts.answer", code=self._code, value="in")
                if who not in WAITING:
                    await say(core, who, word, "alerts.remind", code=self._code)
        async with core.db.read() as tx:
            self._people = {(await core.people.find(tx, NAME, who)).id: who for who in (*IN, *WAITING)}

    async def _cancel(self) -> None:
        """Three give their places back while the bot is killed: the first three who wait get them, and ask to be
        reminded."""
        before = await self._told()
        killer = asyncio.create_task(self._torment())
        for who in CANCEL:
            await self.visitor.type(who, f"action answer {self._code} cant")
            await asyncio.sleep(0.5)
        await killer
        await self.visitor.until("direct/", before + 2 * len(CANCEL))
        await settled(self._folder)
        await self._between(self._ask_for_reminders, at(8, 14))

    async def _ask_for_reminders(self, core: Core) -> None:
        for who in WAITING[:3]:
            await say(core, who, "Birch", "alerts.remind", code=self._code)

    async def _say_they_went(self, core: Core) -> None:
        for who in GO:
            await say(core, who, "", "alerts.went", code=self._code, said="yes")

    # -- looking ----------------------------------------------------------------------------------------------------

    async def _look(self, early: dict[str, int]) -> Found:
        rooms = {word: [first(one) for one in await self.visitor.room(f"calls/{word}")] for word in ZONES}
        everybody = (*IN, *WAITING)
        said = {who: Counter(first(one) for one in await self.visitor.room(f"direct/{who}")) for who in everybody}
        await self.bot.kill()
        async with core_in(self._folder) as core, core.db.read() as tx:
            alert = await store.public(tx, self._code)
            assert alert is not None
            counts = dict((await replies.total(tx, alert.id)).counts)
            line = [self._people[row.person] for row in await first_in_line(tx, alert.id, 100)]
        return Found(rooms, said, early, counts, line, self._kills)


def first(message: dict[str, Any]) -> str:
    """The first line, without numbers that differ between people."""
    return re.sub(r"\d+", "#", str(message["text"]).partition("\n")[0])


def act_of(who: str, word: str, event: str) -> Act:
    """Somebody acts in a space of the town, or ("") in the direct room."""
    direct = Place(NAME, channel=f"direct/{who}", direct=True)
    place = Place(NAME, space=word, channel=f"calls/{word}") if word else direct
    return Act(NAME, who, place, event, "en", manages=who == WHO)


async def say(core: Core, who: str, word: str, entry: str, **values: str) -> None:
    """A command without a form."""
    await core.runner.command(act_of(who, word, f"{who} {word} {entry} {values}"), entry, values)


async def fill(core: Core, who: str, word: str, entry: str, known: dict[str, str], fields: dict[str, str]) -> None:
    """A command with one form."""
    form = (await core.runner.command(act_of(who, word, f"{who} {entry}"), entry, known)).form
    assert form is not None
    done = await core.runner.submit(act_of(who, word, f"{who} {entry} filled"), form.token, fields)
    assert done.form is None, done.form
