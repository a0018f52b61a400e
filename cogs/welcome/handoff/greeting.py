"""Greeters: taking somebody (one wins), whom one has, passing on, giving back, more time, a pause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.feature import (
    Call,
    Card,
    Choice,
    Field,
    KeyGone,
    Kind,
    Missing,
    Option,
    Organization,
    UserError,
    check_text,
    new_id,
    read_code,
)
from cogs.welcome.handoff import cards, rules, store, timing
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.handoff.texts import (
    GREETER,
    NAME,
    Button,
    about,
    button,
    greeter_name,
    home_of,
    joined,
    newcomer_name,
    read,
    shared_lines,
    tell_greeter,
    tell_newcomer,
    when,
)
from cogs.welcome.handoff.waiting import back_to_all, put_again
from cogs.welcome.rules import TAKEN_KEPT

MOST_SHOWN = 20  # people in one list: each has a button, and a message has at most 25 (FACTS 36)


async def check_name(call: Call, value: str) -> str:
    """A name in one clean line."""
    return await check_text(call, value, rules.NAME, False)


# -- taking somebody ------------------------------------------------------------------------------------------------


async def asked_first(call: Call, code: str) -> Sequence[Field]:
    """Who takes somebody for the first time says by which name and in which languages."""
    known = await store.greeter_of(call.tx, call.home.id, call.person.id)
    if known or await store.of_organization(call.tx, call.scope, read_code(code)) is None:
        return ()
    words = call.words
    return (
        Field("name", limit=rules.NAME, check=check_name, label=words.label("greeter.name.label"),
              hint=words.label("greeter.name.hint")),
        Field("languages", Kind.CHOICE, options=_languages, label=words.label("greeter.languages.label")),
    )  # fmt: skip


async def _languages(call: Call) -> Sequence[Option]:
    return tuple(Option(one, call.words.label(f"greets_{one}")) for one in rules.GREETER_SPEAKS)


async def claim(call: Call, code: str, name: str = "", languages: str = "") -> None:
    """*I'll welcome them*: one wins; the second reads who was faster."""
    handoff = await store.of_organization(call.tx, call.scope, code)
    if handoff is None:
        raise Missing
    if name:
        await _keep_name(call, call.home, name, languages)
    if handoff.person == call.person.id:
        raise UserError("own_request")
    if handoff.greeter != call.person.id or handoff.state not in rules.HELD:
        handoff = await _take(call, handoff)
    await _show_one(call, handoff, "claimed_now")


async def _take(call: Call, handoff: Handoff) -> Handoff:
    """The hand-off as it is taken. UserError where it is over, somebody was faster, or the asker pauses."""
    row = await store.greeter_of(call.tx, call.home.id, call.person.id)
    if row is not None and row.paused:
        raise UserError("you_pause")
    if not handoff.is_open:
        raise UserError("no_more", request=handoff.code)
    values = await _times(call, handoff)
    free = handoff.state == "offered" or handoff.passing
    if not free or not await store.take(call.tx, handoff, call.person.id, **values):
        raise await _too_late(call, handoff)
    return await _taken(call, handoff)


async def _times(call: Call, handoff: Handoff) -> dict[str, Any]:
    """The moments of a claim. KeyGone (read as Missing) where the package cannot be read any more."""
    try:
        await read(call, handoff)
    except KeyGone as gone:
        raise Missing from gone
    consent = await store.consent(call.tx, handoff.consent)
    assert consent is not None
    return {
        "claimed_at": call.now, "until_at": rules.deadline(call.now, call.home.zone), "introduced_at": None,
        "keep_until_at": min(call.now + TAKEN_KEPT, consent.expires_at),
    }  # fmt: skip


async def _too_late(call: Call, handoff: Handoff) -> UserError:
    newest = await store.of_id(call.tx, handoff.id) or handoff
    n = await store.waiting_at(call.tx, handoff.organization)
    return UserError("faster", greeter=await greeter_name(call, newest), n=n)


async def _taken(call: Call, before: Handoff) -> Handoff:
    """Everybody reads it: the channel, the newcomer, and whoever had them."""
    handoff = await store.of_id(call.tx, before.id)
    assert handoff is not None
    if before.claimed_at is None:
        await store.count(call.tx, handoff.organization, "claimed", call.now)
    await timing.plan(call, handoff, call.home)
    await cards.redraw(call, handoff, "card.taken")
    await tell_newcomer(call, handoff, "taken", ("request_button", "request"))
    if before.greeter:
        await tell_greeter(call, handoff, "passed_to", ("mine_button", "mine"), person=before.greeter)
    return handoff


# -- one's name as a greeter ----------------------------------------------------------------------------------------


async def greeter(call: Call, name: str, languages: str) -> None:
    """The name and the languages that new people read."""
    await _keep_name(call, call.home, name, languages)
    call.say("greeter_kept", name=name, languages=call.words.label(f"greets_{languages}"))


async def known_name(call: Call) -> dict[str, str]:
    """What the form opens with."""
    row = await store.greeter_of(call.tx, call.home.id, call.person.id) if call.organization else None
    if row is None:
        return {}
    name = await call.unseal(row.person, row.organization, row.name, GREETER, row.id, NAME)
    return {"name": name, "languages": row.languages}


async def _keep_name(call: Call, home: Organization, name: str, languages: str) -> None:
    known = await store.greeter_of(call.tx, home.id, call.person.id)
    row = known.id if known else new_id()
    sealed = await call.seal(call.person.id, home.id, name, GREETER, row, NAME)
    await store.set_greeter(call.tx, row, home.id, call.person.id, sealed, languages)


