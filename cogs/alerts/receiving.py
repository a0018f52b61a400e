"""The receiver is sovereign: accept (with a local line), decline, take down, another policy; and why a call is here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.feature import Call, Md, Missing, Organization, UserError, When, show_when_short
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from cogs.alerts.approving import second
from cogs.alerts.approving import store as approvals
from cogs.alerts.copies import close_desk, copy_card, organizations, policy_of
from cogs.alerts.landing.hosting import ON_ITS_WAY
from cogs.alerts.landing.progress import watch
from cogs.alerts.mentioning import store as mentions
from cogs.alerts.mentioning.showing import role_names
from cogs.alerts.policies import store as policies
from cogs.alerts.policies.deciding import offer_at_once
from cogs.alerts.practicing import store as practices
from cogs.alerts.sending import ask, release
from cogs.alerts.store import Alert
from cogs.alerts.texts import body, names
from cogs.alerts.timing.rules import leaves_at


async def asked_of_us(call: Call, code: str) -> Alert:
    """A call that this organization is asked about now. Missing for one that it never was."""
    call.home  # noqa: B018  # says so where there is no organization
    alert, rows = await ours(call, code)
    if alert.state == "withdrawn":
        raise UserError("desk.withdrawn", title=alert.content.title)
    asked = {one.standing for one in rows} & set(rules.ASKED)
    if not asked or (asked == {"auto"} and not await second.is_asked(call, alert)):
        standing = rows[0].standing
        key = f"desk.{standing}" if standing in ("accepted", "declined", "lapsed", "never") else "desk.nothing"
        raise UserError(key, title=alert.content.title)
    return alert


async def ours(call: Call, code: str) -> tuple[Alert, list[Any]]:
    """A call that was meant for a channel of this organization, with its copies. Missing for all others."""
    alert = await store.public(call.tx, code)
    rows = await store.received(call.tx, call.scope, alert.id) if alert and call.organization else []
    rows = [one for one in rows if one.channel]
    if alert is None or not rows or alert.organization not in await organizations(call):
        raise Missing
    return alert, rows


async def accept(call: Call, code: str, read: str) -> None:
    """Posts it in the organization's channels; `read`: the imprint of the text on the card that was pressed."""
    if not read and await second.is_wanted(call, alert := await asked_of_us(call, code)):
        await _show(call, alert)
        return
    await _accept(call, await _as_read(call, code, read), "")


async def _show(call: Call, alert: Alert) -> None:
    """The second person's yes is to a text that she read: here it is, to say yes to."""
    sender, language = (await organizations(call))[alert.organization], call.language
    shown = body(call.words_in(language), alert.content, language if language in alert.content.languages else
                 alert.content.language)  # fmt: skip
    intro = call.words("second.read", sender=sender.name, n=await second.waiting(call, alert))
    yes = call.choice("accept_button", "accept", alert.code, rules.imprint(alert.content), weight="main")
    no = call.choice("decline_button", "decline", alert.code)
    call.say(call.card(Md(f"{intro}\n\n{shown}"), yes, no, code=alert.code))


async def line(call: Call, code: str, read: str, text: str) -> None:
    """Posts it with one line of our own below; the text itself stays as it is."""
    await _accept(call, await _as_read(call, code, read), text)


async def _as_read(call: Call, code: str, read: str) -> Alert:
    """What we are asked; UserError where it was changed since. A typed code without a card means what stands now."""
    alert = await asked_of_us(call, code)
    if not read and await second.is_wanted(call, alert):
        raise UserError("second.read_first", title=alert.content.title)
    if read and read != rules.imprint(alert.content):
        raise UserError("desk.changed", title=alert.content.title)
    return alert


