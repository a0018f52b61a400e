"""The only SQL on hand-offs, consents, greeters and the counts. The tables stand in `cogs.welcome.store`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func

from bot.db import Row, Tx, upsert
from bot.feature import Scope, new_id
from bot.tables import due
from cogs.welcome.handoff import rules
from cogs.welcome.store import welcome_consent, welcome_count, welcome_greeter, welcome_handoff

SYSTEM = Scope(system=True)
TABLE, COLUMN = "welcome_handoff", "value"
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)  # due work without a clock at hand: the next tick does it
h, g, k = welcome_handoff.c, welcome_greeter.c, welcome_consent.c


@dataclass(frozen=True)
class Handoff:
    """One person shown to one organization. `value`: the sealed package, empty once it is shredded."""

    id: str
    code: str
    case: str
    organization: str
    person: str
    consent: str
    value: bytes
    state: str
    greeter: str
    passing: bool
    round: int
    misses: int
    until_at: datetime | None
    offered_at: datetime
    claimed_at: datetime | None
    introduced_at: datetime | None
    newcomer_says: str
    greeter_says: str
    reason: str
    done_at: datetime | None
    keep_until_at: datetime

    @property
    def subject(self) -> str:
        """What the greeters' card of this round is called in the outbox."""
        return f"{self.id}.{self.round}"

    @property
    def is_open(self) -> bool:
        """Whether somebody has the person, or may take them."""
        return self.state in rules.OPEN

    @property
    def until(self) -> datetime:
        """Until when somebody has them, or must take them; the end of what is kept where nothing else is agreed."""
        return self.until_at or self.keep_until_at


def to_handoff(row: Row) -> Handoff:
    """A hand-off from its row."""
    given = {name: getattr(row, name) for name in Handoff.__dataclass_fields__}
    return Handoff(**{**given, "value": bytes(row.value), "passing": bool(row.passing)})


async def _newest(tx: Tx, query: Any) -> Handoff | None:
    row = await tx.one(query.order_by(h.offered_at.desc(), h.id).limit(1))
    return None if row is None else to_handoff(row)


# -- hand-offs ------------------------------------------------------------------------------------------------------


async def add(tx: Tx, **values: Any) -> Handoff:
    """A new hand-off, offered."""
    fresh: dict[str, Any] = {
        "state": "offered", "greeter": "", "passing": False, "round": 1, "misses": 0, "claimed_at": None,
        "introduced_at": None, "newcomer_says": "", "greeter_says": "", "reason": "", "done_at": None,
    }  # fmt: skip
    await tx.run(SYSTEM.insert(welcome_handoff), None, **{**fresh, **values})
    found = await of_id(tx, values["id"])
    assert found is not None
    return found


async def of_id(tx: Tx, handoff: str) -> Handoff | None:
    """One by its id: for due work."""
    return await _newest(tx, SYSTEM.select(welcome_handoff).where(h.id == handoff))


async def newest_of_case(tx: Tx, case: str) -> Handoff | None:
    """The newest of a case."""
    return await _newest(tx, SYSTEM.select(welcome_handoff).where(h.case == case))


async def of_newcomer(tx: Tx, person: str, code: str) -> Handoff | None:
    """The newest of the person's own with this code."""
    return await _newest(tx, SYSTEM.select(welcome_handoff).where(h.person == person, h.code == code))


async def of_organization(tx: Tx, scope: Scope, code: str) -> Handoff | None:
    """The newest of an organization's with this code."""
    return await _newest(tx, scope.select(welcome_handoff).where(h.code == code))


async def held_with_code(tx: Tx, greeter: str, code: str) -> Handoff | None:
    """The one with this code that a greeter has or had."""
    return await _newest(tx, SYSTEM.select(welcome_handoff).where(h.greeter == greeter, h.code == code))


async def touched_by(tx: Tx, greeter: str) -> list[Handoff]:
    """Everybody whom a greeter has or had."""
    return [to_handoff(row) for row in await tx.all(SYSTEM.select(welcome_handoff).where(h.greeter == greeter))]


async def held_by(tx: Tx, greeter: str, *states: str) -> list[Handoff]:
    """Whom a greeter has, soonest first."""
    query = SYSTEM.select(welcome_handoff).where(h.greeter == greeter, h.state.in_(states or rules.HELD))
    return [to_handoff(row) for row in await tx.all(query.order_by(h.until_at, h.id))]


async def of_person(tx: Tx, person: str) -> list[Handoff]:
    """Everything that was shared of somebody, newest first."""
    query = SYSTEM.select(welcome_handoff).where(h.person == person)
    return [to_handoff(row) for row in await tx.all(query.order_by(h.offered_at.desc(), h.id))]


async def open_rows(tx: Tx, organization: str) -> list[Handoff]:
    """The open ones of an organization."""
    query = SYSTEM.select(welcome_handoff).where(h.organization == organization, h.state.in_(rules.OPEN))
    return [to_handoff(row) for row in await tx.all(query)]


async def over(tx: Tx, now: datetime) -> list[Handoff]:
    """Open ones whose time to be kept is over."""
    query = SYSTEM.select(welcome_handoff).where(h.state.in_(rules.OPEN), h.keep_until_at < now)
    return [to_handoff(row) for row in await tx.all(query)]


async def _count(tx: Tx, *where: Any) -> int:
    return int(await tx.value(SYSTEM.select(welcome_handoff, func.count()).where(*where)))


async def open_of(tx: Tx, organization: str) -> int:
    """How many people an organization holds now: offered, taken or introduced, and not done."""
    return await _count(tx, h.organization == organization, h.state.in_(rules.OPEN))


