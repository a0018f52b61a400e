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
from cogs.alerts.texts import readers


async def ask(call: Call, alert: Alert) -> int:
    """Puts the question into the others' moderators' channels, or renews it; the yes of before is void. How many other
    organizations there are."""
    await second.note_author(call, alert)
    return await _put(call, alert, call.home)


async def _put(call: Call, alert: Alert, sender: Organization) -> int:
    assert alert.leave_at is not None
    others = await _others(call, alert, sender)
    await close(call, alert, but=others)
    if not others:
        return 0
    bound = rules.bind_ahead(alert.content, others, alert.leave or "")
    await store.change(call.tx, alert.id, state="ahead", imprint=bound, until_at=alert.leave_at)
    everybody, standing = await organizations(call), await _standing(call, alert)
    for desk in await call.spaces.channels(call.tx, "moderators", sorted(others)):
        receiver = everybody[desk.organization]
        card = _question(call, alert, sender, receiver, desk.language, len(others))
        if desk.id in standing and await call.outbox.edit(
            call.tx, alert.plan, desk.id, card, alert.version, call.now, expires_at=alert.leave_at
        ):
            continue
        quiet = call_rules.is_quiet(call.now, receiver.zone)
        await call.broadcast(desk, card, subject=alert.plan, expires_at=alert.leave_at, silent=quiet)
    return len(others)


async def _others(call: Call, alert: Alert, sender: Organization) -> set[str]:
    return second.others_in(await plan(call, sender, alert.content, alert.leave_at))


async def _standing(call: Call, alert: Alert) -> dict[str, str]:
    """Channels that have the question, and whose they are."""
    return {one.channel: one.organization for one in await call.outbox.landed(call.tx, alert.plan)}


def _question(call: Call, alert: Alert, sender: Organization, receiver: Organization, language: str, n: int) -> Card:
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


async def _show(call: Call, alert: Alert, key: str, *, stop: bool = False, but: Collection[str] = ()) -> None:
    everybody, standing = await organizations(call), await _standing(call, alert)
    for desk in await call.spaces.channels(call.tx, "moderators", sorted({*standing.values()} - {*but})):
        if desk.id in standing:
            reader = everybody[desk.organization]
            card = second.notice(call, alert, key, desk.language, reader, alert.leave_at, stop=stop)
            await call.outbox.edit(call.tx, alert.plan, desk.id, card, alert.version, call.now)


# -- the word -------------------------------------------------------------------------------------------------------


async def agree(call: Call, code: str, read: str) -> None:
    """A moderator of another organization accepts a planned call for her space, as its second person.

    `read`: the imprint of the text on the card that was pressed; typed without one, the text is shown to say yes to.
    """
    found = await concerning(call, code)
    if found is None:
        raise Missing
    alert, row = found
    if row.state == "agreed":
        raise UserError("ahead.given_already", title=alert.content.title)
    if alert.state != "planned" or row.state != "ahead" or alert.leave_at is None or alert.leave_at <= call.now:
        raise UserError("ahead.over", title=alert.content.title)
    if key := second.objection_to(call, alert, row):
        raise Refused(f"alerts.second.{key}", title=alert.content.title)
    sender = (await organizations(call))[alert.organization]
    others = await _others(call, alert, sender)
    if not read:
        call.say(_question(call, alert, sender, call.home, call.language, len(others)))
    elif read != call_rules.imprint(alert.content):
        raise Refused("alerts.desk.changed", title=alert.content.title)
    elif row.imprint != rules.bind_ahead(alert.content, others, alert.leave or ""):
        # Somebody connected, left or decided otherwise since: the cards say to how many it goes, and are pressed again.
        await _put(call, alert, sender)
        call.say("desk.changed", title=alert.content.title)
    else:
        await _give(call, alert)


async def _give(call: Call, alert: Alert) -> None:
    stoppable = call.now + second.window(call)  # also where that is a moment after it would leave
    await store.change(
        call.tx, alert.id, state="agreed", second=call.person.id, whose=call.home.id, leaves_at=stoppable
    )
    await call.record("second", alert.code)
    await _show(call, alert, "ahead.given", stop=True)
    await second.tell_senders(call, alert, "ahead.given", stop=True, at=alert.leave_at)
    halt = call.choice("second.stop_button", "halt", alert.code, weight="danger")
    call.say("ahead.yours", halt, title=alert.content.title, at=_leaves(alert, call.home, call.language))


async def stop(call: Call, alert: Alert, row: store.Second) -> None:
    """A moderator whom a planned call concerns takes the yes away: it leaves for others only after a new one."""
    if row.state != "agreed":
        raise UserError("second.nothing_to_stop", title=alert.content.title)
    await store.change(call.tx, alert.id, state="stopped", second="", whose=call.home.id, leaves_at=None)
    await call.record("halted", alert.code)
    await _show(call, alert, "ahead.stopped")
    await second.tell_senders(call, alert, "ahead.stopped")
    call.say("ahead.stopped_now", title=alert.content.title)


async def concerning(call: Call, code: str) -> tuple[Alert, store.Second] | None:
    """A call of this organization, or one about which it was asked ahead; None for all others."""
    home = call.home.id
    alert = await calls.of_any_code(call.tx, code)
    row = await store.of(call.tx, alert.id) if alert is not None else None
    if alert is None or row is None:
        return None
    its = alert.organization == home or home in (await _standing(call, alert)).values()
    return (alert, row) if its else None


# -- it leaves ------------------------------------------------------------------------------------------------------


async def agreed(call: Call, alert: Alert, targets: Sequence[Target]) -> str:
    """Whose moderator said yes to exactly what leaves now; "" where nobody did. Closes the questions."""
    row = await store.of(call.tx, alert.id)
    await close(call, alert)
    if row is None or row.state != "agreed" or alert.leave_at is None:
        return ""
    bound = rules.bind_ahead(alert.content, second.others_in(targets), alert.leave or "")
    return row.whose if row.imprint == bound else ""
