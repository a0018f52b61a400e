"""The second person for a call that is planned for later: asked at once, so that it leaves on time.

Her yes is to this text, these organizations and this moment. Whatever of that is changed before it leaves, the others
are asked anew; whoever is not asked in time is asked when it leaves, as for any other call.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.feature import Call, Card, Md, Missing, Organization, Refused, UserError, When, show_when_short
from cogs.alerts import rules as call_rules
from cogs.alerts import store as calls
from cogs.alerts.approving import rules, second, store
from cogs.alerts.copies import Target, copy_words, organizations, plan
from cogs.alerts.store import Alert
from cogs.alerts.texts import readers, title_in


def cards_of(alert: str) -> str:
    """The outbox's name of the questions about a planned call."""
    return f"{alert}.plan"


def others_in(targets: Sequence[Target]) -> set[str]:
    """The other organizations that get it or are asked about it."""
    return {one.organization.id for one in targets if one.channel and one.standing != "own"}


async def ask(call: Call, alert: Alert) -> int:
    """Puts the question into the others' moderators' channels, or renews it; the yes of before is void. How many other
    organizations there are."""
    assert alert.leave_at is not None
    others = others_in(await plan(call, call.home, alert.content, alert.leave_at))
    if not others:
        await close(call, alert)
        return 0
    bound = rules.bind_ahead(alert.content, others, alert.leave or "")
    await second.note_author(call, alert)
    await store.change(call.tx, alert.id, state="ahead", imprint=bound, until_at=alert.leave_at)
    await close(call, alert, but=others)
    everybody, standing = await organizations(call), await _standing(call, alert)
    for desk in await call.spaces.channels(call.tx, "moderators", sorted(others)):
        card = _question(call, alert, everybody[desk.organization], desk.language, len(others))
        if desk.id in standing and await call.outbox.edit(
            call.tx, cards_of(alert.id), desk.id, card, alert.version, call.now, expires_at=alert.leave_at
        ):
            continue
        quiet = call_rules.is_quiet(call.now, everybody[desk.organization].zone)
        await call.broadcast(desk, card, subject=cards_of(alert.id), expires_at=alert.leave_at, silent=quiet)
    return len(others)


async def _standing(call: Call, alert: Alert) -> dict[str, str]:
    """Channels that have the question, and whose they are."""
    return {one.channel: one.organization for one in await call.outbox.landed(call.tx, cards_of(alert.id))}


def _question(call: Call, alert: Alert, receiver: Organization, language: str, n: int) -> Card:
    sender = call.home
    intro = [
        call.words_in(one)("ahead.wanted", sender=sender.name, n=n, at=_leaves(alert, receiver, one))
        for one in readers(language)
    ]
    read = call_rules.imprint(alert.content)
    yes = call.choice("accept_button", "agree", alert.code, read, language=language, weight="main")
    text = Md("\n".join(intro) + f"\n\n{copy_words(call, alert, sender, receiver, language)}")
    return call.card_in(language, text, yes, code=alert.code)


def _leaves(alert: Alert, reader: Organization, language: str) -> str:
    return show_when_short(When(alert.leave_at, reader.zone), language) if alert.leave_at else ""


async def close(call: Call, alert: Alert, but: Collection[str] = ()) -> None:
    """The questions lose their choices: it was sent, thrown away, or does not go there any more."""
    await _show(call, alert, "ahead.closed", but=but)


async def _show(
    call: Call, alert: Alert, key: str, *, stop: bool = False, by: str = "", but: Collection[str] = ()
) -> None:
    everybody, standing = await organizations(call), await _standing(call, alert)
    desks = await call.spaces.channels(call.tx, "moderators", sorted({*standing.values()} - {*but}))
    for desk in desks:
        if desk.id in standing:
            card = _notice(call, alert, key, everybody[desk.organization], desk.language, stop, by)
            await call.outbox.edit(call.tx, cards_of(alert.id), desk.id, card, alert.version, call.now)