async def waiting_at(tx: Tx, organization: str) -> int:
    """How many people wait for a greeter of an organization."""
    return await _count(tx, h.organization == organization, h.state == "offered")


async def tried(tx: Tx, case: str) -> frozenset[str]:
    """Organizations already tried for a case; one that was undone was not tried."""
    query = SYSTEM.select(welcome_handoff, h.organization).where(h.case == case, h.state != "undone")
    return frozenset(row.organization for row in await tx.all(query))


async def change(tx: Tx, handoff: Handoff, **values: Any) -> Handoff:
    """Sets columns; the hand-off as it is then."""
    await tx.run(SYSTEM.update(welcome_handoff).where(h.id == handoff.id).values(**values))
    found = await of_id(tx, handoff.id)
    assert found is not None
    return found


async def take(tx: Tx, handoff: Handoff, greeter: str, **values: Any) -> bool:
    """Somebody takes a person, if nobody did since they were read: one statement decides."""
    still = (h.id == handoff.id, h.state == handoff.state, h.greeter == handoff.greeter, h.round == handoff.round)
    statement = SYSTEM.update(welcome_handoff).where(*still)
    return bool(await tx.run(statement.values(state="claimed", greeter=greeter, passing=False, **values)))


async def forget(tx: Tx, handoff: str) -> None:
    """Deletes one."""
    await tx.run(SYSTEM.delete(welcome_handoff).where(h.id == handoff))


# -- consents -------------------------------------------------------------------------------------------------------


async def add_consent(tx: Tx, **values: Any) -> None:
    """A consent as it was given."""
    await tx.run(SYSTEM.insert(welcome_consent), **values, withdrawn_at=None)


async def consent(tx: Tx, consent: str) -> Row | None:
    """One by its id."""
    return await tx.one(SYSTEM.select(welcome_consent).where(k.id == consent))


async def consents_of(tx: Tx, person: str) -> Sequence[Row]:
    """Every consent that somebody gave."""
    return await tx.all(SYSTEM.select(welcome_consent).where(k.person == person).order_by(k.given_at))


async def end_consent(tx: Tx, consent: str, now: datetime) -> None:
    """A consent is over: withdrawn by the person, or of no use any more because its package is gone."""
    statement = SYSTEM.update(welcome_consent).where(k.id == consent, k.withdrawn_at.is_(None))
    await tx.run(statement.values(withdrawn_at=now))


async def end_consents(tx: Tx, organization: str, now: datetime) -> None:
    """Its receiver is gone."""
    statement = SYSTEM.update(welcome_consent).where(k.organization == organization, k.withdrawn_at.is_(None))
    await tx.run(statement.values(withdrawn_at=now))


async def move_consent(tx: Tx, consent: str, person: str, proof: str) -> None:
    """Its person has another id now, so its proof is made anew."""
    await tx.run(SYSTEM.update(welcome_consent).where(k.id == consent).values(person=person, proof=proof))


async def forget_consents(tx: Tx, person: str) -> None:
    """Deletes every consent of somebody."""
    await tx.run(SYSTEM.delete(welcome_consent).where(k.person == person))


# -- greeters -------------------------------------------------------------------------------------------------------


async def greeter_of(tx: Tx, organization: str, person: str) -> Row | None:
    """Somebody as a greeter of an organization."""
    return await tx.one(SYSTEM.select(welcome_greeter).where(g.organization == organization, g.person == person))


async def greeter_row(tx: Tx, row: str) -> Row | None:
    """A greeter by the row of their name."""
    return await tx.one(SYSTEM.select(welcome_greeter).where(g.id == row))


async def greeters_of(tx: Tx, person: str) -> Sequence[Row]:
    """Somebody as a greeter of each organization."""
    return await tx.all(SYSTEM.select(welcome_greeter).where(g.person == person))


async def set_greeter(tx: Tx, row: str, organization: str, person: str, name: bytes, languages: str) -> None:
    """A greeter's name as new people read it, made or changed."""
    if await greeter_row(tx, row):
        await change_greeter(tx, row, name=name, languages=languages)
        return
    await tx.run(
        SYSTEM.insert(welcome_greeter),
        id=row, organization=organization, person=person, name=name, languages=languages, paused=False,
    )  # fmt: skip


async def change_greeter(tx: Tx, row: str, **values: Any) -> None:
    """Sets columns of a greeter."""
    await tx.run(SYSTEM.update(welcome_greeter).where(g.id == row).values(**values))


async def forget_greeter(tx: Tx, row: str) -> None:
    """Deletes a greeter's name."""
    await tx.run(SYSTEM.delete(welcome_greeter).where(g.id == row))


# -- counts and later work ------------------------------------------------------------------------------------------


async def count(tx: Tx, organization: str, what: str, now: datetime) -> None:
    """One more of `offered`, `claimed`, `introduced`, `met` or `lost` in an organization's month."""
    statement = upsert(welcome_count, "organization", "month", "what", update=("last_at",), add=("n",))
    await tx.run(statement, organization=organization, month=f"{now:%Y-%m}", what=what, n=1, last_at=now)


async def counts(tx: Tx, scope: Scope) -> dict[str, int]:
    """An organization's sums over all months that are kept."""
    c = welcome_count.c
    rows = await tx.all(scope.select(welcome_count, c.what, func.sum(c.n).label("n")).group_by(c.what))
    return {row.what: int(row.n) for row in rows}


async def soon(tx: Tx, job: str, subject: str, args: str = "{}") -> None:
    """Due work from a hook, which has no call: the next tick does it."""
    await tx.run(
        SYSTEM.insert(due), id=new_id(), job=f"welcome.{job}", subject=subject, args=args, policy="late",
        state="waiting", tries=0, due_at=AT_ONCE,
    )  # fmt: skip
