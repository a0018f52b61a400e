"""Verifying the audit: the chain alone finds an edit, a deletion and a swap; the lines in the log rooms (`Head`) also
find a cut tail and a chain that was written anew by whoever holds the key (SECURITY 6.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, select

from bot import tables as t
from bot.audit import DIGITS, KEPT, NEWEST_ROLL_UP, Head, canonical, details_of, head_of, link_of
from bot.db import Row, Tx, from_millis

PORTION = 5000  # lines read at once
_HEAD = re.compile(r"(\d+)\s*·\s*(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\s*·\s*([0-9a-f]{16})")
# The moment stays a number: making it a datetime and a number again is half of the time.
_NEXT = (
    select(*(column for column in t.audit.c if column.name != "made_at"), t.audit.c.made_at.label("millis"))
    .where(t.audit.c.seq > bindparam("after"))
    .order_by(t.audit.c.seq)
    .limit(PORTION)
)


def read_heads(text: str) -> list[Head]:
    """The heads in whatever somebody pasted from the log rooms, in either language, whole messages or parts of them."""
    found = _HEAD.findall(text.replace("`", "").replace("*", ""))
    return [Head(int(seq), datetime.fromisoformat(at).replace(tzinfo=UTC), mark) for seq, at, mark in found]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written: a key under `audit.`, and what fills it."""

    key: str
    params: dict[str, Any]


@dataclass
class Report:
    """What came of it. `lines` were verified, `rolled_up` were taken away by their age; `compared`, `too_old` heads."""

    lines: int = 0
    rolled_up: int = 0
    compared: int = 0
    too_old: int = 0
    head: Head | None = None
    findings: list[Finding] = field(default_factory=list)

    def find(self, key: str, **params: Any) -> None:
        """Adds a finding."""
        self.findings.append(Finding(f"audit.{key}", params))


class Verifier:
    """Goes through a chain once, from its first line to its last."""

    def __init__(self, key: bytes, heads: Iterable[Head] = ()) -> None:
        self._key, self.report = key, Report()
        self._heads: dict[int, list[Head]] = {}
        for one in heads:
            self._heads.setdefault(one.seq, []).append(one)
        self._seq, self._link = 0, ""
        self._rolled_at: datetime | None = None

    async def run(self, tx: Tx, told: Callable[[int], None] = lambda lines: None) -> Report:
        """Verifies; `told` hears how many lines are done."""
        root = await tx.one(NEWEST_ROLL_UP)
        if root is not None:
            self._seq, self._link, self._rolled_at = root.rolled_up, str(details_of(root).get("link")), root.made_at
            self.report.rolled_up = root.rolled_up
        while rows := await tx.all(_NEXT, after=self._seq):
            for row in rows:
                self._line(row)
            self.report.head = head_of(rows[-1].seq, from_millis(rows[-1].millis), rows[-1].link)
            told(self.report.lines)
        self._left_over(root)
        return self.report

    def _line(self, row: Row) -> None:
        if row.seq != self._seq + 1:
            self.report.find("missing", first=self._seq + 1, last=row.seq - 1)
        elif link_of(self._key, self._link, _canonical(row)) != row.link:
            self.report.find("changed", seq=row.seq, at=_shown(from_millis(row.millis)))
        for one in self._heads.pop(row.seq, ()):
            self._compare(one, row.link)
        # On from what stands there: one change is then one finding, not everything after it.
        self._seq, self._link = row.seq, row.link
        self.report.lines += 1

    def _compare(self, one: Head, link: str) -> None:
        self.report.compared += 1
        if link[:DIGITS] != one.mark:
            self.report.find("rewritten", seq=one.seq, at=_shown(one.at), mark=one.mark, found=link[:DIGITS])

    def _left_over(self, root: Row | None) -> None:
        """Heads of lines that are not here: taken away by their age, too early, or cut off."""
        for seq, heads in sorted(self._heads.items()):
            for one in heads:
                if root is not None and seq == root.rolled_up:
                    self._compare(one, str(details_of(root).get("link")))
                elif root is not None and seq < root.rolled_up and one.at <= root.made_at - KEPT:
                    self.report.too_old += 1
                else:
                    self.report.compared += 1
                    self.report.find("cut", seq=one.seq, at=_shown(one.at), last=self._seq)


def _canonical(row: Row) -> str:
    return canonical(
        row.seq, row.millis, row.actor, row.organization, row.act, row.object, row.result, row.details, row.rolled_up
    )


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
