"""Five hundred people press at once for twenty places: at the Discord stand-in, and on both platforms together."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import tables as t
from bot.app import App, MakeAdapter
from cogs.alerts import store
from cogs.alerts.answering import store as replies
from cogs.alerts.going.store import first_in_line, place_in_line
from tests.conformance.conftest import build_alone, on_discord
from tests.conformance.discord_house import DiscordHouse
from tests.conformance.matrix_house import MatrixHouse, until
from tests.conformance.test_call_to_action import copy_in, plain
from tests.discord_standin import StandIn
from tests.features.alerts.coalition import connect, say_yes, send
from tests.rigs.synapse import Synapse


async def test_five_hundred_presses_on_discord_give_twenty_places(tmp_path: Path) -> None:
    """a12: through the gateway and the real library; everybody is answered with a place or a number in line."""
    async with on_discord(tmp_path) as made:
        house: Any = made
        sender = await connect(house, "Riverside Tenants")
        code = await send(house, sender)
        seen = await house.command(sender.moderator, sender.space, "desk", "action places", code=code)
        await house.fill(sender.moderator, seen, number="20")
        await house.settle()
        message = (await copy_in(house, sender)).message
        guild = house.standin.world.guilds[int(sender.space)]
        crowd = [house.standin.person(f"crowd {number}", guild) for number in range(500)]
        for one in crowd:
            one.patience = 120.0
        shown = dict(enumerate(await asyncio.gather(*(one.press(message, "I'm in") for one in crowd))))
        for number in [number for number, one in shown.items() if one.failed]:
            # Stand-in and bot share this process's core: whom Discord told *this failed* presses again, as people do.
            shown[number] = await crowd[number].press(message, "I'm in")
        said = Counter(plain(one.text).split(".")[0].split(" on")[0] for one in shown.values())
        assert said.pop("You're in") == 20
        async with house.app.core.db.read() as tx:
            alert = await store.public(tx, code)
            assert alert is not None
            assert (await replies.total(tx, alert.id)).counts == {"in": 20, "wait": 480}
        said_numbers = [plain(one.text) for one in shown.values() if "number" in one.text]
        numbers = [text.split("number ")[1].split(" on")[0] for text in said_numbers]
        assert sorted(map(int, numbers)) == list(range(1, 481))


async def test_both_platforms_press_at_once_for_the_same_twenty_places(tmp_path: Path, synapse: Synapse) -> None:
    """a12: four hundred at the stand-in, a hundred on a real homeserver, one call: twenty places, one line of 480."""
    async with StandIn() as standin:
        discord = DiscordHouse(standin, partial(build_alone, tmp_path))

        async def both(make: MakeAdapter) -> App:
            return App((await build_alone(tmp_path, make)).core, [make, discord.make])

        matrix = MatrixHouse(synapse, tmp_path, both)
        await matrix.start()
        discord.app = matrix.app
        serving = asyncio.create_task(discord.adapter.run())
        await until(lambda: standin.gateway.connected)
        here: Any = await connect(discord, "Riverside Tenants")
        there = await connect(matrix, "Hill Neighbors", policy="auto")
        code = await send(discord, here)
        await say_yes(matrix, there, code)  # the second person, on the other platform
        seen = await discord.command(here.moderator, here.space, "desk", "action places", code=code)
        await discord.fill(here.moderator, seen, number="20")
        await discord.settle()
        message = (await copy_in(discord, here)).message
        guild = standin.world.guilds[int(here.space)]
        crowd = [standin.person(f"crowd {number}", guild) for number in range(400)]
        for one in crowd:
            one.patience = 120.0
        room, copy = matrix.communities[there.space].rooms["calls"], await copy_in(matrix, there)
        people = [await synapse.user("crowd") for _ in range(100)]
        for neighbor in people:
            await neighbor.join(room)
        pressed = asyncio.gather(*(one.press(message, "I'm in") for one in crowd))
        typed = await asyncio.gather(*(neighbor.reply(room, copy.id, "1") for neighbor in people))
        shown = await pressed
        for one, seen_by in zip(crowd, shown, strict=True):
            if seen_by.failed:
                await one.press(message, "I'm in")
        for event in typed:
            await matrix._handled(event)
        async with discord.app.core.db.read() as tx:
            alert = await store.public(tx, code)
            assert alert is not None
            assert (await replies.total(tx, alert.id)).counts == {"in": 20, "wait": 480}
            line = await first_in_line(tx, alert.id, 1000)
            numbers = [await place_in_line(tx, alert.id, row.person) for row in line]
            told = await tx.all(
                select(t.delivery.c.lane).where(t.delivery.c.kind == "direct").order_by(t.delivery.c.seq)
            )
        told = told[1:]  # the second person read first when it goes
        assert len({row.lane for row in told}) == len(told) == 100  # on Discord the answer is no row
        assert numbers == list(range(1, 481))
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await until(lambda: not standin.gateway.connected)
        await matrix.stop()
