"""The audit: every act that sends, approves, stops or changes a policy or a right, and every refusal, in a hash chain.

    link = HMAC-SHA256(key, link of the line before + canonical JSON of this line)     (SECURITY 6.4)

A line is appended in the transaction of the act itself, so neither is there without the other; the one writer gives the
chain its order. (Two processes that write into one PostgreSQL at the same moment: the second act fails and is undone;
the number is the primary key, so the chain never forks.) `bot.witness` verifies it.

Nothing in a line leads to a person: the actor is an HMAC of the account, another one in each organization, and details
are numbers and words of the code, never what somebody typed.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, select

from bot import tables as t
from bot.db import Tx, insert, to_millis
from bot.keys import Keyring
from bot.people import People
from bot.platforms.base import Act
from bot.spaces import Organization
from bot.words import Speaker

KEPT = timedelta(days=400)  # SECURITY 6.6; then only the last link stays, in a line that stands for the rest
ROLL_UP_EVERY = timedelta(days=1)
DONE, REFUSED = "done", "refused"
ROLLED_UP, UNKNOWN = "core.rolled_up", "core.unknown"
DIGITS = 16  # of a link, in a log room
MARK = 4  # characters of a pseudonym that people see
COALITION = ""  # whose lines the acts of the coalition are

_CODE = re.compile(r"([A-Z]-[0-9A-Z]{2,12})?")
_WORD = re.compile(r"[a-z0-9_]{1,64}")
_TAIL = select(t.audit.c.seq, t.audit.c.link).order_by(t.audit.c.seq.desc()).limit(1)
_FIRST_YOUNG = (
    select(t.audit.c.seq).where(t.audit.c.made_at >= bindparam("since")).order_by(t.audit.c.seq).limit(1)
)  # fmt: skip
_LINK = select(t.audit.c.link).where(t.audit.c.seq == bindparam("at"))
_LAST = select(t.audit).order_by(t.audit.c.seq.desc()).limit(1)
_OWN = (
    select(t.audit)
    .where(t.audit.c.organization == bindparam("owner"))
    .order_by(t.audit.c.seq.desc())
    .offset(bindparam("skip"))
    .limit(bindparam("most"))
)
NEWEST_ROLL_UP = select(t.audit).where(t.audit.c.rolled_up.is_not(None)).order_by(t.audit.c.seq.desc()).limit(1)

_pack = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=True).encode


def key_of(keyring: Keyring) -> bytes:
    """The key of the chain, derived from the coalition's secret for this purpose alone."""
    return keyring.secret_for("causeway audit v1")


def canonical(
    seq: int, millis: int, actor: str, organization: str, act: str, object: str, result: str, details: str,
    rolled_up: int | None,
) -> str:  # fmt: skip
    """What a link is made of: every column of a line but the link itself, its moment in UTC milliseconds."""
    return _pack([seq, millis, actor, organization, act, object, result, details, rolled_up])


def link_of(key: bytes, before: str, line: str) -> str:
    """64 hex digits that bind a line (`canonical`) to everything before it."""
    return hmac.digest(key, f"{before}{line}".encode(), "sha256").hex()


async def append(
    tx: Tx, keyring: Keyring, now: datetime, act: str, *, actor: str = "", organization: str = COALITION,
    code: str = "", result: str = DONE, rolled_up: int | None = None, details: Mapping[str, int | str] | None = None,
) -> int:  # fmt: skip
    """Writes the next line; its number. ValueError for a code or a detail that could hold somebody's words."""
    _check(code, details or {})
    tail = await tx.one(_TAIL)
    seq, before = (tail.seq + 1, tail.link) if tail else (1, "")
    line: dict[str, Any] = {
        "seq": seq, "actor": actor, "organization": organization, "act": act, "object": code,
        "result": result, "details": _pack(details or {}), "rolled_up": rolled_up,
    }  # fmt: skip
    link = link_of(key_of(keyring), before, canonical(millis=to_millis(now), **line))
    await tx.run(insert(t.audit), **line, made_at=now, link=link)
    return seq


def _check(code: str, details: Mapping[str, int | str]) -> None:
    if not _CODE.fullmatch(code):
        raise ValueError("an audit line names an object by its public code")
    for value in details.values():
        if not isinstance(value, int) and not _WORD.fullmatch(value):
            raise ValueError("details of an audit line are numbers and words of the code")


def actor_of(keyring: Keyring, act: Act | None, organization: str) -> str:
    """Who acts, one-way: not the account's own index, and another name in each organization, so that nothing joins."""
    return keyring.index("audit actor", f"{organization}|{act.platform}|{act.account}") if act else ""


