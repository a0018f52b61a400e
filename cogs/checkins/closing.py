"""Closing: its time is over at once; the debrief is counted, frozen, and posted where the check-in was asked.

Counting a hundred thousand answers and drawing take seconds, so they are done before the transaction that freezes and
posts. Between the two nothing is kept: a bot that is killed counts again, and the due row makes it happen once.
"""

from __future__ import annotations

from bot.feature import Call, Card, Organization, Picture
from cogs.checkins import counting, store
from cogs.checkins.counting import Counted
from cogs.checkins.cycles import own, standing
from cogs.checkins.opening import look_of
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look, debrief_text, in_languages


async def close(call: Call, code: str) -> None:
    """The opener closes it now: from here on no answer is taken. Asked again, it is counted again."""
    checkin = await own(call, code, "open", "closing")
    await store.change(call.tx, checkin.id, closes_at=min(call.now, checkin.closes_at))
    await call.not_at("close", checkin.id)
    await call.at(call.now, "close", checkin.id)
    await call.record("closed", checkin.code)
    n = len(await standing(call, checkin.id))
    guide = call.choice("guide_button", "guide", checkin.code, organization=call.home.id)
    outcome = call.choice("outcome_button", "outcome", checkin.code, organization=call.home.id, weight="main")
    call.say(call.card("closed_now", guide, outcome, code=checkin.code, n=n))


async def count_due(call: Call, subject: str) -> Counted | None:
    """Before the due work: what will be published."""
    checkin = await store.of_id(call.tx, subject)
    return await counting.count(call, checkin) if checkin and checkin.state == "open" else None


async def close_due(call: Call, subject: str, found: Counted | None) -> None:
    """Due work: its time is over."""
    checkin = await store.of_id(call.tx, subject)
    if checkin is None or checkin.state != "open":
        return
    if found is None or not await counting.still_true(call, checkin, found):
        await call.at(call.now, "close", subject)  # somebody went meanwhile: counted again
    else:
        await _freeze(call, checkin, found)


async def _freeze(call: Call, checkin: Checkin, found: Counted) -> None:
    """Publishes the debrief. What was published never changes again."""
    await store.change(call.tx, checkin.id, state="closed", closed_at=call.now, debrief=found.debrief.to_json())
    closed = await store.of_id(call.tx, checkin.id)
    assert closed is not None
    look = await look_of(call, closed)
    for receiver, channel in await standing(call, checkin.id):
        speak = call.words_in(channel.language)
        over = call.card_in(channel.language, speak("card_closed", title=closed.title), code=closed.code)
        await call.outbox.edit(call.tx, closed.id, channel.id, over, 2, call.now)
        card = debrief_card(call, closed, receiver, channel.language, look, found.pictures.get(channel.language))
        await call.broadcast(channel, card, subject=f"{closed.id}.debrief")
    await call.record("debrief", closed.code, whose=closed.organization)


def debrief_card(
    call: Call, checkin: Checkin, receiver: Organization, language: str, look: Look, drawn: Picture | None = None
) -> Card:
    """The debrief in one space."""
    here = Look(receiver.zone, look.names, look.promises)
    text = in_languages(call.words_in, language, lambda speak: debrief_text(speak, checkin, here))
    return call.card_in(language, text, code=checkin.code, picture=drawn)
