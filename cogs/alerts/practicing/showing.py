"""The practice copy: moderators see a draft as it would stand in their spaces; members do not, nothing is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.feature import Call, Card, Channel, Md, UserError, frozen
from cogs.alerts import rules
from cogs.alerts.copies import Target, check_fits, copy_words, longest, own_call, plan
from cogs.alerts.practicing import store
from cogs.alerts.practicing.store import DAY
from cogs.alerts.store import DRAFTS, Alert
from cogs.alerts.texts import names, readers

AGAIN = timedelta(minutes=10)  # before the same draft is shown once more: other organizations' moderators are disturbed
MOST = 5  # showings of an organization in a day
DESK = 15  # drafts of others that one organization's moderators are shown in a day


async def practice(call: Call, code: str) -> None:
    """Puts the draft into the moderators' channels of all who would get it, headed PRACTICE."""
    alert = await own_call(call, code, *DRAFTS)
    await _check(call, alert)
    targets = await plan(call, call.home, alert.content)
    check_fits(longest(call, alert, call.home, targets))
    tired = await store.shown_enough(call.tx, call.now - DAY, DESK) - {call.home.id}
    reached = {one.organization.id: one for one in targets if one.channel and one.organization.id not in tired}
    desks = await call.spaces.channels(call.tx, "moderators", list(reached))
    if not desks:
        raise UserError("practice.nowhere")
    for desk in desks:
        card = _card(call, alert, reached[desk.organization], desk)
        await call.broadcast(
            desk, card, subject=store.practice_of(alert.id), expires_at=call.now + DAY,
            silent=rules.is_quiet(call.now, reached[desk.organization].organization.zone),
        )  # fmt: skip
    shown = {one.organization for one in desks}
    await store.note(call.tx, alert.id, call.home.id, sorted(shown), call.now)
    await call.record("practiced", alert.code, spaces=len(desks))
    call.say(_said(call, alert, targets, shown, tired, len(desks)))


async def _check(call: Call, alert: Alert) -> None:
    """UserError while all sending is stopped, or when moderators were shown enough for now."""
    if await frozen(call.tx) is not None:
        raise UserError("practice.stopped")
    last = await store.last_shown(call.tx, alert.id)
    if last is not None and last > call.now - AGAIN:
        minutes = -(-(last + AGAIN - call.now).total_seconds() // 60)
        raise UserError("practice.again_later", n=int(minutes))
    if await store.times_shown(call.tx, call.home.id, call.now - DAY) >= MOST:
        raise UserError("practice.enough", n=MOST)


def _card(call: Call, alert: Alert, target: Target, desk: Channel) -> Card:
    """One moderators' channel's: what it is, what would happen with a real one, and the copy; nothing to press."""
    receiver, language = target.organization, desk.language
    intro = []
    for one in readers(language):
        words = call.words_in(one)
        would = [words("practice.head", sender=call.home.name), words(f"practice.would_{target.standing}")]
        would += [words("mention.asked", role=target.mention.name)] if target.mention else []
        intro.append("\n".join(would))
    text = Md("\n\n".join([*intro, copy_words(call, alert, call.home, receiver, language)]))
    return call.card_in(language, text, code=alert.code)


def _said(
    call: Call, alert: Alert, targets: Sequence[Target], shown: set[str], tired: set[str], n: int
) -> Card:  # fmt: skip
    """Where it went, who has no channel for it, was shown enough or takes no calls; and the way back to the draft."""
    words, lines = call.words, [call.words("practice.on_its_way", n=n, title=alert.content.title)]
    left_out: dict[str, list[str]] = {"shown_enough": [], "no_channel": [], "not_asked": []}
    for one in {one.organization.id: one for one in targets if one.organization.id not in shown}.values():
        asked = one.channel is not None
        key = "not_asked" if not asked else "shown_enough" if one.organization.id in tired else "no_channel"
        left_out[key].append(one.organization.name)
    lines += [words(f"practice.{key}", names=names(words, found)) for key, found in left_out.items() if found]
    again = call.choice("practice.draft_button", "preview", alert.code, organization=call.home.id, mine=True)
    return call.card(Md("\n".join(lines)), again, code=alert.code)
