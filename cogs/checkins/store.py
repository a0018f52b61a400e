"""The tables of check-ins, and the only SQL on them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
)

from bot.db import Moment, Row, Tx, metadata
from bot.feature import Scope, new_code, new_id
from bot.tables import ID, organization, owned
from cogs.checkins import rules
from cogs.checkins.questions import Question, pack, unpack

SYSTEM = Scope(system=True)
BATCH = 64  # answers read at a time: opening them holds everybody else up for 2 ms

checkin = Table(
    "checkin",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("organization", ID, nullable=False, index=True),  # who opened it
    Column("series", ID, nullable=False, index=True),  # the id of the first cycle
    Column("cycle", Integer, nullable=False),
    Column("who", String(16), nullable=False),  # organizations | members | everybody
    Column("k", Integer, nullable=False),  # people behind every figure, as its first line promises
    Column("state", String(16), nullable=False),  # open | closed | settled | ended
    Column("title", Text, nullable=False, info={"plain": "a public text, not about a person"}),
    Column("questions", Text, nullable=False, info={"plain": "public questions, not about a person"}),
    Column("days", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("debrief", Text, nullable=False, info={"plain": "sums of many people and released words, published"}),
    Column("outcome", Text, nullable=False, info={"plain": "a public statement"}),
    Column("review_at", Moment),
    info=owned("organization", "its senders; those asked, once it is posted", "a year after it was closed"),
)

checkin_answer = Table(
    "checkin_answer",
    metadata,
    Column("id", ID, primary_key=True),
    Column("checkin", ID, nullable=False),
    # Which organization would say who belongs where (SECURITY A1): only a keyed hash, and only of this one check-in.
    Column(
        "circle", String(40), nullable=False,
        info={"plain": "HMAC of check-in and organization: leads to no organization without the keyring"},
    ),
    Column(
        "person", ID, nullable=False, index=True,
        info={"plain": "random id: one person is counted once, and it leads to nobody without the keyring"},
    ),
    Column("value", LargeBinary, nullable=False, info={"sealed": True}),  # under person x organization
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("checkin", "person", "circle", name="one_checkin_answer_a_circle"),
    Index("ix_checkin_answer_in_turn", "checkin", "id"),
    info=owned("person", "the person; others see sums of many", "by /mydata erase, or 60 days after the close"),
)  # fmt: skip

checkin_promise = Table(
    "checkin_promise",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("checkin", ID, nullable=False),
    Column("series", ID, nullable=False, index=True),
    Column("organization", ID, nullable=False, index=True),
    Column("person", ID, nullable=False, index=True, info={"plain": "random id: to erase the name with the person"}),
    Column("what", Text, nullable=False, info={"plain": "a public promise of an organization"}),
    Column("name", LargeBinary, nullable=False, info={"sealed": True}),  # under person x organization
    Column("due_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),  # open | done | dropped
    Column("reason", Text, nullable=False, info={"plain": "a public reason, not about a person"}),
    Column("made_at", Moment, nullable=False),
    Column("done_at", Moment),
    info=owned("organization", "those asked in the same check-in", "a year after it was done or dropped"),
)


@dataclass(frozen=True)
class Checkin:
    """One cycle of a check-in."""

    id: str
    code: str
    organization: str
    series: str
    cycle: int
    who: str
    k: int
    state: str
    title: str
    questions: tuple[Question, ...]
    days: int
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    debrief: str
    outcome: str
    review_at: datetime | None

    @property
    def at_a_table(self) -> bool:
        """Whether organizations answer, each under its name."""
        return self.who == "organizations"

    @property
    def published(self) -> rules.Debrief:
        """What was frozen at the close."""
        return rules.Debrief.from_json(self.debrief)

    def stands(self, now: datetime) -> str:
        """Its state, or `closing`: its time is over and its answers are being counted."""
        return "closing" if self.state == "open" and now >= self.closes_at else self.state

    def takes_answers(self, now: datetime) -> bool:
        """Whether an answer of now counts here."""
        return self.stands(now) == "open"


def to_checkin(row: Row) -> Checkin:
    """A cycle from its row."""
    return Checkin(**{**vars(row), "questions": unpack(row.questions)})


# -- cycles ---------------------------------------------------------------------------------------------------------


async def add(tx: Tx, scope: Scope, questions: Sequence[Question], series: str = "", **values: Any) -> Checkin:
    """A new open cycle with a free code; `series`: what it goes on with."""
    row, code = new_id(), await _free_code(tx, checkin, "C")
    plain: dict[str, Any] = {"state": "open", "debrief": "", "outcome": "", "closed_at": None, "review_at": None}
    await tx.run(
        scope.insert(checkin), id=row, code=code, series=series or row, questions=pack(questions), **plain, **values
    )
    found = await of_id(tx, row)
    assert found is not None
    return found


async def _free_code(tx: Tx, table: Table, letter: str) -> str:
    while True:
        code = new_code(letter)
        if await tx.one(SYSTEM.select(table).where(table.c.code == code)) is None:
            return code


_BY_CODE = SYSTEM.select(checkin).where(checkin.c.code == bindparam("code"))


async def of_code(tx: Tx, scope: Scope, code: str) -> Checkin | None:
    """The scope's own cycle of this code."""
    row = await tx.one(scope.select(checkin).where(checkin.c.code == code))
    return None if row is None else to_checkin(row)