async def _accept(call: Call, alert: Alert, own_line: str) -> None:
    sender = (await organizations(call))[alert.organization]
    wanted = await second.is_wanted(call, alert)
    await second.give(call, alert)
    await release(call, alert, sender, call.home, "accepted", own_line)
    await close_desk(call, alert, call.home.id, "desk.accepted")
    await call.record("accepted_with_line" if own_line else "accepted", alert.code)
    if wanted:
        await second.answer(call, alert)
        landed = await call.outbox.landed(call.tx, alert.id)
        await call.not_at("watch", alert.id)
        await watch(call, alert, "sent", {one.platform for one in landed if one.state == "queued"})
    else:
        call.say("accepted_now", title=alert.content.title)
    await offer_at_once(call, sender)


async def decline(call: Call, code: str) -> None:
    """Not for us; nobody is asked for a reason, whoever wants can give one."""
    alert = await asked_of_us(call, code)
    for row in await store.received(call.tx, call.scope, alert.id):
        await call.outbox.settle(call.tx, alert.id, row.channel, "withdrawn", "declined", call.now)
    await store.settle(call.tx, call.scope, alert.id, "declined", call.now)
    await close_desk(call, alert, call.home.id, "desk.declined")
    await call.record("declined", alert.code)
    why_not = call.choice("because_button", "because", alert.code, organization=call.home.id)
    call.say("declined_now", why_not, title=alert.content.title)


async def takedown(call: Call, code: str, sure: str) -> None:
    """Asks once, then removes another organization's call from this organization's channels only."""
    alert, rows = await ours(call, code)
    if alert.organization == call.home.id:
        raise UserError("hosting.own", title=alert.content.title)
    landed = {one.channel for one in await call.outbox.landed(call.tx, alert.id) if one.state in ON_ITS_WAY}
    copies = [one for one in rows if one.channel in landed and one.standing in rules.HERE]
    if not copies:
        raise UserError("hosting.nothing", title=alert.content.title)
    if sure != "yes":
        yes = call.choice("hosting.yes", "takedown", alert.code, "yes", weight="danger")
        call.say("hosting.sure", yes, title=alert.content.title)
        return
    for one in copies:
        await call.outbox.withdraw(call.tx, alert.id, call.now, one.channel)
        await call.outbox.withdraw(call.tx, alert.thanks, call.now, one.channel)
        await store.set_standing(call.tx, one.id, "declined", call.now)
    await close_desk(call, alert, call.home.id, "hosting.closed")
    await call.record("taken_down", alert.code)
    why_not = call.choice("because_button", "because", alert.code, organization=call.home.id)
    sender = (await organizations(call))[alert.organization]
    call.say("hosting.done", why_not, title=alert.content.title, sender=sender.name)


async def why(call: Call, code: str) -> None:
    """Who said yes to this call for this space, about what, how that is changed, and that the text is ours."""
    alert, rows = await ours(call, code)
    sender = (await organizations(call))[alert.organization]
    standing = rows[0].standing
    key = f"why.{standing}" if standing in ("own", "auto", "accepted", "silence") else "why.not_posted"
    decided = rows[0].decided_at or alert.sent_at or alert.made_at
    at = show_when_short(When(decided, call.home.zone), call.language)
    lines = [call.words(key, sender=sender.name, receiver=call.home.name, at=at)]
    if alert.content.topic:
        lines.append(call.words("why.topic", topic=call.words.label(f"topic.topic.{alert.content.topic}")))
    if roles := await role_names(call, call.home.id, (one.mention for one in rows)):
        lines.append(call.words("mention.why", role=names(call.words, roles)))
    lines.append(call.words("why.ours", code=alert.code, version=alert.version, print=fingerprint(call, alert)))
    call.say(Md("\n".join(lines)), call.choice("verify_button", "verify", alert.code))


def fingerprint(call: Call, alert: Alert) -> str:
    """Eight letters that only this bot can make, and only from this version's exact text (SECURITY C6)."""
    return call.people.keyring.index("version", f"{alert.id}|{alert.version}|{alert.content.to_json()}")[:8]


