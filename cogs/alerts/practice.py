"""The practice copy: moderators see a draft as it would stand in their spaces; members do not, nothing is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.feature import Call, Card, Channel, Md, Organization, UserError, frozen
from cogs.alerts import rules, store
from cogs.alerts.copies import Target, check_fits, copy_words, longest, own_call, plan
from cogs.alerts.store import DRAFTS, Alert
from cogs.alerts.texts import names, readers

AGAIN = timedelta(minutes=10)  # before the same draft is shown once more: other organizations' moderators are disturbed
DAY, MOST = timedelta(days=1), 5  # drafts of an organization that are shown in a day
LOOKED_AT = 50  # drafts and calls of an organization among which those are counted


def practice_of(alert: Alert) -> str:
    """The outbox's name of a draft's practice copies."""
    return f"{alert.id}.try"


async def practice(call: Call, code: str) -> None:
    """Puts the draft into the moderators' channels of all who would get it, headed PRACTICE."""
    alert = await own_call(call, code, *DRAFTS)
    await _check(call, alert)
    targets = await plan(call, call.home, alert.content)
    check_fits(longest(call, alert, call.home, targets))
    reached = {one.organization.id: one for one in targets if one.channel is not None}
    desks = await call.spaces.channels(call.tx, "moderators", list(reached))
    if not desks:
        raise UserError("practice.nowhere")
    for desk in desks:
        card = _card(call, alert, reached[desk.organization], desk)
        await call.broadcast(
            desk, card, subject=practice_of(alert), expires_at=call.now + DAY,
            silent=rules.is_quiet(call.now, reached[desk.organization].organization.zone),
        )  # fmt: skip
    await call.record("practiced", alert.code, spaces=len(desks))
    call.say(_said(call, alert, targets, {one.organization for one in desks}, len(desks)))


async def _check(call: Call, alert: Alert) -> None:
    """UserError while all sending is stopped, or when moderators were shown enough for now."""
    if await frozen(call.tx) is not None:
        raise UserError("practice.stopped")
    last = await _shown_at(call, [alert])
    if last and last[0] > call.now - AGAIN:
        minutes = -(-(last[0] + AGAIN - call.now).total_seconds() // 60)
        raise UserError("practice.again_later", n=int(minutes))
    shown = await _shown_at(call, await store.newest(call.tx, call.scope, LOOKED_AT))
    if sum(at > call.now - DAY for at in shown) >= MOST:
        raise UserError("practice.enough", n=MOST)


async def _shown_at(call: Call, alerts: Sequence[Alert]) -> list[datetime]:
    found = []
    for one in alerts:
        landed = await call.outbox.landed(call.tx, practice_of(one))
        if landed:
            found.append(max(each.due_at for each in landed))
    return found


def _card(call: Call, alert: Alert, target: Target, desk: Channel) -> Card:
    """One moderators' channel's: what it is, what would happen with a real one, and the copy; nothing to press."""
    receiver, language = target.organization, desk.language
    intro = []
    for one in readers(language):
        words = call.words_in(one)
        intro.append(f"{words('practice.head', sender=call.home.name)}\n{words(f'practice.would_{target.standing}')}")
    text = Md("\n\n".join([*intro, copy_words(call, alert, call.home, receiver, language)]))
    return call.card_in(language, text, code=alert.code)


def _said(call: Call, alert: Alert, targets: Sequence[Target], shown: set[str], n: int) -> Card:
    """Where it went, who has no channel for it and who takes no calls; and the way back to the draft."""
    words, lines = call.words, [call.words("practice.on_its_way", n=n, title=alert.content.title)]
    for key, found in _left_out(targets, shown).items():
        if found:
            lines.append(words(f"practice.{key}", names=names(words, [one.name for one in found])))
    own = call.home.id
    again = call.choice("practice.draft_button", "preview", alert.code, organization=own, mine=True)
    return call.card(Md("\n".join(lines)), again, code=alert.code)


def _left_out(targets: Sequence[Target], shown: set[str]) -> Mapping[str, list[Organization]]:
    others = {one.organization.id: one for one in targets if one.organization.id not in shown}
    reached = [one.organization for one in others.values() if one.channel is not None]
    return {"no_channel": reached, "not_asked": [one.organization for one in others.values() if one.channel is None]}
