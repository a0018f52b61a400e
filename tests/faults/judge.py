"""What stands in the channels, against the rows of the outbox."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.faults.world import Seen, Shown, Spot

TOLD = ("failed", "expired", "unknown", "removed", "withdrawn", "kept")  # a person can read what became of it
PARTS = re.compile(r"\d+/(\d+)\W*$")
VERSION = re.compile(r"version (\d+)")
Row = dict[str, Any]


@dataclass
class Verdict:
    """Sentences about what went wrong, and how many ended where."""

    deliveries: int = 0
    unknown: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """All of it."""
        return [*self.lost, *self.doubled, *self.disorder]


def judge(seen: Seen, rows: Sequence[Row]) -> Verdict:
    """One run's verdict."""
    found = Verdict(len(rows), sum(row["state"] == "unknown" for row in rows))
    for spot in (*seen.channels, *seen.private):
        found.doubled += _doubled(spot)
    for spot in seen.channels:
        own = [row for row in rows if row["address"] == spot.address]
        for row in own:
            found.lost += _lost(row, own, spot.messages, spot.gone)
        found.disorder += [*_disorder(own, spot.messages)]
    said = [message for spot in seen.private for message in spot.messages]
    for row in rows:
        if row["kind"] == "direct":
            found.lost += _lost(row, [row], said, gone=False)
    return found


def versions(message: Shown) -> list[int]:
    """The versions that it showed, in order."""
    return [int(match[1]) for text in message.texts if (match := VERSION.search(text))]


def _doubled(spot: Spot) -> Iterable[str]:
    """The same text posted twice, also where one of them was deleted later."""
    for text, count in Counter(one.texts[0] for one in spot.messages).items():
        if count > 1:
            yield f"{count} of {text[:24]!r} in {spot.name}"


def _lost(row: Row, own: Sequence[Row], history: Sequence[Shown], gone: bool) -> Iterable[str]:
    name = _named(row)
    its = [one for one in history if row["subject"] in one.texts[0]]
    if row["state"] in TOLD:
        return
    if row["state"] != "sent":
        yield f"{name} never ended"
    elif row["kind"] in {"post", "direct"}:
        if len({one.texts[0] for one in its}) < _parts(its):
            yield f"{name} is not there"
    elif gone or (row["kind"] == "edit" and any(one.deleted for one in its)):
        return
    elif row["kind"] == "redact":
        if not all(one.deleted for one in its):
            yield f"{name} is still there"
    elif not any(row["version"] in versions(one) for one in its):
        yield f"{name} was never shown"
    elif _newest_sent(own, row) and not any(versions(one)[-1] == row["version"] for one in its):
        yield f"{name} is not what stands there"


def _named(row: Row) -> str:
    return f"{row['kind']} {row['subject']} v{row['version']} ({row['state']} {row['reason']}, {row['tries']} tries)"


def _newest_sent(own: Sequence[Row], row: Row) -> bool:
    """Whether no later edit may have been shown."""
    same = [one for one in own if one["subject"] == row["subject"] and one["kind"] == "edit"]
    return int(row["version"]) == max(int(one["version"]) for one in same)


def _parts(messages: Sequence[Shown]) -> int:
    """How many messages a delivery is made of, as it says itself; at least one."""
    found = [int(match[1]) for one in messages if (match := PARTS.search(one.texts[0]))]
    return max(found, default=1)


def _disorder(own: Sequence[Row], history: Sequence[Shown]) -> Iterable[str]:
    """Posts in another order than they were written, and texts that went back."""
    posts = [row for row in own if row["kind"] == "post"]
    first = [next((one.place for one in history if row["subject"] in one.texts[0]), None) for row in posts]
    there = [(one, _named(row)) for one, row in zip(first, posts, strict=True) if one is not None]
    yield from (f"{later} came before {earlier}" for (a, earlier), (b, later) in pairwise(there) if b < a)
    for message in history:
        shown = versions(message)
        if shown != sorted(shown):
            yield f"{message.texts[0][:16]!r} went through the versions {shown}"