async def posted(tx: Tx, home: str, code: str) -> Checkin | None:
    """A cycle in which an organization takes part: its own, or one of all organizations."""
    row = await tx.one(_BY_CODE, code=code)
    if row is None or (row.who == "members" and row.organization != home) or row.state == "ended":
        return None
    return to_checkin(row)


async def of_id(tx: Tx, cycle: str) -> Checkin | None:
    """A cycle by its row id, for due work."""
    row = await tx.one(SYSTEM.select(checkin).where(checkin.c.id == cycle))
    return None if row is None else to_checkin(row)


async def newest_of(tx: Tx, series: str) -> Checkin:
    """The last cycle of a series."""
    c = checkin.c
    row = await tx.one(SYSTEM.select(checkin).where(c.series == series).order_by(c.cycle.desc()).limit(1))
    assert row is not None
    return to_checkin(row)


async def newest(tx: Tx, scope: Scope, most: int) -> list[Checkin]:
    """The scope's last cycles."""
    c = checkin.c
    rows = await tx.all(scope.select(checkin).order_by(c.opened_at.desc(), c.code).limit(most))
    return [to_checkin(row) for row in rows]


async def change(tx: Tx, cycle: str, **values: Any) -> None:
    """Sets columns of a cycle."""
    await tx.run(SYSTEM.update(checkin).where(checkin.c.id == cycle).values(**values))


# -- answers --------------------------------------------------------------------------------------------------------

_ANSWER = SYSTEM.select(checkin_answer).where(
    checkin_answer.c.checkin == bindparam("cycle"), checkin_answer.c.person == bindparam("person")
)
_ANSWER_IN = _ANSWER.where(checkin_answer.c.circle == bindparam("circle"))
_ADD = SYSTEM.insert(checkin_answer)
_CHANGE = (
    SYSTEM.update(checkin_answer)
    .where(checkin_answer.c.id == bindparam("row"))
    .values(value=bindparam("sealed"), circle=bindparam("circle"), made_at=bindparam("made_at"))
)
_COUNT = SYSTEM.select(checkin_answer, func.count()).where(checkin_answer.c.checkin == bindparam("cycle"))
_BY_ID = SYSTEM.select(checkin_answer).where(checkin_answer.c.id == bindparam("row"))
# By id: a person's answer that moves to their other account meanwhile is neither missed nor met twice.
_NEXT = (
    SYSTEM.select(checkin_answer)
    .where(checkin_answer.c.checkin == bindparam("cycle"), checkin_answer.c.id > bindparam("after"))
    .order_by(checkin_answer.c.id)
    .limit(BATCH)
)


def pack_answer(answers: Mapping[str, str], quote: bool) -> str:
    """What is sealed."""
    return json.dumps({"answers": dict(answers), "quote": quote}, ensure_ascii=False)


def unpack_answer(home: str, text: str) -> rules.Given:
    """What one person answered."""
    raw = json.loads(text)
    return rules.Given(home, raw["answers"], bool(raw["quote"]))


async def answer_of(tx: Tx, cycle: str, person: str) -> Row | None:
    """What a person answered, sealed; where sums are made they have one answer, whatever they belong to."""
    return await tx.one(_ANSWER, cycle=cycle, person=person)


async def answer_in(tx: Tx, cycle: str, circle: str, person: str) -> Row | None:
    """What a delegate answered for one organization, sealed."""
    return await tx.one(_ANSWER_IN, cycle=cycle, circle=circle, person=person)


async def add_answer(tx: Tx, row: str, cycle: str, circle: str, person: str, sealed: bytes, now: datetime) -> None:
    """A first answer."""
    await tx.run(_ADD, id=row, checkin=cycle, circle=circle, person=person, value=sealed, made_at=now)


async def change_answer(tx: Tx, row: str, circle: str, sealed: bytes, now: datetime) -> None:
    """Another answer of the same person, perhaps through another organization."""
    await tx.run(_CHANGE, row=row, circle=circle, sealed=sealed, made_at=now)


async def speak_alone(tx: Tx, cycle: str, circle: str, person: str) -> None:
    """The organization's word is this person's: what another of its delegates said is gone."""
    c = checkin_answer.c
    where = c.checkin == cycle, c.circle == circle, c.person != person
    await tx.run(SYSTEM.delete(checkin_answer).where(*where))