def _notice(
    call: Call, alert: Alert, key: str, reader: Organization, language: str, stop: bool, by: str
) -> Card:
    lines = [
        call.words_in(one)(key, title=title_in(alert.content, one), at=_leaves(alert, reader, one), by=by)
        for one in readers(language)
    ]
    halt = call.choice("second.stop_button", "unagree", alert.code, language=language, weight="danger")
    return call.card_in(language, Md("\n".join(lines)), *([halt] if stop else []), code=alert.code)


# -- the word -------------------------------------------------------------------------------------------------------


async def agree(call: Call, code: str, read: str) -> None:
    """A moderator of another organization accepts a planned call for her space, as its second person."""
    alert, row = await _planned(call, code)
    if row.state == "agreed":
        raise UserError("ahead.given_already", title=alert.content.title)
    if row.state != "ahead" or alert.leave_at is None or alert.leave_at <= call.now:
        raise UserError("ahead.over", title=alert.content.title)
    if key := second.objection_to(call, alert, row):
        raise Refused(f"alerts.second.{key}", title=alert.content.title)
    sender = (await organizations(call))[alert.organization]
    others = others_in(await plan(call, sender, alert.content, alert.leave_at))
    bound = rules.bind_ahead(alert.content, others, alert.leave or "")
    if read != call_rules.imprint(alert.content) or row.imprint != bound:
        raise Refused("alerts.desk.changed", title=alert.content.title)
    stoppable = call.now + second.window(call)  # also where that is a moment after it would leave
    await store.change(
        call.tx, alert.id, state="agreed", second=call.person.id, whose=call.home.id, leaves_at=stoppable
    )
    await call.record("second", alert.code)
    await _show(call, alert, "ahead.given", stop=True, by=call.home.name)
    await _tell_senders(call, alert, sender, "ahead.given", stop=True)
    halt = call.choice("second.stop_button", "unagree", alert.code, weight="danger")
    call.say("ahead.yours", halt, title=alert.content.title, at=_leaves(alert, call.home, call.language))


async def unagree(call: Call, code: str) -> None:
    """Any moderator whom a planned call concerns takes the yes away: it leaves for others only after a new one."""
    alert, row = await _planned(call, code)
    if row.state != "agreed":
        raise UserError("second.nothing_to_stop", title=alert.content.title)
    sender = (await organizations(call))[alert.organization]
    await store.change(call.tx, alert.id, state="stopped", second="", whose=call.home.id, leaves_at=None)
    await call.record("halted", alert.code)
    await _show(call, alert, "ahead.stopped", by=call.home.name)
    await _tell_senders(call, alert, sender, "ahead.stopped")
    call.say("ahead.stopped_now", title=alert.content.title)


async def _planned(call: Call, code: str) -> tuple[Alert, store.Second]:
    """A planned call of this organization, or one about which it is asked. Missing for all others."""
    home = call.home.id
    alert = await calls.of_any_code(call.tx, code)
    row = await store.of(call.tx, alert.id) if alert is not None else None
    if alert is None or row is None:
        raise Missing
    if alert.organization != home and home not in (await _standing(call, alert)).values():
        raise Missing
    if alert.state != "planned":
        raise UserError("ahead.over", title=alert.content.title)
    return alert, row


async def _tell_senders(call: Call, alert: Alert, sender: Organization, key: str, *, stop: bool = False) -> None:
    for desk in await call.spaces.channels(call.tx, "moderators", [alert.organization]):
        card = _notice(call, alert, key, sender, desk.language, stop, call.home.name)
        await call.broadcast(desk, card, subject=second.notice_of(alert), rank=-1, silent=True)


# -- it leaves ------------------------------------------------------------------------------------------------------


async def agreed(call: Call, alert: Alert, targets: Sequence[Target]) -> str:
    """Whose moderator said yes to exactly what leaves now; "" where nobody did. Closes the questions."""
    row = await store.of(call.tx, alert.id)
    await close(call, alert)
    if row is None or row.state != "agreed" or alert.leave_at is None:
        return ""
    bound = rules.bind_ahead(alert.content, others_in(targets), alert.leave or "")
    return row.whose if row.imprint == bound else ""
