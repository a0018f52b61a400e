"""The tables of answers and their sums, and the only SQL on them: the press path, at 200 a second (FACTS 47: statements
compiled once).
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Column, Integer, LargeBinary, String, Table, UniqueConstraint, bindparam

from bot.db import Moment, Row, Tx, metadata, upsert
from bot.feature import Scope
from bot.tables import ID, owned
from cogs.alerts import rules
from cogs.alerts.rules import Given

SYSTEM = Scope(system=True)

alert_answer = Table(
    "alert_answer",
    metadata,
    Column("id", ID, primary_key=True),
    Column("alert", ID, nullable=False),
    Column(
        "person", ID, nullable=False, index=True,
        info={"plain": "random id: one person is counted once, and it leads to nobody without the keyring"},
    ),
    # What was answered and through which organizations: together they would say who belongs where (SECURITY A1).
    Column("value", LargeBinary, nullable=False, info={"sealed": True}),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("alert", "person", name="one_answer_a_person"),
    info=owned("person", "the person; others see sums", "by /mydata erase, or 60 days after answers close"),
)  # fmt: skip

alert_tally = Table(
    "alert_tally",
    metadata,
    Column("alert", ID, primary_key=True),
    Column("organization", ID, primary_key=True),  # "" when the answer came from a direct room
    # in | maybe | cant | done | wait | went | absent, or with `rules.ALSO` before it
    Column("value", String(8), primary_key=True),
    Column("n", Integer, nullable=False),
    info=owned("coalition", "everybody, as one sum", "with the call"),
)

_ANSWER = SYSTEM.select(alert_answer).where(
    alert_answer.c.alert == bindparam("alert"), alert_answer.c.person == bindparam("person")
)
_ADD_ANSWER = SYSTEM.insert(alert_answer)
_CHANGE_ANSWER = (
    SYSTEM.update(alert_answer)
    .where(alert_answer.c.id == bindparam("row"))
    .values(value=bindparam("sealed"), made_at=bindparam("made_at"))
)
_COUNT = upsert(alert_tally, "alert", "organization", "value", add=["n"])
_TALLIES = SYSTEM.select(alert_tally).where(alert_tally.c.alert == bindparam("alert"))


def pack(given: Given) -> str:
    """What is sealed in an answer."""
    return json.dumps(given if given.also else given[:3] if given.went else given[:2])


def unpack(text: str) -> Given:
    """The answer again."""
    given = Given(*json.loads(text))
    return given._replace(also=tuple(given.also))


async def answer_of(tx: Tx, call: str, person: str) -> Row | None:
    """What a person answered, sealed."""
    return await tx.one(_ANSWER, alert=call, person=person)


async def add_answer(tx: Tx, row: str, call: str, person: str, sealed: bytes, now: datetime) -> None:
    """A first answer."""
    await tx.run(_ADD_ANSWER, id=row, alert=call, person=person, value=sealed, made_at=now)


async def change_answer(tx: Tx, row: str, sealed: bytes, now: datetime) -> None:
    """Another answer of the same person."""
    await tx.run(_CHANGE_ANSWER, row=row, sealed=sealed, made_at=now)


async def count(tx: Tx, call: str, *moves: tuple[str, str, int]) -> None:
    """So many more or less in the tallies: (answer, organization, by how many)."""
    keys = ("value", "organization", "n")
    await tx.run(_COUNT, [{"alert": call, **dict(zip(keys, move, strict=True))} for move in moves])


async def total(tx: Tx, call: str, of: tuple[str, ...] = rules.YES) -> rules.Sum:
    """The sum of a call, from its tallies; `of`: the answers that make up its number of people."""
    return rules.add_up(((row.organization, row.value, row.n) for row in await tx.few(_TALLIES, alert=call)), of)


async def answers(tx: Tx, call: str, after: str, most: int) -> list[Row]:
    """Answers of a call in the order of their ids, for work in portions."""
    c = alert_answer.c
    return await tx.all(SYSTEM.select(alert_answer).where(c.alert == call, c.id > after).order_by(c.id).limit(most))


# -- people go ------------------------------------------------------------------------------------------------------


async def answers_of(tx: Tx, person: str) -> list[Row]:
    """Everything one person answered."""
    return await tx.all(SYSTEM.select(alert_answer).where(alert_answer.c.person == person))


async def forget_answer(tx: Tx, row: str) -> None:
    """One answer less."""
    await tx.run(SYSTEM.delete(alert_answer).where(alert_answer.c.id == row))


async def move_answer(tx: Tx, row: str, person: str, sealed: bytes) -> None:
    """The same answer under another person's name and key."""
    await tx.run(SYSTEM.update(alert_answer).where(alert_answer.c.id == row).values(person=person, value=sealed))
