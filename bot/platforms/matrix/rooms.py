"""Direct rooms, invitations, joining and leaving.

The bot makes only direct rooms (and later hand-off rooms), in room version 11: in version 12 the maker has power that
nobody can take away (SECURITY 1.11). All other rooms belong to the organizations.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import quote

from nio import AsyncClient, MatrixRoom

from bot.errors import Denied, Gone
from bot.platforms.matrix.calls import CLIENT_API, Json, ask, room_path
from bot.platforms.matrix.elsewhere import Elsewhere, server_of
from bot.platforms.matrix.rights import state_content
from bot.platforms.matrix.send import account_data, member_of, put_account_data

ROOM_VERSION = "11"
ENCRYPTION: Json = {"algorithm": "m.megolm.v1.aes-sha2"}


class DirectRooms:
    """One room for the bot and each person, made once, also when the bot is killed while making it.

    The room carries an alias made from the person's id with a key that nobody else has; the server allows each
    alias once, so a second attempt finds the first one's room. (`createRoom` itself knows no transaction id.)
    """

    def __init__(self, client: AsyncClient, key: str, name: str, *, encrypted: bool = True) -> None:
        self.client = client
        self.elsewhere = Elsewhere(client.user_id)
        self._key = key
        self._name = name
        self._encrypted = encrypted and client.olm is not None
        self._rooms: dict[str, str] = {}
        self._expected: set[str] = set()
        self._making: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def is_direct(self, room_id: str) -> bool:
        """Whether this is one of the direct rooms known since the start (see `load`)."""
        return room_id in self._rooms.values()

    def expect(self, room_id: str) -> None:
        """A room that is about to become direct: what is said there from the first moment on is said to us."""
        self._expected.add(room_id)

    def may_be_direct(self, room_id: str) -> bool:
        """Whether this is a direct room, or one that is just becoming one."""
        return room_id in self._expected or self.is_direct(room_id)

    def person(self, room_id: str) -> str | None:
        """Whose direct room this is."""
        return next((who for who, room in self._rooms.items() if room == room_id), None)

    async def load(self) -> None:
        """Read m.direct from the bot's account."""
        for who, rooms in (await account_data(self.client, "m.direct")).items():
            if rooms:
                self._rooms[who] = rooms[-1]

    async def room_for(self, user_id: str) -> tuple[str, bool]:
        """(the person's direct room, whether the person is in it). Made, and the person invited, when there is none.

        Somebody who left is not invited again: a new room would be a way around `/stop`; that raises `Gone`.
        """
        async with self._making[user_id]:
            room_id = self._rooms.get(user_id)
            people = await self._people(room_id) if room_id else None
            if room_id is None or people is None or people - {self.client.user_id, user_id}:
                if room_id is not None:
                    await self._drop_alias(user_id)
                with self.elsewhere.asking(user_id):
                    room_id = await self._make(user_id)
                await self.adopt(user_id, room_id)
                people = await self._people(room_id) or set()
        if user_id not in people and await member_of(self.client, room_id, user_id) != "invite":
            raise Gone("closed")
        return room_id, user_id in people

    async def state(self, user_id: str) -> str:
        """ "join", "invite", "leave" or "ban": where the person stands with the direct room; "" when there is none."""
        room_id = self._rooms.get(user_id)
        try:
            return await member_of(self.client, room_id, user_id) if room_id else ""
        except Denied:
            return ""

    async def is_pair(self, room_id: str, user_id: str) -> bool:
        """Whether just the bot and this person are in a room: only then is anything private there."""
        return await self._people(room_id) == {self.client.user_id, user_id}

    async def _people(self, room_id: str) -> set[str] | None:
        """Who is in a room of ours; None when the bot is not in it any more."""
        try:
            return set((await ask(self.client, "GET", room_path(room_id, "joined_members")))["joined"])
        except Denied:
            return None

    async def invite_again(self, user_id: str) -> None:
        """After the person acted anew: invite somebody who had left the direct room."""
        room_id = self._rooms[user_id]
        with self.elsewhere.asking(user_id):
            await ask(self.client, "POST", room_path(room_id, "invite"), {"user_id": user_id})

    def alias_name(self, user_id: str) -> str:
        """The local part of the room's alias; without the key nobody can compute whether a person has one."""
        digest = hmac.new(self._key.encode(), f"direct|{self.client.user_id}|{user_id}".encode(), hashlib.sha256)
        return f"causeway-{digest.hexdigest()[:24]}"

    def _alias(self, user_id: str) -> str:
        return f"#{self.alias_name(user_id)}:{server_of(self.client.user_id)}"

    async def _make(self, user_id: str) -> str:
        found = await self._by_alias(user_id)
        if found is not None:
            return found
        state = [{"type": "m.room.encryption", "state_key": "", "content": ENCRYPTION}] if self._encrypted else []
        body: Json = {
            "preset": "private_chat", "is_direct": True, "invite": [user_id], "name": self._name,
            "room_version": ROOM_VERSION, "room_alias_name": self.alias_name(user_id), "initial_state": state,
            "power_level_content_override": {"invite": 50},  # nobody else is let in by the person: it stays private
        }  # fmt: skip
        try:
            return await self._create(body)
        except Denied:
            # Either another process was quicker, or this server lets nobody make aliases: then without one.
            return await self._by_alias(user_id) or await self._create({**body, "room_alias_name": None})

    async def _create(self, body: Json) -> str:
        wanted = {key: value for key, value in body.items() if value is not None}
        made = await ask(self.client, "POST", f"{CLIENT_API}/createRoom", wanted)
        room_id = str(made["room_id"])
        room = self.client.rooms.setdefault(room_id, MatrixRoom(room_id, self.client.user_id, self._encrypted))
        room.encrypted = room.encrypted or self._encrypted  # a sync may have brought the room before its encryption
        return room_id

    async def _by_alias(self, user_id: str) -> str | None:
        try:
            found = await ask(self.client, "GET", f"{CLIENT_API}/directory/room/{quote(self._alias(user_id), safe='')}")
        except Gone:
            return None
        room_id = str(found["room_id"])
        people = await self._people(room_id)
        if people is not None and not people - {self.client.user_id, user_id}:
            return room_id
        await self._drop_alias(user_id)
        return None

    async def _drop_alias(self, user_id: str) -> None:
        """The bot was put out of that room: the name must be free for the next one."""
        try:
            await ask(self.client, "DELETE", f"{CLIENT_API}/directory/room/{quote(self._alias(user_id), safe='')}")
        except Denied:
            return

    async def adopt(self, user_id: str, room_id: str) -> None:
        """This room is the person's direct room from now on; m.direct is ours to set (FACTS 15)."""
        self._rooms[user_id] = room_id
        known = await account_data(self.client, "m.direct")
        rooms = [room for room in known.get(user_id, []) if room != room_id]
        await put_account_data(self.client, "m.direct", {**known, user_id: [*rooms, room_id]})


