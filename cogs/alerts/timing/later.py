"""Sending later: planned, changed, sent now or thrown away before it leaves; after an outage by a policy in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.feature import (
    Call,
    Card,
    Choice,
    Md,
    Missing,
    Organization,
    UserError,
    When,
    fold,
    parse_when,
    show_when,
    show_when_short,
)
from cogs.alerts import rules, store
from cogs.alerts.approving import ahead, second
from cogs.alerts.copies import own_call
from cogs.alerts.sending import go_out, sent_card
from cogs.alerts.store import DRAFTS, Alert
from cogs.alerts.timing.rules import Leave

AT_ONCE = {"now", "ahora", "ya"}


async def check_when(call: Call, value: str) -> str:
    """A moment with its hour, or *now*; WhenRefused becomes *Mend it*."""
    _read(call, value)
    return value


def _read(call: Call, text: str) -> When:
    zone = call.home.zone
    if fold(text) in AT_ONCE:
        return When(call.now, zone)
    at = parse_when(text, now=call.now, zone=zone, language=call.language)
    if at.date_only:
        raise UserError("later.no_hour")
    return at


async def known(call: Call, code: str) -> Mapping[str, str]:
    """What was planned before, for the form that changes it."""
    alert = await own_call(call, code, *DRAFTS)
    if alert.leave is None:
        return {}
    way = Leave.from_text(alert.leave)
    return {
        "when": show_when(When(way.at, way.zone), call.language), "whose": "each" if way.each else "same",
        "night": "morning" if way.morning else "soft",
    }  # fmt: skip


async def later(call: Call, code: str, when: str, whose: str, night: str) -> None:
    """Plans a draft, or plans it anew."""
    alert = await own_call(call, code, *DRAFTS)
    at = _read(call, when)
    way = Leave(at.at, at.zone, whose == "each", night == "morning")
    everybody = await call.spaces.all(call.tx, "connected")
    first = max(call.now, min(way.for_zone(one.zone) for one in everybody))
    check_in_time(alert, first)
    planned = replace(alert, state="planned", leave_at=first, leave=way.to_text())
    await store.change(call.tx, call.scope, alert.id, state="planned", leave_at=first, leave=planned.leave)
    await call.not_at("leave", alert.id)
    await call.at(first, "leave", alert.id)
    await second.note_author(call, planned)
    others = await ahead.ask(call, planned)
    await call.record("planned", alert.code)
    lines = planned_lines(call, planned, everybody)
    if others:
        lines.append(call.words("ahead.asked", n=others))
    call.say(call.card(Md("\n".join(lines)), *_choices(call, planned), code=alert.code))


def check_in_time(alert: Alert, first: datetime) -> None:
    """UserError when the action has begun before the first copy would leave."""
    content = alert.content
    if content.starts_at is not None and first >= rules.useful_until(first, content):
        raise UserError("later.after_it", field="when")


def planned_lines(call: Call, alert: Alert, everybody: Sequence[Organization]) -> list[Md]:
    """When it leaves, for whom that is too late, what is done at night and after an outage."""
    way, words = Leave.from_text(alert.leave or ""), call.words
    shown = show_when(When(way.at, way.zone), call.language)
    lines = [words("later.planned_each" if way.each else "later.planned", when=shown)]
    ends = rules.useful_until(way.at, alert.content)
    late = sum(1 for one in everybody if way.for_zone(one.zone) >= ends)
    if late:
        lines.append(words("later.some_too_late", n=late))
    lines.append(words("later.night_morning" if way.morning else "later.night_soft"))
    return [*lines, words("later.missed")]


def _choices(call: Call, alert: Alert) -> list[Choice]:
    own = call.home.id
    return [
        call.choice("later.now_button", "send", alert.code, organization=own, weight="main"),
        call.choice("later.again_button", "later", alert.code, organization=own),
        call.choice("preview.change", "change", alert.code, organization=own),
        call.choice("later.off_button", "discard", alert.code, organization=own, weight="danger"),
    ]


# -- the moment comes ------------------------------------------------------------------------------------------------


async def leave(call: Call, subject: str) -> None:
    """Due work: it goes out; too late after an outage, it does not, and its senders read that."""
    alert = await store.of_id(call.tx, subject)
    if alert is None or alert.state != "planned" or alert.leave_at is None or alert.leave_at > call.now:
        return
    try:
        call.organization = await call.spaces.get(call.tx, alert.organization)
    except Missing:  # it left; its drafts go with it
        return
    call.language = call.organization.language if call.organization.language != "both" else alert.content.language
    try:
        if rules.useful_until(alert.leave_at, alert.content) <= call.now:
            raise UserError("later.too_late", title=alert.content.title)
        card = sent_card(call, alert, await go_out(call, alert))
    except UserError as error:
        card = await _stays(call, alert, error)
    await _tell_senders(call, alert, card)


async def _stays(call: Call, alert: Alert, error: UserError) -> Card:
    """Not posted: it is a draft again, for another week, and somebody decides."""
    await ahead.close(call, alert)
    await store.change(call.tx, call.scope, alert.id, state="draft", leave_at=None, leave=None, made_at=call.now)
    said = call.words("later.stays", code=alert.code, why=call.words(error.key, **error.params))
    again = call.choice("later.see_button", "preview", alert.code, organization=alert.organization)
    return call.card(said, again, code=alert.code)


async def _tell_senders(call: Call, alert: Alert, card: Card) -> None:
    for desk in await call.spaces.channels(call.tx, "moderators", [alert.organization]):
        await call.broadcast(
            desk, card, subject=f"{alert.id}.out", silent=rules.is_quiet(call.now, call.home.zone)
        )


def planned_short(call: Call, alert: Alert) -> Md | None:
    """For a preview: when a planned call leaves."""
    if alert.state != "planned" or alert.leave is None:
        return None
    way = Leave.from_text(alert.leave)
    shown = show_when_short(When(way.at, way.zone), call.language)
    return call.words("later.planned_each" if way.each else "later.planned", when=shown)
