"""The receiver is sovereign: accept, accept with a local line, decline, another policy; and why a call stands here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.feature import Call, Card, Channel, Missing, Organization, UserError, When, show_when_short
from cogs.alerts import rules, store
from cogs.alerts.copies import close_desk, copy_card, organizations
from cogs.alerts.sending import ask
from cogs.alerts.store import Alert


async def _asked_of_us(call: Call, code: str) -> Alert:
    """A call that this organization is asked about now. Missing for one that it never was."""
    call.home  # noqa: B018  # says so where there is no organization
    alert, rows = await _ours(call, code)
    if alert.state == "withdrawn":
        raise UserError("desk.withdrawn", title=alert.content.title)
    if not any(one.standing == "hold" for one in rows):
        standing = rows[0].standing
        key = f"desk.{standing}" if standing in ("accepted", "declined", "lapsed", "never") else "desk.nothing"
        raise UserError(key, title=alert.content.title)
    return alert


async def _ours(call: Call, code: str) -> tuple[Alert, list[Any]]:
    """A call that was meant for a channel of this organization, with its copies. Missing for all others."""
    alert = await store.public(call.tx, code)
    rows = await store.received(call.tx, call.scope, alert.id) if alert and call.organization else []
    rows = [one for one in rows if one.channel]
    if alert is None or not rows or alert.organization not in await organizations(call):
        raise Missing
    return alert, rows


async def accept(call: Call, code: str) -> None:
    """Posts it in the organization's channels."""
    await _accept(call, await _asked_of_us(call, code), "")


async def line(call: Call, code: str, text: str) -> None:
    """Posts it with one line of our own below; the text itself stays as it is."""
    await _accept(call, await _asked_of_us(call, code), text)


async def _accept(call: Call, alert: Alert, own_line: str) -> None:
    everybody = await organizations(call)
    sender = everybody[alert.organization]
    people = (await store.total(call.tx, alert.id)).yes
    rows = [one for one in await store.received(call.tx, call.scope, alert.id) if one.standing == "hold"]
    await store.settle(call.tx, call.scope, alert.id, "accepted", call.now, own_line)
    channels = {one.id: one for one in await call.spaces.channels(call.tx, "calls", [call.home.id])}
    unused = [one for one in channels.values() if one.id not in {row.channel for row in rows}]
    for row in rows:
        channel = channels.get(row.channel) or (unused.pop(0) if unused else None)
        language = channel.language if channel else row.language
        card = copy_card(call, alert, sender, call.home, language, own_line, people)
        if channel is None or channel.id == row.channel:
            await call.outbox.release(call.tx, alert.id, row.channel, card, call.now)
        else:
            await _post_elsewhere(call, alert, row.id, row.channel, channel, card)
    await close_desk(call, alert, call.home.id, "desk.accepted")
    await call.record("accepted_with_line" if own_line else "accepted", alert.code)
    call.say("accepted_now", title=alert.content.title)


async def _post_elsewhere(call: Call, alert: Alert, copy: str, old: str, channel: Channel, card: Card) -> None:
    """Between the question and the yes its moderators chose another channel: it goes there."""
    await call.outbox.settle(call.tx, alert.id, old, "withdrawn", "gone", call.now)
    await store.move_copy(call.tx, call.scope, copy, channel)
    await call.broadcast(
        channel, card, subject=alert.id, version=alert.version, urgent=True,
        silent=rules.is_quiet(call.now, call.home.zone), expires_at=rules.useful_until(call.now, alert.content),
    )  # fmt: skip


async def decline(call: Call, code: str) -> None:
    """Not for us; nobody is asked for a reason."""
    alert = await _asked_of_us(call, code)
    for row in await store.received(call.tx, call.scope, alert.id):
        await call.outbox.settle(call.tx, alert.id, row.channel, "withdrawn", "declined", call.now)
    await store.settle(call.tx, call.scope, alert.id, "declined", call.now)
    await close_desk(call, alert, call.home.id, "desk.declined")
    await call.record("declined", alert.code)
    call.say("declined_now", title=alert.content.title)


async def why(call: Call, code: str) -> None:
    """Who said yes to this call for this space, and how that is changed."""
    alert, rows = await _ours(call, code)
    sender = (await organizations(call))[alert.organization]
    standing = rows[0].standing
    key = f"why.{standing}" if standing in ("own", "auto", "accepted") else "why.not_posted"
    decided = rows[0].decided_at or alert.sent_at or alert.made_at
    at = show_when_short(When(decided, call.home.zone), call.language)
    call.say(key, sender=sender.name, receiver=call.home.name, at=at)


# -- another policy -------------------------------------------------------------------------------------------------


async def policy(call: Call, organization: str) -> None:
    """Hook: an organization changed its policy toward others; it binds all that is not delivered."""
    feature, call.feature = call.feature, "alerts"
    try:
        await _apply_policy(call, organization)
    finally:
        call.feature = feature


async def _apply_policy(call: Call, organization: str) -> None:
    receiver = await call.spaces.get(call.tx, organization)
    for row in await store.undecided(call.tx, organization):
        standing = rules.rebind(row.standing, receiver.policy)
        alert = await store.of_id(call.tx, row.alert)
        if standing != row.standing and alert is not None and alert.state == "sent":
            await _move(call, alert, row.id, row.channel, row.language, standing, organization)


async def _move(
    call: Call, alert: Alert, copy: str, channel: str, language: str, standing: str, organization: str
) -> None:
    everybody = await organizations(call)
    sender, receiver = everybody[alert.organization], everybody[organization]
    landed = {one.channel: one.state for one in await call.outbox.landed(call.tx, alert.id)}
    if landed.get(channel) not in ("held", "queued", "sending"):
        return
    until = rules.hold_until(call.now, receiver.zone, alert.content.starts_at)
    if standing == "auto":
        card = copy_card(call, alert, sender, receiver, language, "", (await store.total(call.tx, alert.id)).yes)
        await call.outbox.release(call.tx, alert.id, channel, card, call.now)
        await close_desk(call, alert, organization, "desk.accepted")
    elif standing == "hold" and until is not None:
        if not await call.outbox.hold(call.tx, alert.id, channel):
            return
        await ask(call, alert, sender, receiver, until)
    else:
        standing = "never" if standing == "never" else "late"
        await call.outbox.withdraw(call.tx, alert.id, call.now, channel)
        await close_desk(call, alert, organization, "desk.never")
    await store.set_standing(call.tx, copy, standing, call.now, until if standing == "hold" else None)


async def left(tx: Any, organization: Organization, now: datetime) -> None:
    """Hook: an organization is out; what it was asked, and what it asked of others, ends."""
    await store.end_organization(tx, organization.id, now)
