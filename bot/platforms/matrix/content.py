"""The content of outgoing events. `m.mentions` is always there: without it the server guesses whom to ping
(FACTS 9).
"""

from __future__ import annotations

import json
from typing import Any

from bot.errors import TooLarge

Json = dict[str, Any]

# The server refuses an event over 65,536 bytes (M_TOO_LARGE) and adds its own fields: hashes, signatures and up to
# 10 + 20 event ids of its graph, about 3 kB. Encryption turns 3 bytes into 4.
EVENT_BYTES = 65_536
SERVER_SHARE = 4_096
HTML = "org.matrix.custom.html"


def byte_size(content: Json) -> int:
    """Bytes (not letters) of the content as it is sent."""
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def check_size(content: Json, encrypted: bool = False) -> None:
    """Raise `TooLarge` for what the server would refuse, before it is sent."""
    room = EVENT_BYTES - SERVER_SHARE
    if byte_size(content) > (room * 3 // 4 if encrypted else room):
        raise TooLarge()


def message(body: str, html: str | None = None, *, loud: bool = False, ping_room: bool = False) -> Json:
    """A text. `loud` (an alert) is `m.text`; everything else `m.notice`, which never notifies anybody (FACTS 9).

    `html` must be built from escaped parts only: the server takes whatever it is given. `ping_room` is for a receiving
    organization's own choice and needs level 50.
    """
    content: Json = {
        "msgtype": "m.text" if loud else "m.notice",
        "body": body,
        "m.mentions": {"room": True} if ping_room else {},
    }
    if html:
        content |= {"format": HTML, "formatted_body": html}
    return content


def picture(uri: str, name: str, alt: str, size: int, mime: str = "image/png") -> Json:
    """An image; its words are in `body`, and never only there: two clients showed neither alt text nor
    caption (FACTS 11).
    """
    info = {"mimetype": mime, "size": size}
    return {"msgtype": "m.image", "url": uri, "filename": name, "body": alt, "info": info, "m.mentions": {}}


def attachment(uri: str, name: str, about: str, size: int, mime: str) -> Json:
    """A file; its words are in `body`, its name in `filename`."""
    info = {"mimetype": mime, "size": size}
    return {"msgtype": "m.file", "url": uri, "filename": name, "body": about, "info": info, "m.mentions": {}}


def answering(content: Json, target: str | None, thread: str | None = None) -> Json:
    """The same as a reply to `target`, in the thread that starts at `thread` if there is one."""
    if thread is not None:
        relation: Json = {"rel_type": "m.thread", "event_id": thread, "is_falling_back": target is None}
        relation["m.in_reply_to"] = {"event_id": target or thread}
    elif target is not None:
        relation = {"m.in_reply_to": {"event_id": target}}
    else:
        return content
    return {**content, "m.relates_to": relation}


def edit(target: str, new: Json) -> Json:
    """A new version of our message `target`; clients that know no edits show it with a star in front."""
    outer = {**new, "body": f"* {new['body']}", "m.mentions": {}}
    if "formatted_body" in new:
        outer["formatted_body"] = f"* {new['formatted_body']}"
    outer["m.new_content"] = {key: value for key, value in new.items() if key != "m.relates_to"}
    outer["m.relates_to"] = {"rel_type": "m.replace", "event_id": target}
    return outer


def reaction(target: str, key: str) -> Json:
    """A seeded reaction. Clear text even in encrypted rooms (FACTS 21)."""
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": key}}
