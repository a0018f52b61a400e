"""Answers: one person counts once in the whole coalition, the sum is there at once, copies follow last in line."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bot.feature import Call, KeyGone, Missing, UserError, new_id
from cogs.alerts import rules, store
from cogs.alerts.copies import copy_card, organizations
from cogs.alerts.store import Alert
from cogs.alerts.texts import sum_text

TABLE, COLUMN = "alert_answer", "value"
STALE = timedelta(minutes=10)  # work that is so late failed for good: it is planned anew
SOON = timedelta(seconds=30)  # Discord's copies follow at most so often (DESIGN 2)


async def answer(call: Call, code: str, value: str) -> None:
    """*I'm in*, *Maybe*, *Can't* or *I did it*; a later answer replaces the earlier."""
    alert = await store.public(call.tx, code)
    if alert is None:
        raise Missing
    _check_open(call, alert, value)
    earlier = await store.answer_of(call.tx, alert.id, call.person.id)
    before = await _open(call.people.keyring, earlier) if earlier else ("", "")
    home = call.organization.id if call.organization else before[1]
    if (value, home) != before:
        await _write(call, alert, (value, home), before, earlier.id if earlier else "")
    total = await store.total(call.tx, alert.id)
    if (value in rules.YES or before[0] in rules.YES) and total.yes >= rules.SUM_FROM - 1:
        await _plan_tally(call, alert)
    call.say(f"said.{value}", sum=sum_text(call.words, total, alert.content.timed))


def _check_open(call: Call, alert: Alert, value: str) -> None:
    if alert.state == "withdrawn":
        raise UserError("over.withdrawn", title=alert.content.title)
    if alert.closes_at is not None and alert.closes_at <= call.now:
        raise UserError("over.past", title=alert.content.title)
    if value not in rules.answers_for(alert.content):
        raise UserError("over.timed" if alert.content.timed else "over.untimed", field="value")


async def _open(keyring: Any, row: Any) -> tuple[str, str]:
    key = await keyring.existing(row.person)
    return store.unpack(key.open(bytes(row.value), TABLE, row.id, COLUMN))


async def _write(call: Call, alert: Alert, after: tuple[str, str], before: tuple[str, str], row: str) -> None:
    """The row, sealed, and the tallies that move, in this one transaction."""
    moves = [(*after, 1), (*before, -1)] if row else [(*after, 1)]
    known, row = row, row or new_id()
    sealed = await call.seal(call.person.id, "", store.pack(*after), TABLE, row, COLUMN)
    if known:
        await store.change_answer(call.tx, row, sealed, call.now)
    else:
        await store.add_answer(call.tx, row, alert.id, call.person.id, sealed, call.now)
    await store.count(call.tx, alert.id, *moves)


async def _plan_tally(call: Call, alert: Alert) -> None:
    """One waiting job a call: a press costs the same whether a call has one copy or five hundred."""
    if alert.tally_at is None or alert.tally_at < call.now - STALE:
        await store.plan_tally(call.tx, alert.id, call.now + SOON)
        await call.at(call.now + SOON, "tally", alert.id)


async def tally(call: Call, subject: str) -> None:
    """Due work: the newest sum into every copy that stands."""
    alert = await store.of_id(call.tx, subject)
    if alert is None:
        return
    await store.plan_tally(call.tx, subject, None)
    if alert.state != "sent":
        return
    everybody = await organizations(call)
    people = (await store.total(call.tx, subject)).yes
    sender = everybody.get(alert.organization)
    if sender is None:  # it left more than 30 days ago; what stands stays as it is
        return
    cards = {
        # Who left may be forgotten while its copy still stands in the ledger: nothing is delivered there any more.
        one.channel: copy_card(
            call, alert, sender, everybody.get(one.organization, sender), one.language, one.line, people
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
    """How many answers are kept about somebody."""
    return {"alerts.kept_answers": len(await store.answers_of(tx, person))}


async def erased(tx: Any, keyring: Any, person: str) -> None:
    """Takes somebody's answers out of the sums and deletes them; their key is still there."""
    for row in await store.answers_of(tx, person):
        with suppress(KeyGone):  # erased half-way before: what was answered cannot be read any more
            value, home = await _open(keyring, row)
            await store.count(tx, row.alert, (value, home, -1))
        await store.forget_answer(tx, row.id)


async def merged(tx: Any, keyring: Any, old: str, new: str) -> None:
    """Two accounts became one person: where both answered, the later answer counts, once."""
    kept_rows = {row.alert: row for row in await store.answers_of(tx, new)}
    for row in await store.answers_of(tx, old):
        value, home = await _open(keyring, row)
        other = kept_rows.get(row.alert)
        if other is not None and other.made_at >= row.made_at:
            await store.count(tx, row.alert, (value, home, -1))
            await store.forget_answer(tx, row.id)
            continue
        if other is not None:
            earlier = await _open(keyring, other)
            await store.count(tx, row.alert, (*earlier, -1))
            await store.forget_answer(tx, other.id)
        key = await keyring.of_person(new)
        sealed = key.seal(store.pack(value, home), TABLE, row.id, COLUMN)
        await store.move_answer(tx, row.id, new, sealed)


async def purge(tx: Any, now: datetime) -> None:
    """Retention, every night."""
    await store.purge(tx, now)
