"""What stands on the platform against what the bot's outbox says of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.discord_standin.message import Message
from tests.discord_standin.world import Channel

ENDS = {"sent", "unknown", "failed", "withdrawn", "removed", "expired"}


@dataclass(frozen=True)
class Line:
    """A row of the outbox; `channel` is Discord's."""

    seq: int
    kind: str
    state: str
    subject: str
    channel: str
    version: int
    reason: str


@dataclass
class Found:
    """The figures of one run; `notes` say what was wrong, for whoever has to find out why."""

    seed: int
    kills: int
    deliveries: int = 0
    unknown: int = 0
    failed: int = 0  # told as such: a lost channel, a lost right
    wrong: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, int]:
        """For the sum over all runs."""
        counts = {name: self.wrong[name] for name in ("lost", "doubled", "disorder", "untrue")}
        return {"kills": self.kills, "deliveries": self.deliveries, **counts,
                "unknown": self.unknown, "failed": self.failed}  # fmt: skip

    def say(self, what: str, note: str) -> None:
        """One more thing that is wrong."""
        self.wrong[what] += 1
        self.notes.append(f"seed {self.seed}: {what}: {note}")


def judge(folder: Path, rooms: Mapping[str, Channel], gone: set[str], seed: int, kills: int) -> Found:
    """Counts: lost (sent, and nowhere; or never ended), doubled (twice in a channel), disorder (calls or versions in
    another order), untrue (stands although the outbox says that it does not, or shows another version)."""
    lines = _lines(folder)
    found = Found(
        seed, kills, len(lines), sum(one.state == "unknown" for one in lines),
        sum(one.state == "failed" for one in lines),
    )  # fmt: skip
    for line in lines:
        if line.state not in ENDS:
            found.say("lost", f"{line} never ended")
    for address, channel in rooms.items():
        if address not in gone:
            _judge_channel(found, [one for one in lines if one.channel == address], channel)
    return found


def _lines(folder: Path) -> list[Line]:
    query = "SELECT seq, kind, state, subject, address, version, reason FROM delivery ORDER BY seq"
    with closing(sqlite3.connect(f"file:{folder}/main.db?mode=ro", uri=True)) as database:
        return [Line(*row) for row in database.execute(query)]


def _judge_channel(found: Found, lines: list[Line], channel: Channel) -> None:
    posts = [one for one in lines if one.kind == "post"]
    copies = {one.subject: [each for each in channel.history if _subject(each) == one.subject] for one in posts}
    for post in posts:
        _judge_copy(found, post, [one for one in lines if one.subject == post.subject], copies[post.subject])
    seen = list(dict.fromkeys(_subject(one) for one in channel.history))
    if seen != [one.subject for one in posts if one.subject in seen]:
        found.say("disorder", f"{seen} in {channel.id}")


def _judge_copy(found: Found, post: Line, lines: list[Line], copies: list[Message]) -> None:
    if len(copies) > 1:
        found.say("doubled", f"{len(copies)} copies of {post}")
    taken_back = any(one.kind == "redact" and one.state == "sent" for one in lines)
    standing = [one for one in copies if not one.deleted]
    if post.state == "sent" and not copies:
        found.say("lost", str(post))
    if standing and (taken_back or post.state in {"failed", "withdrawn", "expired"}):
        found.say("untrue", f"stands: {post}, {lines}")
    for one in copies:
        versions = [_version(text) for text in (*(each.get("content", "") for each in one.edits), one.content)]
        if versions != sorted(versions):
            found.say("disorder", f"versions {versions} of {post}")
    texts = [one for one in lines if one.kind != "redact"]
    newest = max((one.version for one in texts if one.state == "sent"), default=0)
    # A correction whose answer was lost may stand although a newer one, that failed, took its place in the outbox.
    most = max([newest, *(one.version for one in texts if one.reason)])
    for one in standing:
        if newest and not taken_back and not newest <= _version(one.content) <= most:
            found.say("untrue", f"shows {one.content!r}, not version {newest}: {lines}")


def _subject(message: Message) -> str:
    return message.content.partition(" version ")[0]


def _version(text: str) -> int:
    return int(text.partition(" version ")[2].split()[0])
