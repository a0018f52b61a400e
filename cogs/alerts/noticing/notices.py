"""The lines of a preview that point out a call much like it, and a week with many calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.feature import Call, Md, When, fold, show_when_short
from cogs.alerts.copies import Target, organizations
from cogs.alerts.noticing import rules, store
from cogs.alerts.store import Alert


async def notices(call: Call, draft: Alert, targets: Sequence[Target]) -> list[Md]:
    """Nothing here stops anybody. Another organization's call is named only where the asker's organization has it too:
    of the others the asker reads that there was one, not what it said or whose it was."""
    monday = rules.week_of(call.now, call.home.zone)
    sent = await store.sent_since(call.tx, min(monday, call.now - rules.LOOKS_BACK))
    copies = await store.standing(call.tx, [one.id for one in sent]) if sent else []
    spaces = {one.channel.id for one in targets if one.channel is not None}
    return [*await _alike(call, draft, sent, copies, spaces), *_many(call, monday, sent, copies, spaces)]


async def _alike(
    call: Call, draft: Alert, sent: Sequence[Alert], copies: Sequence[store.Standing], spaces: set[str]
) -> list[Md]:
    """The call of the last three days that is most like the draft, if it stands in one of the same spaces."""
    best: tuple[float, Alert, int] | None = None
    for one in sent:
        n = sum(copy.alert == one.id and copy.channel in spaces for copy in copies)
        alike = rules.likeness(draft.content, one.content, fold)
        recent = one.sent_at is not None and one.sent_at >= call.now - rules.LOOKS_BACK
        if n and recent and alike >= rules.ALIKE and (best is None or alike > best[0]):
            best = alike, one, n
    if best is None:
        return []
    _, found, n = best
    at = show_when_short(When(found.sent_at or call.now, call.home.zone), call.language)
    ours = {call.home.id} & {found.organization, *(copy.organization for copy in copies if copy.alert == found.id)}
    sender = (await organizations(call)).get(found.organization)
    if not ours or sender is None:
        return [call.words("notice.alike_elsewhere", n=n, at=at)]
    named = {"code": found.code, "title": found.content.title, "sender": sender.name}
    return [call.words("notice.alike", n=n, at=at, **named)]


def _many(
    call: Call, monday: datetime, sent: Sequence[Alert], copies: Sequence[store.Standing], spaces: set[str]
) -> list[Md]:
    this_week = {one.id for one in sent if one.sent_at is not None and one.sent_at >= monday}
    calls = Counter(copy.channel for copy in copies if copy.alert in this_week and copy.channel in spaces)
    busy = [n + 1 for n in calls.values() if n + 1 >= rules.MANY]
    return [call.words("notice.many", n=len(busy), nth=min(busy))] if busy else []
