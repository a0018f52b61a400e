"""The Discord adapter on the stand-in, with a small feature made for the tests: every kind of answer and field."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import tables as t
from bot.app import App, build_core
from bot.cards import Card, Choice
from bot.clock import MovableClock
from bot.core import Core
from bot.db import Row
from bot.feature import Call, Entry, Feature, Field, Kind, Level, Option, UserError
from bot.platforms.discord import DiscordAdapter, client
from bot.spaces import Place
from bot.words import Md
from tests.conformance.discord_house import until
from tests.discord_standin import Channel, Guild, Person, StandIn

POST = "POST /channels/*/messages"
LONG = "\n\n".join(f"Paragraph {number}: " + "we march together. " * 30 for number in range(6))


def texts(channel: Channel) -> list[str]:
    """What stands in a channel."""
    return [one.content for one in channel.messages]


class March:
    """What the test feature was told, and a door that keeps its slow entries waiting."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.door = asyncio.Event()

    async def ask(self, call: Call) -> None:
        """A private card with two buttons."""
        yes, no = call.choice("yes", "answer", "yes"), call.choice("no", "answer", "no", mine=True)
        call.say(Md("Will you *march*?"), yes, no)

    async def answer(self, call: Call, what: str) -> None:
        self.told.append({"answer": what})
        call.say(Md(f"You said {what}"))

    async def crowd(self, call: Call) -> None:
        """More choices than fit in buttons."""
        call.say(Md("Which?"), *(call.choice("number", "answer", str(one), n=one) for one in range(30)))

    async def shout(self, call: Call) -> None:
        """An answer for all, and one for the asker."""
        call.say(Md("Everybody hears this @everyone"), private=False)
        call.say(Md("Only you hear this"))

    async def slow(self, call: Call) -> None:
        await self.door.wait()
        call.say(Md("It took a while"))

    async def slow_form(self, call: Call, title: str) -> None:
        await self.door.wait()
        call.open("plan")

    async def silent(self, call: Call) -> None:
        """Says nothing at all."""

    async def plan(self, call: Call, **values: str) -> None:
        self.told.append(values)
        call.say(Md(f"Planned: {values['title']}"))

    async def count(self, call: Call, **values: str) -> None:
        self.told.append(values)
        call.say(Md("Counted"))

    def feature(self) -> Feature:
        return Feature(
            "march",
            entries=(
                Entry("ask", self.ask),
                Entry("answer", self.answer, fields=(Field("what"),)),
                Entry("crowd", self.crowd),
                Entry("shout", self.shout, private=False, strangers=True),
                Entry("slow", self.slow),
                Entry("slowform", self.slow_form, fields=(Field("title", required=False),)),
                Entry("silent", self.silent),
                Entry("plan", self.plan, form=True, fields=PLAN),
                Entry("count", self.count, fields=COUNT),
                Entry("manage", self.silent, Level.MANAGER, alone=True),
            ),
        )


async def not_in_the_past(call: Call, value: str) -> str:
    """A check that can be failed."""
    if value == "yesterday":
        raise UserError("core.needed", name="a day to come", field="when")
    return value


async def towns(call: Call) -> Sequence[Option]:
    """Options that are only known when they are asked for."""
    return [Option("pdx", "Portland"), Option("sea", "Seattle")]


PLAN = (
    Field("title", limit=60),
    Field("kind", Kind.CHOICE, options=("rally", "vigil")),
    Field("notes", Kind.TEXT, required=False),
    Field("when", page=2, check=not_in_the_past),
    Field("room", Kind.ROOM, page=2, required=False),
)
COUNT = (
    Field("town", Kind.CHOICE, options=towns, required=False),
    Field("people", Kind.NUMBER),
    Field("kind", Kind.CHOICE, options=("rally", "vigil"), required=False),
    Field("room", Kind.ROOM, required=False),
)

NAMES = ("ask", "answer", "crowd", "shout", "slow", "slowform", "silent", "plan", "count", "manage")
ENGLISH = {
    "march.word": "march", "march.yes": "I'm in", "march.no": "Can't", "march.number": "Number {n}",
    **{f"march.{one}.word": one for one in NAMES}, **{f"march.{one}.about": f"about {one}" for one in NAMES},
    "march.plan.title": "A march", "march.slowform.title": "A march", "march.answer.what.label": "What",
    "march.slowform.title.label": "Title", "march.plan.title.label": "Title", "march.plan.title.hint": "a few words",
    "march.plan.kind.label": "Kind", "march.plan.kind.rally": "Rally", "march.plan.kind.vigil": "Vigil",
    "march.plan.notes.label": "Notes", "march.plan.when.label": "When", "march.plan.room.label": "Channel",
    "march.count.town.label": "Town", "march.count.people.label": "How many people",
    "march.count.room.label": "Channel", "march.count.kind.label": "Kind",
    "march.count.kind.rally": "Rally", "march.count.kind.vigil": "Vigil",
}  # fmt: skip
SPANISH = {
    **ENGLISH, "march.word": "marcha", "march.ask.word": "preguntar", "march.yes": "Ahí estaré",
    "march.count.people.label": "Cuántas personas", "march.plan.kind.rally": "Mitin", "march.count.kind.rally": "Mitin",
}  # fmt: skip


