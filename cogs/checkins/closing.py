"""Closing: the debrief is computed once, frozen, and posted where the check-in was asked."""

from __future__ import annotations

import asyncio

from bot.feature import Call, Card, Organization, Picture, planned_and_done
from cogs.checkins import rules, store
from cogs.checkins.answering import read
from cogs.checkins.cycles import own, standing
from cogs.checkins.opening import look_of
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look, bar_words, bars, bars_in_words, debrief_text, in_languages


async def close(call: Call, code: str) -> None:
    """The opener closes it now."""
    checkin = await own(call, code, "open")
    await call.not_at("close", checkin.id)
    n = await freeze(call, checkin)
    guide = call.choice("guide_button", "guide", checkin.code, organization=call.home.id)
    outcome = call.choice("outcome_button", "outcome", checkin.code, organization=call.home.id, weight="main")
    call.say(call.card("closed_now", guide, outcome, code=checkin.code, n=n))


async def close_due(call: Call, subject: str) -> None:
    """Due work: its time is over."""
    checkin = await store.of_id(call.tx, subject)
    if checkin is not None and checkin.state == "open":
        await freeze(call, checkin)


async def freeze(call: Call, checkin: Checkin) -> int:
    """Publishes the debrief; in how many channels. What was published never changes again."""
    debrief = await compute(call, checkin)
    await store.change(call.tx, checkin.id, state="closed", closed_at=call.now, debrief=debrief.to_json())
    closed = await store.of_id(call.tx, checkin.id)
    assert closed is not None
    look, places = await look_of(call, closed), await standing(call, checkin.id)
    pictures = {one: await picture(call, closed, look, one) for one in {channel.language for _, channel in places}}
    for receiver, channel in places:
        speak = call.words_in(channel.language)
        over = call.card_in(channel.language, speak("card_closed", title=closed.title), code=closed.code)
        await call.outbox.edit(call.tx, closed.id, channel.id, over, 2, call.now)
        card = debrief_card(call, closed, receiver, channel.language, look, pictures[channel.language])
        await call.broadcast(channel, card, subject=f"{closed.id}.debrief")
    return len(places)


async def compute(call: Call, checkin: Checkin) -> rules.Debrief:
    """What may be shown of the answers as they are now; asked for at the close and never before."""
    given, questions = await read(call, checkin), [one.asked for one in checkin.questions]
    if checkin.at_a_table:
        return rules.of_organizations(given, questions)
    index = call.people.keyring.index
    return rules.of_members(given, questions, lambda cell: int(index("checkin cell", f"{checkin.id}|{cell}"), 16))


async def picture(call: Call, checkin: Checkin, look: Look, language: str) -> Picture | None:
    """Planned against done, in the words of one language or of both; None without such numbers."""
    rows, words = bars(call.words_in(language), checkin, look), bar_words(checkin, language)
    if not rows:
        return None
    alt = bars_in_words(checkin.title, rows, words)
    return await asyncio.to_thread(planned_and_done, checkin.title, rows, words, alt)  # drawing takes a second


def debrief_card(
    call: Call, checkin: Checkin, receiver: Organization, language: str, look: Look, drawn: Picture | None = None
) -> Card:
    """The debrief in one space."""
    here = Look(receiver.zone, look.names, look.promises)
    text = in_languages(call.words_in, language, lambda speak: debrief_text(speak, checkin, here))
    return call.card_in(language, text, code=checkin.code, picture=drawn)