async def roll_up(tx: Tx, keyring: Keyring, now: datetime) -> int:
    """Takes away what is older than 400 days, at most once a day; how many lines.

    First a line that says up to where, with the last link that goes: the chain still verifies from there on. The
    database's own triggers let only lines go that such a line stands for.
    """
    newest = await tx.one(NEWEST_ROLL_UP)
    if newest is not None and newest.made_at > now - ROLL_UP_EVERY:
        return 0
    young, tail = await tx.value(_FIRST_YOUNG, since=now - KEPT), await tx.one(_TAIL)
    upto = young - 1 if young else (tail.seq if tail else 0)
    last = await tx.value(_LINK, at=upto)
    if last is None:
        return 0
    await append(tx, keyring, now, ROLLED_UP, rolled_up=upto, details={"link": last})
    return await tx.run(delete(t.audit).where(t.audit.c.seq <= upto))


@dataclass(frozen=True)
class Head:
    """A line in a log room: how long the chain was then, the moment of its last line, the first digits of its link."""

    seq: int
    at: datetime
    mark: str

    def __str__(self) -> str:
        return f"{self.seq} · {self.at:%Y-%m-%d %H:%M} UTC · {self.mark}"


async def head(tx: Tx) -> Head | None:
    """The end of the chain now; None while nothing was done."""
    row = await tx.one(_LAST)
    return None if row is None else head_of(row.seq, row.made_at, row.link)


def head_of(seq: int, made_at: datetime, link: str) -> Head:
    """The head that ends with a line."""
    return Head(seq, made_at.replace(second=0, microsecond=0), link[:DIGITS])


@dataclass(frozen=True)
class Line:
    """What people read of a line: `key` are the words of the act, `mark` tells people apart inside one organization."""

    at: datetime
    key: str
    code: str
    mark: str
    refused: bool


def words_of(act: str, result: str) -> str:
    """The key of the words of an act; of a refusal, the title of the entry that was refused."""
    if result == REFUSED and act != UNKNOWN:
        return f"{act}.title"
    feature, _, name = act.partition(".")
    return f"{feature}.act.{name}"


async def lines(tx: Tx, organization: str, skip: int, most: int) -> list[Line]:
    """An organization's own lines ("" : the coalition's), newest first."""
    rows = await tx.all(_OWN, owner=organization, skip=skip, most=most)
    return [
        Line(row.made_at, words_of(row.act, row.result), row.object, row.actor[:MARK], row.result == REFUSED)
        for row in rows
    ]


class _Calling(Protocol):
    tx: Tx
    now: datetime
    act: Act | None
    organization: Organization | None
    feature: str

    @property
    def people(self) -> People: ...
    @property
    def words(self) -> Speaker: ...


class Recorder:
    """What a call can write into the audit (`bot.feature.Call` is one)."""

    async def record(
        self: _Calling, act: str, code: str = "", *, whose: str | None = None, unnamed: bool = False,
        **details: int | str,
    ) -> None:  # fmt: skip
        """An act of the feature, in this transaction; its words are `<feature>.act.<act>`, or it is a ValueError.

        `code`: the object's public code. `whose`: whose line it is (an organization's id, "" the coalition's), else
        that of the organization in whose name it is done. `unnamed`: without a pseudonym. `details`: numbers, words.
        """
        if not self.words.words.has(f"{self.feature}.act.{act}"):
            raise ValueError(f"the act {self.feature}.act.{act} has no words")
        mine = self.organization.id if self.organization else COALITION
        owner, keyring = mine if whose is None else whose, self.people.keyring
        actor = "" if unnamed else actor_of(keyring, self.act, owner)
        await append(
            self.tx, keyring, self.now, f"{self.feature}.{act}", actor=actor, organization=owner, code=code,
            details=details,
        )  # fmt: skip

    async def record_refusal(self: _Calling, entry: str) -> None:
        """A refusal, or somebody else's code: who (one-way), which entry; never what was typed (SECURITY A2)."""
        if self.act is None:
            return
        owner, keyring = self.organization.id if self.organization else COALITION, self.people.keyring
        actor = actor_of(keyring, self.act, owner)
        await append(
            self.tx, keyring, self.now, entry or UNKNOWN, actor=actor, organization=owner, result=REFUSED
        )  # fmt: skip


    async def recorded(self: _Calling, whose: str, skip: int, most: int) -> list[Line]:
        """An organization's lines, newest first; whoever asks has passed the gate for them."""
        return await lines(self.tx, whose, skip, most)

    async def audit_head(self: _Calling) -> Head | None:
        """The end of the chain, for the log rooms."""
        return await head(self.tx)


def details_of(row: Any) -> dict[str, Any]:
    """The details of a line as they were given."""
    found: dict[str, Any] = json.loads(row.details)
    return found
