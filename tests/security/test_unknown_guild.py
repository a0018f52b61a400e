"""C4: somebody else's server adds the bot. It says nothing there by itself, answers one thing, and leaves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot import tables as t
from tests.adapters.discord_rig import rig_on
from tests.conformance.discord_house import until


async def test_an_unknown_server_gets_no_message_and_is_left(tmp_path: Path) -> None:
    """Nothing is posted, no person is kept, commands get the one sentence; after 60 minutes the bot is gone."""
    async with rig_on(tmp_path) as rig:
        strange = rig.standin.add_guild("Strangers")
        max_ = rig.standin.person("Max", strange, manager=True)

        async def is_noted() -> bool:
            async with rig.core.db.read() as tx:
                return bool(await tx.all(select(t.stranger)))

        await until(is_noted)
        for words in ("march ask", "march plan", "manage"):
            seen = await max_.slash(words)
            assert "connect CODE" in seen.text
            assert seen.message.ephemeral
        async with rig.core.db.read() as tx:
            assert await tx.all(select(t.person)) == []
        rig.clock.move(timedelta(minutes=61))
        await rig.app.leave_strangers()
        assert strange.left_by_itself
        assert [one for channel in strange.channels for one in channel.messages] == []
