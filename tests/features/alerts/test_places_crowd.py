"""Five hundred people at the Discord stand-in press at once for twenty places."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

from cogs.alerts import store
from tests.conformance.conftest import on_discord
from tests.conformance.test_call_to_action import copy_in, plain
from tests.features.alerts.coalition import connect, send


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
            assert (await store.total(tx, alert.id)).counts == {"in": 20, "wait": 480}
        said_numbers = [plain(one.text) for one in shown.values() if "number" in one.text]
        numbers = [text.split("number ")[1].split(" on")[0] for text in said_numbers]
        assert sorted(map(int, numbers)) == list(range(1, 481))
