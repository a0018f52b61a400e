"""Writing a call: one page of five fields, a preview of what will happen, notes and the other language added to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.feature import (
    Call,
    Card,
    Choice,
    Md,
    Organization,
    UserError,
    When,
    find_links,
    judge_link,
    parse_when,
    show_when,
    show_when_short,
)
from cogs.alerts import rules, store
from cogs.alerts.approving import ahead
from cogs.alerts.copies import Target, check_fits, check_length, longest, own_call, plan
from cogs.alerts.going.places import with_places
from cogs.alerts.noticing.notices import notices
from cogs.alerts.policies.rules import ELECTORAL
from cogs.alerts.practicing.store import practice_of
from cogs.alerts.rules import Content
from cogs.alerts.sending import bring
from cogs.alerts.store import DRAFTS, Alert
from cogs.alerts.texts import moment, names
from cogs.alerts.timing.later import check_in_time, planned_short

PROBLEMS = 10  # channels named in a preview

# -- the fields -----------------------------------------------------------------------------------------------------


async def check_words(call: Call, value: str) -> str:
    """Refuses what pings everybody, brings tags, or hides where an address leads."""
    key, found = rules.objection(value)
    if key:
        raise UserError(key, found=found)
    for link in find_links(value):
        if link.verdict == "refuse":
            raise UserError(link.reason, host=link.host)
    return value


async def check_link(call: Call, value: str) -> str:
    """The link gate; an address without its beginning gets one."""
    link = judge_link(value if "://" in value else f"https://{value}")
    if link.verdict == "refuse":
        raise UserError(link.reason, host=link.host)
    return link.url


async def check_when(call: Call, value: str) -> str:
    """A time in words; WhenRefused becomes *Mend it*."""
    _read(call, value)
    return value


def _read(call: Call, text: str) -> When | None:
    zone = call.home.zone
    return parse_when(text, now=call.now, zone=zone, language=call.language) if text else None


# -- the entries ----------------------------------------------------------------------------------------------------


async def new(call: Call, what: str, ask: str, when: str, where: str, link: str) -> None:
    """A draft and its preview."""
    at = _read(call, when)
    content = _timed(Content(what, ask, call.language, call.home.zone, place=where, link=link), at)
    check_length(content)
    alert = await store.add_draft(call.tx, call.scope, content, call.now)
    await _preview(call, alert, guessed=at is not None and at.guessed)


def _timed(content: Content, at: When | None) -> Content:
    if at is None:
        return replace(content, starts_at=None, date_only=False)
    return replace(content, starts_at=at.at, zone=at.zone, date_only=at.date_only)


async def known(call: Call, code: str) -> Mapping[str, str]:
    """What stands in a call, for forms that change it."""
    content = (await own_call(call, code)).content
    return {
        "what": content.title, "ask": content.ask, "where": content.place, "link": content.link,
        "when": show_when(moment(content), call.language) if content.timed else "",
        "notes": content.access, "other_what": content.other_title,
        "other_ask": content.other_ask, "other_access": content.other_access,
    }  # fmt: skip


async def change(call: Call, code: str, what: str, ask: str, when: str, where: str, link: str) -> None:
    """The draft's five fields again."""
    alert = await own_call(call, code, *DRAFTS)
    at = _read(call, when)
    content = _timed(replace(alert.content, title=what, ask=ask, place=where, link=link), at)
    await _rewrite(call, alert, content, guessed=at is not None and at.guessed)


async def access(call: Call, code: str, notes: str) -> None:
    """Access notes: ramps, interpreters, quiet rooms, masks. On a call that was sent they are a correction."""
    alert = await own_call(call, code, *DRAFTS, "sent")
    await _rewrite(call, alert, replace(alert.content, access=notes))


async def translate(call: Call, code: str, other_what: str, other_ask: str, other_access: str) -> None:
    """The text in the other language. On a call that was sent it is a correction."""
    alert = await own_call(call, code, *DRAFTS, "sent")
    content = replace(alert.content, other_title=other_what, other_ask=other_ask, other_access=other_access)
    await _rewrite(call, alert, content)


async def places(call: Call, code: str, number: str) -> None:
    """How many people can come. On a call that was sent it is a correction, and more places go to who waits."""
    alert = await own_call(call, code, *DRAFTS, "sent")
    await _rewrite(call, alert, await with_places(call, alert, number or "0"))


async def _rewrite(call: Call, alert: Alert, content: Content, guessed: bool = False) -> None:
    if alert.state == "sent":
        await bring(call, alert, content)
        return
    check_length(content)
    if alert.leave_at is not None:
        check_in_time(replace(alert, content=content), alert.leave_at)
    await store.rewrite(call.tx, call.scope, alert, content)
    newer = replace(alert, content=content)
    if newer.state == "planned" and content != alert.content:
        await ahead.ask(call, newer)
    await _preview(call, newer, guessed)


async def topic(call: Call, code: str, topic: str) -> None:
    """What a draft is about: each organization decides by topic. What was sent keeps the topic it was decided on."""
    alert = await own_call(call, code, *DRAFTS)
    await _rewrite(call, alert, replace(alert.content, topic="" if topic == "none" else topic))


async def preview(call: Call, code: str) -> None:
    """The draft again."""
    await _preview(call, await own_call(call, code, *DRAFTS))


async def discard(call: Call, code: str) -> None:
    """Throws a draft away."""
    alert = await own_call(call, code, *DRAFTS)
    await ahead.close(call, alert)
    await store.drop(call.tx, call.scope, alert.id)
    await call.not_at("leave", alert.id)
    await call.outbox.withdraw(call.tx, practice_of(alert.id), call.now)
    call.say("discarded", code=alert.code)


