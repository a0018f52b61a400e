"""Asking for the second person, taking her word, and what may leave when: every way to a foreign copy asks here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.feature import Call, Card, Landing, Md, Organization, Refused, UserError, When, show_when_short
from cogs.alerts import rules as call_rules
from cogs.alerts import store as calls
from cogs.alerts.answering import store as replies
from cogs.alerts.approving import rules, store
from cogs.alerts.approving.store import Second
from cogs.alerts.copies import Target, copy_card, copy_words, organizations, policy_of
from cogs.alerts.store import Alert
from cogs.alerts.texts import readers, title_in
from cogs.alerts.timing.rules import leaves_at

HELD_BACK = ("auto", "accepted", "silence")  # standings of foreign copies that a stop takes back into waiting


def notice_of(alert: Alert) -> str:
    """The outbox's name of what its senders are told about the second person."""
    return f"{alert.id}.two"


async def note_author(call: Call, alert: Alert) -> None:
    """The asker gives the author's word."""
    await store.note_author(call.tx, alert.id, alert.organization, call.person.id, call.realm)


def others_in(targets: Sequence[Target]) -> set[str]:
    """The other organizations that get it or are asked about it."""
    return {one.organization.id for one in targets if one.channel and one.standing != "own"}


async def begin(call: Call, alert: Alert, targets: Sequence[Target], agreed: str = "") -> datetime | None:
    """From now on a second person is waited for; until when. None where only the own organization gets it, and where
    somebody of the organization `agreed` said yes to all of this before it left.
    """
    others = others_in(targets)
    row = await store.of(call.tx, alert.id)
    if row is None:  # planned before two people were asked for
        await store.note_author(call.tx, alert.id, alert.organization, "", "")
    if not others:
        await store.change(call.tx, alert.id, state="none", second="", whose="", until_at=None, leaves_at=None)
        return None
    bound = rules.bind(alert.content, others)
    if agreed and row is not None:
        leaves = max(call.now, row.leaves_at or call.now)
        await store.change(call.tx, alert.id, state="given", imprint=bound, leaves_at=leaves, until_at=None)
        return None
    until = rules.asked_until(call.now, alert.content)
    await store.change(
        call.tx, alert.id, state="waiting", second="", whose="", imprint=bound, until_at=until, leaves_at=None
    )
    await call.at(until, "unsaid", alert.id)
    return until


async def may_leave(call: Call, alert: Alert) -> datetime | None:
    """From when on a copy may leave for another organization; None while there is no second person."""
    row = await store.of(call.tx, alert.id)
    if row is None:  # it was sent before two people were asked for
        return call.now
    return max(call.now, row.leaves_at or call.now) if row.state == "given" else None


async def is_wanted(call: Call, alert: Alert) -> bool:
    """Whether a yes now would be the second person's."""
    row = await store.of(call.tx, alert.id)
    return row is not None and row.state in rules.OPEN


async def waiting(call: Call, alert: Alert) -> int:
    """How many organizations that take such calls at once wait for the second person."""
    if not await is_wanted(call, alert):
        return 0
    return len({one.organization for one in await calls.copies(call.tx, alert.id) if one.standing == "auto"})


async def is_asked(call: Call, alert: Alert) -> bool:
    """Whether those who take such calls at once are asked for a second person; also when that is over or stopped."""
    row = await store.of(call.tx, alert.id)
    return row is not None and row.state != "given"


async def answer(call: Call, alert: Alert) -> None:
    """What the second person reads: when it goes, and *Stop* until then."""
    row = await store.of(call.tx, alert.id)
    assert row is not None
    assert row.leaves_at is not None
    stop = row.leaves_at > call.now
    n = sum(one.standing == "auto" for one in await calls.copies(call.tx, alert.id))
    key = "second.yours" if stop else "second.yours_now" if n else "accepted_now"
    at = show_when_short(When(row.leaves_at, call.home.zone), call.language)
    choices = [call.choice("second.stop_button", "halt", alert.code, weight="danger")] if stop else []
    call.say(key, *choices, title=alert.content.title, at=at)


