"""*My request*: who has the person and until when, what was shared, and every way out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from bot.feature import Call, KeyGone
from cogs.welcome import cases
from cogs.welcome.cases import Case
from cogs.welcome.choosing import choices_card
from cogs.welcome.handoff import store
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.handoff.texts import Button, about, joined, read, shared_lines

STEPS: Mapping[str, tuple[Button, ...]] = {
    "offered": (("undo_button", "undo"),),
    "claimed": (("write_button", "write"), ("withdraw_button", "withdraw")),
    "introduced": (("write_button", "write"), ("enough_button", "enough"), ("withdraw_button", "withdraw")),
    "met": (("write_button", "write"), ("enough_button", "enough"), ("withdraw_button", "withdraw")),
    "lost": (("withdraw_button", "withdraw"),),
}


async def request(call: Call) -> None:
    """Shows the asker where their request stands."""
    handoffs = await store.of_person(call.tx, call.person.id) if call.person.known else []
    case, current = await cases.newest(call), _current(handoffs)
    if current is None and case is None:
        call.say("request.none")
        return
    if current is not None:
        await _say_handoff(call, current)
    for one in handoffs:
        if one.state == "withdrawn" and one is not current:
            call.say(await about(call, one, call.language, "request.withdrawn"))
    if case is not None and (current is None or not current.is_open):
        await _say_case(call, case)


def _current(handoffs: list[Handoff]) -> Handoff | None:
    """The open one, else the newest."""
    return next((one for one in handoffs if one.is_open), handoffs[0] if handoffs else None)


async def _say_handoff(call: Call, handoff: Handoff) -> None:
    key = "request.passing" if handoff.passing else f"request.{handoff.state}"
    card = await about(call, handoff, call.language, key, *STEPS.get(handoff.state, ()))
    call.say(call.card(joined(card.text, await _shared(call, handoff)), *card.choices, code=handoff.code))


async def _shared(call: Call, handoff: Handoff) -> str:
    with suppress(KeyGone):
        return call.words("request.shared", lines=shared_lines(call.words, await read(call, handoff)))
    return call.words("request.shredded")


async def _say_case(call: Call, case: Case) -> None:
    """Nobody has them now: what they wait for, or what they can choose."""
    call.say(f"request.{'waiting' if case.state == 'waiting' else 'choose'}", request=case.code)
    tried = await store.tried(call.tx, case.id)
    if case.state != "waiting":
        call.say(await choices_card(call, case, call.language, tried))
