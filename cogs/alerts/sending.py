"""Sending a call, correcting it, taking it back: each reaches every copy, those who said yes hear of a new time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.feature import (
    Call,
    Card,
    Channel,
    Choice,
    Copy,
    KeyGone,
    Md,
    Organization,
    Scope,
    UserError,
    parse_when,
    show_when,
)
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from cogs.alerts.approving import ahead, second
from cogs.alerts.copies import (
    Target,
    ask_card,
    channels_for,
    check_fits,
    check_length,
    close_desk,
    copy_card,
    copy_row,
    longest,
    mention_in,
    organizations,
    own_call,
    plan,
    policy_of,
)
from cogs.alerts.going.afterwards import plan_question
from cogs.alerts.landing.hosting import tell_hosts
from cogs.alerts.landing.progress import watch
from cogs.alerts.mentioning.showing import notified
from cogs.alerts.rules import Content
from cogs.alerts.store import Alert
from cogs.alerts.telling import tell_one
from cogs.alerts.texts import body, changed_words, moment
from cogs.alerts.timing.rules import leaves_at

PORTION = 100  # people told in one transaction, copies written in one statement: a press never waits for a long one


# -- sending --------------------------------------------------------------------------------------------------------


async def send(call: Call, code: str) -> None:
    """The draft becomes a call, also one that was planned for later."""
    alert = await own_call(call, code)
    if alert.state not in store.DRAFTS:
        raise UserError("sent_already", code=alert.code)
    await call.not_at("leave", alert.id)
    alert = replace(alert, leave=None, leave_at=None)
    await second.note_author(call, alert)
    call.say(sent_card(call, alert, await go_out(call, alert)))


async def go_out(call: Call, alert: Alert) -> list[Target]:
    """Own copies and willing receivers at once, the others are asked; UserError before anything is written."""
    if alert.content.timed and rules.useful_until(call.now, alert.content) <= call.now:
        raise UserError("when.past", field="when", shown=show_when(moment(alert.content), call.language))
    targets = await plan(call, call.home, alert.content)
    if not any(one.channel for one in targets):
        raise UserError("goes_nowhere")
    check_fits(longest(call, alert, call.home, targets))
    await store.change(
        call.tx, call.scope, alert.id, state="sent", sent_at=call.now, leave_at=None, leave=alert.leave,
        closes_at=rules.answers_close(alert.content, call.now),
    )  # fmt: skip
    await store.keep_version(call.tx, call.scope, alert.id, 1, alert.content, call.now)
    await store.add_copies(call.tx, [copy_row(alert, one) for one in targets])
    agreed = await ahead.agreed(call, alert, targets)
    wanted = await second.begin(call, alert, targets, agreed)
    await _post(call, alert, targets)
    if wanted is not None:
        at_once = {one.organization.id: one.organization for one in targets if one.standing == "auto"}
        await second.waiting_cards(call, alert, call.home, list(at_once.values()))
    for receiver, until in _asked(targets).values():
        if receiver.id == agreed:
            await release(call, alert, call.home, receiver, "accepted")
        else:
            await ask(call, alert, call.home, receiver, until)
    if agreed and (leaves := await second.may_leave(call, alert)) is not None:
        await second.free(call, alert, leaves)
    await plan_question(call, alert)
    await call.record("sent", alert.code, spaces=sum(1 for one in targets if one.channel))
    await watch(call, alert, "sent", {one.channel.platform for one in targets if one.channel})
    return targets


async def _post(call: Call, alert: Alert, targets: Sequence[Target]) -> None:
    """Their copies, in portions: between two of them the others' presses are read and answered."""
    copies = [(one, one.channel) for one in targets if one.channel is not None]
    for at in range(0, len(copies), PORTION):
        some = [
            Copy(
                channel,
                copy_card(call, alert, call.home, one.organization, channel.language, mention=one.mention.role),
                held=one.standing != "own", **_timing(alert, one.organization, call.now),
            )
            for one, channel in copies[at : at + PORTION]
        ]  # fmt: skip
        await call.broadcast_all(some, alert.id)