async def bind_anew(call: Call, alert: Alert) -> None:
    """Text or targets are others now: an older word does not fit any more."""
    row = await store.of(call.tx, alert.id)
    if row is None or row.state == "none":
        return
    if row.state == "given":
        if row.leaves_at is None or row.leaves_at <= call.now:
            return
        await hold_back(call, alert)
        until = rules.asked_until(call.now, alert.content)
        await store.change(call.tx, alert.id, state="waiting", second="", whose="", leaves_at=None, until_at=until)
        await call.at(until, "unsaid", alert.id)
        await tell_senders(call, alert, "second.void")
    bound = rules.bind(alert.content, await _targets(call, alert))
    await store.change(call.tx, alert.id, imprint=bound)


async def _targets(call: Call, alert: Alert) -> set[str]:
    rows = await calls.copies(call.tx, alert.id)
    return {one.organization for one in rows if one.channel and one.organization != alert.organization}


async def hold_back(call: Call, alert: Alert) -> None:
    """What was to leave after the window waits again; who had accepted is asked again."""
    for copy in await calls.copies(call.tx, alert.id):
        if copy.organization == alert.organization or copy.standing not in HELD_BACK:
            continue
        if not await call.outbox.hold(call.tx, alert.id, copy.channel) or copy.standing == "auto":
            continue
        receiver = await call.spaces.get(call.tx, copy.organization)
        hours = (await policy_of(call, receiver, alert)).hours
        until = call_rules.hold_until(call.now, receiver.zone, alert.content.starts_at, hours)
        await calls.set_standing(call.tx, copy.id, "hold", call.now, until or call.now)
        await call.at(until or call.now, "lapse", alert.id, organization=receiver.id)


# -- the word -------------------------------------------------------------------------------------------------------


async def give(call: Call, alert: Alert) -> None:
    """A moderator of another organization accepted it for her space. Refused where she cannot be the second person."""
    row = await store.of(call.tx, alert.id)
    if row is None or row.state == "given":
        return
    _check_open(call, alert, row)
    if key := objection_to(call, alert, row):
        raise Refused(f"alerts.second.{key}", title=alert.content.title)
    bound = rules.bind(alert.content, await _targets(call, alert))
    if row.state == "waiting" and row.imprint != bound:
        raise Refused("alerts.desk.changed", title=alert.content.title)
    leaves = call.now + window(call)
    await store.change(
        call.tx, alert.id, state="given", second=call.person.id, whose=call.home.id, leaves_at=leaves, imprint=bound
    )
    await call.not_at("unsaid", alert.id)
    await call.record("second", alert.code)
    await free(call, alert, leaves)


def objection_to(call: Call, alert: Alert, row: Second) -> str:
    """Why the asker cannot be the second person, a key; "" when nothing speaks against it."""
    return rules.objection(
        row.author, alert.organization, row.author_realm, call.person.id, call.home.id,
        {organization for organization, _ in call.roles}, call.realm,
    )  # fmt: skip


def _check_open(call: Call, alert: Alert, row: Second) -> None:
    if row.state == "stopped":
        raise UserError("second.is_stopped", title=alert.content.title)
    if row.state == "expired" or (row.until_at is not None and row.until_at <= call.now):
        raise UserError("second.is_over", title=alert.content.title)


def window(call: Call) -> timedelta:
    """How long a call can be stopped after the second person's yes. Without a configuration (most tests): not at all,
    so that nobody waits for a clock."""
    return timedelta(seconds=call.settings.delivery.stop_window if call.settings else 0)


async def free(call: Call, alert: Alert, leaves: datetime) -> None:
    """Everybody who takes such calls at once gets it after the window, and can stop it until then."""
    everybody = await organizations(call)
    sender, people = everybody[alert.organization], (await replies.total(call.tx, alert.id)).yes
    for copy in await calls.copies(call.tx, alert.id):
        receiver = everybody.get(copy.organization)
        if copy.standing == "auto" and receiver is not None:
            card = copy_card(call, alert, sender, receiver, copy.language, "", people, copy.mention)
            at = leaves_at(alert.leave, receiver.zone, leaves)
            quiet = call_rules.is_quiet(at, receiver.zone)
            await call.outbox.release(call.tx, alert.id, copy.channel, card, at, silent=quiet)
    await show_at_desks(call, alert, "second.goes", ("auto",), stop=leaves > call.now, at=leaves)
    if leaves > call.now:
        await tell_senders(call, alert, "second.given", stop=True, at=leaves)


