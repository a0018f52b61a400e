"""The tables of people who want to start, and the only SQL on them.

    case      asked -> placed (a hand-off is open) | waiting (no local group yet) -> ended
    hand-off  offered -> claimed -> introduced -> met | lost · unclaimed · undone · withdrawn -> deleted

What somebody told is sealed under their own key; what they agreed to share with one organization is sealed once more,
under the key of person x organization, and is all that the organization ever reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text, func

from bot.db import Moment, Row, Tx, metadata
from bot.feature import Scope, new_code
from bot.tables import ID, owned
from cogs.welcome import rules
from cogs.welcome.handoff.rules import OPEN

SYSTEM = Scope(system=True)

PSEUDONYM = {"plain": "random id: it leads to nobody without the account table and the keyring"}

welcome_case = Table(
    "welcome_case",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("person", ID, nullable=False, index=True, info=PSEUDONYM),
    Column("given", LargeBinary, nullable=False, info={"sealed": True}),  # rules.Given, under the person's own key
    Column("via", LargeBinary, nullable=False, info={"sealed": True}),  # where they pressed, under the person's own key
    Column("state", String(12), nullable=False),  # asked | placed | waiting | ended
    Column("tell_me", Boolean, nullable=False),  # wants to hear when there is a local group
    Column("made_at", Moment, nullable=False),
    Column("keep_until_at", Moment, nullable=False),
    info=owned("person", "the person, by /request", "30 days after it was last of use; at once by /mydata erase"),
)

welcome_panel = Table(
    "welcome_panel",
    metadata,
    Column("organization", ID, primary_key=True),
    Column("subject", ID, nullable=False),  # of the copies that stand
    Column("posted_at", Moment, nullable=False),
    info=owned("organization", "its moderators", "with the organization"),
)

welcome_handoff = Table(
    "welcome_handoff",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(16), nullable=False, index=True),  # the case's
    Column("case", ID, nullable=False, index=True, info={"plain": "random id of the case"}),
    Column("organization", ID, nullable=False, index=True),
    Column("person", ID, nullable=False, index=True, info=PSEUDONYM),
    Column("consent", ID, nullable=False, info={"plain": "random id of the proof"}),
    Column("value", LargeBinary, nullable=False, info={"sealed": True}),  # the package, under person x organization
    Column("state", String(12), nullable=False),
    Column("greeter", ID, nullable=False, index=True, info=PSEUDONYM),  # "" until somebody takes it
    Column("passing", Boolean, nullable=False),  # who has them asked the others to take over
    Column("round", Integer, nullable=False),  # how often they were put before the greeters: each round has a card
    Column("misses", Integer, nullable=False),  # greeters who let their time run out
    Column("until_at", Moment),  # until when somebody has them, or must take them
    Column("offered_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("introduced_at", Moment),
    Column("newcomer_says", String(8), nullable=False),  # "" | yes | no: did you connect?
    Column("greeter_says", String(8), nullable=False),
    Column("reason", String(16), nullable=False),  # of a lost one: a key
    Column("done_at", Moment),
    Column("keep_until_at", Moment, nullable=False),
    info=owned(
        "organization", "before it is taken: nobody; then the greeter who took it",
        "7 days after it was offered and not taken, 30 days after it was taken; at once by /mydata erase",
    ),
)  # fmt: skip

welcome_consent = Table(
    "welcome_consent",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person", ID, nullable=False, index=True, info=PSEUDONYM),
    Column("organization", ID, nullable=False, index=True),  # the receiver, and nobody else
    Column("purpose", String(20), nullable=False),
    Column("fields", Text, nullable=False, info={"plain": "names of the fields, not what is in them"}),
    Column("text_version", Integer, nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("given_via", String(300), nullable=False, info={"plain": "platform and id of the press: the proof"}),
    Column("expires_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Column("proof", String(64), nullable=False),  # HMAC over the row
    info=owned("person", "the person; whoever must prove the direction", "a year after it expired or was withdrawn"),
)

welcome_greeter = Table(
    "welcome_greeter",
    metadata,
    Column("id", ID, primary_key=True),
    Column("organization", ID, nullable=False, index=True),
    Column("person", ID, nullable=False, index=True, info=PSEUDONYM),
    Column("name", LargeBinary, nullable=False, info={"sealed": True}),  # what new people read
    Column("languages", String(8), nullable=False),  # en | es | both
    Column("paused", Boolean, nullable=False),
    info=owned("organization", "the people they welcome", "with the person or the organization"),
)

welcome_count = Table(
    "welcome_count",
    metadata,
    Column("organization", ID, primary_key=True),
    Column("month", String(7), primary_key=True),  # 2026-11
    Column("what", String(16), primary_key=True),  # offered | claimed | introduced | met | lost
    Column("n", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    info=owned("organization", "its moderators; no person is in it", "with the organization, or after a year"),
)


# -- cases ----------------------------------------------------------------------------------------------------------


async def add_case(tx: Tx, **values: Any) -> str:
    """A new case under a code that is free; the code."""
    c = welcome_case.c
    while await tx.one(SYSTEM.select(welcome_case, c.id).where(c.code == (code := new_code("N")))):
        pass
    await tx.run(SYSTEM.insert(welcome_case), code=code, state="asked", tell_me=False, **values)
    return code


async def change_case(tx: Tx, case: str, **values: Any) -> None:
    """Sets columns of a case."""
    await tx.run(SYSTEM.update(welcome_case).where(welcome_case.c.id == case).values(**values))


async def case_of_code(tx: Tx, scope: Scope, code: str) -> Row | None:
    """The asker's own case."""
    return await tx.one(scope.select(welcome_case).where(welcome_case.c.code == code))