def _timing(alert: Alert, receiver: Organization, now: datetime) -> dict[str, Any]:
    """When a copy leaves for a receiver, whether it makes a sound there, and when it is too late."""
    at = leaves_at(alert.leave, receiver.zone, now)
    quiet, until = rules.is_quiet(at, receiver.zone), rules.useful_until(at, alert.content)
    return {"due_at": at, "silent": quiet, "expires_at": until}


def _asked(targets: Sequence[Target]) -> dict[str, tuple[Organization, datetime]]:
    return {one.organization.id: (one.organization, one.until) for one in targets if one.until is not None}


async def ask(call: Call, alert: Alert, sender: Organization, receiver: Organization, until: datetime) -> None:
    """Puts the question into a receiver's moderators' channels; silence until then means: not posted."""
    also, notifies = await second.waiting(call, alert), await notified(call, receiver.id, alert)
    for desk in await call.spaces.channels(call.tx, "moderators", [receiver.id]):
        card = ask_card(call, alert, sender, receiver, desk.language, until, also, notifies)
        await call.broadcast(desk, card, subject=alert.ask, version=alert.version, expires_at=until)
    await call.at(until, "lapse", alert.id, organization=receiver.id)


def sent_card(call: Call, alert: Alert, targets: Sequence[Target]) -> Card:
    """How many spaces get it now, how many organizations are asked first."""
    now = sum(1 for one in targets if one.standing == "own")
    at_once = len({one.organization.id for one in targets if one.standing == "auto"})
    asked = len(_asked(targets))
    words = call.words
    lines = [words("sent.now", n=now, code=alert.code)]
    if at_once:
        lines.append(words("second.sent", n=at_once))
    if asked:
        lines.append(words("sent.asked", n=asked))
    return call.card(Md("\n".join(lines)), *_sent_choices(call, alert), code=alert.code)


def _sent_choices(call: Call, alert: Alert) -> list[Choice]:
    own = call.home.id
    other = "change" if len(alert.content.languages) > 1 else "add"
    room = [call.choice("preview.limit", "places", alert.code, organization=own)] if alert.content.timed else []
    return [
        call.choice("where_button", "where", alert.code, organization=own),
        call.choice("correct_button", "correct", alert.code, organization=own),
        call.choice(f"preview.{other}_{alert.content.other}", "translate", alert.code, organization=own),
        call.choice("preview.access", "access", alert.code, organization=own),
        *room,
        call.choice("takeback_button", "takeback", alert.code, organization=own, weight="danger"),
    ]


async def lapse(call: Call, subject: str, organization: str) -> None:
    """Due work: nobody answered in time, so it is not posted."""
    alert = await store.of_id(call.tx, subject)
    if alert is None:
        return
    waiting = [one for one in await store.copies(call.tx, subject) if one.organization == organization]
    waiting = [one for one in waiting if one.standing == "hold"]
    # A correction may have moved the hour; its own due work comes then.
    over = [one for one in waiting if one.hold_until_at is None or one.hold_until_at <= call.now]
    if over and await _silence_posts(call, alert, organization):
        return
    for one in over:
        await store.set_standing(call.tx, one.id, "lapsed", call.now)
        await call.outbox.settle(call.tx, subject, one.channel, "expired", "silence", call.now)
    if over:
        await close_desk(call, alert, organization, "desk.lapsed")


async def _silence_posts(call: Call, alert: Alert, organization: str) -> bool:
    """Where an organization decided that silence means posted, it is posted now."""
    everybody = await organizations(call)
    receiver, sender = everybody.get(organization), everybody.get(alert.organization)
    if receiver is None or sender is None or alert.state != "sent":
        return False
    if not (await policy_of(call, receiver, alert)).posts or await second.may_leave(call, alert) is None:
        return False  # nobody's silence is the second person's word
    await release(call, alert, sender, receiver, "silence")
    await call.record("silence", alert.code, whose=receiver.id)
    await close_desk(call, alert, organization, "desk.silence")
    return True