# -- the preview ----------------------------------------------------------------------------------------------------


async def _preview(call: Call, alert: Alert, guessed: bool = False) -> None:
    home = call.home
    targets = await plan(call, home, alert.content)
    text = longest(call, alert, home, targets)
    check_fits(text)
    call.say(Card(text, language=call.language, code=alert.code))
    subjects = [
        [
            call.words("preview.shown", title=alert.content.title), *_time_lines(call, alert.content, guessed),
            _topic_line(call, alert.content), *_planned_lines(call, alert),
        ],
        *_where_lines(call, home, targets),
        await _problem_lines(call, targets),
        _text_lines(call, alert.content, targets),
        await notices(call, alert, targets),
        [*await _eta_lines(call, targets), call.words("preview.kept")],
    ]
    text = Md("\n\n".join("\n".join(lines) for lines in subjects if lines))
    call.say(call.card(text, *_choices(call, alert), code=alert.code))


def _choices(call: Call, alert: Alert) -> list[Choice]:
    mine: dict[str, Any] = {"mine": True, "organization": call.home.id}
    other = "change" if len(alert.content.languages) > 1 else "add"
    labels = {
        "send": "preview.send", "change": "preview.change", "access": "preview.access",
        "translate": f"preview.{other}_{alert.content.other}", "topic": "preview.topic", "places": "preview.limit",
        "later": "preview.later", "practice": "practice.button", "discard": "preview.discard",
    }  # fmt: skip
    if not alert.content.timed:  # an ask without a time has room for everybody
        labels.pop("places")
    weights = {"send": "main", "discard": "danger"}
    return [
        call.choice(label, entry, alert.code, weight=weights.get(entry, "plain"), **mine)
        for entry, label in labels.items()
    ]


def _time_lines(call: Call, content: Content, guessed: bool) -> list[Md]:
    if not content.timed:
        return [call.words("preview.no_time")]
    shown = [call.words("preview.time", time=show_when(moment(content), call.language))]
    shown += [call.words("preview.guessed")] if guessed else []
    return [*shown, call.words("preview.places", n=content.limit)] if content.limit else shown


def _planned_lines(call: Call, alert: Alert) -> list[Md]:
    shown = planned_short(call, alert)
    return [shown] if shown else []


def _topic_line(call: Call, content: Content) -> Md:
    label = call.words.label(f"topic.topic.{content.topic or 'none'}")
    return call.words("preview.about_electoral" if content.topic == ELECTORAL else "preview.about_topic", topic=label)


def _where_lines(call: Call, home: Organization, targets: Sequence[Target]) -> list[list[Md]]:
    """Who gets it at once, who is asked, who does not get it: a paragraph each."""
    paragraphs = []
    for standings in (("own", "auto"), ("hold",), rules.NOT_ASKED):
        lines = []
        for standing in standings:
            found = [one for one in targets if one.standing == standing]
            if found:
                named, until = _named(call, found), _until(call, home, found)
                lines.append(call.words(f"preview.{standing}", n=len(found), names=named, until=until))
        paragraphs.append(lines)
    if any(one.standing in rules.ASKED for one in targets):
        paragraphs.append([call.words("second.preview")])
    return paragraphs


def _named(call: Call, found: Sequence[Target]) -> str:
    return names(call.words, list(dict.fromkeys(one.organization.name for one in found)))


async def _problem_lines(call: Call, targets: Sequence[Target]) -> list[Md]:
    """Channels into which the bot cannot write now, each with the fix; the ledger has them all later."""
    lines = []
    for one in targets:
        if one.channel is not None and (found := await call.problems(one.channel)):
            fix, place = call.words(f"permission.{found[0]}"), one.channel.name
            lines.append(call.words("preview.problem", name=one.organization.name, place=place, fix=fix))
    if len(lines) > PROBLEMS:
        return [*lines[:PROBLEMS], call.words("ledger.rest", n=len(lines) - PROBLEMS)]
    return lines


def _until(call: Call, home: Organization, found: Sequence[Target]) -> str:
    moments = [one.until for one in found if one.until is not None]
    return show_when_short(When(max(moments), home.zone), call.language) if moments else ""


def _text_lines(call: Call, content: Content, targets: Sequence[Target]) -> list[Md]:
    lines = []
    spoken = set(content.languages)
    wanting = [one for one in targets if one.channel and not _understood(one.channel.language, spoken)]
    if wanting:
        lines.append(call.words(f"preview.untranslated_{content.other}", n=len(wanting)))
    found = [judge_link(content.link)] if content.link else []
    for link in [*found, *find_links(content.ask), *find_links(content.place)]:
        if link.verdict == "warn":
            lines.append(call.words("preview.link", host=link.host))
    return lines


def _understood(language: str, spoken: set[str]) -> bool:
    return {"en", "es"} <= spoken if language == "both" else language in spoken


async def _eta_lines(call: Call, targets: Sequence[Target]) -> list[Md]:
    waits = []
    now = [one for one in targets if one.channel and one.standing in ("own", "auto")]
    for platform in {one.channel.platform for one in now if one.channel}:
        here = sum(1 for one in now if one.channel and one.channel.platform == platform)
        waits.append(call.seconds_for(platform, here + await call.outbox.queued(call.tx, platform)))
    if not waits:
        return []
    seconds = max(waits)
    if seconds < 60:
        return [call.words("preview.eta_soon", n=len(now))]
    return [call.words("preview.eta", n=round(seconds / 60) or 1)]
