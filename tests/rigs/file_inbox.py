"""The smallest honest inbox: one SQLite file, one transaction per sync. For tests of the loop without the
bot's database.
"""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from bot.platforms.matrix.inbox import UNREADABLE, Arrival


class FileInbox:
    """Implements `bot.platforms.matrix.inbox.Inbox`."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), position TEXT)")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS arrival (seq INTEGER PRIMARY KEY, key TEXT UNIQUE, kind TEXT, data TEXT)"
        )

    async def position(self) -> str | None:
        row = self._db.execute("SELECT position FROM place").fetchone()
        return None if row is None else str(row[0])

    async def keep(self, arrivals: Sequence[Arrival], position: str) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for arrival in arrivals:
            row = (arrival.key, arrival.kind, json.dumps(arrival.as_json()))
            self._db.execute("INSERT OR IGNORE INTO arrival (key, kind, data) VALUES (?, ?, ?)", row)
        self._db.execute(
            "INSERT INTO place VALUES (1, ?) ON CONFLICT DO UPDATE SET position = excluded.position", (position,)
        )
        self._db.execute("COMMIT")

    async def waiting(self, limit: int = 100) -> list[Arrival]:
        return self._read("kind != ?", limit)

    async def parked(self) -> list[Arrival]:
        return self._read("kind = ?", -1)

    def _read(self, where: str, limit: int) -> list[Arrival]:
        query = f"SELECT data FROM arrival WHERE data IS NOT NULL AND {where} ORDER BY seq LIMIT ?"
        return [Arrival.from_json(json.loads(data)) for (data,) in self._db.execute(query, (UNREADABLE, limit))]

    async def reread(self, arrival: Arrival) -> None:
        data = json.dumps(arrival.as_json())
        self._db.execute("UPDATE arrival SET kind = ?, data = ? WHERE key = ?", (arrival.kind, data, arrival.key))

    async def finish(self, key: str) -> None:
        self._db.execute("UPDATE arrival SET data = NULL WHERE key = ?", (key,))

    async def keys(self) -> list[str]:
        """Every key ever kept, handled or not."""
        return [key for (key,) in self._db.execute("SELECT key FROM arrival ORDER BY seq")]

    def close(self) -> None:
        self._db.close()
