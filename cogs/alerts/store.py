"""The tables of calls to action and their copies, and the only SQL on them; what people answer is in `answering`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Integer, String, Table, Text, UniqueConstraint, bindparam, exists

from bot.db import Moment, Row, Tx, metadata
from bot.feature import Channel, Scope, new_code, new_id
from bot.tables import ID, delivery, owned
from cogs.alerts import rules
from cogs.alerts.answering.store import alert_answer, alert_tally
from cogs.alerts.going.store import forget_calls
from cogs.alerts.rules import Content

SYSTEM = Scope(system=True)
DRAFTS = ("draft", "planned")  # states of a call that nobody else knows of

alert = Table(
    "alert",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("organization", ID, nullable=False, index=True),  # whose call it is
    Column("state", String(16), nullable=False),  # draft | planned | sent | withdrawn
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False, info={"plain": "a public text about an action, not about a person"}),
    Column("changed", String(80), nullable=False),  # what the newest version changed: "time,place"
    Column("made_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("corrected_at", Moment),
    Column("closes_at", Moment),  # until when answers are taken
    Column("tally_at", Moment),  # when the copies get the newest sum; empty: nothing is planned
    Column("leave_at", Moment),  # when a planned call leaves for its first space
    Column("leave", String(120)),  # how it leaves (rules.Leave), once its author said so
    Column("asked_at", Moment),  # when those who said yes were asked whether they went
    info=owned(
        "organization",
        "its senders; everybody once it is posted",
        "drafts after 7 days, else a year after it was sent",
    ),
)

alert_version = Table(
    "alert_version",
    metadata,
    Column("alert", ID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("organization", ID, nullable=False),
    Column("content", Text, nullable=False, info={"plain": "a public text about an action, not about a person"}),
    Column("made_at", Moment, nullable=False),
    info=owned("organization", "its senders", "with the call"),
)

alert_copy = Table(
    "alert_copy",
    metadata,
    Column("id", ID, primary_key=True),
    Column("alert", ID, nullable=False),
    Column("organization", ID, nullable=False, index=True),  # who receives it
    Column("channel", ID, nullable=False),  # "" where there is no channel
    Column("place", String(120), nullable=False, info={"plain": "the name of a channel"}),
    Column("language", String(8), nullable=False, info={"plain": "of the channel"}),
    # own | auto | hold | accepted | silence | declined | lapsed | late | never | nowhere | left
    Column("standing", String(16), nullable=False),
    Column("line", Text, nullable=False, info={"plain": "a public line of the receiving organization, or why not"}),
    Column("hold_until_at", Moment),
    Column("decided_at", Moment),
    # The platform's id of the role that it notifies, as its receivers chose; "" : nobody.
    Column("mention", String(32), nullable=False, server_default="", info={"plain": "a role, not who has it"}),
    UniqueConstraint("alert", "organization", "channel", name="one_copy_a_channel"),
    info=owned(
        "organization",
        "its moderators; the sending organization reads how it stands",
        "with the call",
    ),
)

Index("alert_copy_alert", alert_copy.c.alert)


@dataclass(frozen=True)
class Alert:
    """A call to action."""

    id: str
    code: str
    organization: str
    state: str
    version: int
    content: Content
    changed: tuple[str, ...]
    made_at: datetime
    sent_at: datetime | None
    corrected_at: datetime | None
    closes_at: datetime | None
    tally_at: datetime | None
    leave_at: datetime | None = None
    leave: str | None = None
    asked_at: datetime | None = None

    @property
    def ask(self) -> str:
        """The outbox's name of the cards in moderators' channels."""
        return f"{self.id}.ask"

    @property
    def plan(self) -> str:
        """The outbox's name of the questions about a planned call."""
        return f"{self.id}.plan"

    @property
    def hosts(self) -> str:
        """The outbox's name of what is said to those in whose channels it stands."""
        return f"{self.id}.up"

    @property
    def thanks(self) -> str:
        """The outbox's name of the thanks afterwards."""
        return f"{self.id}.thx"


def to_alert(row: Row) -> Alert:
    """A call from its row."""
    values = dict(vars(row))
    values["content"] = Content.from_json(row.content)
    values["changed"] = tuple(part for part in row.changed.split(",") if part)
    return Alert(**values)


# -- calls ----------------------------------------------------------------------------------------------------------


async def add_draft(tx: Tx, scope: Scope, content: Content, now: datetime) -> Alert:
    """A new draft with a free code."""
    code = await _free_code(tx)
    await tx.run(
        scope.insert(alert), id=new_id(), code=code, state="draft", version=1, content=content.to_json(), changed="",
        made_at=now,
    )  # fmt: skip
    found = await of_code(tx, scope, code)
    assert found is not None
    return found


