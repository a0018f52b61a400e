"""G1: on the wire nobody is notified but the one role that the receivers of a call chose; checked on real payloads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cards import Card
from bot.platforms.discord.render import CONTENT, parts_of
from bot.words import Md
from cogs.alerts.rules import ONE_MESSAGE
from tests.adapters.discord_rig import Rig, rig_on
from tests.discord_standin import Guild, Message, Role

HOSTILE = "Come @everyone @here <@&{role}> <@{person}> <#1> @Action"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig_on(tmp_path) as running:
        yield running


class Server:
    """A server with a role that anyone may mention, and its channel for calls."""

    def __init__(self, guild: Guild) -> None:
        self.guild = guild
        self.role: Role = guild.add_role("Action", mentionable=True)

    @property
    def posted(self) -> list[Message]:
        return [one for one in self.guild.channel("calls").history if not one.deleted]


async def server(rig: Rig) -> Server:
    guild = rig.standin.add_guild("River", channels=("calls", "desk"))
    made = Server(guild)
    await rig.connect(guild)
    return made


async def post(rig: Rig, text: str, role: Role | None, **how: object) -> None:
    card = Card(Md(text), code="A-7KQ2", mention=str(role.id) if role else "")
    async with rig.core.db.write() as tx:
        for channel in await rig.core.spaces.channels(tx, "calls"):
            await rig.core.outbox.post(tx, channel, card, subject="alert", now=rig.clock.now(), urgent=True, **how)  # type: ignore[arg-type]
    await rig.deliver()


async def test_without_a_choice_no_word_of_a_text_notifies_anybody(rig: Rig) -> None:
    home = await server(rig)
    person = rig.standin.person("Ana")
    await post(rig, HOSTILE.format(role=home.role.id, person=person.id), None)
    [message] = home.posted
    assert message.allowed_mentions == {"parse": []}
    assert message.pings == set()


async def test_the_chosen_role_alone_is_notified_whatever_else_the_text_says(rig: Rig) -> None:
    home = await server(rig)
    other = home.guild.add_role("Other", mentionable=True)
    person = rig.standin.person("Ana")
    await post(rig, HOSTILE.format(role=other.id, person=person.id), home.role)
    [message] = home.posted
    assert message.allowed_mentions == {"parse": [], "roles": [home.role.id]}
    assert message.pings == {str(home.role.id)}
    assert message.content.splitlines()[-2:] == [f"<@&{home.role.id}>", "A-7KQ2"]


async def test_a_silent_copy_notifies_nobody(rig: Rig) -> None:
    home = await server(rig)
    await post(rig, "March", home.role, silent=True)
    [message] = home.posted
    assert (message.silent, message.pings) == (True, set())


async def test_of_several_messages_only_the_last_notifies_and_all_fit(rig: Rig) -> None:
    home = await server(rig)
    await post(rig, "\n\n".join(["word " * 80] * 12), home.role)
    assert len(home.posted) > 1
    assert [one.pings for one in home.posted] == [set()] * (len(home.posted) - 1) + [{str(home.role.id)}]


@pytest.mark.parametrize("length", range(1930, 1966))
def test_a_copy_as_long_as_can_be_stays_one_message(length: int) -> None:
    """A copy has at most 1,960 characters (`rules.ONE_MESSAGE`), its code and the mention fit beside it."""
    parts = parts_of(Card(Md("w" * length), code="A-7KQ2", mention="9" * 20))
    assert all(len(one.content) <= CONTENT for one in parts)
    assert len(parts) == 1 or length > ONE_MESSAGE


@pytest.mark.parametrize("how", ["deleted", "locked"])
async def test_a_role_that_was_deleted_or_locked_is_left_out(rig: Rig, how: str) -> None:
    home = await server(rig)
    if how == "deleted":
        home.guild.remove_role(home.role)
    else:
        home.role.mentionable = False
    await rig.restart()
    await post(rig, "March", home.role)
    [message] = home.posted
    assert message.content == "March\nA-7KQ2"
    assert message.pings == set()


async def test_an_edit_never_notifies_and_neither_do_its_further_messages(rig: Rig) -> None:
    home = await server(rig)
    await post(rig, "March", home.role)
    long = Card(Md("\n\n".join(["word " * 80] * 12)), code="A-7KQ2", mention=str(home.role.id))
    async with rig.core.db.write() as tx:
        for channel in await rig.core.spaces.channels(tx, "calls"):
            await rig.core.outbox.edit(tx, "alert", channel.id, long, 2, rig.clock.now())
    await rig.deliver()
    assert len(home.posted) > 1
    assert [one.pings for one in home.posted] == [set() for _ in home.posted]


async def test_what_can_be_chosen_is_what_anyone_may_mention(rig: Rig) -> None:
    """Never everybody, an app's own role, or one that needs a right that the bot was not given."""
    home = await server(rig)
    home.guild.add_role("Locked")
    home.guild.add_role("Bot", managed=True, mentionable=True)
    await rig.restart()
    found = await rig.adapter.mentionable(str(home.guild.id))
    assert [(one.value, one.label) for one in found or ()] == [(str(home.role.id), "@Action")]
    assert await rig.adapter.mentionable("not a server") == []


def test_a_card_that_was_stored_before_notifies_nobody() -> None:
    card = Card(Md("x"), code="A-7KQ2")
    old = card.to_json().replace(',"mention":""', "")
    assert Card.from_json(old) == card
    assert replace(card, mention="9") == Card.from_json(replace(card, mention="9").to_json())