async def release(
    call: Call, alert: Alert, sender: Organization, receiver: Organization, standing: str, line: str = ""
) -> None:
    """What an organization was asked about goes out, into the channels that are chosen now."""
    people = (await replies.total(call.tx, alert.id)).yes
    scope = Scope(organization=receiver.id)
    leaves = await second.may_leave(call, alert)
    if leaves is None:
        raise UserError("second.is_over", title=alert.content.title)
    rows = [one for one in await store.received(call.tx, scope, alert.id) if one.standing in rules.ASKED]
    await store.settle(call.tx, scope, alert.id, standing, call.now, line)
    channels = {one.id: one for one in (await channels_for(call, alert.content.topic)).get(receiver.id, [])}
    unused = [one for one in channels.values() if one.id not in {row.channel for row in rows}]
    for row in rows:
        channel = channels.get(row.channel) or (unused.pop(0) if unused else None)
        language = channel.language if channel else row.language
        stays = channel is None or channel.id == row.channel
        mention = row.mention if channel is None or stays else await mention_in(call, channel, alert)
        card = copy_card(call, alert, sender, receiver, language, line, people, mention)
        if channel is None or stays:
            at = leaves_at(alert.leave, receiver.zone, leaves)
            quiet = rules.is_quiet(at, receiver.zone)
            await call.outbox.release(call.tx, alert.id, row.channel, card, at, silent=quiet)
        else:
            await _post_elsewhere(call, alert, receiver, row, channel, card, leaves)


async def _post_elsewhere(
    call: Call, alert: Alert, receiver: Organization, copy: Any, channel: Channel, card: Card, leaves: datetime
) -> None:
    """Between the question and the yes its moderators chose another channel: it goes there."""
    await call.outbox.settle(call.tx, alert.id, copy.channel, "withdrawn", "gone", call.now)
    await store.move_copy(call.tx, Scope(organization=receiver.id), copy.id, channel, card.mention)
    await call.broadcast(
        channel, card, subject=alert.id, version=alert.version, urgent=True, **_timing(alert, receiver, leaves),
    )  # fmt: skip


# -- correcting -----------------------------------------------------------------------------------------------------


async def correct(call: Call, code: str, what: str, ask: str, when: str, where: str, link: str) -> None:
    """A new version of the five fields in every copy."""
    alert = await own_call(call, code, "sent")
    content = replace(alert.content, title=what, ask=ask, place=where, link=link)
    await bring(call, alert, _at_another_time(call, content, when))


def _at_another_time(call: Call, content: Content, when: str) -> Content:
    if content.timed and when == show_when(moment(content), call.language):
        return content  # as it stood in the form, even if it went by since
    if not when:
        return replace(content, starts_at=None, date_only=False)
    try:
        at = parse_when(when, now=call.now, zone=call.home.zone, language=call.language)
    except UserError as error:
        error.field = "when"
        raise
    return replace(content, starts_at=at.at, zone=at.zone, date_only=at.date_only)


async def bring(call: Call, alert: Alert, content: Content) -> None:
    """A new version: edits where it stands, another text where it is held or in line, a word to those who said yes."""
    changed = rules.changes(alert.content, content)
    if not changed:
        raise UserError("nothing_changed")
    check_length(content)
    newer = replace(
        alert, content=content, changed=changed, version=alert.version + 1, corrected_at=call.now,
        closes_at=rules.answers_close(content, alert.sent_at or call.now),
    )  # fmt: skip
    await store.rewrite(
        call.tx, call.scope, alert, content, version=newer.version, changed=",".join(changed), corrected_at=call.now,
        closes_at=newer.closes_at,
    )  # fmt: skip
    await store.keep_version(call.tx, call.scope, alert.id, newer.version, content, call.now)
    await second.bind_anew(call, newer)
    await tell_hosts(call, newer)
    reached = await _bring_to_copies(call, newer)
    await second.ask_again(call, newer)
    await call.record("corrected", alert.code, version=newer.version)
    await watch(call, newer, "corrected")
    if rules.must_be_told(changed):
        await call.at(call.now, "tell", alert.id, kind="corrected", after="")
    if "time" in changed:
        await call.at(call.now, "move", alert.id, after="")
        await plan_question(call, newer)
    if content.limit != alert.content.limit:
        await call.at(call.now, "fill", alert.id)
    said = call.words("corrected_now", n=reached, what=changed_words(call.words, changed))
    shown = body(call.words_in(content.language), content, content.language)
    call.say(call.card(Md(f"{said}\n\n{shown}"), *_sent_choices(call, newer), code=alert.code))