async def case_of_id(tx: Tx, case: str) -> Row | None:
    """Anybody's case, for due work."""
    return await tx.one(SYSTEM.select(welcome_case).where(welcome_case.c.id == case))


async def newest_case(tx: Tx, scope: Scope) -> Row | None:
    """The asker's newest case that is not ended."""
    c = welcome_case.c
    return await tx.one(scope.select(welcome_case).where(c.state != "ended").order_by(c.made_at.desc()).limit(1))


async def waiting_cases(tx: Tx, now: datetime) -> list[Row]:
    """Cases of people who want to hear when there is a local group, the longest waiting first."""
    c = welcome_case.c
    wanted = SYSTEM.select(welcome_case).where(c.tell_me.is_(True), c.state == "waiting", c.keep_until_at > now)
    return await tx.all(wanted.order_by(c.made_at, c.id))


async def open_people(tx: Tx, organizations: Sequence[str]) -> dict[str, int]:
    """How many people organizations hold now: offered, taken or introduced, and not done."""
    c = welcome_handoff.c
    held = SYSTEM.select(welcome_handoff, c.organization, func.count().label("n")).group_by(c.organization)
    open_ones = c.state.in_(OPEN)
    rows = await tx.all(held.where(c.organization.in_(organizations), open_ones)) if organizations else []
    return {row.organization: row.n for row in rows}


async def cases_of(tx: Tx, person: str) -> list[Row]:
    """Every case of somebody, newest first."""
    c = welcome_case.c
    return await tx.all(SYSTEM.select(welcome_case).where(c.person == person).order_by(c.made_at.desc()))


async def forget_cases(tx: Tx, person: str) -> None:
    """Deletes every case of somebody."""
    await tx.run(SYSTEM.delete(welcome_case).where(welcome_case.c.person == person))


# -- panels ---------------------------------------------------------------------------------------------------------


async def panel_of(tx: Tx, home: str) -> Row | None:
    """Where an organization's panel stands: the subject of its copies, since when."""
    return await tx.one(SYSTEM.select(welcome_panel).where(welcome_panel.c.organization == home))


async def set_panel(tx: Tx, home: str, subject: str, now: datetime) -> None:
    """The panel stands in new copies."""
    await tx.run(SYSTEM.delete(welcome_panel).where(welcome_panel.c.organization == home))
    await tx.run(SYSTEM.insert(welcome_panel), organization=home, subject=subject, posted_at=now)


# -- ends -----------------------------------------------------------------------------------------------------------


async def end_organization(tx: Tx, home: str) -> None:
    """An organization is out: what was shared with it is gone; proofs stay with the person."""
    for table in (welcome_handoff, welcome_greeter, welcome_count, welcome_panel):
        await tx.run(SYSTEM.delete(table).where(table.c.organization == home))


async def purge(tx: Tx, now: datetime) -> None:
    """Retention, every night (SECURITY 6.6)."""
    for table in (welcome_case, welcome_handoff):
        await tx.run(SYSTEM.delete(table).where(table.c.keep_until_at < now))
    c = welcome_consent.c
    await tx.run(SYSTEM.delete(welcome_consent).where(c.expires_at < now - rules.PROOF_KEPT))
    await tx.run(SYSTEM.delete(welcome_consent).where(c.withdrawn_at < now - rules.PROOF_KEPT))
    await tx.run(SYSTEM.delete(welcome_count).where(welcome_count.c.last_at < now - rules.COUNTS_KEPT))