# -- whom one has ---------------------------------------------------------------------------------------------------


async def mine(call: Call, code: str = "") -> None:
    """The asker's open people, soonest first; with a code, one of them."""
    if code:
        await _show_one(call, await own(call, code), "one_of_mine")
        return
    held = await store.held_by(call.tx, call.person.id)
    owed = await store.held_by(call.tx, call.person.id, "withdrawn")
    lines = [await _line(call, handoff) for handoff in (*owed, *held)]
    choices = [_open_button(call, handoff) for handoff in (*owed, *held)[:MOST_SHOWN]]
    if held or await store.greeters_of(call.tx, call.person.id):
        choices.append(call.choice("pause_button", "pause", mine=True))
    title = call.words("mine_title", n=len(held)) if lines else call.words("mine_nobody")
    call.say(call.card(joined(title, *lines, await _pausing(call)), *choices))


async def _pausing(call: Call) -> str:
    rows = await store.greeters_of(call.tx, call.person.id)
    return call.words("pauses_now") if any(row.paused for row in rows) else ""


async def _line(call: Call, handoff: Handoff) -> str:
    home = await home_of(call, handoff)
    try:
        name = await newcomer_name(call, handoff)
    except KeyGone:
        name = call.words.label("nameless")
    until = when(handoff.until, home.zone, call.language)
    return call.words(f"mine.{handoff.state}", request=handoff.code, name=name, until=until, organization=home.name)


def _open_button(call: Call, handoff: Handoff) -> Choice:
    if handoff.state == "withdrawn":
        return button(
            call, handoff, call.language, "deleted_button", "deleted", organization=handoff.organization
        )  # fmt: skip
    return call.choice("open_button", "mine", handoff.code, request=handoff.code, mine=True)


async def own(call: Call, code: str, *states: str) -> Handoff:
    """A person whom the asker has. Missing for anybody else's, and for one that is over."""
    handoff = await store.held_with_code(call.tx, call.person.id, code)
    if handoff is None or handoff.state not in (states or rules.HELD):
        raise Missing
    return handoff


async def _show_one(call: Call, handoff: Handoff, key: str) -> None:
    """The package, shown to the one who has them alone, and what can be done."""
    try:
        package = await read(call, handoff)
    except KeyGone as gone:
        raise Missing from gone
    card = await about(
        call, handoff, call.language, key, *_steps(handoff), organization=handoff.organization,
        package=shared_lines(call.words, package), warning=await _warning(call, handoff),
    )  # fmt: skip
    call.say(card)


def _steps(handoff: Handoff) -> tuple[Button, ...]:
    talk = ("introduce_button", "introduce") if handoff.state == "claimed" else ("write_button", "write")
    steps: list[Button] = [talk]
    if handoff.state == "claimed":
        steps.append(("more_button", "more"))
    steps += [("met_button", "connected", "yes"), ("pass_button", "pass"), ("release_button", "release")]
    return tuple(steps)


async def _warning(call: Call, handoff: Handoff) -> Any:
    n = await store.open_of(call.tx, handoff.organization)
    return call.words("many_open", n=n, limit=rules.WARN_AT) if n >= rules.WARN_AT else call.words("few_open", n=n)


# -- not alone with it ----------------------------------------------------------------------------------------------


async def release(call: Call, code: str) -> None:
    """*I can't*: back to all greeters."""
    handoff = await own(call, code)
    await back_to_all(call, handoff, await home_of(call, handoff), "released.newcomer")
    call.say("released_now", request=handoff.code)


async def pass_on(call: Call, code: str) -> None:
    """*Pass on*: the other greeters may take over; until one does, nothing changes for the newcomer."""
    handoff = await own(call, code)
    if handoff.passing:
        raise UserError("passing_already", request=handoff.code)
    await put_again(call, handoff, await home_of(call, handoff), passing=True)
    call.say("passed", request=handoff.code)


async def more(call: Call, code: str) -> None:
    """*More time*: a later deadline for the first words, up to three days after taking somebody."""
    handoff = await own(call, code, "claimed")
    home = await home_of(call, handoff)
    later = rules.longer(handoff.claimed_at or call.now, handoff.until, home.zone)
    if later is None:
        raise UserError("no_more_time")
    handoff = await store.change(call.tx, handoff, until_at=later)
    await timing.plan(call, handoff, home)
    await tell_newcomer(call, handoff, "more.newcomer", ("request_button", "request"))
    call.say(await about(call, handoff, call.language, "more_now"))


async def pause(call: Call) -> None:
    """*Pause me*, and again to come back. Whoever was not written to yet goes back to all greeters."""
    rows = await store.greeters_of(call.tx, call.person.id)
    if not rows:
        raise UserError("no_greeter")
    pausing = not all(row.paused for row in rows)
    for row in rows:
        await store.change_greeter(call.tx, row.id, paused=pausing)
    waiting = await store.held_by(call.tx, call.person.id, "claimed") if pausing else []
    for handoff in waiting:
        await back_to_all(call, handoff, await home_of(call, handoff), "released.newcomer")
    again: Card = call.card("paused" if pausing else "resumed", _pause_button(call), n=len(waiting))
    call.say(again)


def _pause_button(call: Call) -> Choice:
    return call.choice("pause_button", "pause", mine=True)
