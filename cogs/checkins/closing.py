"""Closing: its time is over at once; the debrief is counted, frozen, and posted where the check-in was asked.

Counting a hundred thousand answers and drawing take seconds, so they are done before the transaction that freezes.
Between the two nothing is kept: a bot that is killed counts again. Each step is caused by a due row, so done once.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from bot.feature import Call, Card, Picture
from cogs.checkins import counting, store
from cogs.checkins.counting import Counted
from cogs.checkins.cycles import own, standing, still_there
from cogs.checkins.opening import look_of
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look, debrief_text, in_languages

AT_ONCE = 10  # spaces that get their debrief in one transaction: about 50 ms

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
    """The debrief never changes again. Its copies are due in parts, so that no transaction grows with the spaces."""
    await store.change(call.tx, checkin.id, state="closed", closed_at=call.now, debrief=found.debrief.to_json())
    places = [channel for _, channel in await standing(call, checkin.id)]
    for at in range(0, len(places), AT_ONCE):
        some = places[at : at + AT_ONCE]
        spoken = {one.language for one in some}
        drawn = {language: asdict(one) for language, one in found.pictures.items() if one and language in spoken}
        channels = " ".join(one.id for one in some)
        await call.at(call.now, "post", checkin.id, channels=channels, pictures=json.dumps(drawn))
    await call.record("debrief", checkin.code, whose=checkin.organization)


async def post_due(call: Call, subject: str, channels: str, pictures: str) -> None:
    """Due work: the debrief in some of its channels."""
    checkin, drawn = await store.of_id(call.tx, subject), json.loads(pictures)
    if checkin is None:
        return
    look, places = await look_of(call, checkin), await still_there(call, channels.split())
    for language in {one.language for one in places}:
        text = call.words_in(language)("card_closed", title=checkin.title)
        over = call.card_in(language, text, code=checkin.code)
        picture = Picture(**drawn[language]) if language in drawn else None
        debrief = debrief_card(call, checkin, language, look, picture)
        for one in places:
            if one.language == language:
                await call.outbox.edit(call.tx, checkin.id, one.id, over, 2, call.now)
                await call.broadcast(one, debrief, subject=f"{checkin.id}.debrief")


def debrief_card(call: Call, checkin: Checkin, language: str, look: Look, drawn: Picture | None) -> Card:
    """The debrief in one language, the same in every space."""
    text = in_languages(call.words_in, language, lambda speak: debrief_text(speak, checkin, look))
    return call.card_in(language, text, code=checkin.code, picture=drawn)
