"""What the tests of every platform introduce: Noa, who is new, and Gael, who greets; and how it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import Card, Choice
from bot.core import Core
from bot.feature import Call
from bot.people import Person
from bot.spaces import Channel
from bot.words import Md

TITLE, CODE = "N-7KQ2", "N-7KQ2"
FIRST, OTHERWISE = "Gael meets Noa: canary-first-words", "Write to Gael with *Write back*: canary-otherwise"


@dataclass
class Two:
    """The new person and the greeter."""

    newcomer: Person
    greeter: Person


async def two_people(core: Core, platform: str, newcomer: str, greeter: str) -> Two:
    """Both of them as the bot knows people: they acted before."""
    now = core.clock.now()
    async with core.db.write() as tx:
        return Two(
            await core.people.keep(tx, platform, newcomer, "en", now),
            await core.people.keep(tx, platform, greeter, "en", now),
        )


def near(platform: str, address: str, organization: str = "org") -> Channel:
    """A channel of the greeter's organization."""
    return Channel("c-near", organization, "home", platform, address, "welcome", "near", "en")


async def place(core: Core, two: Two, channels: Sequence[Channel]) -> str:
    """Where the two could be introduced."""
    async with core.db.write() as tx:
        call = Call(core.services, "core", tx, core.clock.now())
        return await call.meeting_place(two.newcomer.id, two.greeter.id, channels)


async def meet(core: Core, two: Two, channels: Sequence[Channel]) -> bool:
    """Introduces them, as a feature does."""
    card = Card(Md(FIRST), (Choice("We met", "token"),), code=CODE)
    async with core.db.write() as tx:
        call = Call(core.services, "core", tx, core.clock.now())
        otherwise = Card(Md(OTHERWISE), code=CODE)
        return await call.meet(two.newcomer.id, two.greeter.id, channels, card, TITLE, otherwise, subject=CODE)
