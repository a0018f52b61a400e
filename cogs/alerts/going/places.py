"""Places and the waiting list: never more than there are, in the order in which people said yes, each told once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.feature import Call, KeyGone, UserError
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from cogs.alerts.copies import own_call, plan_tally
from cogs.alerts.going.store import first_in_line, leave_line, wait
from cogs.alerts.rules import WAITING
from cogs.alerts.store import Alert
from cogs.alerts.telling import tell_one

PORTION = 100  # people who get a place in one transaction: a press never waits for a long one


# -- the press path --------------------------------------------------------------------------------------------------


async def what_counts(call: Call, alert: Alert, value: str, before: str) -> str:
    """A yes is a yes while there are places and nobody waits; else it waits. Who has a place keeps it."""
    if value != "in" or not alert.content.limit:
        return value
    if before in ("in", WAITING):
        return before
    total = await replies.total(call.tx, alert.id)
    is_free = rules.free_places(alert.content, total) > 0 and not total.counts.get(WAITING)
    return "in" if is_free else WAITING


async def step(call: Call, alert: Alert, before: str, after: str) -> None:
    """Into the line, out of it; a place that is given back goes to the first in line."""
    if after == WAITING and before != WAITING:
        await wait(call.tx, alert.id, call.person.id, call.now)
    elif before == WAITING and after != WAITING:
        await leave_line(call.tx, alert.id, call.person.id)
    elif before == "in" and after != "in" and alert.content.limit:
        await call.at(call.now, "fill", alert.id)


# -- promotion -------------------------------------------------------------------------------------------------------


async def fill(call: Call, subject: str) -> None:
    """Due work: free places go to the first in line, who are told, so many in one transaction."""
    alert = await store.of_id(call.tx, subject)
    if alert is None or alert.state != "sent" or rules.useful_until(call.now, alert.content) <= call.now:
        return
    free = rules.free_places(alert.content, await replies.total(call.tx, subject))
    rows = await first_in_line(call.tx, subject, min(free, PORTION))
    for row in rows:
        with suppress(KeyGone):  # erased half-way: the next one moves up
            await _promote(call, alert, row.person)
        await leave_line(call.tx, subject, row.person)
    if rows:
        await plan_tally(call, alert)
        await call.at(call.now, "fill", subject)


async def _promote(call: Call, alert: Alert, person: str) -> None:
    row = await replies.answer_of(call.tx, alert.id, person)
    if row is None:
        return
    cell = ("alert_answer", row.id, "value")
    given = replies.unpack(await call.unseal(person, "", row.value, *cell))
    after = given._replace(value="in", went="")
    sealed = await call.seal(person, "", replies.pack(after), *cell)
    await replies.change_answer(call.tx, row.id, sealed, row.made_at)
    await replies.count(call.tx, alert.id, *after.moves(1), *given.moves(-1))
    await tell_one(call, alert, person, given.organization, "promoted")


# -- the author's number ---------------------------------------------------------------------------------------------


async def check_number(call: Call, value: str) -> str:
    """0 is no limit."""
    if not 0 <= int(value) <= rules.PLACES:
        raise UserError("places.range", limit=rules.PLACES)
    return value


async def known(call: Call, code: str) -> Mapping[str, Any]:
    """What stands in a call."""
    content = (await own_call(call, code)).content
    return {"number": str(content.places) if content.places else ""}


async def with_places(call: Call, alert: Alert, number: str) -> rules.Content:
    """The call with another number of places; UserError when fewer than have one already."""
    content, taken = alert.content, (await replies.total(call.tx, alert.id)).yes
    if not content.timed:
        raise UserError("places.untimed", field="number")
    if int(number) and int(number) < taken:
        raise UserError("places.fewer", field="number", n=taken)
    return replace(content, places=int(number))