async def _free_code(tx: Tx) -> str:
    while True:
        code = new_code("A")
        if await tx.one(_BY_CODE, code=code) is None:
            return code


_BY_CODE = SYSTEM.select(alert).where(alert.c.code == bindparam("code"))


async def of_code(tx: Tx, scope: Scope, code: str) -> Alert | None:
    """The scope's own call of this code."""
    row = await tx.one(scope.select(alert).where(alert.c.code == code))
    return None if row is None else to_alert(row)


async def of_any_code(tx: Tx, code: str) -> Alert | None:
    """A call of anybody, also a planned one: for those whom it asks. Whoever uses this says who may know of it."""
    row = await tx.one(_BY_CODE, code=code)
    return None if row is None else to_alert(row)


async def public(tx: Tx, code: str) -> Alert | None:
    """A call of anybody that was sent; a draft is nobody else's business."""
    found = await of_any_code(tx, code)
    return None if found is None or found.state in DRAFTS else found


async def of_id(tx: Tx, call: str) -> Alert | None:
    """A call by its row id, for due work."""
    row = await tx.one(SYSTEM.select(alert).where(alert.c.id == call))
    return None if row is None else to_alert(row)


async def newest(tx: Tx, scope: Scope, most: int) -> list[Alert]:
    """The scope's last calls and drafts."""
    rows = await tx.all(scope.select(alert).order_by(alert.c.made_at.desc(), alert.c.code).limit(most))
    return [to_alert(row) for row in rows]


async def newest_here(tx: Tx, scope: Scope, most: int) -> list[Alert]:
    """The last calls of which the scope's organization has, or is asked about, a copy."""
    came = scope.select(alert_copy, alert_copy.c.alert).where(alert_copy.c.standing.in_(rules.HERE))
    query = SYSTEM.select(alert).where(alert.c.id.in_(came), alert.c.state == "sent")
    return [to_alert(row) for row in await tx.all(query.order_by(alert.c.sent_at.desc()).limit(most))]


async def change(tx: Tx, scope: Scope, call: str, **values: Any) -> None:
    """Sets columns of a call."""
    await tx.run(scope.update(alert).where(alert.c.id == call).values(**values))


async def rewrite(tx: Tx, scope: Scope, call: Alert, content: Content, **values: Any) -> None:
    """Another text for a call."""
    await change(tx, scope, call.id, content=content.to_json(), **values)


async def keep_version(tx: Tx, scope: Scope, call: str, version: int, content: Content, now: datetime) -> None:
    """A version as it was sent."""
    text = content.to_json()
    await tx.run(scope.insert(alert_version), alert=call, version=version, content=text, made_at=now)


async def drop(tx: Tx, scope: Scope, call: str) -> None:
    """A draft is thrown away."""
    await tx.run(scope.delete(alert).where(alert.c.id == call, alert.c.state.in_(DRAFTS)))


# -- copies ---------------------------------------------------------------------------------------------------------


async def add_copies(tx: Tx, copies: Sequence[Mapping[str, Any]]) -> None:
    """Where a call goes, or does not go; each with what was decided."""
    plain = {"line": "", "hold_until_at": None, "decided_at": None}
    await tx.run(SYSTEM.insert(alert_copy), [{"id": new_id(), **plain, **one} for one in copies])


async def copies(tx: Tx, call: str) -> list[Row]:
    """All copies of a call, for its ledger and its versions."""
    return await tx.all(_COPIES, alert=call)


_COPIES = SYSTEM.select(alert_copy).where(alert_copy.c.alert == bindparam("alert")).order_by(alert_copy.c.id)


async def received(tx: Tx, scope: Scope, call: str) -> list[Row]:
    """The scope's own copies of somebody's call."""
    return await tx.all(scope.select(alert_copy).where(alert_copy.c.alert == call).order_by(alert_copy.c.id))


async def settle(tx: Tx, scope: Scope, call: str, standing: str, now: datetime, line: str = "") -> int:
    """A receiver's decision on what it was asked; 0 when nothing waited any more."""
    where = alert_copy.c.alert == call, alert_copy.c.standing.in_(rules.ASKED)
    return await tx.run(scope.update(alert_copy).where(*where).values(standing=standing, decided_at=now, line=line))


async def set_standing(tx: Tx, copy: str, standing: str, now: datetime, until: datetime | None = None) -> None:
    """Another standing for one copy."""
    values = {"standing": standing, "decided_at": now, "hold_until_at": until}
    await tx.run(SYSTEM.update(alert_copy).where(alert_copy.c.id == copy).values(**values))


