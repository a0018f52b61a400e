"""What the script does with its people's hands: the same acts as on the page, found by the words they read."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from bot import tables as t
from bot.demo.acts import ACTS
from bot.demo.stage import LOOK, Stage
from bot.demo.town import Group, account, residents
from bot.platforms.rehearsal.world import Channel, Message, Screen
from bot.text import fold
from bot.words import LANGUAGES

CODE = re.compile(r"\bA-[2-9A-Z]{4}\b")
CHECKIN = re.compile(r"\bC-[2-9A-Z]{4}\b")
SECRET = re.compile(r"\b(?:[2-9A-Z]{4}-){2}[2-9A-Z]{4}\b")
ROOMS = ("lounge", "calls", "moderators")  # as `Group.rooms` has them


class Astray(Exception):
    """Something on a screen is not what the script expects."""


class Onlooker:
    """Somebody who looks on, and may hold the walk up to see better. This one does not."""

    async def sees(self, account: str, address: str, line: str = "", token: str = "") -> None:
        """Before somebody acts in a room: what they are about to type, or the token of what they press."""

    async def misses_the_bot(self) -> None:
        """The bot was killed and is not there yet."""


class Walk:
    """One run of the script: the stage, the language of its leading people, and what it did so far."""

    def __init__(self, stage: Stage, language: str, onlooker: Onlooker | None = None) -> None:
        self.stage, self.language, self.onlooker = stage, language, onlooker or Onlooker()
        self.homes: dict[str, Group] = {who.name: home for home, who in residents(stage.groups)}
        self._accounts = {who.name: account(home, who) for home, who in residents(stage.groups)}
        self.did: Counter[str] = Counter()  # what the counts must be at the end
        self.kept: dict[str, str] = {}  # codes read from screens
        self.findings: list[tuple[str, dict[str, object]]] = []  # what a beat found out: `demo.found.<name>`

    # -- reading a screen -------------------------------------------------------------------------------------------

    def word(self, key: str, who: str = "") -> str:
        """A label as somebody reads it (nobody named: in the language of the run)."""
        language = self.screen(who).language if who else self.language
        return self.stage.core.words.label(language, key)

    def in_both(self, key: str) -> tuple[str, ...]:
        """A label in both languages: what stands in a room is in the room's own."""
        return tuple(self.stage.core.words.everywhere(key).values())

    def pick(self, **texts: str) -> str:
        """One of two texts, by the language of the run."""
        return texts[self.language]

    @property
    def other(self) -> str:
        """The language that is not the run's."""
        return next(one for one in LANGUAGES if one != self.language)

    def group(self, slug: str) -> Group:
        """One of the twelve."""
        return next(one for one in self.stage.groups if one.slug == slug)

    def account(self, who: str) -> str:
        """Somebody's account."""
        return self._accounts[who]

    def screen(self, who: str) -> Screen:
        """Somebody's screen."""
        return self.stage.world.screens[self.account(who)]

    def room(self, who: str, room: str) -> Channel:
        """`lounge`, `calls`, `moderators` or `direct`, as somebody has it."""
        if room == "direct":
            return self.stage.world.direct(self.account(who))
        home = self.homes[who]
        return self.stage.world.channels[f"{home.space}/{home.rooms[ROOMS.index(room)]}"]

    def seen(self, who: str, room: str) -> list[Message]:
        """Everything from the bot that somebody reads in a room, oldest first."""
        channel = self.room(who, room)
        own = [one for one in self.screen(who).private if one.where == channel.address]
        standing = [one for one in channel.standing() if one.author == "bot"]
        return sorted([*standing, *own], key=lambda one: int(one.id[1:]))

    def last(self, who: str, room: str) -> Message:
        """The newest message of the bot in a room."""
        found = self.seen(who, room)
        if not found:
            raise Astray(f"{who} reads nothing in {room}")
        return found[-1]

    def with_choice(self, who: str, room: str, *labels: str) -> tuple[Message, int]:
        """The newest message that offers a choice (under one of these labels), and the place of the choice in it."""
        wanted = {fold(one) for one in labels}
        for message in reversed(self.seen(who, room)):
            for at, (shown, _) in enumerate(message.choices):
                if wanted & {fold(part) for part in shown.split(" · ")}:
                    return message, at
        raise Astray(f"{who} is offered no *{labels[0]}* in {room}")

    def found(self, name: str, /, **values: object) -> None:
        """Tells what a beat found out."""
        self.findings.append((name, values))

    def expect(self, true: object, what: str) -> None:
        """Ends the walk when something is not so."""
        if not true:
            raise Astray(what)

    # -- acting -----------------------------------------------------------------------------------------------------

    async def act(self, name: str, who: str, room: str = "", /, **body: Any) -> None:
        """One act of the page, then everything that follows from it; while deliveries are stuck, the act alone."""
        address = self.room(who, room).address if room else ""
        line, token = self._line(who, room, name, body), str(body.get("token", ""))
        await self.onlooker.sees(self.account(who), address, line, token)
        await ACTS[name](self.stage, {"account": self.account(who), "channel": address, **body})
        if not self.stage.world.jam:
            await self.stage.settle()

    def _line(self, who: str, room: str, name: str, body: Mapping[str, Any]) -> str:
        """What is typed for an act."""
        if name != "command":
            return str(body.get("text", ""))
        typed = self.stage.core.registry.command(body["name"], self.screen(who).language)
        return " ".join((f"/{typed}", *body["values"].values()))

    async def command(self, who: str, room: str, words: str, /, **values: str) -> None:
        """A command: picked where there are commands, typed where there are none."""
        if self.screen(who).style == "forms":
            match = self.stage.core.registry.match(words)
            if match is None:
                raise Astray(f"there is no command {words}")
            await self.act("command", who, room, name=match.name, values=values)
            return
        prefix = "" if room == "direct" else "!"
        await self.write(who, room, f"{prefix}{words} {' '.join(values.values())}".strip())

    async def write(self, who: str, room: str, text: str, reply: str = "") -> None:
        """A typed line."""
        await self.act("write", who, room, text=text, reply=reply)

    async def choose(self, who: str, room: str, *labels: str) -> None:
        """A choice by its words: pressed, or answered by its number."""
        message, at = self.with_choice(who, room, *labels)
        if self.screen(who).style == "forms":
            await self.act("press", who, room, token=message.choices[at][1])
        else:
            await self.write(who, room, str(at + 1), "" if room == "direct" else message.id)

    async def fill(self, who: str, room: str, /, **values: str) -> None:
        """The open form: what is named is typed, the rest stays as it stands."""
        page = self.screen(who).form
        if page is None:
            raise Astray(f"{who} has no form open")
        typed = {one.key: values.get(one.key, one.value) for one in page.blanks}
        filled = tuple(replace(one, value=typed[one.key]) for one in page.blanks)
        self.screen(who).form = replace(page, blanks=filled)  # so that whoever looks on sees what is typed
        self.stage.world.tell()
        await self.act("submit", who, room, form=page.token, values=typed)

    async def answer_each(self, who: str, *lines: str) -> None:
        """A dialogue: one line after the other in the direct room."""
        for line in lines:
            await self.write(who, "direct", line)

    async def later(self, **by: float) -> None:
        """Time goes by."""
        self.stage.move(timedelta(**by))
        await self.stage.settle()

    async def kill(self) -> None:
        """The bot is ended wherever it is and started again; nothing is done about it by hand."""
        await self.stage.kill()
        self.stage.world.jam.clear()
        await self.onlooker.misses_the_bot()
        await self.stage.start()
        await self.stage.settle()

    async def until(self, true: Callable[[], object]) -> None:
        """Waits for something on the screens."""
        changed = asyncio.Event()
        self.stage.world.changed.append(changed.set)
        while not true():
            await changed.wait()
            changed.clear()
        self.stage.world.changed.remove(changed.set)

    async def until_refused(self) -> None:
        """Waits until the bot wrote down that one more delivery was refused than the walk knows of."""
        query = select(func.count()).select_from(t.delivery).where(t.delivery.c.state == "failed")
        while True:
            async with self.stage.core.db.read() as tx:
                if await tx.value(query) > self.did["failed"]:
                    return
            await asyncio.sleep(LOOK)

    # -- reading all screens ----------------------------------------------------------------------------------------

    def copies(self, code: str) -> Iterator[tuple[str, Message]]:
        """Every copy of a call that stands in a channel for calls: (the organization's slug, the message)."""
        for home in {one.slug: one for one in self.homes.values()}.values():
            for message in self.stage.world.channels[home.calls].standing():
                if message.author == "bot" and message.code == code:
                    yield home.slug, message
