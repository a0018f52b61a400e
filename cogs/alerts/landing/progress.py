"""How far a call is, in a sentence with numbers, edited sparingly; and what was not reached, once, with what to do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.feature import Call, Card, Landing, Md, frozen
from cogs.alerts import store
from cogs.alerts.copies import organizations
from cogs.alerts.landing.rules import (
    ARRIVED,
    EVERY,
    LONG,
    NAMED,
    PATIENCE,
    PROBLEMS,
    UNDER_WAY,
    Way,
    minutes,
    next_look,
)
from cogs.alerts.ledger import line_of, rows_of
from cogs.alerts.store import Alert

FIRST = -2  # rank: one message that its author waits for goes before the hundreds that it tells of
SOON = timedelta(minutes=2)  # what is due by then is under way; a copy for another zone's morning is not


@dataclass(frozen=True)
class Report:
    """What was found: how far, how long it will take, what needs somebody (the first few, in words)."""

    way: Way
    seconds: float
    lines: list[Md]


def way_of(alert: Alert) -> str:
    """The outbox's name of the message that tells how far a call is."""
    return f"{alert.id}.way"


async def watch(call: Call, alert: Alert, kind: str, platforms: Collection[str] = ()) -> None:
    """From now on somebody looks: `sent` (to those platforms), `corrected` or `withdrawn`."""
    if kind == "sent":
        await _begin(call, alert, platforms)
        return
    if kind == "withdrawn":
        await call.not_at("watch", alert.id)
        await call.outbox.withdraw(call.tx, way_of(alert), call.now)
    await call.not_at("reach", alert.id)
    await call.at(call.now + EVERY, "reach", alert.id, kind=kind, since=call.now.isoformat())


async def _begin(call: Call, alert: Alert, platforms: Collection[str]) -> None:
    waits = [call.seconds_for(one, await call.outbox.queued(call.tx, one)) for one in platforms]
    seconds = max(waits, default=0.0)
    if seconds >= LONG:
        n = sum(one.state == "queued" for one in await call.outbox.landed(call.tx, alert.id))
        card = _card(call, alert, _so_far(call, alert, Way(0, n, 0), seconds))
        if told := await call.outbox.landed(call.tx, way_of(alert)):  # its own copies went first, now the others follow
            await _edit(call, alert, card, told)
        else:
            await _post(call, alert, card)
    until = call.now + max(PATIENCE, timedelta(seconds=2 * seconds))
    await call.at(call.now + EVERY, "watch", alert.id, until=until.isoformat(), step="0", since=call.now.isoformat())


# -- looking, while others write -------------------------------------------------------------------------------------


async def look_sent(call: Call, subject: str) -> Report | None:
    """How far a call is that was sent. None when it is taken back, or its organization is gone."""
    alert = await store.of_id(call.tx, subject)
    return await _look(call, alert, "sent") if alert is not None and alert.state == "sent" else None


async def look_reached(call: Call, subject: str) -> Report | None:
    """What a correction or a taking back has reached."""
    alert = await store.of_id(call.tx, subject)
    return await _look(call, alert, "corrected" if alert.state == "sent" else "withdrawn") if alert else None


async def _look(call: Call, alert: Alert, kind: str) -> Report | None:
    if not await _speak_for(call, alert):
        return None
    rows = await rows_of(call, alert)
    waiting = [one for _, _, one, _ in rows if one is not None and _is_under_way(one, call.now)]
    settled = [one for one in rows if one[2] not in waiting]
    wrong = [one for one in settled if one[0] in PROBLEMS[kind]]
    done = sum(state in ARRIVED for state, _, _, _ in settled if state not in PROBLEMS[kind])
    waits = [call.seconds_for(one, await call.outbox.queued(call.tx, one)) for one in {one.platform for one in waiting}]
    lines = [await line_of(call, alert, *one) for one in wrong[:NAMED]]
    return Report(Way(done, len(waiting), len(wrong)), max(waits, default=0.0), lines)


