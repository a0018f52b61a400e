"""Opening a check-in: who answers, what is asked, until when; its cards in every space that is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.feature import Call, Card, KeyGone, Level, Organization, Refused, UserError
from cogs.checkins import rules, store
from cogs.checkins.cycles import names, own, rooms_for, short
from cogs.checkins.questions import Question, of_template
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look, Promise, in_languages, invitation


async def check_days(call: Call, value: str) -> str:
    """A number of days."""
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= rules.MOST_DAYS):
        raise UserError("wrong_days", limit=rules.MOST_DAYS)
    return value


async def open_first(call: Call, who: str, subject: str, template: str, questions: str, days: str) -> None:
    """The first cycle of a check-in."""
    await _open(call, who, subject, of_template(template, questions), int(days or rules.DAYS))


async def open_next(call: Call, code: str) -> None:
    """The next cycle of a series: the same questions, and what is still open in its first lines."""
    before = await own(call, code, "settled")
    last = await store.newest_of(call.tx, before.series)
    if last.id != before.id and last.state != "settled":
        raise UserError(f"state_is.{last.stands(call.now)}", title=last.title, which=last.code)
    await _open(call, last.who, last.title, last.questions, last.days, last)


async def _open(
    call: Call, who: str, title: str, questions: tuple[Question, ...], days: int, before: Checkin | None = None
) -> None:
    home = call.home
    if who == "everybody" and not call.can(Level.COORDINATOR):
        raise Refused("core.refused_coordinator", entry=call.entry)
    places = await rooms_for(call, home, who)
    if not places:
        raise UserError("nowhere")
    checkin = await store.add(
        call.tx, call.scope, questions, before.series if before else "", cycle=before.cycle + 1 if before else 1,
        who=who, title=title, days=days, k=k_of(call), opened_at=call.now, closes_at=call.now + timedelta(days=days),
    )  # fmt: skip
    look = await look_of(call, checkin)
    for receiver, channel in places:
        card = invitation_card(call, checkin, receiver, channel.language, look)
        await call.broadcast(channel, card, subject=checkin.id, expires_at=checkin.closes_at)
    await call.at(checkin.closes_at, "close", checkin.id)
    await call.record("opened", checkin.code, spaces=len(places))
    shown = {"code": checkin.code, "n": len(places), "at": short(checkin.closes_at, home.zone, call.language)}
    close = call.choice("close_button", "close", checkin.code, organization=home.id, mine=True)
    call.say(call.card(call.words("opened", **shown), close))


def k_of(call: Call) -> int:
    """People behind every figure of a check-in that is opened now; it keeps the number, because its card says it."""
    return max(call.settings.privacy.people_together if call.settings else rules.K, rules.FLOOR)


async def look_of(call: Call, checkin: Checkin) -> Look:
    """Names of organizations and what is still open in the series."""
    known = await names(call)
    promises = [
        Promise(row.code, known.get(row.organization, ""), await _name(call, row), row.what, row.due_at)
        for row in await store.open_promises(call.tx, checkin.series)
    ]
    return Look("UTC", known, promises)


async def _name(call: Call, row: Any) -> str:
    if not row.name:
        return ""
    try:
        return await call.unseal(row.person, row.organization, row.name, "checkin_promise", row.id, "name")
    except KeyGone:
        return ""


def invitation_card(call: Call, checkin: Checkin, receiver: Organization, language: str, look: Look) -> Card:
    """The card in one space."""
    here = Look(receiver.zone, look.names, look.promises)
    text = in_languages(call.words_in, language, lambda speak: invitation(speak, checkin, here))
    invite = call.words_in(language)("invite")
    button = call.choice("answer_button", "answer", checkin.code, language=language, weight="main")
    return call.card_in(language, text, button, code=checkin.code, invite=invite)
