"""Afterwards: one question to those who said yes, and thanks with the sum where the copies stand."""

from __future__ import annotations

from contextlib import suppress

from bot.feature import Call, KeyGone, Md, Missing, Organization
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from cogs.alerts.copies import organizations, own_call
from cogs.alerts.store import Alert
from cogs.alerts.telling import given_of, language_of
from cogs.alerts.texts import readers, title_in
from cogs.alerts.timing.rules import THANKS, asks_at, awake

PORTION = 100  # people asked in one transaction
WENT = ("went",)
SAID = {"yes": "went", "no": "absent"}


async def plan_question(call: Call, alert: Alert) -> None:
    """One question, once it is over; planned anew when the time is another, never asked again."""
    await call.not_at("ask", alert.id)
    content = alert.content
    if content.starts_at is not None and alert.asked_at is None:
        await call.at(asks_at(content.starts_at, content.date_only, content.zone), "ask", alert.id, after="")


async def ask(call: Call, subject: str, after: str) -> None:
    """Due work: *did you go?* to those who said yes, so many in one transaction; then the thanks are planned."""
    alert = await store.of_id(call.tx, subject)
    if alert is None or alert.state != "sent" or (alert.asked_at is not None and not after):
        return
    if not after:
        await store.was_asked(call.tx, subject, call.now)
    rows = await replies.answers(call.tx, subject, after, PORTION)
    for row in rows:
        with suppress(KeyGone):  # erased half-way: nobody to ask
            given = await given_of(call, alert, row.person)
            if given.value == "in":
                await _ask_one(call, alert, row.person, given.organization)
    if len(rows) == PORTION:
        await call.at(call.now, "ask", subject, after=rows[-1].id)
    else:
        await call.at(awake(call.now + THANKS, alert.content.zone), "thank", subject)


async def _ask_one(call: Call, alert: Alert, person: str, home: str) -> None:
    language = await language_of(call, alert, person, home)
    lines = [call.words_in(one)("went.ask", title=title_in(alert.content, one)) for one in readers(language)]
    choices = [call.choice(f"went.said.{one}", "went", alert.code, one, language=language) for one in SAID]
    await call.tell(person, call.card_in(language, Md("\n".join(lines)), *choices, code=alert.code), alert.id)


async def went(call: Call, code: str, said: str) -> None:
    """The answer; a later one replaces the earlier. Missing for who was not asked."""
    alert = await store.public(call.tx, code)
    row = await replies.answer_of(call.tx, alert.id, call.person.id) if alert else None
    if alert is None or row is None or alert.asked_at is None:
        raise Missing
    before = await given_of(call, alert, call.person.id)
    if before.value != "in":
        raise Missing
    after = before._replace(went=SAID[said])
    sealed = await call.seal(call.person.id, "", replies.pack(after), "alert_answer", row.id, "value")
    await replies.change_answer(call.tx, row.id, sealed, row.made_at)
    await replies.count(call.tx, alert.id, *after.moves(1), *before.moves(-1))
    call.say(f"went.thanks_{said}")


async def thank(call: Call, subject: str) -> None:
    """Due work: the sum into every channel where the call stands; fewer than five people are no sum."""
    alert = await store.of_id(call.tx, subject)
    total = await replies.total(call.tx, subject, WENT)
    if alert is None or alert.state != "sent" or total.yes < rules.SUM_FROM:
        return
    everybody = await organizations(call)
    for landing in await call.outbox.landed(call.tx, subject):
        receiver = everybody.get(landing.organization)
        if landing.state in ("sent", "outdated") and receiver is not None:
            await _thank_in(call, alert, landing.channel, receiver, total)


async def _thank_in(call: Call, alert: Alert, channel: str, receiver: Organization, total: rules.Sum) -> None:
    if receiver.policy == "never" and receiver.id != alert.organization:
        return  # it takes nothing more of others
    with suppress(Missing):  # the channel is not chosen any more
        where = await call.spaces.channel(call.tx, channel)
        lines = []
        for one in readers(where.language):
            words = call.words_in(one)
            people, of = words("people", n=total.yes), words("organizations", n=total.organizations)
            key = "went.sum" if total.organizations > 1 else "went.sum_people"
            lines.append(words(key, title=title_in(alert.content, one), people=people, organizations=of))
        card = call.card_in(where.language, Md("\n".join(lines)), code=alert.code)
        quiet = rules.is_quiet(call.now, receiver.zone)
        await call.broadcast(where, card, subject=alert.thanks, silent=quiet)


async def attendance(call: Call, code: str) -> tuple[int, int] | None:
    """(people, organizations) who say they went to a call of the asker's organization; None below five people."""
    alert = await own_call(call, code, "sent")
    total = await replies.total(call.tx, alert.id, WENT)
    return (total.yes, total.organizations) if total.yes >= rules.SUM_FROM else None

