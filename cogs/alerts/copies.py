"""Where a call goes, and the cards that stand there: shared by writing, sending, receiving and counting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.feature import (
    Call,
    Card,
    Channel,
    Choice,
    Md,
    Missing,
    Option,
    Organization,
    UserError,
    When,
    read_code,
    show_when_short,
    timedelta,
)
from cogs.alerts import rules, store
from cogs.alerts.mentioning import rules as mentioning
from cogs.alerts.mentioning import store as mentions
from cogs.alerts.mentioning.rules import NOBODY, Mention
from cogs.alerts.policies import store as policies
from cogs.alerts.policies.deciding import purpose_of
from cogs.alerts.policies.rules import Policy, resolve
from cogs.alerts.rules import Content
from cogs.alerts.store import Alert
from cogs.alerts.texts import Look, copy_text, names, readers, title_in

STALE = timedelta(minutes=10)  # work that is so late failed for good: it is planned anew
SOON = timedelta(seconds=30)  # Discord's copies follow at most so often (DESIGN 2)
LIKELY = 10  # codes that are suggested while one is typed


@dataclass(frozen=True)
class Target:
    """One space (or an organization without one) and what happens to the call there."""

    organization: Organization
    channel: Channel | None
    standing: str
    until: datetime | None = None
    mention: Mention = NOBODY


async def check_code(call: Call, value: str) -> str:
    """A code as people type it."""
    return read_code(value)


async def own_codes(call: Call) -> list[Option]:
    """The organization's own last calls and drafts, to pick from while typing a code."""
    return _as_options(await store.newest(call.tx, call.scope, LIKELY)) if call.organization else []


async def codes_here(call: Call) -> list[Option]:
    """The last calls that came to this organization, to pick from while typing a code."""
    return _as_options(await store.newest_here(call.tx, call.scope, LIKELY)) if call.organization else []


def _as_options(alerts: Sequence[Alert]) -> list[Option]:
    return [Option(one.code, f"{one.code} {one.content.title}") for one in alerts]


async def own_call(call: Call, code: str, *states: str) -> Alert:
    """A call of the asker's organization. Missing for a code that is another's, in the same words as for none."""
    call.home  # noqa: B018  # says so where there is no organization
    found = await store.of_code(call.tx, call.scope, code)
    if found is None or (states and found.state not in states):
        raise Missing
    if found.state == "draft" and found.made_at < call.now - rules.DRAFTS_KEPT:
        raise Missing
    return found


async def plan(call: Call, home: Organization, content: Content, at: datetime | None = None) -> list[Target]:
    """Every connected organization with what happens to the call there when it leaves (now, or `at`), by name."""
    calls = await channels_for(call, content.topic)
    desks = _by_organization(await call.spaces.channels(call.tx, "moderators"))
    decided, chosen = await policies.everybodys(call.tx), await mentions.everybodys(call.tx)
    found: list[Target] = []
    for one in await call.spaces.all(call.tx, "connected"):
        channels = calls.get(one.id, [])
        policy = resolve(one.policy, one.kind, decided.get(one.id, ()), home.id, content.topic)
        standing = rules.stand(one.id == home.id, policy.mode, bool(channels))
        until = None
        if standing == "hold":
            until = rules.hold_until(at or call.now, one.zone, content.starts_at, policy.hours)
            standing = "hold" if until and one.id in desks else "late" if one.id in desks else "nowhere"
        if standing in rules.NOT_ASKED:
            found.append(Target(one, None, standing))
        else:
            own = chosen.get(one.id, ())
            found += [
                Target(one, channel, standing, until, mentioning.resolve(own, channel.space, home.id, content.topic))
                for channel in channels
            ]
    return found


async def mention_in(call: Call, channel: Channel, alert: Alert) -> str:
    """The role that a call notifies in a channel's space."""
    own = await mentions.of(call.tx, channel.organization)
    return mentioning.resolve(own, channel.space, alert.organization, alert.content.topic).role


async def channels_for(call: Call, topic: str) -> dict[str, list[Channel]]:
    """The channels for calls by organization: in each space the one for the topic, where one was chosen."""
    usual = _by_organization(await call.spaces.channels(call.tx, "calls"))
    if not topic:
        return usual
    own = _by_organization(await call.spaces.channels(call.tx, purpose_of(topic)))
    for organization, channels in own.items():
        seats = {one.space for one in channels}
        usual[organization] = [*channels, *(one for one in usual.get(organization, []) if one.space not in seats)]
    return usual


async def policy_of(call: Call, receiver: Organization, alert: Alert) -> Policy:
    """What an organization decided about a call, as it is now."""
    own = await policies.of(call.tx, receiver.id)
    return resolve(receiver.policy, receiver.kind, own, alert.organization, alert.content.topic)


def _by_organization(channels: Sequence[Channel]) -> dict[str, list[Channel]]:
    grouped: dict[str, list[Channel]] = {}
    for one in channels:
        grouped.setdefault(one.organization, []).append(one)
    return grouped


async def organizations(call: Call) -> Mapping[str, Organization]:
    """All organizations by id, also those that left in the last 30 days."""
    return {one.id: one for one in await call.spaces.all(call.tx)}


# -- cards ----------------------------------------------------------------------------------------------------------


