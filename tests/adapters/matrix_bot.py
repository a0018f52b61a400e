"""The whole bot on a real homeserver with one small feature, for the tests of the adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import App, MakeAdapter, build_core
from bot.cards import Card, Choice
from bot.clock import Clock, MovableClock
from bot.deliveries import Delivery
from bot.feature import Call, Entry, Feature, Field, Kind, Level
from bot.spaces import Place
from bot.words import LANGUAGES, Md
from cogs.help import feature as help_feature
from tests.conformance.matrix_house import MatrixHouse
from tests.rigs.synapse import Synapse

WORDS = {
    "en": {
        "meal.word": "meal",
        "meal.cook.word": "cook",
        "meal.cook.title": "A meal",
        "meal.cook.about": "plans a meal",
        "meal.cook.what.label": "What",
        "meal.cook.when.label": "When",
        "meal.cook.note.label": "Note",
        "meal.cooked": "We cook {what} at {when}. {note}",
        "meal.vote.word": "vote",
        "meal.vote.title": "Vote",
        "meal.vote.about": "votes",
        "meal.vote.how.label": "How",
        "meal.open.word": "open",
        "meal.open.title": "Open",
        "meal.open.about": "asks everybody here",
        "meal.hungry": "Hungry?",
        "meal.yes": "I am",
        "meal.no": "I am not",
        "meal.voted": "You said {how}.",
        "meal.enter.word": "enter",
        "meal.enter.title": "Enter",
        "meal.enter.about": "connects a room",
        "meal.enter.code.label": "Code",
        "meal.entered": "Welcome.",
        "meal.guard.word": "guard",
        "meal.guard.title": "Guard",
        "meal.guard.about": "for managers",
        "meal.guarded": "You manage this.",
    },
    "es": {"meal.word": "comida", "meal.cook.word": "cocinar", "meal.enter.word": "entrar"},
}


async def cook(call: Call, what: str, when: str, note: str) -> None:
    """Three fields, told back to the asker."""
    call.say("cooked", what=what, when=when, note=note)


async def ask(call: Call) -> None:
    """A public card with two choices."""
    call.say("hungry", call.choice("yes", "vote", "yes"), call.choice("no", "vote", "no"), private=False)


async def vote(call: Call, how: str) -> None:
    """The answer to it."""
    call.say("voted", how=how)


async def enter(call: Call, code: str) -> None:
    """Connects the room to the code's organization."""
    organization = await call.spaces.redeem(call.tx, code, call.now)
    await call.spaces.connect(call.tx, organization, call.place, "Room", call.now)
    await call.spaces.grant(call.tx, call.person.id, organization, "moderator", call.now)
    call.say("entered", private=False)


async def guard(call: Call) -> None:
    """Only with level 50."""
    call.say("guarded")


MEAL = Feature(
    "meal",
    entries=(
        Entry("cook", cook, form=True, fields=(Field("what"), Field("when"), Field("note", Kind.TEXT, required=False))),
        Entry("open", ask),
        Entry("vote", vote, fields=(Field("how"),), fixed=1),
        Entry("enter", enter, Level.MANAGER, fields=(Field("code"),), strangers=True),
        Entry("guard", guard, Level.MANAGER),
    ),
)


def say_everywhere(app: App) -> None:
    """Gives the feature its words (a real feature has locale files)."""
    sentences: Any = app.core.words.sentences
    for language in LANGUAGES:
        sentences[language].update({**WORDS["en"], **WORDS[language]})


class MatrixBot(MatrixHouse):
    """A MatrixHouse with the meal feature, a movable clock, and shortcuts into the core."""

    def __init__(self, synapse: Synapse, folder: Path, clock: MovableClock) -> None:
        super().__init__(synapse, folder, partial(build_app, folder, clock))
        self.clock = clock

    async def add_organization(self, name: str, room: str = "") -> tuple[str, str]:
        """(id, connection code) of an organization; with a room: already connected there."""
        core, now = self.app.core, self.clock.now()
        async with core.db.write() as tx:
            organization = await core.spaces.add(tx, name, now)
            code = await core.spaces.new_code(tx, organization.id, now)
            if room:
                await core.spaces.redeem(tx, code, now)
                await core.spaces.connect(tx, organization.id, Place("matrix", room, room), name, now)
        return organization.id, code

    async def whisper(self, account: str, text: str, *choices: Choice) -> None:
        """A direct message, as a feature would send it."""
        core = self.app.core
        async with core.db.write() as tx:
            await core.outbox.whisper(tx, "matrix", account, Card(Md(text), choices), self.clock.now())

    def delivery(self, room: str, text: str, key: str, *choices: Choice, **more: Any) -> Delivery:
        """A delivery as the sender gives it to the adapter."""
        extra = {"picture": more.pop("picture", None), "files": more.pop("files", ())}
        card = Card(Md(text), choices, code=more.pop("code", ""), **extra)
        kind = more.pop("kind", "post")
        return Delivery(key, "S", 1, kind, "matrix", room, card, True, False, 1, more.pop("tried_at", None), **more)


async def build_app(folder: Path, clock: Clock, make: MakeAdapter) -> App:
    """The bot with this feature on the databases in a folder."""
    urls = f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db"
    core = await build_core(*urls, b"m" * 32, clock=clock, features=[help_feature, MEAL])
    app = App(core, [make])
    say_everywhere(app)
    return app


@asynccontextmanager
async def matrix_bot(synapse: Synapse, folder: Path) -> AsyncIterator[MatrixBot]:
    """The running bot, stopped afterwards."""
    bot = MatrixBot(synapse, folder, MovableClock(datetime.now(UTC) + timedelta()))
    await bot.start()
    try:
        yield bot
    finally:
        await bot.stop()


async def connected(bot: MatrixBot, *channels: str) -> tuple[str, str]:
    """(space, person who manages it) of a connected organization."""
    space = await bot.new_space("Tenants", channels or ("hall",))
    await bot.add_organization("Tenants", space)
    return space, await bot.new_person("Ana", manages=space)
