"""Everything that leaves for one homeserver: in order per room, a few at a time, through one gate.

A transaction id given by the caller makes a repeat harmless: the server gives back the first event's id, also to
another process with the same device and after a restart, for about a day (FACTS 5).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from nio import AsyncClient, MatrixRoom
from nio.exceptions import EncryptionError, LocalProtocolError, OlmTrustError

from bot.errors import Denied, Gone, Limited, Unreachable
from bot.platforms.matrix import content as make
from bot.platforms.matrix.calls import CLIENT_API, Json, ask, call, room_path
from bot.platforms.matrix.gate import Gate
from bot.platforms.matrix.keys import share_room_key
from bot.platforms.matrix.rights import state_content

log = logging.getLogger(__name__)

IN_FLIGHT = 8  # more only makes each wait longer: the homeserver is the limit (FACTS 8)
MESSAGE = "m.room.message"
REACTION = "m.reaction"


class Sender:
    """`send`, `edit`, `react`, `redact`; each waits until the server took it or raises a PlatformError."""

    def __init__(self, client: AsyncClient, *, in_flight: int = IN_FLIGHT, gate: Gate | None = None) -> None:
        self.client = client
        self.gate = gate or Gate()
        self.waiting = 0
        self._slots = asyncio.Semaphore(in_flight)
        self._rooms: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send(self, room_id: str, content: Json, tx_id: str, kind: str = MESSAGE) -> str:
        """Post an event and give back its id. Encrypted rooms get it encrypted, or it raises `Denied`: never
        in the clear.
        """
        return str(await self._in_order(room_id, lambda: self._post(room_id, kind, content, tx_id)))

    async def edit(self, room_id: str, target: str, new: Json, tx_id: str) -> str:
        """Replace our message `target`; gives back the edit's own id, which a later `redact` needs too (FACTS 15)."""
        return await self.send(room_id, make.edit(target, new), tx_id)

    async def react(self, room_id: str, target: str, key: str, tx_id: str) -> str | None:
        """Seed a reaction; None when it was there already (M_DUPLICATE_ANNOTATION is a success)."""
        try:
            return await self.send(room_id, make.reaction(target, key), tx_id, REACTION)
        except Denied as refusal:
            if "M_DUPLICATE_ANNOTATION" in str(refusal.__cause__):
                return None
            raise

    async def redact(self, room_id: str, event_ids: Sequence[str], tx_id: str) -> None:
        """Take messages away: give the original AND its edits, which stay readable otherwise (FACTS 15).

        Edits of which we never heard (the answer was lost) are looked for and go first: a homeserver does not name
        them any more once the original is gone.
        """
        unheard = await self._unheard_edits(room_id, event_ids)
        for event_id in (*unheard, *event_ids):
            await self._in_order(room_id, self._redaction(room_id, event_id, f"{tx_id}-{_short(event_id)}"))

    async def _unheard_edits(self, room_id: str, event_ids: Sequence[str]) -> list[str]:
        """Our own edits of these messages that are not among them."""
        known, unheard = set(event_ids), []
        seen: set[str] = set()
        for event_id in event_ids:
            if event_id not in seen:  # what is an edit has none
                found = [one async for one in self._edits_of(room_id, event_id)]
                seen.update(found)
                unheard += [one for one in found if one not in known]
        return unheard

    async def _edits_of(self, room_id: str, event_id: str) -> AsyncIterator[str]:
        where = f"/_matrix/client/v1/rooms/{quote(room_id, safe='')}/relations/{quote(event_id, safe='')}/m.replace"
        query = {"limit": "100"}
        while True:
            try:
                page = await ask(self.client, "GET", where, query=query)
            except (Gone, Denied):
                return  # nothing is there, or we are not: what takes it away will say so
            for one in page.get("chunk", []):
                if one.get("sender") == self.client.user_id:
                    yield str(one["event_id"])
            if not page.get("next_batch"):
                return
            query["from"] = str(page["next_batch"])

    def eta(self, sends: int) -> float:
        """Seconds until `sends` more, behind those that already wait, are through at today's pace."""
        return self.gate.eta(self.waiting + sends)

    def _redaction(self, room_id: str, event_id: str, tx_id: str) -> Callable[[], Awaitable[None]]:
        async def redact() -> None:
            try:
                await ask(self.client, "PUT", room_path(room_id, "redact", event_id, tx_id))
            except Gone:
                log.info("matrix: a message to take away was no longer there")

        return redact

    async def _in_order(self, room_id: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Behind everything else of this room; refused for speed, it waits and stays first in its room."""
        self.waiting += 1
        try:
            async with self._rooms[room_id], self._slots:
                return await self._through_gate(work)
        finally:
            self.waiting -= 1

    async def _through_gate(self, work: Callable[[], Awaitable[Any]]) -> Any:
        while True:
            async with self.gate.one_by_one():
                asked = await self.gate.wait()
                try:
                    done = await work()
                except Limited as limit:
                    self.gate.close(limit.retry_after, asked)
                    continue
                self.gate.passed(asked)
                return done

    async def _post(self, room_id: str, kind: str, content: Json, tx_id: str) -> str:
        room = await known_room(self.client, room_id)
        if kind == MESSAGE:
            make.check_size(content, room.encrypted)
        if room.encrypted and kind != REACTION:
            await share_room_key(self.client, room)
        try:
            answer = await call(
                self.client.room_send(room_id, kind, content, tx_id=tx_id, ignore_unverified_devices=True)
            )
        except (LocalProtocolError, EncryptionError, OlmTrustError) as fault:
            raise Unreachable() from fault
        return str(answer.event_id)


# Rooms that the server itself called unencrypted in this session; from then on /sync tells of a change.
_seen_plain: WeakKeyDictionary[AsyncClient, set[str]] = WeakKeyDictionary()


def heard_whole(client: AsyncClient, room_ids: Iterable[str]) -> None:
    """A /sync brought the whole state of these rooms, as the first one of a session does: those that nio calls plain
    are."""
    plain = _seen_plain.setdefault(client, set())
    plain.update(one for one in room_ids if one in client.rooms and not client.rooms[one].encrypted)


async def known_room(client: AsyncClient, room_id: str) -> MatrixRoom:
    """The room as nio must know it before it sends (FACTS 14).

    Of a room that came later in a session the server is asked once whether it is as plain as it looks: a sync can
    bring a room before its encryption (seen in a room that had just been made), and one private line in the clear is
    one too many. Raises `Denied("plaintext")` when the room is encrypted and encryption is off here: nio would send
    plain text (FACTS 17).
    """
    room = client.rooms.setdefault(room_id, MatrixRoom(room_id, client.user_id, room_id in client.encrypted_rooms))
    plain = _seen_plain.setdefault(client, set())
    if not room.encrypted and room_id not in plain:
        if await state_content(client, room_id, "m.room.encryption") is None:
            plain.add(room_id)
        else:
            room = client.rooms.setdefault(room_id, room)
            room.encrypted = True
    if room.encrypted and client.olm is None:
        raise Denied("plaintext")
    return room


def _short(event_id: str) -> str:
    return event_id.strip("$").replace("/", "_")[:24]


async def member_of(client: AsyncClient, room_id: str, user_id: str) -> str:
    """ "join", "invite", "leave", "ban", "knock", or "" when this person was never here."""
    state = await state_content(client, room_id, "m.room.member", user_id)
    return str((state or {}).get("membership", ""))


async def put_account_data(client: AsyncClient, kind: str, content: Json) -> None:
    """Keep something in the bot's own account at the server."""
    await ask(client, "PUT", f"{CLIENT_API}/user/{quote(client.user_id)}/account_data/{quote(kind)}", content)


async def account_data(client: AsyncClient, kind: str) -> Json:
    """What is kept there, {} when nothing is."""
    try:
        return await ask(client, "GET", f"{CLIENT_API}/user/{quote(client.user_id)}/account_data/{quote(kind)}")
    except Gone:
        return {}
