"""Reminders: none until somebody asks by a press; then one, in their waking hours, moved with the time, never twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from bot.feature import Call, KeyGone, Missing, UserError, When, show_when_short
from cogs.alerts import store
from cogs.alerts.copies import organizations
from cogs.alerts.going import store as going
from cogs.alerts.rules import Given
from cogs.alerts.store import Alert
from cogs.alerts.telling import given_of, tell_one
from cogs.alerts.timing.rules import awake, remind_at

PORTION = 100  # people reminded in one transaction


async def remind(call: Call, code: str) -> None:
    """One reminder for the asker, who said yes. Missing for a call that they did not answer."""
    alert = await store.public(call.tx, code)
    given = await given_of(call, alert, call.person.id) if alert else Given()
    if alert is None or not given.value:
        raise Missing
    if given.value != "in" or alert.state != "sent" or alert.content.starts_at is None:
        raise UserError("remind.not_in", title=alert.content.title)
    zone = await _zone(call, alert, call.person.id, given.organization)
    at = remind_at(alert.content.starts_at, zone, call.now)
    if at is None:
        raise UserError("remind.too_near", title=alert.content.title)
    await _plan(call, alert, call.person.id, at)
    call.say("remind.planned", at=show_when_short(When(at, zone), call.language), title=alert.content.title)


async def _zone(call: Call, alert: Alert, person: str, home: str) -> str:
    """Theirs, else that of the organization through which they answered, else that of the call."""
    own = (await call.people.get(call.tx, person)).zone
    homes = {} if own else await organizations(call)
    return own or (homes[home].zone if home in homes else alert.content.zone)


async def _plan(call: Call, alert: Alert, person: str, at: datetime) -> None:
    """One waiting job a call, at its next reminder."""
    following = await going.next_reminder(call.tx, alert.id)
    await going.remind(call.tx, alert.id, person, at)
    if following is None or at < following:
        await call.not_at("remind", alert.id)
        await call.at(at, "remind", alert.id)


async def send_due(call: Call, subject: str) -> None:
    """Due work: everybody whose moment came, once each; the job plans itself for the next."""
    alert = await store.of_id(call.tx, subject)
    if alert is None or alert.state != "sent" or alert.content.starts_at is None:
        return
    for row in await going.reminders(call.tx, subject, call.now, "", PORTION):
        await going.forget_reminder(call.tx, subject, row.person)
        with suppress(KeyGone):  # erased half-way: nobody to remind
            await _remind_one(call, alert, row.person, alert.content.starts_at)
    following = await going.next_reminder(call.tx, subject)
    if following is not None:
        await call.at(max(following, call.now), "remind", subject)


async def _remind_one(call: Call, alert: Alert, person: str, starts_at: datetime) -> None:
    given = await given_of(call, alert, person)
    if given.value != "in" or call.now >= starts_at:
        return
    morning = awake(call.now, await _zone(call, alert, person, given.organization))
    if call.now < morning < starts_at:  # an outage ended in their night
        await going.remind(call.tx, alert.id, person, morning)
    else:
        await tell_one(call, alert, person, given.organization, "reminder")


async def move(call: Call, subject: str, after: str) -> None:
    """Due work: the time is another, so the reminders that are still to come are too."""
    alert = await store.of_id(call.tx, subject)
    if alert is None or alert.state != "sent":
        return
    rows = await going.reminders(call.tx, subject, None, after, PORTION)
    for row in rows:
        await going.forget_reminder(call.tx, subject, row.person)
        with suppress(KeyGone):
            given = await given_of(call, alert, row.person)
            zone = await _zone(call, alert, row.person, given.organization)
            at = remind_at(alert.content.starts_at, zone, call.now) if alert.content.starts_at else None
            if at is not None:
                await going.remind(call.tx, subject, row.person, at)
    following = await going.next_reminder(call.tx, subject)
    await call.not_at("remind", subject)
    if following is not None:
        await call.at(max(following, call.now), "remind", subject)
    if len(rows) == PORTION:
        await call.at(call.now, "move", subject, after=rows[-1].person)
