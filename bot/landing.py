"""How the copies of an object stand: what the ledger shows, read from the outbox's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.db import Row

LIVE = ("sending", "sent", "unknown")  # states in which a copy stands in its channel, or may


@dataclass(frozen=True)
class Landing:
    """How one copy of an object stands."""

    delivery: str
    channel: str
    organization: str
    platform: str
    state: str
    reason: str
    version: int
    due_at: datetime
    done_at: datetime | None
    change: str = ""  # the delivery of its newest edit or withdrawal
    changing: bool = False  # that one is still under way


def landing_of(post: Row, change: Row | None) -> Landing:
    """`change` is the newest edit or withdrawal; one that failed is what people must know of the copy."""
    state, reason, done = post.state, post.reason, post.done_at
    if change is not None and change.kind == "redact" and post.state in (*LIVE, "queued"):
        on_the_way = {"sent": "withdrawn", "queued": "withdrawing", "sending": "withdrawing"}
        state = on_the_way.get(change.state, "standing")
        reason, done = change.reason, change.done_at
    elif change is not None and change.state in {"failed", "expired", "unknown"} and post.state == "sent":
        state, reason, done = "outdated", change.reason, change.done_at
    return Landing(
        post.id, post.channel, post.organization, post.platform, state, reason, post.version, post.due_at, done,
        change.id if change is not None else "", change is not None and change.state in ("queued", "sending"),
    )  # fmt: skip