async def join(client: AsyncClient, room_id: str, via: Sequence[str] = ()) -> None:
    """Come in. `via` names servers that are in the room: a remote room cannot be found by its id alone (FACTS 13)."""
    servers = "&".join(f"via={quote(server)}&server_name={quote(server)}" for server in via)
    await ask(client, "POST", f"{CLIENT_API}/join/{quote(room_id, safe='')}" + (f"?{servers}" if servers else ""), {})


async def leave(client: AsyncClient, room_id: str) -> None:
    """Leave or decline, and forget: a forgotten room is in no sync any more. Being out already is fine."""
    for act in ("leave", "forget"):
        try:
            await ask(client, "POST", room_path(room_id, act))
        except Denied:
            continue
    client.rooms.pop(room_id, None)
    client.invited_rooms.pop(room_id, None)


async def joined_rooms(client: AsyncClient) -> list[str]:
    """The rooms the bot is in, as the server knows them."""
    return list((await ask(client, "GET", f"{CLIENT_API}/joined_rooms"))["joined_rooms"])


async def room_name(client: AsyncClient, room_id: str) -> str:
    """What the room calls itself, else its main alias, else ""."""
    name = (await state_content(client, room_id, "m.room.name") or {}).get("name")
    alias = None if name else (await state_content(client, room_id, "m.room.canonical_alias") or {}).get("alias")
    return str(name or alias or "")


async def moved_to(client: AsyncClient, room_id: str) -> str | None:
    """The room that this one says it moved to; shown to a person, never followed by itself (SECURITY D5)."""
    stone = await state_content(client, room_id, "m.room.tombstone")
    return None if stone is None else str(stone.get("replacement_room", ""))