async def core_in(folder: Path, march: March, clock: MovableClock | None = None) -> Core:
    """A core on the databases in a folder, with the test feature and its words."""
    urls = f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db"
    core = await build_core(*urls, b"m" * 32, clock=clock, features=[march.feature()])
    core.words.sentences["en"].update(ENGLISH)  # type: ignore[attr-defined]
    core.words.sentences["es"].update(SPANISH)  # type: ignore[attr-defined]
    return core


class Rig:
    """A stand-in with one connected organization, and the bot; `restart` ends the bot as it stands."""

    def __init__(self, standin: StandIn, folder: Path, **pace: int) -> None:
        self.standin, self._folder = standin, folder
        self._pace = pace or {"per_second": 1000, "per_channel": 1000}
        self.march = March()
        self.clock = MovableClock()
        self.app: App
        self.serving: asyncio.Task[None]

    @property
    def core(self) -> Core:
        return self.app.core

    @property
    def adapter(self) -> DiscordAdapter:
        found = self.core.services.adapters["discord"]
        assert isinstance(found, DiscordAdapter)
        return found

    async def start(self, *, connect: bool = True) -> None:
        folder = self._folder
        self.app = App(await core_in(folder, self.march, self.clock), [self._make])
        if connect:
            await self.serve()

    async def serve(self) -> None:
        """The adapter signs in and is ready."""
        self.serving = asyncio.create_task(self.adapter.run())
        await until(lambda: self.serving.done() or self._is_ready())

    def _make(self, core: Core) -> DiscordAdapter:
        return DiscordAdapter(
            core, self.standin.token, api_url=self.standin.api_url, gateway_url=self.standin.gateway_url, **self._pace
        )

    def _is_ready(self) -> bool:
        client = self.adapter._client
        return client is not None and client.is_ready()

    async def stop(self) -> None:
        if hasattr(self, "serving"):
            self.serving.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self.serving
        await self.app.close()

    async def restart(self) -> None:
        await self.stop()
        await until(lambda: not self.standin.gateway.connected)
        await self.start()

    # -- organizations and rows -------------------------------------------------------------------------------------

    async def connect(self, guild: Guild) -> str:
        """Makes a server a space of a new organization whose calls go to #calls; the organization's id."""
        async with self.core.db.write() as tx:
            made = await self.core.spaces.add(tx, guild.name, self.clock.now())
            place = Place("discord", str(guild.id), str(guild.channels[0].id))
            space = await self.core.spaces.connect(tx, made.id, place, guild.name, self.clock.now())
            address = str(guild.channel("calls").id)
            await self.core.spaces.set_channel(tx, space, "calls", address, "#calls", "en")
        return made.id

    async def post(self, text: str = "March on Saturday", *choices: Choice, code: str = "A-7KQ2", **how: Any) -> None:
        """One copy for every channel for calls."""
        card = Card(Md(text), choices, code=code)
        async with self.core.db.write() as tx:
            for channel in await self.core.spaces.channels(tx, "calls"):
                await self.core.outbox.post(tx, channel, card, subject="alert", now=self.clock.now(), **how)

    async def edit(self, text: str, version: int) -> None:
        card = Card(Md(text), code="A-7KQ2")
        async with self.core.db.write() as tx:
            for channel in await self.core.spaces.channels(tx, "calls"):
                await self.core.outbox.edit(tx, "alert", channel.id, card, version, self.clock.now())

    async def withdraw(self) -> None:
        async with self.core.db.write() as tx:
            await self.core.outbox.withdraw(tx, "alert", self.clock.now())

    async def tell(self, person: Person, text: str) -> None:
        """A direct message to somebody who acted before."""
        async with self.core.db.write() as tx:
            known = await self.core.people.keep(tx, "discord", str(person.id), "en", self.clock.now())
            assert await self.core.outbox.tell(tx, known.id, Card(Md(text)), self.clock.now())

    async def deliver(self) -> None:
        """Everything that is due now."""
        for sender in self.app.senders:
            await sender.drain()

    async def later(self, seconds: float) -> None:
        """Time passes, for the bot and for Discord; then what is due is delivered."""
        self.clock.move(timedelta(seconds=seconds))
        self.standin.clock.advance(seconds)
        await self.deliver()

    async def rows(self) -> list[Row]:
        async with self.core.db.read() as tx:
            return list(await tx.all(select(t.delivery).order_by(t.delivery.c.seq)))

    async def states(self) -> list[tuple[str, str]]:
        return [(row.state, row.reason) for row in await self.rows()]

    async def until_problem(self, channel: Channel, problem: str, there: bool = True) -> None:
        """Waits until the bot has heard of a right that is missing, or that it has it again."""

        async def is_heard() -> bool:
            return (problem in await self.adapter.problems(str(channel.id))) == there

        await until(is_heard)

    def know_nothing(self) -> None:
        """As if the gateway had told of no server yet."""
        assert self.adapter._client is not None
        self.adapter._client._connection._guilds.clear()


@asynccontextmanager
async def rig_on(folder: Path, *, limits: str | None = None, connect: bool = True, **pace: int) -> AsyncIterator[Rig]:
    """A rig; afterwards no payload may have left without saying whom it may ping (law 5)."""
    client.SETTLED = 0.05  # servers arrive at once here
    async with StandIn(limits=limits) as standin:
        rig = Rig(standin, folder, **pace)
        await rig.start(connect=connect)
        try:
            yield rig
        finally:
            await rig.stop()
        assert standin.without_allowed_mentions == []


