"""A person on Matrix for tests: raw HTTP only, so that it shares no code with the bot under test."""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

Json = dict[str, Any]
CLIENT = "/_matrix/client/v3"


class Refused(Exception):
    """The server said no: `status` and the Matrix `errcode`."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body.get('errcode')}: {body.get('error')}")
        self.status = status
        self.errcode = body.get("errcode")
        self.body = body


async def request(method: str, url: str, body: Json | None = None, token: str | None = None) -> Json:
    """One JSON request; raises `Refused` on anything but success."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.request(method, url, json=body, headers=headers) as answer:
        data: Json = await answer.json(content_type=None)
        if answer.status >= 400:
            raise Refused(answer.status, data)
        return data


@dataclass
class MatrixUser:
    """One account on one device. Methods return what the server returned, or the event id."""

    url: str
    user_id: str
    device_id: str
    token: str
    password: str = ""
    since: str | None = field(default=None, repr=False)

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Any request as this person, in the order they are made."""
        return await request(method, self.url + path, body, self.token)

    async def login(self) -> "MatrixUser":
        """The same person on another, new device."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self.user_id},
            "password": self.password,
        }
        made = await request("POST", f"{self.url}{CLIENT}/login", body)
        return MatrixUser(self.url, made["user_id"], made["device_id"], made["access_token"], self.password)

    async def create_room(
        self,
        name: str = "",
        *,
        invite: list[str] | None = None,
        levels: Json | None = None,
        encrypted: bool = False,
        version: str | None = None,
        **more: Any,
    ) -> str:
        """A room of this person; `levels` overrides parts of m.room.power_levels. Returns the room id."""
        body: Json = {"preset": "private_chat", "name": name, "invite": invite or [], **more}
        if levels is not None:
            body["power_level_content_override"] = levels
        if version:
            body["room_version"] = version
        if encrypted:
            state = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
            body["initial_state"] = [state]
        return str((await self.call("POST", f"{CLIENT}/createRoom", body))["room_id"])

    async def _room(self, room: str, act: str, body: Json | None = None) -> Json:
        return await self.call("POST", f"{CLIENT}/rooms/{quote(room)}/{act}", body or {})

    async def join(self, room: str, via: str = "") -> None:
        """Come in; `via`: a server that is in the room, when ours may not be."""
        query = f"?via={quote(via)}&server_name={quote(via)}" if via else ""
        await self.call("POST", f"{CLIENT}/join/{quote(room)}{query}", {})

    async def leave(self, room: str) -> None:
        await self._room(room, "leave")

    async def invite(self, room: str, user_id: str) -> None:
        await self._room(room, "invite", {"user_id": user_id})

    async def kick(self, room: str, user_id: str, reason: str = "") -> None:
        await self._room(room, "kick", {"user_id": user_id, "reason": reason})

    async def ban(self, room: str, user_id: str) -> None:
        await self._room(room, "ban", {"user_id": user_id})

    async def send_event(self, room: str, kind: str, content: Json, txn: str | None = None) -> str:
        """Any event, as given; returns its event id."""
        path = f"{CLIENT}/rooms/{quote(room)}/send/{kind}/{txn or uuid.uuid4().hex}"
        return str((await self.call("PUT", path, content))["event_id"])

    async def send(self, room: str, text: str, **more: Any) -> str:
        return await self.send_event(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    async def reply(self, room: str, target: str, text: str) -> str:
        return await self.send(room, text, **{"m.relates_to": {"m.in_reply_to": {"event_id": target}}})

    async def in_thread(self, room: str, root: str, text: str) -> str:
        relation = {
            "rel_type": "m.thread",
            "event_id": root,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": root},
        }
        return await self.send(room, text, **{"m.relates_to": relation})

    async def edit(self, room: str, target: str, text: str) -> str:
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": target}
        return await self.send(room, f"* {text}", **{"m.new_content": new, "m.relates_to": relation})

    async def react(self, room: str, target: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": target, "key": key}
        return await self.send_event(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room: str, target: str) -> str:
        path = f"{CLIENT}/rooms/{quote(room)}/redact/{quote(target)}/{uuid.uuid4().hex}"
        return str((await self.call("PUT", path, {}))["event_id"])

    async def state(self, room: str, kind: str, key: str = "") -> Json:
        return await self.call("GET", f"{CLIENT}/rooms/{quote(room)}/state/{kind}/{quote(key)}")

    async def put_state(self, room: str, kind: str, content: Json, key: str = "") -> None:
        await self.call("PUT", f"{CLIENT}/rooms/{quote(room)}/state/{kind}/{quote(key)}", content)

    async def set_level(self, room: str, user_id: str, level: int | None) -> None:
        """Give a person a power level; None takes the line away."""
        levels = await self.state(room, "m.room.power_levels")
        users = {**levels.get("users", {}), user_id: level}
        levels["users"] = {who: value for who, value in users.items() if value is not None}
        await self.put_state(room, "m.room.power_levels", levels)

    async def members(self, room: str) -> dict[str, str]:
        """User id -> membership, of everybody who ever was here."""
        answer = await self.call("GET", f"{CLIENT}/rooms/{quote(room)}/members")
        return {event["state_key"]: event["content"]["membership"] for event in answer["chunk"]}

    async def event(self, room: str, event_id: str) -> Json:
        return await self.call("GET", f"{CLIENT}/rooms/{quote(room)}/event/{quote(event_id)}")

    async def timeline(self, room: str, limit: int = 1000) -> list[Json]:
        """All events of the room that this person may see, oldest first."""
        events: list[Json] = []
        position = ""
        while len(events) < limit:
            path = f"{CLIENT}/rooms/{quote(room)}/messages?dir=b&limit=100{position}"
            page = await self.call("GET", path)
            events += page["chunk"]
            if "end" not in page:
                break
            position = f"&from={quote(page['end'])}"
        return events[::-1]

    async def messages(self, room: str, sender: str | None = None) -> list[Json]:
        """The room's messages (not edits), oldest first, of one sender if given."""
        return [
            event
            for event in await self.timeline(room)
            if event["type"] == "m.room.message"
            and sender in (None, event["sender"])
            and event["content"].get("m.relates_to", {}).get("rel_type") != "m.replace"
        ]

    async def sync(self, timeout_ms: int = 0) -> Json:
        """One step of /sync from where this person was; the position moves on."""
        where = f"&since={quote(self.since)}" if self.since else ""
        answer = await self.call("GET", f"{CLIENT}/sync?timeout={timeout_ms}{where}")
        self.since = answer["next_batch"]
        return answer

    async def invites(self) -> dict[str, list[Json]]:
        """Rooms this person is invited to -> stripped state."""
        answer = await self.call("GET", f"{CLIENT}/sync?timeout=0")
        rooms = answer.get("rooms", {}).get("invite", {})
        return {room: found["invite_state"]["events"] for room, found in rooms.items()}

    async def wait_until(self, seen: Callable[[], Any], patience: float = 20.0) -> Any:
        """Ask `seen()` (a coroutine function) after each thing that happens to this person, until it is true."""
        end = time.monotonic() + patience
        if self.since is None:
            await self.sync()
        while True:
            found = await seen()
            if found:
                return found
            if time.monotonic() > end:
                raise AssertionError("waited in vain")
            await self.sync(timeout_ms=500)
            await asyncio.sleep(0)

    async def wait_for_message(
        self, room: str, sender: str, text: str = "", patience: float = 20.0, after: str | None = None
    ) -> Json:
        """The first message of `sender` that contains `text`, and came after the event `after`."""

        async def found() -> Json | None:
            return next(
                (event for event in await self._since(room, sender, after) if text in event["content"].get("body", "")),
                None,
            )

        event: Json = await self.wait_until(found, patience)
        return event

    async def _since(self, room: str, sender: str, after: str | None) -> list[Json]:
        everything = await self.timeline(room)
        known = [event["event_id"] for event in everything]
        start = known.index(after) + 1 if after in known else 0
        return [
            event for event in everything[start:] if event["sender"] == sender and event["type"] == "m.room.message"
        ]

    async def wait_for_invite(self, inviter: str, patience: float = 20.0) -> str:
        """The room that `inviter` invites this person to."""

        async def found() -> str | None:
            invites = await self.invites()
            return next(
                (room for room, state in invites.items() if any(_invited_by(event, inviter) for event in state)), None
            )

        return str(await self.wait_until(found, patience))

    async def notifications(self, room: str) -> tuple[int, int]:
        """(highlight_count, notification_count) of this room, read with an incremental sync (FACTS 23)."""
        rooms = (await self.sync())["rooms"]["join"]
        counts = rooms[room]["unread_notifications"]
        return counts["highlight_count"], counts["notification_count"]


def _invited_by(event: Json, inviter: str) -> bool:
    return bool(
        event["type"] == "m.room.member"
        and event["sender"] == inviter
        and event["content"].get("membership") == "invite"
    )
