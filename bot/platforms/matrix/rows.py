"""The inbox in the bot's own database: rows sealed while they wait, empty when they were handled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from bot import tables as t
from bot.core import Core, note, set_note
from bot.db import Row, Tx, upsert
from bot.keys import Key
from bot.platforms.matrix.inbox import UNREADABLE, Arrival

POSITION = "matrix.position"  # the note with the sync token
REMEMBERED = timedelta(days=30)  # so long an event id is kept after it was handled

_c = t.matrix_event.c
_KEEP = upsert(t.matrix_event, "key")
_LINE = select(t.matrix_event).where(_c.state == bindparam("s")).order_by(_c.seq).limit(bindparam("most"))
_DONE = update(t.matrix_event).where(_c.key == bindparam("k")).values(state="done", inside=None)
_PARK = update(t.matrix_event).where(_c.key == bindparam("k")).values(inside=bindparam("new"))
_READ = (
    update(t.matrix_event)
    .where(_c.key == bindparam("k"), _c.state == "parked")
    .values(state="waiting", inside=bindparam("new"))
)


class InboxRows:
    """Implements `Inbox`. `finish_in` marks inside the transaction of the act, so that both happen or neither."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def _key(self) -> Key:
        return await self._core.keyring.of_organization("")

    async def position(self) -> str | None:
        """Up to where everything is kept."""
        async with self._core.db.read() as tx:
            return await note(tx, POSITION)

    async def keep(self, arrivals: Sequence[Arrival], position: str) -> None:
        """New arrivals and the position, in one transaction."""
        key = await self._key()
        now = self._core.clock.now()
        rows = [self._row(key, arrival) | {"made_at": now} for arrival in arrivals]
        async with self._core.db.write() as tx:
            await tx.run(_KEEP, rows)
            await set_note(tx, POSITION, position)

    @staticmethod
    def _row(key: Key, arrival: Arrival) -> dict[str, Any]:
        inside = key.seal(json.dumps(arrival.as_json()), "matrix_event", arrival.key, "inside")
        return {"key": arrival.key, "state": "parked" if arrival.kind == UNREADABLE else "waiting", "inside": inside}

    async def waiting(self, limit: int = 100) -> Sequence[Arrival]:
        """What is to be handled, oldest first."""
        return await self._line("waiting", limit)

    async def parked(self) -> Sequence[Arrival]:
        """What could not be read yet."""
        return await self._line("parked", 1000)

    async def _line(self, state: str, most: int) -> list[Arrival]:
        key = await self._key()
        async with self._core.db.read() as tx:
            rows = await tx.all(_LINE, s=state, most=most)
        return [self._open(key, row) for row in rows]

    @staticmethod
    def _open(key: Key, row: Row) -> Arrival:
        return Arrival.from_json(json.loads(key.open(bytes(row.inside), "matrix_event", row.key, "inside")))

    async def reread(self, arrival: Arrival) -> None:
        """A parked message could be read after all; it keeps its place in the line."""
        key = await self._key()
        async with self._core.db.write() as tx:
            await tx.run(_READ, k=arrival.key, new=self._row(key, arrival)["inside"])

    async def park_in(self, tx: Tx, arrival: Arrival) -> None:
        """A parked arrival with something noted in it."""
        await tx.run(_PARK, k=arrival.key, new=self._row(await self._key(), arrival)["inside"])

    async def finish(self, key: str) -> None:
        """Handled, in a transaction of its own."""
        async with self._core.db.write() as tx:
            await self.finish_in(tx, key)

    async def finish_in(self, tx: Tx, key: str) -> None:
        """Handled, together with what came of it."""
        await tx.run(_DONE, k=key)

    async def forget(self) -> None:
        """Retention: ids of what was handled long ago."""
        before = self._core.clock.now() - REMEMBERED
        async with self._core.db.write() as tx:
            await tx.run(delete(t.matrix_event).where(_c.state == "done", _c.made_at < before))
