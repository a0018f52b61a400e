"""The door: a language, an age, one page of questions. Before the page nothing of anybody is kept (SECURITY C7)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.feature import Call, Choice, UserError, check_text, find_links, read_code
from cogs.welcome import cases, rules
from cogs.welcome.choosing import choices_card, public_card
from cogs.welcome.directory.places import atlas
from cogs.welcome.directory.rules import is_digits
from cogs.welcome.directory.states import read_state
from cogs.welcome.handoff.store import tried

ADULT = "yes"


async def start(call: Call, language: str) -> None:
    """Asks the one thing that comes before anything is kept."""
    call.say("age", *ages(call, call.language))


def ages(call: Call, language: str) -> tuple[Choice, Choice]:
    """The two buttons of the first question."""
    return (
        call.choice("age_yes", "adult", language, "yes", language=language, weight="main"),
        call.choice("age_no", "adult", language, "no", language=language),
    )


async def adult(call: Call, language: str, age: str) -> None:
    """On to the questions; who is younger gets public links, and nothing is kept."""
    if age == ADULT:
        call.open("ask", language=call.language, age=age)
    elif age:
        call.say(await public_card(call, call.language))
    else:
        await start(call, language)


async def check_place(call: Call, value: str) -> str:
    """Three digits, a ZIP code, or a state in letters or by name. The digits are ASCII before anybody looks them up."""
    typed = value.strip()
    digits = typed.split("-")[0].strip()  # ZIP+4: the rest is a street, and nobody's business
    if is_digits(digits) and len(digits) in {3, 5}:
        if atlas().where(digits) is None:
            raise UserError("place_unknown", said=digits)
        return digits
    if state := read_state(typed):
        return state
    raise UserError("place_wrong", said=typed[:40])


async def check_code(call: Call, value: str) -> str:
    """A code as people type it."""
    return read_code(value)


async def check_name(call: Call, value: str) -> str:
    """A name of one line, without an address in it."""
    name = await check_text(call, value, rules.NAME, False)
    if find_links(name):
        raise UserError("name_link")
    return name


async def known(call: Call, language: str = "", age: str = "") -> Mapping[str, str]:
    """What was told before, to change it. The age is asked first, also of who types the command."""
    if age != ADULT:
        raise UserError("age_first")
    case = await cases.newest(call)
    if case is None:
        return {}
    given = case.given
    return {
        "name": given.name, "activity": given.activity, "place": given.place, "spoken": given.spoken,
        "free": given.free,
    }  # fmt: skip


async def ask(
    call: Call, language: str, age: str, name: str, activity: str, place: str, spoken: str, free: str
) -> None:
    """Keeps what was told: one open case for each person, changed and never doubled."""
    if age != ADULT:
        raise UserError("age_first")
    case, changed = await cases.keep(call, rules.Given(name, activity, place, spoken, free, call.language))
    call.say(call.words("answers_changed" if changed else "answers_kept", code=case.code, name=name))
    if case.state != "placed":  # somebody has them: *My request* tells who
        call.say(await choices_card(call, case, call.language, await tried(call.tx, case.id)))