async def _speak_for(call: Call, alert: Alert) -> bool:
    """The job speaks to the senders' organization, in its language. False when that is gone."""
    home = (await organizations(call)).get(alert.organization)
    if home is None or home.state != "connected":
        return False
    call.organization = home
    call.language = home.language if home.language != "both" else alert.content.language
    return True


def _is_under_way(landing: Landing, now: datetime) -> bool:
    return landing.changing or (landing.state in UNDER_WAY and landing.due_at <= now + SOON)


# -- telling ---------------------------------------------------------------------------------------------------------


async def go_on(call: Call, subject: str, found: Report | None, until: str, step: str, since: str) -> None:
    """Due work: another quarter is done, or all; then what needs somebody."""
    alert = await store.of_id(call.tx, subject)
    if alert is None or found is None or alert.state != "sent" or not await _speak_for(call, alert):
        return
    end, begun = datetime.fromisoformat(until), datetime.fromisoformat(since)
    told = await call.outbox.landed(call.tx, way_of(alert))
    if await frozen(call.tx) is not None:
        until = (end + PATIENCE).isoformat()
    elif not found.way.under_way or call.now >= end:
        await _finish(call, alert, found, told)
        return
    elif told and found.way.quarter > int(step):
        step = str(found.way.quarter)
        await _edit(call, alert, _card(call, alert, _so_far(call, alert, found.way, found.seconds)), told)
    wait = EVERY if told else next_look(call.now - begun)
    await call.at(call.now + wait, "watch", subject, until=until, step=step, since=since)


async def _finish(call: Call, alert: Alert, found: Report, told: list[Landing]) -> None:
    way, words = found.way, call.words
    key = "progress.all" if way.done == way.all else "progress.part"
    text = [words(key, title=alert.content.title, done=way.done, n=way.all)]
    text += [words("progress.missed", n=way.missed)] if way.missed else []
    card = _card(call, alert, Md("\n".join([*text, *_problems(call, found)])))
    if told:
        await _edit(call, alert, card, told)
    elif way.missed or way.under_way:
        await _post(call, alert, card)


async def reached(call: Call, subject: str, found: Report | None, kind: str, since: str) -> None:
    """Due work: what a correction or a taking back did not reach is said once, in one message."""
    alert = await store.of_id(call.tx, subject)
    if alert is None or found is None or not await _speak_for(call, alert):
        return
    waited = call.now - datetime.fromisoformat(since)
    if found.way.under_way and waited < PATIENCE:
        await call.at(call.now + next_look(waited), "reach", subject, kind=kind, since=since)
    elif found.way.missed or found.way.under_way:
        said = call.words(f"progress.{kind}", title=alert.content.title, version=alert.version, n=found.way.missed)
        text = [said, *_problems(call, found)] if found.way.missed else _problems(call, found)
        await _post(call, alert, _card(call, alert, Md("\n".join(text))))


def _problems(call: Call, found: Report) -> list[Md]:
    lines, rest = list(found.lines), found.way.missed - len(found.lines)
    lines += [call.words("ledger.rest", n=rest)] if rest > 0 else []
    lines += [call.words("progress.waiting", n=found.way.under_way)] if found.way.under_way else []
    return [*lines, call.words("progress.what_to_do")] if found.way.missed else lines


def _so_far(call: Call, alert: Alert, way: Way, seconds: float) -> Md:
    n = minutes(seconds)
    more = call.words.label("progress.more", n=n) if n else call.words.label("progress.soon")
    return call.words("progress.way", title=alert.content.title, done=way.done, n=way.all, more=more)


def _card(call: Call, alert: Alert, text: Md) -> Card:
    where = call.choice("where_button", "where", alert.code, organization=alert.organization)
    return call.card(text, where, code=alert.code)


async def _post(call: Call, alert: Alert, card: Card) -> None:
    for desk in await call.spaces.channels(call.tx, "moderators", [alert.organization]):
        await call.broadcast(desk, card, subject=way_of(alert), silent=True, urgent=True, rank=FIRST)


async def _edit(call: Call, alert: Alert, card: Card, told: list[Landing]) -> None:
    for one in told:
        await call.outbox.edit(call.tx, way_of(alert), one.channel, card, alert.version, call.now, rank=FIRST)