async def check_when_again(call: Call, value: str) -> str:
    """A time in words. One that went by may be the one that stands already: `correct` knows."""
    try:
        parse_when(value, now=call.now, zone=call.home.zone, language=call.language)
    except UserError as error:
        if error.key != "when.past":
            raise
    return value


async def _bring_to_copies(call: Call, alert: Alert) -> int:
    """Edits, and new deadlines where somebody is still asked; how many copies there are."""
    everybody = await organizations(call)
    people = (await replies.total(call.tx, alert.id)).yes
    until = rules.useful_until(call.now, alert.content)
    reached = 0
    asked: dict[str, datetime] = {}
    for copy in await store.copies(call.tx, alert.id):
        receiver = everybody.get(copy.organization)
        if receiver is None or copy.standing in rules.ENDED:
            continue
        card = copy_card(call, alert, call.home, receiver, copy.language, copy.line, people, copy.mention)
        check_fits(card.text, spare=len(copy.line))
        reached += await call.outbox.edit(
            call.tx, alert.id, copy.channel, card, alert.version, call.now, expires_at=until
        )
        if copy.standing == "hold":
            asked[receiver.id] = await _new_deadline(call, alert, copy.id, receiver)
    await ask_anew(call, alert, asked)
    return reached


async def _new_deadline(call: Call, alert: Alert, copy: str, receiver: Organization) -> datetime:
    hours = (await policy_of(call, receiver, alert)).hours
    until = rules.hold_until(call.now, receiver.zone, alert.content.starts_at, hours) or call.now
    await store.set_standing(call.tx, copy, "hold", call.now, until)
    return until


async def ask_anew(call: Call, alert: Alert, asked: Mapping[str, datetime]) -> None:
    """The questions that are still open (until when, by organization) get the new text and the new deadline."""
    everybody, also = await organizations(call), await second.waiting(call, alert)
    desks = {one.id: one.language for one in await call.spaces.channels(call.tx, "moderators", list(asked))}
    for landing in await call.outbox.landed(call.tx, alert.ask):
        if landing.organization in asked:
            receiver, until = everybody[landing.organization], asked[landing.organization]
            language = desks.get(landing.channel, receiver.language)
            notifies = await notified(call, receiver.id, alert)
            card = ask_card(call, alert, everybody[alert.organization], receiver, language, until, also, notifies)
            await call.outbox.edit(
                call.tx, alert.ask, landing.channel, card, alert.version, call.now, expires_at=until
            )
    for organization, until in asked.items():
        await call.at(until, "lapse", alert.id, organization=organization)


# -- taking back ----------------------------------------------------------------------------------------------------


async def takeback(call: Call, code: str, sure: str) -> None:
    """Asks once, then removes every copy."""
    alert = await own_call(call, code, "sent")
    if sure != "yes":
        yes = call.choice("takeback_yes", "takeback", alert.code, "yes", organization=call.home.id, weight="danger")
        call.say("takeback_sure", yes, title=alert.content.title, code=alert.code)
        return
    await store.change(call.tx, call.scope, alert.id, state="withdrawn", tally_at=None)
    for subject in (alert.id, alert.thanks):
        await call.outbox.withdraw(call.tx, subject, call.now)
    await close_desk(call, alert, "", "desk.withdrawn")
    await call.at(call.now, "tell", alert.id, kind="withdrawn", after="")
    await call.record("taken_back", alert.code)
    await watch(call, alert, "withdrawn")
    call.say("taken_back_now", call.choice("where_button", "where", alert.code, organization=call.home.id))


# -- telling those who said yes -------------------------------------------------------------------------------------


async def tell(call: Call, subject: str, kind: str, after: str) -> None:
    """Due work: a new message to everybody who said yes, once each, so many in one transaction."""
    alert = await store.of_id(call.tx, subject)
    if alert is None or (kind == "corrected") != (alert.state == "sent"):
        return
    rows = await replies.answers(call.tx, subject, after, PORTION)
    for row in rows:
        with suppress(KeyGone):  # erased half-way: nobody to tell
            given = replies.unpack(await call.unseal(row.person, "", row.value, "alert_answer", row.id, "value"))
            if given.value in rules.TOLD:
                await tell_one(call, alert, row.person, given.organization, kind)
    if len(rows) == PORTION:
        await call.at(call.now, "tell", subject, kind=kind, after=rows[-1].id)
