"""One message with its whole life: every earlier text, whether it was deleted, whom it pings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import payloads

if TYPE_CHECKING:
    import datetime

    from .world import Channel, User

EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12


@dataclass(frozen=True)
class Upload:
    """A file that came with a message."""

    filename: str
    content: bytes
    description: str | None = None


@dataclass(eq=False)
class Message:
    """What was posted. `edits` holds the earlier bodies, oldest first; `body` is the current one."""

    id: int
    channel: Channel
    author: User = field(repr=False)
    body: dict[str, Any]
    made_at: datetime.datetime = field(repr=False)
    files: list[Upload] = field(default_factory=list, repr=False)
    for_user: User | None = field(default=None, repr=False)
    edits: list[dict[str, Any]] = field(default_factory=list)
    edited_at: datetime.datetime | None = None
    deleted: bool = False

    @property
    def content(self) -> str:
        return str(self.body.get("content") or "")

    @property
    def embeds(self) -> list[dict[str, Any]]:
        return list(self.body.get("embeds") or [])

    @property
    def components(self) -> list[dict[str, Any]]:
        return list(self.body.get("components") or [])

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Every button and select, in the order of the screen."""
        return [one for row in self.components for one in row.get("components", [])]

    @property
    def labels(self) -> list[str]:
        return [str(one["label"]) for one in self.buttons if "label" in one]

    @property
    def flags(self) -> int:
        return int(self.body.get("flags") or 0)

    @property
    def nonce(self) -> str | None:
        return self.body.get("nonce")

    @property
    def silent(self) -> bool:
        return bool(self.flags & SUPPRESS_NOTIFICATIONS)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def allowed_mentions(self) -> dict[str, Any] | None:
        return self.body.get("allowed_mentions")

    @property
    def versions(self) -> list[str]:
        """Every text it ever had, oldest first."""
        return [str(body.get("content") or "") for body in [*self.edits, self.body]]

    @property
    def pings(self) -> set[str]:
        """Whom it notifies: `everyone` and ids of users and roles (message#allowed-mentions-object)."""
        found = set(re.findall(r"<@[!&]?(\d+)>", self.content))
        if re.search(r"@(everyone|here)", self.content):
            found.add("everyone")
        return found if self.allowed_mentions is None else {one for one in found if self._may_ping(one)}

    def _may_ping(self, who: str) -> bool:
        allowed = self.allowed_mentions or {}
        listed = {str(one) for kind in ("users", "roles") for one in allowed.get(kind) or []}  # numbers are taken too
        parse = set(allowed.get("parse") or [])
        if who == "everyone":
            return "everyone" in parse
        kind = "roles" if f"<@&{who}>" in self.content else "users"
        return who in listed or kind in parse

    def edit(self, changes: dict[str, Any], files: list[Upload], now: datetime.datetime) -> None:
        """Only the keys that are present change (message#edit-message)."""
        self.edits.append(dict(self.body))
        self.body = {**self.body, **changes}
        if "attachments" in changes or files:
            kept = {str(one.get("filename")) for one in changes.get("attachments") or []}
            self.files = [one for one in self.files if one.filename in kept] + files
        self.edited_at = now

    def payload(self) -> dict[str, Any]:
        pinged = self.pings
        made: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "type": 0,
            "author": payloads.user(self.author),
            "content": self.content,
            "embeds": [{"type": "rich", **embed} for embed in self.embeds],
            "attachments": [self._attachment(number) for number in range(len(self.files))],
            "components": numbered(self.components),
            "timestamp": self.made_at.isoformat(),
            "edited_timestamp": self.edited_at.isoformat() if self.edited_at else None,
            "flags": self.flags,
            "mentions": [payloads.user(one) for one in self._mentioned()],
            "mention_roles": sorted(one for one in pinged if f"<@&{one}>" in self.content),
            "mention_everyone": "everyone" in pinged,
            "pinned": False,
            "tts": bool(self.body.get("tts")),
        }
        if self.nonce is not None:
            made["nonce"] = self.nonce
        return made

    def _mentioned(self) -> list[User]:
        users = self.channel.world.users
        return [users[int(one)] for one in sorted(self.pings - {"everyone"}) if int(one) in users]

    def _attachment(self, number: int) -> dict[str, Any]:
        file = self.files[number]
        url = f"http://127.0.0.1/attachments/{self.channel.id}/{self.id}/{file.filename}"
        made = {
            "id": str(self.id + number),
            "filename": file.filename,
            "size": len(file.content),
            "url": url,
            "proxy_url": url,
        }
        return made | ({"description": file.description} if file.description else {})


def numbered(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components as Discord gives them back: each with an `id` counted from 1 (components/reference)."""
    count = 0

    def number(one: dict[str, Any]) -> dict[str, Any]:
        nonlocal count
        count += 1
        made = {"id": count, **one}
        if "components" in one:
            made["components"] = [number(child) for child in one["components"]]
        if "component" in one:
            made["component"] = number(one["component"])
        return made

    return [number(one) for one in components]
