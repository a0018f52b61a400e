"""Each organization keeps its own homeserver: two real servers that federate on loopback (FACTS 24)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.matrix_bot import matrix_bot
from tests.conformance.matrix_house import until
from tests.rigs.synapse import Synapse


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Synapse, Synapse]]:
    """Ours, and a partner's."""
    pair = Synapse(federated=True).start(), Synapse(federated=True).start()
    yield pair
    for server in pair:
        server.stop()
        server.erase()


@pytest.mark.parametrize("version", ["11", "12"])
async def test_a_room_on_the_partners_own_server_connects(
    servers: tuple[Synapse, Synapse], tmp_path: Path, version: str
) -> None:
    """h1: invited from another server, joined with its help (a version 12 id names no server), answered there."""
    ours, theirs = servers
    anna = await theirs.user("anna")
    async with matrix_bot(ours, tmp_path) as bot:
        _, code = await bot.add_organization("Tenants")
        room = await anna.create_room("Hall", invite=[bot.bot.user_id], version=version)

        async def is_inside() -> bool:
            return (await anna.members(room))[bot.bot.user_id] == "join"

        await until(is_inside)
        await until(lambda: room in bot.session.book)
        await bot._handled(await anna.send(room, f"!meal enter {code}"))
        await bot.settle()
        await anna.wait_for_message(room, bot.bot.user_id, "Welcome.")
        assert await bot.app.core.is_ours("matrix", room)
        await bot.whisper(anna.user_id, "A private word")
        await bot.settle()
        direct = await anna.wait_for_invite(bot.bot.user_id)
        await anna.join(direct)
        await anna.wait_for_message(direct, bot.bot.user_id, "A private word")
