"""Answers: one person counts once in the whole coalition, the sum is there at once, copies follow last in line."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.feature import Call, KeyGone, Missing, UserError, new_id
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from cogs.alerts.approving import store as approvals
from cogs.alerts.copies import SOON, copy_card, organizations, plan_tally
from cogs.alerts.going import places
from cogs.alerts.going.store import (
    forget_person,
    forget_reminder,
    hand_over,
    keep_one_reminder,
    leave_line,
    place_in_line,
    plan_fill,
    reminders_of,
)
from cogs.alerts.practicing import store as practices
from cogs.alerts.rules import Given
from cogs.alerts.store import Alert
from cogs.alerts.telling import remind_choice
from cogs.alerts.texts import sum_text

TABLE, COLUMN = "alert_answer", "value"


async def answer(call: Call, code: str, value: str) -> None:
    """*I'm in*, *Maybe*, *Can't* or *I did it*; a later answer replaces the earlier."""
    alert = await store.public(call.tx, code)
    if alert is None:
        raise Missing
    _check_open(call, alert, value)
    earlier = await replies.answer_of(call.tx, alert.id, call.person.id) if call.person.met_before else None
    before = await _open(call.people.keyring, earlier) if earlier else Given()
    value = await places.what_counts(call, alert, value, before.value)
    after = before.through(call.organization.id if call.organization else "")
    after = after._replace(value=value, went=before.went if value in rules.YES else "")
    if after != before:
        await _write(call, alert, after, before, earlier.id if earlier else "")
        await places.step(call, alert, before.value, value)
        if before.value == "in" and value != "in":
            await forget_reminder(call.tx, alert.id, call.person.id)
    total = await replies.total(call.tx, alert.id)
    if rules.sum_is_shown(alert.content, before.value, value, total):
        await plan_tally(call, alert)
    await _say(call, alert, value, total)


async def _say(call: Call, alert: Alert, value: str, total: rules.Sum) -> None:
    shown = sum_text(call.words, total, alert.content.timed)
    if value == rules.WAITING:
        number = await place_in_line(call.tx, alert.id, call.person.id)
        leave = call.choice("leave_list_button", "answer", alert.code, "cant", known=True)
        call.say("said.wait", leave, number=number, sum=shown)
    else:
        more = remind_choice(call, alert, call.language, known=True) if value == "in" else []
        call.say(f"said.{value}", *more, sum=shown)


def _check_open(call: Call, alert: Alert, value: str) -> None:
    if alert.state == "withdrawn":
        raise UserError("over.withdrawn", title=alert.content.title)
    if alert.closes_at is not None and alert.closes_at <= call.now:
        raise UserError("over.past", title=alert.content.title)
    if value not in rules.answers_for(alert.content):
        raise UserError("over.timed" if alert.content.timed else "over.untimed", field="value")


async def _open(keyring: Any, row: Any) -> Given:
    key = await keyring.existing(row.person)
    return replies.unpack(key.open(bytes(row.value), TABLE, row.id, COLUMN))


async def _write(call: Call, alert: Alert, after: Given, before: Given, row: str) -> None:
    """The row, sealed, and the tallies that move, in this one transaction."""
    known, row = row, row or new_id()
    sealed = await call.seal(call.person.id, "", replies.pack(after), TABLE, row, COLUMN)
    if known:
        await replies.change_answer(call.tx, row, sealed, call.now)
    else:
        await replies.add_answer(call.tx, row, alert.id, call.person.id, sealed, call.now)
    await replies.count(call.tx, alert.id, *after.moves(1), *before.moves(-1))


async def tally(call: Call, subject: str) -> None:
    """Due work: the newest sum into every copy that stands."""
    alert = await store.of_id(call.tx, subject)
    if alert is None:
        return
    await store.plan_tally(call.tx, subject, None)
    if alert.state != "sent":
        return
    everybody = await organizations(call)
    people = (await replies.total(call.tx, subject)).yes
    sender = everybody.get(alert.organization)
    if sender is None:  # it left more than 30 days ago; what stands stays as it is
        return
    cards = {
        # Who left may be forgotten while its copy still stands in the ledger: nothing is delivered there any more.
        one.channel: copy_card(
            call, alert, sender, everybody.get(one.organization, sender), one.language, one.line, people, one.mention
        )
        for one in await store.copies(call.tx, subject)
        if one.channel
    }
    await call.outbox.tally(
        call.tx, subject, cards.__getitem__, call.now,
        lambda platform: rules.pace(call.seconds_for(platform, 1)) - SOON,
    )  # fmt: skip


# -- hooks ----------------------------------------------------------------------------------------------------------


async def kept(tx: Any, person: str) -> dict[str, int]:
    """How many answers, and wishes to be reminded, are kept about somebody."""
    found = {"alerts.kept_answers": len(await replies.answers_of(tx, person))}
    wanted = len(await reminders_of(tx, person))
    return found | ({"alerts.kept_reminders": wanted} if wanted else {})


async def erased(tx: Any, keyring: Any, person: str) -> None:
    """Takes somebody's answers out of the sums and deletes them; their key is still there."""
    for row in await replies.answers_of(tx, person):
        with suppress(KeyGone):  # erased half-way before: what was answered cannot be read any more
            given = await _open(keyring, row)
            await replies.count(tx, row.alert, *given.moves(-1))
            await _free(tx, row, given)
        await replies.forget_answer(tx, row.id)
    await forget_person(tx, person)
    await approvals.forget_person(tx, person)


async def _free(tx: Any, row: Any, given: Given) -> None:
    """A place that somebody held goes to the first in line."""
    alert = await store.of_id(tx, row.alert) if given.value == "in" else None
    if alert is not None and alert.content.limit:
        await plan_fill(tx, row.alert, row.made_at)


async def merged(tx: Any, keyring: Any, old: str, new: str) -> None:
    """Two accounts became one person: where both answered, the later answer counts, once."""
    await approvals.forget_person(tx, old, new)
    kept_rows = {row.alert: row for row in await replies.answers_of(tx, new)}
    for row in await replies.answers_of(tx, old):
        other = kept_rows.get(row.alert)
        given = await _open(keyring, row)
        if other is not None:
            given = await _join(tx, keyring, row, other)
        key = await keyring.of_person(new)
        await replies.move_answer(tx, row.id, new, key.seal(replies.pack(given), TABLE, row.id, COLUMN))
        await hand_over(tx, row.alert, old, new)
        if given.value != rules.WAITING:
            await leave_line(tx, row.alert, new)
        await keep_one_reminder(tx, row.alert, old, new)
        if given.value != "in":
            await forget_reminder(tx, row.alert, new)


async def _join(tx: Any, keyring: Any, row: Any, other: Any) -> Given:
    """Of the two answers `row` stays, with what counts of both; a place that was held twice is free."""
    one, two = await _open(keyring, row), await _open(keyring, other)
    counts = rules.joined(one, two, one if row.made_at > other.made_at else two)
    await replies.count(tx, row.alert, *counts.moves(1), *one.moves(-1), *two.moves(-1))
    await replies.forget_answer(tx, other.id)
    for given in (one, two):
        await _free(tx, row, given)
    return counts


async def purge(tx: Any, now: datetime) -> None:
    """Retention, every night."""
    await store.purge(tx, now)
    await approvals.purge(tx)
    await practices.purge(tx, now)