async def give_reason(tx: Tx, scope: Scope, call: str, reason: str) -> None:
    """Why the scope's organization declined."""
    where = alert_copy.c.alert == call, alert_copy.c.standing == "declined"
    await tx.run(scope.update(alert_copy).where(*where).values(line=reason))


async def move_copy(tx: Tx, scope: Scope, copy: str, channel: Channel, mention: str) -> None:
    """The copy belongs to another channel of the same organization, where it notifies another role."""
    values = {"channel": channel.id, "place": channel.name, "language": channel.language, "mention": mention}
    await tx.run(scope.update(alert_copy).where(alert_copy.c.id == copy).values(**values))


async def undecided(tx: Tx, organization: str) -> list[Row]:
    """An organization's copies of others' calls that its policy still binds: those that are not delivered."""
    return await copies_whose_post(tx, organization, delivery.c.state.in_(("held", "queued", "sending")))


async def copies_whose_post(tx: Tx, organization: str, *stands: ColumnElement[bool]) -> list[Row]:
    """An organization's copies, by the rows of their deliveries."""
    own, c = alert_copy.c, delivery.c
    such = exists().where(c.subject == own.alert, c.channel == own.channel, c.kind == "post", *stands)
    return await tx.all(SYSTEM.select(alert_copy).where(own.organization == organization, such).order_by(own.id))


async def was_asked(tx: Tx, call: str, at: datetime) -> None:
    """Those who said yes were asked whether they went: once."""
    await tx.run(SYSTEM.update(alert).where(alert.c.id == call).values(asked_at=at))


async def plan_tally(tx: Tx, call: str, at: datetime | None) -> None:
    """When the copies get the newest sum."""
    await tx.run(_PLAN_TALLY, row=call, at=at)


_PLAN_TALLY = SYSTEM.update(alert).where(alert.c.id == bindparam("row")).values(tally_at=bindparam("at"))


# -- people and organizations go, time goes by ------------------------------------------------------------------------


async def end_organization(tx: Tx, organization: str, now: datetime) -> None:
    """What an organization was asked ends; what it asked of others and is not delivered ends too."""
    waiting = alert_copy.c.organization == organization, alert_copy.c.standing.in_(rules.HERE[1:])
    await tx.run(SYSTEM.update(alert_copy).where(*waiting).values(standing="left", decided_at=now))
    own = [row.id for row in await tx.all(SYSTEM.select(alert, alert.c.id).where(alert.c.organization == organization))]
    for part in _portions(own):
        subjects = [f"{one}{kind}" for one in part for kind in ("", ".ask", ".plan", ".up")]
        open_rows = delivery.c.subject.in_(subjects), delivery.c.state.in_(("held", "queued"))
        ended = {"state": "withdrawn", "reason": "left", "done_at": now}
        await tx.run(SYSTEM.update(delivery).where(*open_rows).values(**ended))
        still = alert_copy.c.alert.in_(part), alert_copy.c.standing == "hold"
        await tx.run(SYSTEM.update(alert_copy).where(*still).values(standing="left", decided_at=now))
    await tx.run(SYSTEM.delete(alert).where(alert.c.organization == organization, alert.c.state.in_(DRAFTS)))


async def purge(tx: Tx, now: datetime) -> None:
    """Retention: drafts 7 days, texts a year, answers 60 days after they close."""
    c = alert.c
    await tx.run(SYSTEM.delete(alert).where(c.state == "draft", c.made_at < now - rules.DRAFTS_KEPT))
    await tx.run(SYSTEM.delete(alert).where(c.state == "planned", c.leave_at < now - rules.DRAFTS_KEPT))
    over = await tx.all(SYSTEM.select(alert, c.id).where(c.closes_at < now - rules.ANSWERS_KEPT))
    for part in _portions([row.id for row in over]):
        await tx.run(SYSTEM.delete(alert_answer).where(alert_answer.c.alert.in_(part)))
        await forget_calls(tx, part)
    old = await tx.all(SYSTEM.select(alert, c.id).where(c.sent_at < now - rules.TEXTS_KEPT))
    for part in _portions([row.id for row in old]):
        for table in (alert_version, alert_copy, alert_answer, alert_tally):
            await tx.run(SYSTEM.delete(table).where(table.c.alert.in_(part)))
        await forget_calls(tx, part)
        await tx.run(SYSTEM.delete(alert).where(c.id.in_(part)))


def _portions(ids: list[str], most: int = 200) -> list[list[str]]:
    return [ids[at : at + most] for at in range(0, len(ids), most)]