async def verify(call: Call, code: str) -> None:
    """The text as it is kept here, whose it is and since when: what a copy elsewhere must say."""
    alert = await store.public(call.tx, code)
    senders = await organizations(call)
    if alert is None or alert.organization not in senders:
        raise Missing("alerts.verify.not_ours")
    sender, language = senders[alert.organization], call.language
    shown = body(call.words_in(language), alert.content, language if language in alert.content.languages else
                 alert.content.language)  # fmt: skip
    at = show_when_short(When(alert.corrected_at or alert.sent_at or alert.made_at, sender.zone), language)
    key = "verify.taken_back" if alert.state == "withdrawn" else "verify.ours"
    said = call.words(key, sender=sender.name, at=at, version=alert.version, print=fingerprint(call, alert))
    call.say(call.card(Md(f"{said}\n\n{shown}"), code=alert.code))


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
        alert = await store.of_id(call.tx, row.alert)
        if alert is None or alert.state != "sent":
            continue
        standing = rules.rebind(row.standing, (await policy_of(call, receiver, alert)).mode)
        if standing != row.standing:
            await _move(call, alert, row, standing, organization)
    for draft in await practices.shown_to(call.tx, organization):
        alert = await store.of_id(call.tx, draft)
        if alert is None or alert.organization == organization:
            continue
        if (await policy_of(call, receiver, alert)).mode == "never":
            await _show_no_more(call, practices.practice_of(draft), organization)


async def _show_no_more(call: Call, practice: str, organization: str) -> None:
    """A practice copy that is still in line does not leave."""
    for copy in await call.outbox.landed(call.tx, practice):
        if copy.organization == organization and copy.state in ("queued", "sending"):
            await call.outbox.withdraw(call.tx, practice, call.now, copy.channel)


async def _move(call: Call, alert: Alert, copy: Any, standing: str, organization: str) -> None:
    channel = copy.channel
    everybody = await organizations(call)
    sender, receiver = everybody[alert.organization], everybody[organization]
    landed = {one.channel: one.state for one in await call.outbox.landed(call.tx, alert.id)}
    if landed.get(channel) not in ("held", "queued", "sending"):
        return
    leaves = await second.may_leave(call, alert)
    hours = (await policy_of(call, receiver, alert)).hours
    until = rules.hold_until(call.now, receiver.zone, alert.content.starts_at, hours)
    if standing == "auto" and leaves is not None:
        people = (await replies.total(call.tx, alert.id)).yes
        card = copy_card(call, alert, sender, receiver, copy.language, "", people, copy.mention)
        at = leaves_at(alert.leave, receiver.zone, leaves)
        await call.outbox.release(call.tx, alert.id, channel, card, at, silent=rules.is_quiet(at, receiver.zone))
        await close_desk(call, alert, organization, "desk.accepted")
    elif standing == "auto":  # it waits for the second person, whom the card in its moderators' channel asks for
        await store.set_standing(call.tx, copy.id, standing, call.now)
        await second.waiting_cards(call, alert, sender, [receiver])
        return
    elif standing == "hold" and until is not None:
        if landed[channel] != "held" and not await call.outbox.hold(call.tx, alert.id, channel):
            return
        await ask(call, alert, sender, receiver, until)
    else:
        standing = "never" if standing == "never" else "late"
        await call.outbox.withdraw(call.tx, alert.id, call.now, channel)
        await close_desk(call, alert, organization, "desk.never")
    await store.set_standing(call.tx, copy.id, standing, call.now, until if standing == "hold" else None)


async def left(tx: Any, organization: Organization, now: datetime) -> None:
    """Hook: an organization is out; what it was asked, and what it asked of others, ends."""
    await store.end_organization(tx, organization.id, now)
    await policies.end_organization(tx, organization.id)
    await approvals.end_organization(tx, organization.id)
    await practices.end_organization(tx, organization.id, now)
    await mentions.end_organization(tx, organization.id)