async def tell_senders(
    call: Call, alert: Alert, key: str, *, stop: bool = False, at: datetime | None = None
) -> None:
    """One line into the senders' moderators' channel: with *Stop*, or with *Ask again* where it was stopped or nobody
    said yes."""
    sender = (await organizations(call))[alert.organization]
    for desk in await call.spaces.channels(call.tx, "moderators", [alert.organization]):
        card = notice(call, alert, key, desk.language, sender, at, stop=stop)
        # With *Stop* there are two minutes to read it: only what is urgent makes a sound on every platform.
        silent = not stop or call_rules.is_quiet(call.now, sender.zone)
        await call.broadcast(desk, card, subject=notice_of(alert), rank=-1, silent=silent, urgent=stop)


def notice(
    call: Call, alert: Alert, key: str, language: str, reader: Organization, at: datetime | None, *, stop: bool
) -> Card:
    """How it stands with the second person, in the languages read there; `at`: when it leaves."""
    lines = []
    for one in readers(language):
        shown = show_when_short(When(at, reader.zone), one) if at else ""
        by = call.organization.name if call.organization else ""
        lines.append(call.words_in(one)(key, title=title_in(alert.content, one), at=shown, by=by))
    choices = []
    if stop:
        choices.append(call.choice("second.stop_button", "halt", alert.code, language=language, weight="danger"))
    if key in ("second.stopped", "second.unsaid"):
        own = alert.organization
        choices.append(call.choice("second.again_button", "propose", alert.code, language=language, organization=own))
    return call.card_in(language, Md("\n".join(lines)), *choices, code=alert.code)


# -- the desks ------------------------------------------------------------------------------------------------------


async def waiting_cards(call: Call, alert: Alert, sender: Organization, receivers: Sequence[Organization]) -> None:
    """Asks those who take such calls at once whether one of them is the second person."""
    row = await store.of(call.tx, alert.id)
    if row is None or row.until_at is None:
        return
    homes = {one.id: one for one in receivers}
    n = len(await _targets(call, alert))
    for desk in await call.spaces.channels(call.tx, "moderators", list(homes)):
        card = waiting_card(call, alert, sender, homes[desk.organization], desk.language, row.until_at, n)
        if not await call.outbox.edit(
            call.tx, alert.ask, desk.id, card, alert.version, call.now, expires_at=row.until_at
        ):
            await call.broadcast(desk, card, subject=alert.ask, version=alert.version, expires_at=row.until_at)


def waiting_card(
    call: Call, alert: Alert, sender: Organization, receiver: Organization, language: str, until: datetime, n: int
) -> Card:
    """What a moderators' channel reads whose organization takes such calls at once."""
    at = When(until, receiver.zone)
    intro = "\n".join(
        call.words_in(one)("second.wanted", sender=sender.name, n=n, until=show_when_short(at, one))
        for one in readers(language)
    )
    read = call_rules.imprint(alert.content)
    choices = [
        call.choice("accept_button", "accept", alert.code, read, language=language, weight="main"),
        call.choice("decline_button", "decline", alert.code, language=language),
        call.choice("question_button", "question", alert.code, language=language),
    ]
    text = Md(f"{intro}\n\n{copy_words(call, alert, sender, receiver, language)}")
    return call.card_in(language, text, *choices, code=alert.code)


async def show_at_desks(
    call: Call, alert: Alert, key: str, standings: Sequence[str], *, stop: bool = False, at: datetime | None = None
) -> None:
    """The cards of those organizations say how it stands."""
    everybody = await organizations(call)
    concerned = {one.organization for one in await calls.copies(call.tx, alert.id) if one.standing in standings}
    spoken = {one.id: one.language for one in await call.spaces.channels(call.tx, "moderators", list(concerned))}
    for landing in await _cards(call, alert):
        if landing.organization in concerned and landing.channel in spoken:
            reader = everybody[landing.organization]
            card = notice(call, alert, key, spoken[landing.channel], reader, at, stop=stop)
            await call.outbox.edit(call.tx, alert.ask, landing.channel, card, alert.version, call.now)


async def _cards(call: Call, alert: Alert) -> list[Landing]:
    return await call.outbox.landed(call.tx, alert.ask)


async def ask_again(call: Call, alert: Alert) -> None:
    """The waiting cards anew, with the text and the number of organizations as they are now."""
    everybody = await organizations(call)
    waiting = {one.organization for one in await calls.copies(call.tx, alert.id) if one.standing == "auto"}
    if waiting and await is_wanted(call, alert):
        await waiting_cards(call, alert, everybody[alert.organization], [everybody[one] for one in waiting])
