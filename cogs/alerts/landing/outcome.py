"""What came of a call: each organization sees its own numbers, the coalition only the sum (a18)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.feature import Call, Md, Missing
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from cogs.alerts.landing import store as landing
from cogs.alerts.landing.rules import is_shown, own
from cogs.alerts.store import Alert
from cogs.alerts.texts import sum_text

WENT = ("went",)
ANSWERS = (*rules.UNTIMED, *rules.TIMED, rules.WAITING, *WENT)
CARRIED = ("own", "auto", "accepted", "silence")


async def outcome(call: Call, code: str) -> None:
    """The numbers of the asker's organization for a call that it sent or carried, and the coalition's sum. Missing for
    a call that never stood in its channels."""
    alert = await store.public(call.tx, code)
    if alert is None or not await _is_carried(call, alert):
        raise Missing
    lines = [call.words("outcome.title_line", title=alert.content.title, name=call.home.name)]
    lines.append(_in_words(call, await _own(call, alert), "outcome.nobody"))
    lines.append(call.words("outcome.alone"))
    text = Md("\n".join([*lines, "", *await coalition(call, alert)]))
    call.say(call.card(text, code=alert.code))


async def _is_carried(call: Call, alert: Alert) -> bool:
    rows = await store.received(call.tx, call.scope, alert.id) if call.home else []
    return alert.organization == call.home.id or any(one.standing in CARRIED for one in rows)


async def _own(call: Call, alert: Alert) -> Mapping[str, int]:
    rows = await landing.numbers(call.tx, alert.id)
    return own(((row.organization, row.value, row.n) for row in rows), call.home.id)


async def coalition(call: Call, alert: Alert) -> list[Md]:
    """The sum of everybody, from five people on; below that only when all of them are the asker's own."""
    mine = await _own(call, alert)
    total, there = await replies.total(call.tx, alert.id), await replies.total(call.tx, alert.id, WENT)
    shown = {one: n for one, n in total.counts.items() if n and is_shown(mine.get(one, 0), n)}
    hidden = any(n and one not in shown for one, n in total.counts.items())
    lines = [_in_words(call, shown, "ledger.nobody" if not hidden else "outcome.few")]
    lines += [call.words("outcome.few_more")] if hidden and shown else []
    if total.yes and is_shown(sum(mine.get(one, 0) for one in rules.YES), total.yes):
        lines.append(sum_text(call.words, total, alert.content.timed))
    if there.yes >= rules.SUM_FROM:
        lines.append(call.words("outcome.went", people=call.words("people", n=there.yes)))
    return lines


async def count_text(call: Call, alert: Alert) -> str:
    """How many said yes, for a list: a number, or that it is fewer than five."""
    mine, total = await _own(call, alert), await replies.total(call.tx, alert.id)
    shown = is_shown(sum(mine.get(one, 0) for one in rules.YES), total.yes)
    return str(total.yes) if shown else call.words.label("few")


def _in_words(call: Call, counts: Mapping[str, int], nothing: str) -> Md:
    """ "Answers: I'm in: 7, Maybe: 2", in the order of the buttons."""
    shown = [f"{call.words.label(f'answer.value.{one}')}: {n}" for one in ANSWERS if (n := counts.get(one))]
    return call.words("ledger.answers", answers=", ".join(shown)) if shown else call.words(nothing)
