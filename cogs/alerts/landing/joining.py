"""Who comes late to a call: asked about its newest text only, never about an earlier one or one taken back (n3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.feature import Call, Organization, Scope
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from cogs.alerts.approving import second
from cogs.alerts.copies import Target, copy_card, copy_row, organizations, plan, policy_of
from cogs.alerts.landing import store as landing
from cogs.alerts.landing.rules import LATE_MOST
from cogs.alerts.sending import ask
from cogs.alerts.store import Alert

LOOKED_AT = 50  # open calls among which those that somebody comes late to are looked for


async def channels(call: Call, organization: str) -> None:
    """Hook: an organization chose its channels; if it could not be reached before, it is asked about what is open."""
    feature, call.feature = call.feature, "alerts"
    try:
        await call.not_at("join", organization)
        await call.at(call.now, "join", organization)
    finally:
        call.feature = feature


async def join(call: Call, subject: str) -> None:
    """Due work: the open calls that never came to an organization, the newest first."""
    everybody = await organizations(call)
    receiver = everybody.get(subject)
    if receiver is None or receiver.state != "connected":
        return
    asked = 0
    for alert in await landing.open_calls(call.tx, call.now, LOOKED_AT):
        sender = everybody.get(alert.organization)
        if asked < LATE_MOST and sender is not None and sender.id != receiver.id:
            asked += await _join_one(call, alert, sender, receiver)


async def _join_one(call: Call, alert: Alert, sender: Organization, receiver: Organization) -> bool:
    """Whether it is asked. It was not among those whom the call went to, so it is asked even where it posts at once."""
    scope = Scope(organization=receiver.id)
    known = await store.received(call.tx, scope, alert.id)
    if any(one.standing != "nowhere" for one in known):
        return False
    if rules.useful_until(alert.sent_at or call.now, alert.content) <= call.now:
        return False
    hours = (await policy_of(call, receiver, alert)).hours
    until = rules.hold_until(call.now, receiver.zone, alert.content.starts_at, hours)
    found = [one for one in await plan(call, sender, alert.content) if one.organization.id == receiver.id]
    if until is None or not await _has_desk(call, receiver):
        return False
    open_ones = [Target(receiver, one.channel, "hold", until, one.mention) for one in found if one.channel is not None]
    if not open_ones:
        return False
    await landing.forget_nowhere(call.tx, scope, alert.id)
    await store.add_copies(call.tx, [copy_row(alert, one) for one in open_ones])
    for one in open_ones:
        await _hold(call, alert, sender, one, until)
    await second.bind_anew(call, alert)
    await second.ask_again(call, alert)
    await ask(call, alert, sender, receiver, until)
    return True


async def _has_desk(call: Call, receiver: Organization) -> bool:
    return bool(await call.spaces.channels(call.tx, "moderators", [receiver.id]))


async def _hold(call: Call, alert: Alert, sender: Organization, target: Target, until: datetime) -> None:
    channel: Any = target.channel
    people = (await replies.total(call.tx, alert.id)).yes
    card = copy_card(call, alert, sender, target.organization, channel.language, "", people, target.mention.role)
    await call.broadcast(
        channel, card, subject=alert.id, version=alert.version, held=True, urgent=True,
        expires_at=max(until, rules.useful_until(call.now, alert.content)),
    )  # fmt: skip