def answer_choices(call: Call, alert: Alert, language: str) -> list[Choice]:
    """*I'm in*, *Maybe*, *Can't* (or *I did it*), *Why here?*: the same tokens in every copy."""
    values = rules.answers_for(alert.content)
    shown = [
        call.choice(f"answer.value.{one}", "answer", alert.code, one, language=language, weight=_weight(one))
        for one in values
    ]
    call.choice("remind_button", "remind", alert.code)  # its row, for all who say yes later: a press writes none
    return [*shown, call.choice("why_here", "why", alert.code, language=language)]


def _weight(value: str) -> str:
    return "main" if value in rules.YES else "plain"


def copy_card(
    call: Call, alert: Alert, sender: Organization, receiver: Organization, language: str, line: str = "",
    people: int = 0, mention: str = "",
) -> Card:  # fmt: skip
    """One space's copy."""
    text = copy_words(call, alert, sender, receiver, language, line, people)
    speak = call.words_in(language)
    invite = speak("invite", code=alert.code)
    card = call.card_in(language, text, *answer_choices(call, alert, language), code=alert.code, invite=invite)
    return replace(card, mention=mention)


def copy_words(
    call: Call, alert: Alert, sender: Organization, receiver: Organization, language: str, line: str = "",
    people: int = 0,
) -> Md:  # fmt: skip
    """The text of one space's copy."""
    look = Look(
        language, receiver.zone, sender.name, receiver.name, sender.id == receiver.id, line, alert.changed,
        alert.corrected_at, people, alert.version,
    )  # fmt: skip
    return copy_text(call.words_in, alert.content, look)


def ask_card(
    call: Call, alert: Alert, sender: Organization, receiver: Organization, language: str, until: datetime,
    also: int = 0, notifies: Sequence[str] = (),
) -> Card:  # fmt: skip
    """What a moderators' channel is asked: the copy as it would look, until when, and the choices.

    `also`: how many organizations that take such calls at once get it by the same yes, the second person's.
    `notifies`: names of the roles that its copies notify.
    """
    at = When(until, receiver.zone)
    intro = "\n".join(
        call.words_in(one)("ask_first", sender=sender.name, until=show_when_short(at, one)) for one in readers(language)
    )
    if also:
        intro += "\n" + "\n".join(call.words_in(one)("second.also", n=also) for one in readers(language))
    if notifies:
        intro += "\n" + "\n".join(
            call.words_in(one)("mention.asked", role=names(call.words_in(one), list(notifies)))
            for one in readers(language)
        )
    text = Md(f"{intro}\n\n{copy_words(call, alert, sender, receiver, language)}")
    read = rules.imprint(alert.content)
    choices = [
        call.choice("accept_button", "accept", alert.code, read, language=language, weight="main"),
        call.choice("line_button", "line", alert.code, read, language=language),
        call.choice("decline_button", "decline", alert.code, language=language),
        call.choice("question_button", "question", alert.code, language=language),
    ]
    return call.card_in(language, text, *choices, code=alert.code)


async def close_desk(call: Call, alert: Alert, organization: str, key: str) -> None:
    """The cards in an organization's moderators' channels lose their choices and say what came of them."""
    for landing in await call.outbox.landed(call.tx, alert.ask):
        if landing.organization == organization or not organization:
            language = await _language(call, landing.channel)
            said = [call.words_in(one)(key, title=title_in(alert.content, one)) for one in readers(language)]
            card = call.card_in(language, Md("\n".join(said)), code=alert.code)
            await call.outbox.edit(call.tx, alert.ask, landing.channel, card, alert.version, call.now)


async def _language(call: Call, channel: str) -> str:
    try:
        return (await call.spaces.channel(call.tx, channel)).language
    except Missing:
        return "both"


async def plan_tally(call: Call, alert: Alert) -> None:
    """One waiting job a call: a press costs the same whether a call has one copy or five hundred."""
    if alert.tally_at is None or alert.tally_at < call.now - STALE:
        await store.plan_tally(call.tx, alert.id, call.now + SOON)
        await call.at(call.now + SOON, "tally", alert.id)


def longest(call: Call, alert: Alert, home: Organization, targets: Sequence[Target]) -> Md:
    """The copy of the space where it is longest."""
    found = [
        copy_words(call, alert, home, one.organization, one.channel.language)
        for one in targets
        if one.channel is not None
    ]
    return max(found, key=len) if found else copy_words(call, alert, home, home, home.language)


def check_length(content: Content) -> None:
    """UserError when all texts together are longer than people read."""
    if content.authored > rules.AUTHORED:
        raise UserError("too_much", field="ask", n=content.authored, limit=rules.AUTHORED)


def check_fits(text: str, spare: int = 0) -> None:
    """UserError when a copy, less what its receivers added, would not fit one message."""
    if len(text) - spare > rules.ONE_MESSAGE:
        raise UserError("too_long_copy", field="ask", n=len(text) - spare, limit=rules.ONE_MESSAGE)


def copy_row(alert: Alert, target: Target) -> dict[str, Any]:
    """A target as its row."""
    channel = target.channel
    return {
        "alert": alert.id, "organization": target.organization.id, "channel": channel.id if channel else "",
        "place": channel.name if channel else "", "language": channel.language if channel else "both",
        "standing": target.standing, "hold_until_at": target.until, "mention": target.mention.role,
    }  # fmt: skip
