"""Rooms in which the bot introduces two people: made once each, and known again as what they are.

The event that founds such a room carries a mark that only the bot can have put there (its sender counts), made from
the delivery with a key that nobody else has. By it the room is found after a kill, also where the server lets nobody
make aliases; and by it the bot knows, after any restart, that the room is no stranger's and no direct one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import quote

from nio import AsyncClient, MatrixRoom

from bot.errors import Denied, Gone
from bot.platforms.matrix.book import Book
from bot.platforms.matrix.calls import CLIENT_API, Json, ask, room_path
from bot.platforms.matrix.elsewhere import Elsewhere, server_of
from bot.platforms.matrix.rooms import ENCRYPTION, ROOM_VERSION, leave
from bot.platforms.matrix.send import member_of

MARK = "org.causeway.meeting"
_HERE = ("join", "invite")


class MeetingRooms:
    """Makes and knows them through one client."""

    def __init__(
        self, client: AsyncClient, key: str, book: Book, elsewhere: Elsewhere, *, encrypted: bool = True
    ) -> None:
        self._client, self._key, self._book = client, key, book
        self._elsewhere = elsewhere
        self._encrypted = encrypted and client.olm is not None

    async def room_for(self, delivery: str, title: str, accounts: Sequence[str]) -> str:
        """The room of a delivery with everybody invited. Denied when one of them cannot be, or went away again: then
        the bot leaves it and nobody is left behind in a room for one."""
        room_id = await self.find(delivery) or await self._make(delivery, title)
        try:
            for account in accounts:
                await self._invite(room_id, account)
        except Denied:
            await self._give_up(delivery, room_id)
            raise
        return room_id

    async def find(self, delivery: str) -> str | None:
        """The room of a delivery, None when none was made."""
        try:
            found = await ask(self._client, "GET", self._alias_path(delivery))
            return str(found["room_id"])
        except Gone:
            mark = self._mark(delivery)
            return next((one for one in self._book.rooms() if self._marked(self._book.founding(one)) == mark), None)

    async def is_one(self, room_id: str) -> bool:
        """Whether a room that the bot is in was made for an introduction."""
        founding = self._book.founding(room_id)
        if founding is None:  # just made: the sync that brings its state may be still on its way
            try:
                path = room_path(room_id, "state", "m.room.create", "")
                founding = await ask(self._client, "GET", path, query={"format": "event"})
            except Denied:
                return False
        return self._marked(founding) is not None

    def knows(self, room_id: str) -> bool:
        """The same, from what the syncs brought so far."""
        return self._marked(self._book.founding(room_id)) is not None

    async def leave_if_empty(self, room_id: str) -> None:
        """Goes out of a room when everybody who was invited went away. One that is just being made has nobody yet."""
        with suppress(Denied):
            events = (await ask(self._client, "GET", room_path(room_id, "members")))["chunk"]
            others = [one["content"].get("membership") for one in events if one["state_key"] != self._client.user_id]
            if others and not any(one in _HERE for one in others):
                await leave(self._client, room_id)
                self._book.forget(room_id)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _mark(self, delivery: str) -> str:
        about = f"meet|{self._client.user_id}|{delivery}"
        return hmac.new(self._key.encode(), about.encode(), hashlib.sha256).hexdigest()[:24]

    def _marked(self, founding: Json | None) -> str | None:
        if founding is None or founding.get("sender") != self._client.user_id:
            return None
        mark = founding.get("content", {}).get(MARK)
        return mark if isinstance(mark, str) else None

    def _alias_path(self, delivery: str) -> str:
        alias = f"#causeway-{self._mark(delivery)}:{server_of(self._client.user_id)}"
        return f"{CLIENT_API}/directory/room/{quote(alias, safe='')}"

    async def _make(self, delivery: str, title: str) -> str:
        body = self._body(delivery, title)
        try:
            return await self._create(body)
        except Denied:
            # Either another process was quicker, or this server lets nobody make aliases: then without one.
            found = await self.find(delivery)
            return found or await self._create({key: body[key] for key in body if key != "room_alias_name"})

    def _body(self, delivery: str, title: str) -> Json:
        def state(kind: str, content: Json) -> Json:
            return {"type": kind, "state_key": "", "content": content}

        # Who is let in later (nobody can: inviting needs level 50) reads nothing from before their invitation.
        first = [state("m.room.history_visibility", {"history_visibility": "invited"})]
        first.append(state("m.room.guest_access", {"guest_access": "forbidden"}))
        if self._encrypted:
            first.append(state("m.room.encryption", ENCRYPTION))
        return {
            "preset": "private_chat", "name": title, "room_version": ROOM_VERSION, "initial_state": first,
            "room_alias_name": f"causeway-{self._mark(delivery)}", "creation_content": {MARK: self._mark(delivery)},
            "power_level_content_override": {"invite": 50},
        }  # fmt: skip

    async def _create(self, body: Json) -> str:
        room_id = str((await ask(self._client, "POST", f"{CLIENT_API}/createRoom", body))["room_id"])
        room = self._client.rooms.setdefault(room_id, MatrixRoom(room_id, self._client.user_id, self._encrypted))
        room.encrypted = room.encrypted or self._encrypted  # a sync may have brought the room before its encryption
        return room_id

    async def _invite(self, room_id: str, account: str) -> None:
        standing = await member_of(self._client, room_id, account)
        if not standing:
            with self._elsewhere.asking(account):
                await ask(self._client, "POST", room_path(room_id, "invite"), {"user_id": account})
        elif standing not in _HERE:
            raise Denied("closed")  # declined, or gone again: that is an answer

    async def _give_up(self, delivery: str, room_id: str) -> None:
        with suppress(Denied):
            await ask(self._client, "DELETE", self._alias_path(delivery))
        await leave(self._client, room_id)
        self._book.forget(room_id)
