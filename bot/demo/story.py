"""The two-minute story: the script's scenes without its asides, on the page's own stage, with time to read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import structlog

from bot.demo.chips import chips
from bot.demo.hands import Onlooker, Walk
from bot.demo.script import count, play_one
from bot.demo.stage import BotAway, Stage
from bot.demo.walk import STORY, Beat, Scene, Seat
from bot.words import LANGUAGES

log = structlog.get_logger(__name__)

Data = dict[str, Any]
WORDS_A_SECOND = 3.0
BREATH = 0.75  # seconds before each act: one sees who is about to do what
REST = 2.5  # seconds at least between the last act of a scene and the next scene
AWAY = 1.5  # seconds between a kill and the new start, so that one sees it
GATHER = 0.1  # seconds: changes that come together are looked at together
Step = tuple[int, Scene, Beat]


def steps() -> Iterator[Step]:
    """Every beat of the story with its scene and the scene's number, from 0."""
    for at, scene in enumerate(STORY):
        for beat in scene.beats:
            yield at, scene, beat


class Story(Onlooker):
    """One telling. `mode`: ready | playing | pausing | paused | ended | astray | free (everybody acts as they like).

    `tempo`: 1 gives people time to read, 0 none.
    """

    def __init__(self, stage: Stage, tempo: float = 1.0, mode: str = "ready") -> None:
        self.stage, self.tempo, self.mode = stage, tempo, mode
        self.chips: list[Data] = []
        self._words = stage.core.words  # they outlive the bot
        self._steps, self._at, self._scene = list(steps()), 0, -1
        self._walk: Walk | None = None
        self._task: asyncio.Task[None] | None = None
        self._hurry, self._halt, self._reading, self._since = asyncio.Event(), False, False, 0.0
        self._seats = self._seats_of(STORY[0].seats)
        self._acting: Data = {}
        self._found: list[Data] = []
        self._news = asyncio.Event()
        self._news.set()
        stage.world.changed.append(self._news.set)
        self._watching = asyncio.create_task(self._watch(), name="where it landed")

    # -- what the page shows ----------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a scene is being played."""
        return self._task is not None and not self._task.done()

    def state(self) -> Data:
        """The story as one part of the page."""
        scene = STORY[self._scene].name if self._scene >= 0 else ""
        return {
            "run": self.stage.run, "mode": self.mode, "at": self._scene + 1, "many": len(STORY), "scene": scene,
            "found": self._found, "seats": self._seats, "acting": self._acting, "chips": self.chips,
        }  # fmt: skip

    def _seats_of(self, seats: Iterable[Seat]) -> list[list[str]]:
        walk = self._walk or Walk(self.stage, LANGUAGES[0])
        return [[walk.account(who), walk.room(who, room).address] for who, room in seats]

    async def _watch(self) -> None:
        """Looks again where the call landed whenever something changed."""
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER)
            self._news.clear()
            with suppress(BotAway):  # while the bot is away the rows stand still
                await self.look()

    async def look(self) -> None:
        """Reads where the call landed. BotAway when the bot is not there."""
        code = self._walk.kept.get("first", "") if self._walk else ""
        found = await self.stage.perform(chips(self.stage, code))
        if found != self.chips:
            self.chips = found
            self.stage.world.tell()

    # -- what the four buttons do -----------------------------------------------------------------------------------

    def play(self, language: str) -> None:
        """Goes on by itself until the end."""
        self._begin(language, single=False)

    def next(self, language: str) -> None:
        """Plays one scene at once; while it is playing by itself, it waits no longer for the reader."""
        if self.busy:
            self._hurry.set()
        else:
            self._begin(language, single=True)

    def pause(self) -> None:
        """Stops after the beat that is being played, at once when it only waits for the reader."""
        if self.busy:
            self._halt = True
            self._show(mode="pausing")
            if self._reading:
                self._hurry.set()

    async def leave(self) -> None:
        """Everything is free to use; the beat that is being played comes to its end first."""
        await self._stop()
        self._acting = {}
        self._show(mode="free")

    def enter(self) -> None:
        """Back to where it was."""
        if self.mode == "free":
            over = self._at == len(self._steps)
            self._show(mode="ended" if over else "paused" if self._at else "ready")

    async def close(self) -> None:
        """The end of this telling."""
        await self._stop()
        self._watching.cancel()
        with suppress(asyncio.CancelledError):
            await self._watching
        self.stage.world.changed.remove(self._news.set)

    async def _stop(self) -> None:
        self._halt = True
        self._hurry.set()
        if self._task is not None:
            await self._task

    # -- playing ----------------------------------------------------------------------------------------------------

    def _begin(self, language: str, single: bool) -> None:
        if self.busy and self.mode == "pausing":
            self._halt = False
            self._show(mode="playing")
        elif self.mode in {"ready", "paused"}:
            self._walk = self._walk or Walk(self.stage, language, self)
            self._halt = False
            self._hurry.clear()
            self._show(mode="playing")
            self._task = asyncio.create_task(self._tell(self._walk, single), name="story")

    async def _tell(self, walk: Walk, single: bool) -> None:
        while self.mode in {"playing", "pausing"}:
            at, scene, beat = self._steps[self._at]
            self._turn_to(at, scene)
            trouble = await play_one(beat, walk)
            if trouble:
                log.warning("the story went astray", where=trouble)
                self._show(mode="astray")
                return
            self._at += 1
            last = self._at == len(self._steps) or self._steps[self._at][0] != at
            self._seats = self._seats_of(scene.then if last and scene.then else scene.seats)
            self._find(walk)
            if last and not single:
                await self._read(scene)
            if self._at == len(self._steps):
                await self._end(walk)
            elif self._halt or (last and single):
                self._show(mode="paused")

    def _turn_to(self, at: int, scene: Scene) -> None:
        self._seats = self._seats_of(scene.seats)
        if at != self._scene:
            self._scene, self._found, self._since = at, [], time.monotonic()
            self._hurry.clear()
        self._show()

    def _find(self, walk: Walk) -> None:
        """What the beat found out, in both languages."""
        for name, values in walk.findings:
            said = {one: self._words.label(one, f"demo.found.{name}", **values) for one in LANGUAGES}
            self._found = [*self._found, said]
        walk.findings.clear()
        self._acting = {}
        self._show()

    async def _read(self, scene: Scene) -> None:
        """Time to read the scene's sentence and what was found, counted from its beginning."""
        said = [self._words.everywhere(f"demo.page.scene_{scene.name}"), *self._found]
        n = max(sum(len(one[language].split()) for one in said) for language in LANGUAGES)
        left = n / WORDS_A_SECOND - (time.monotonic() - self._since)
        self._reading = True
        if not self._halt:
            await self._wait(max(REST, left))
        self._reading = False

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds * self.tempo):
                await self._hurry.wait()

    async def _end(self, walk: Walk) -> None:
        """The last word: whether the database holds what the story did."""
        async with walk.stage.core.db.read() as tx:
            counts = await count(tx)
        right = all(counts[name] == walk.did[name] for name in counts)
        if right:
            self._found = [*self._found, self._words.everywhere("demo.walked")]
        self._show(mode="ended" if right else "astray")

    def _show(self, mode: str = "") -> None:
        self.mode = mode or self.mode
        self.stage.world.tell()

    # -- looking on -------------------------------------------------------------------------------------------------

    async def sees(self, account: str, address: str, line: str = "", token: str = "") -> None:
        """Turns a screen to whoever is about to act, and lets one see it."""
        if account and address:
            self._turn_screen(account, address)
            self._acting = {"account": account, "line": line, "token": token}
            self._show()
            await self._wait(BREATH * STORY[self._scene].pace)

    def _turn_screen(self, account: str, address: str) -> None:
        """Who has no screen gets that of the same kind of platform."""
        seated = [one for one, _ in self._seats]
        at = seated.index(account) if account in seated else int(self.stage.world.screens[account].style == "lines")
        self._seats = [[account, address] if one == at else seat for one, seat in enumerate(self._seats)]

    async def misses_the_bot(self) -> None:
        """The bot is not there for a moment."""
        if self._walk is not None:
            self._find(self._walk)
        await self._wait(AWAY)
