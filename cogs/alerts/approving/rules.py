"""Pure decisions about the second person: what a word binds, until when it is asked for, who cannot give it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from cogs.alerts.rules import Content, imprint, useful_until

ASKED_FOR = timedelta(hours=24)  # then a proposal expires (SECURITY 6.5)
WINDOW = 120  # seconds of the stop window, where no setting says otherwise
OPEN = ("none", "waiting")  # states in which a word can be given


def bind(content: Content, targets: Iterable[str]) -> str:
    """SHA-256 over text, languages, time and the organizations that get it: exactly what a yes is said to."""
    parts = [imprint(content), *sorted(set(targets))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def bind_ahead(content: Content, targets: Iterable[str], leave: str) -> str:
    """The same, and when it leaves: what a yes to a planned call is said to."""
    return hashlib.sha256(f"{bind(content, targets)}\n{leave}".encode()).hexdigest()


def asked_until(now: datetime, content: Content) -> datetime:
    """Until when somebody can be the second person: a day, never after the action began."""
    return min(now + ASKED_FOR, useful_until(now, content))


def objection(
    author: str, author_home: str, author_realm: str, person: str, home: str, homes: Iterable[str], realm: str
) -> str:
    """Why somebody cannot be the second person (a key), or "": `homes` are all organizations where they have a role.

    Two accounts of one person that were linked are one person here; a homeserver could speak for both of its users.
    """
    if author and person == author:
        return "same_person"
    if author_home in {home, *homes}:
        return "same_organization"
    if realm and realm == author_realm:
        return "same_server"
    return ""
