"""One delivery of the outbox as Matrix events, and looking for one whose fate is not known."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from nio import AsyncClient

from bot.cards import Card, File, Picture
from bot.core import Core
from bot.deliveries import Delivery
from bot.errors import Denied, Gone, after_some
from bot.platforms.base import Found, Sent
from bot.platforms.matrix import content as make
from bot.platforms.matrix.arrivals import parse
from bot.platforms.matrix.book import Book
from bot.platforms.matrix.calls import ask, check, room_path
from bot.platforms.matrix.meetings import MeetingRooms
from bot.platforms.matrix.render import Part, render
from bot.platforms.matrix.rooms import DirectRooms
from bot.platforms.matrix.send import Sender, known_room

PLATFORM = "matrix"
CLOCKS_APART = timedelta(hours=1)  # how much a homeserver's clock may differ from ours while we look for a message
DEEPEST_LOOK = 2_000  # events


@dataclass(frozen=True)
class Piece:
    """One event of a delivery: what it says, and how it is sent (gives its id)."""

    body: str
    send: Callable[[], Awaitable[str]]


class Courier:
    """Delivers over one client; lives as long as that client."""

    def __init__(
        self, core: Core, client: AsyncClient, sender: Sender, direct: DirectRooms, meetings: MeetingRooms, book: Book
    ) -> None:  # fmt: skip
        self._core, self._client, self._sender = core, client, sender
        self._direct, self._meetings, self._book = direct, meetings, book

    async def deliver(self, delivery: Delivery) -> Sent:
        """Posts, edits or takes back. The transaction ids come from the row: a repeat is the same event (FACTS 5)."""
        room = await self._room(delivery)
        if delivery.kind == "redact":
            await self._sender.redact(room, delivery.targets, f"cw-{delivery.id}")
            return Sent((), room)
        parts, tokens = await self._parts(delivery, room), _tokens(delivery.card)
        if not delivery.targets:
            return Sent(tuple(await self._post(delivery, room, parts)), room, tokens)
        ids = await self._edit(delivery, room, parts)
        # People answer the original, whose numbers mean the newest choices. A card that lost them keeps the old ones:
        # whoever answers late reads what became of it.
        return Sent((*delivery.targets, *ids) if tokens else tuple(ids), room, tokens)

    async def _room(self, delivery: Delivery) -> str:
        if delivery.kind == "meet":
            return await self._meetings.room_for(delivery.id, delivery.title, delivery.accounts)
        if delivery.kind != "direct":
            if self._book.moved(delivery.address):
                raise Denied("moved")
            return delivery.address
        try:
            room, _present = await self._direct.room_for(delivery.account)
        except Gone as gone:
            raise Denied("closed") from gone
        if room != delivery.room:
            await self._core.remember_room(PLATFORM, delivery.account, room)
        return room

    async def _parts(self, delivery: Delivery, room_id: str) -> list[Part]:
        assert delivery.card is not None
        room = await known_room(self._client, room_id)
        return render(delivery.card, self._core.words, direct=delivery.kind == "direct", encrypted=bool(room.encrypted))

    async def _post(self, delivery: Delivery, room: str, parts: list[Part]) -> list[str]:
        return await self._send_missing(await self._pieces(delivery, room, parts), {})

    async def _pieces(self, delivery: Delivery, room: str, parts: list[Part]) -> list[Piece]:
        """The events of a delivery in order: its words, then its picture and its files."""
        loud = delivery.urgent and not delivery.silent
        thread = await self._thread(room, delivery.thread)
        pieces = []
        for at, part in enumerate(parts):
            said = make.answering(part.content(loud), delivery.thread or None, thread)
            pieces.append(Piece(part.body, partial(self._sender.send, room, said, f"cw-{delivery.id}-{at}")))
        if delivery.card is not None and (shown := delivery.card.picture) is not None:
            pieces.append(Piece(shown.alt, partial(self._picture, delivery, room, shown)))
        for at, one in enumerate(delivery.card.files if delivery.card is not None else ()):
            pieces.append(Piece(one.about, partial(self._file, delivery, room, one, at)))
        return pieces

    @staticmethod
    async def _send_missing(pieces: Sequence[Piece], seen: Mapping[str, list[str]]) -> list[str]:
        """Sends each that was not `seen` (body -> event ids, each for one piece); the ids of all of them."""
        ids: list[str] = []
        for piece in pieces:
            there = seen.get(piece.body)
            with after_some(begun=bool(ids)):
                ids.append(there.pop(0) if there else await piece.send())
        return ids

    async def _thread(self, room: str, event: str) -> str | None:
        """The root of the thread in which the answered message stands."""
        if not event:
            return None
        try:
            asked = await ask(self._client, "GET", room_path(room, "event", event))
        except Denied:
            return None
        relation = asked.get("content", {}).get("m.relates_to", {})
        return relation.get("event_id") if relation.get("rel_type") == "m.thread" else None

    async def _edit(self, delivery: Delivery, room: str, parts: list[Part]) -> list[str]:
        """Part by part; what the new version has more goes into its last message, what it has less is taken away."""
        targets = delivery.targets
        if len(parts) > len(targets):
            rest = parts[len(targets) - 1 :]
            joined = Part("\n\n".join(one.body for one in rest), "".join(one.html for one in rest))
            parts = [*parts[: len(targets) - 1], joined]
        ids = []
        for at, (target, part) in enumerate(zip(targets, parts, strict=False)):
            ids.append(await self._sender.edit(room, target, part.content(loud=False), f"cw-{delivery.id}-{at}"))
        if delivery.card is not None and delivery.card.picture is None and not delivery.card.files:
            await self._sender.redact(room, targets[len(parts) :], f"cw-{delivery.id}-less")
        return ids

    async def _picture(self, delivery: Delivery, room_id: str, picture: Picture) -> str:
        """After the words, never instead of them; in an encrypted room the file is encrypted too."""
        png = base64.b64decode(picture.png)
        uri, keys = await self._upload(room_id, png, "image/png", picture.name)
        image = make.picture(uri, picture.name, picture.alt, len(png))
        return await self._sender.send(room_id, _locked(image, keys), f"cw-{delivery.id}-picture")

    async def _file(self, delivery: Delivery, room_id: str, one: File, at: int) -> str:
        """After the words and the picture."""
        data = base64.b64decode(one.data)
        uri, keys = await self._upload(room_id, data, one.mime, one.name)
        content = make.attachment(uri, one.name, one.about, len(data), one.mime)
        return await self._sender.send(room_id, _locked(content, keys), f"cw-{delivery.id}-file-{at}")

    async def _upload(self, room_id: str, data: bytes, mime: str, name: str) -> tuple[str, dict[str, Any] | None]:
        room = await known_room(self._client, room_id)
        answer, keys = await self._client.upload(
            io.BytesIO(data), mime, name, encrypt=bool(room.encrypted), filesize=len(data)
        )
        return str(check(answer).content_uri), keys

    # -- looking ----------------------------------------------------------------------------------------------------

    async def find(self, delivery: Delivery) -> Sent | Found:
        """Our own messages of that time with exactly these words; of a delivery that half arrived the rest is sent.
        `CANNOT_KNOW` where we may not read.
        """
        try:
            room = await self._meetings.find(delivery.id) if delivery.kind == "meet" else await self._room(delivery)
            if room is None:
                return Found.NOT_THERE
            pieces = await self._pieces(delivery, room, await self._parts(delivery, room))
            seen = await self._seen(delivery, room)
        except Denied:
            return Found.CANNOT_KNOW
        if not any(piece.body in seen for piece in pieces):
            return Found.NOT_THERE
        return Sent(tuple(await self._send_missing(pieces, seen)), room, _tokens(delivery.card))

    async def _seen(self, delivery: Delivery, room: str) -> dict[str, list[str]]:
        """What we said there since the first try, by its body: event ids, newest first."""
        since = (delivery.tried_at or self._core.clock.now()) - CLOCKS_APART
        seen: dict[str, list[str]] = {}
        async for event in self._own_messages(room, since):
            seen.setdefault(str(event.source["content"].get("body")), []).append(event.event_id)
        return seen

    async def _own_messages(self, room: str, since: datetime) -> AsyncIterator[Any]:
        """What we said there since then, newest first, decrypted where it must be."""
        query = {"dir": "b", "limit": "100"}
        for _ in range(DEEPEST_LOOK // 100):
            page = await ask(self._client, "GET", room_path(room, "messages"), query=query)
            for source in page.get("chunk", []):
                if source.get("origin_server_ts", 0) < since.timestamp() * 1000:
                    return
                event = parse(self._client, source, room)
                if event.sender == self._client.user_id and isinstance(event.source.get("content"), dict):
                    yield event
            if not page.get("chunk") or "end" not in page:
                return
            query["from"] = page["end"]


def _tokens(card: Card | None) -> tuple[str, ...]:
    return tuple(one.token for one in card.choices) if card else ()


def _locked(content: dict[str, Any], keys: dict[str, Any] | None) -> dict[str, Any]:
    """The content of an upload; an encrypted one gives its keys instead of its address."""
    if keys is None:
        return content
    rest = {key: value for key, value in content.items() if key != "url"}
    return {**rest, "file": {**keys, "url": content["url"]}}
