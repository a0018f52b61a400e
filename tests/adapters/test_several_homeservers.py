"""Each organization on its own homeserver: calls go there and back; one that hangs holds up nobody else (FACTS 24)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.app import App, MakeAdapter
from bot.cards import Card
from bot.platforms.base import Act
from bot.spaces import Place
from bot.words import Md
from tests.conformance.conftest import build_alone
from tests.conformance.discord_house import DiscordHouse
from tests.conformance.matrix_house import MatrixHouse, until
from tests.discord_standin import StandIn
from tests.features.alerts.coalition import Member, connect, send
from tests.features.alerts.test_later import plain
from tests.rigs.matrix_user import MatrixUser
from tests.rigs.synapse import Synapse

MANY = 24  # people of a server that hangs: three times what is on the way at once
SOON = 10.0  # seconds; a request that hangs is given up after 30


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Synapse, Synapse]]:
    """Ours, and a partner's."""
    pair = Synapse(federated=True).start(), Synapse(federated=True).start()
    yield pair
    for server in pair:
        server.stop()
        server.erase()


class FarHouse(MatrixHouse):
    """The bot on our server; people and rooms on either, each reader seeing what has arrived at their own."""

    @contextmanager
    def at(self, server: Synapse) -> Iterator[None]:
        """Whatever is made in this block is made on that server."""
        own, self.synapse = self.synapse, server
        try:
            yield
        finally:
            self.synapse = own

    async def _shown(self, reader: MatrixUser, room: str) -> Any:
        said = {one["event_id"] for one in await self.bot.timeline(room) if one["sender"] == self.bot.user_id}

        async def has_arrived() -> bool:
            return said <= {one["event_id"] for one in await reader.timeline(room)}

        await until(has_arrived)
        return await super()._shown(reader, room)


@asynccontextmanager
async def far_house(ours: Synapse, folder: Path) -> AsyncIterator[FarHouse]:
    house = FarHouse(ours, folder, partial(build_alone, folder))
    await house.start()
    yield house
    await house.stop()


async def test_a_call_goes_to_another_homeserver_and_its_answers_come_back(
    servers: tuple[Synapse, Synapse], tmp_path: Path
) -> None:
    """8: asked, accepted, answered, corrected and taken back in an organization's rooms on its own server."""
    ours, theirs = servers
    async with far_house(ours, tmp_path) as house:
        sender = await connect(house, "Riverside Tenants")
        with house.at(theirs):
            far = await connect(house, "Hill Neighbors")
            code = await send(house, sender)
            [question] = await house.messages(far.space, "desk")
            assert "Riverside Tenants asks" in plain(question.text)
            await house.press(far.moderator, far.space, "desk", question, "Accept for us")
            [copy] = await house.messages(far.space, "calls")
            assert "through Hill Neighbors" in copy.text
            person = await house.new_person("Ana")
            assert person.endswith(theirs.name)
            seen = await house.press(person, far.space, "calls", copy, "I'm in")
            assert "You're in" in plain(seen.text)
        await house.command(sender.moderator, sender.space, "desk", "action correct", code=code, where="City Hall")
        where = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
        assert "Posted: 2" in plain(where.text)
        await house.command(sender.moderator, sender.space, "desk", "action takeback", code=code, sure="yes")
        await house.settle()
        assert not await house.messages(far.space, "calls")


async def states(app: App, subject: str) -> list[str]:
    async with app.core.db.read() as tx:
        return [row.state for row in await tx.all(select(t.delivery.c.state).where(t.delivery.c.subject == subject))]


async def post(app: App, member: Member, platform: str, subject: str) -> None:
    """A card for one organization's channel for calls."""
    core = app.core
    async with core.db.write() as tx:
        [channel] = await core.spaces.channels(tx, "calls", [member.organization.id])
        assert channel.platform == platform
        await core.outbox.post(tx, channel, Card(Md("A card")), subject=subject, now=core.clock.now())


@asynccontextmanager
async def delivering(app: App) -> AsyncIterator[None]:
    """The senders run, as in the running bot."""
    tasks = [asyncio.create_task(one.run()) for one in app.senders]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_server_that_hangs_holds_up_no_other(servers: tuple[Synapse, Synapse], tmp_path: Path) -> None:
    """8: neither its own rooms nor many people there who must first be invited; all of it arrives once it goes on."""
    ours, theirs = servers
    async with far_house(ours, tmp_path) as house:
        near = await connect(house, "Riverside Tenants")
        with house.at(theirs):
            far = await connect(house, "Hill Neighbors")
            people = [(await theirs.user("resident")).user_id for _ in range(MANY)]
        core = house.app.core
        theirs.hang()
        try:
            async with delivering(house.app):
                async with core.db.write() as tx:
                    for person in people:
                        card = Card(Md("A private word"))
                        await core.outbox.whisper(tx, "matrix", person, card, core.clock.now(), subject="whisper")
                await asyncio.sleep(0.5)  # they are on their way
                await post(house.app, far, "matrix", "far")
                await post(house.app, near, "matrix", "near")

                async def both_stand() -> bool:
                    return await states(house.app, "near") == await states(house.app, "far") == ["sent"]

                await until(both_stand, SOON)
                assert "sent" not in await states(house.app, "whisper")
        finally:
            theirs.go_on()
        await until(lambda: _reads_a_card(house, far), 60)


async def _reads_a_card(house: FarHouse, member: Member) -> bool:
    return [one.text for one in await house.messages(member.space, "calls")] == ["A card"]


async def test_our_own_server_hanging_does_not_hold_up_discord(
    servers: tuple[Synapse, Synapse], tmp_path: Path
) -> None:
    """8: with Matrix messages under way and somebody's form half-way there, Discord answers and delivers."""
    ours, _ = servers
    async with StandIn() as standin:
        discord = DiscordHouse(standin, partial(build_alone, tmp_path))

        async def both(make: MakeAdapter) -> App:
            app = await build_alone(tmp_path, make)
            return App(app.core, [make, discord.make])

        matrix = MatrixHouse(ours, tmp_path, both)
        await matrix.start()
        discord.app = matrix.app
        serving = asyncio.create_task(discord.adapter.run())
        await until(lambda: standin.gateway.connected)
        here = await connect(discord, "Riverside Tenants")
        there = await connect(matrix, "Hill Neighbors")
        form = await matrix.command(there.moderator, there.space, "desk", "action new")
        assert form.asked
        ours.hang()
        try:
            async with delivering(matrix.app):
                await post(matrix.app, there, "matrix", "there")
                act = asyncio.create_task(_answers_a_question(matrix, there))
                await asyncio.sleep(0.2)
                await post(discord.app, here, "discord", "here")

                async def stands() -> bool:
                    return await states(discord.app, "here") == ["sent"]

                await until(stands, SOON)
                person = standin.person("Ana", standin.world.guilds[int(here.space)])
                seen = await person.slash("help")
                assert not seen.failed
                assert "sent" not in await states(matrix.app, "there")
                act.cancel()
                await asyncio.gather(act, return_exceptions=True)
        finally:
            ours.go_on()
        await discord_stop(discord, serving)
        await matrix.stop()


async def _answers_a_question(matrix: MatrixHouse, member: Member) -> None:
    """The next line of a form that was begun in a room: its rights are asked of the server."""
    act = Act("matrix", member.moderator, Place("matrix", direct=True), "a line", stepwise=True)
    await matrix.app.core.runner.reply(act, "Pack the school board")


async def discord_stop(house: DiscordHouse, serving: asyncio.Task[None]) -> None:
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await until(lambda: not house.standin.gateway.connected)