async def answers(tx: Tx, cycle: str) -> AsyncIterator[list[Row]]:
    """All answers of a cycle, sealed, some at a time."""
    after = ""
    while rows := await tx.all(_NEXT, cycle=cycle, after=after):
        yield rows
        after = rows[-1].id


async def answer_again(tx: Tx, row: str) -> Row | None:
    """An answer as it stands now."""
    return await tx.one(_BY_ID, row=row)


async def count_answers(tx: Tx, cycle: str) -> int:
    """How many answered; never shown."""
    return int(await tx.value(_COUNT, cycle=cycle))


async def organization_ids(tx: Tx) -> list[str]:
    """Every organization there is, to find whose circle one is."""
    return [row.id for row in await tx.all(SYSTEM.select(organization, organization.c.id))]


# -- promises -------------------------------------------------------------------------------------------------------


async def add_promise(tx: Tx, scope: Scope, row: str, cycle: Checkin, **values: Any) -> str:
    """Who does what by when; its code."""
    code = await _free_code(tx, checkin_promise, "K")
    plain: dict[str, Any] = {"state": "open", "reason": "", "done_at": None}
    await tx.run(
        scope.insert(checkin_promise), id=row, code=code, checkin=cycle.id, series=cycle.series, **plain, **values
    )
    return code


async def promise_of(tx: Tx, scope: Scope, code: str) -> Row | None:
    """The scope's own promise."""
    return await tx.one(scope.select(checkin_promise).where(checkin_promise.c.code == code))


async def settle_promise(tx: Tx, scope: Scope, row: str, state: str, reason: str, now: datetime) -> None:
    """It is done, or dropped for a reason."""
    values = {"state": state, "reason": reason, "done_at": now}
    await tx.run(scope.update(checkin_promise).where(checkin_promise.c.id == row).values(**values))


async def open_promises(tx: Tx, series: str) -> list[Row]:
    """What is still open in a series, soonest first."""
    c = checkin_promise.c
    return await tx.all(SYSTEM.select(checkin_promise).where(c.series == series, c.state == "open").order_by(c.due_at))


# -- people and organizations go, time goes by ----------------------------------------------------------------------


async def answers_of(tx: Tx, person: str) -> list[Row]:
    """Everything one person answered."""
    return await tx.all(SYSTEM.select(checkin_answer).where(checkin_answer.c.person == person))


async def promises_of(tx: Tx, person: str) -> list[Row]:
    """Everything one person promised."""
    return await tx.all(SYSTEM.select(checkin_promise).where(checkin_promise.c.person == person))


async def forget_answer(tx: Tx, row: str) -> None:
    """One answer less."""
    await tx.run(SYSTEM.delete(checkin_answer).where(checkin_answer.c.id == row))


async def move_answer(tx: Tx, row: str, person: str, sealed: bytes) -> None:
    """The same answer under another person's name and key."""
    await tx.run(SYSTEM.update(checkin_answer).where(checkin_answer.c.id == row).values(person=person, value=sealed))


async def move_promise(tx: Tx, row: str, person: str, sealed: bytes) -> None:
    """The same promise under another person's name and key."""
    await tx.run(SYSTEM.update(checkin_promise).where(checkin_promise.c.id == row).values(person=person, name=sealed))


async def forget_name(tx: Tx, person: str) -> None:
    """The organization's promises stay, without the name."""
    await tx.run(SYSTEM.update(checkin_promise).where(checkin_promise.c.person == person).values(person="", name=b""))


async def end_organization(tx: Tx, home: str, now: datetime) -> None:
    """Its own check-ins end without a debrief, its promises go; what was published stays."""
    c = checkin.c
    rows = await tx.all(SYSTEM.select(checkin, c.id).where(c.organization == home, c.state == "open"))
    for row in rows:
        await tx.run(SYSTEM.delete(checkin_answer).where(checkin_answer.c.checkin == row.id))
        await change(tx, row.id, state="ended", closed_at=now)
    await tx.run(SYSTEM.delete(checkin_promise).where(checkin_promise.c.organization == home))


async def purge(tx: Tx, now: datetime) -> None:
    """Retention: answers 60 days after the close, check-ins a year, settled promises a year."""
    c = checkin.c
    over = await tx.all(SYSTEM.select(checkin, c.id).where(c.closed_at < now - rules.ANSWERS_KEPT))
    for row in over:
        await tx.run(SYSTEM.delete(checkin_answer).where(checkin_answer.c.checkin == row.id))
    await tx.run(SYSTEM.delete(checkin_promise).where(checkin_promise.c.done_at < now - rules.CHECKINS_KEPT))
    await tx.run(SYSTEM.delete(checkin).where(c.closed_at < now - rules.CHECKINS_KEPT))
