"""The first words and what follows: passed on by the bot under the consented names, kept nowhere but in the outbox."""

from __future__ import annotations

from collections.abc import Mapping

from bot.feature import Call, Card, KeyGone, Missing, UserError, check_text, read_code
from cogs.welcome.handoff import rules, store, timing
from cogs.welcome.handoff.greeting import own
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.handoff.texts import (
    about,
    field_names,
    greeter_name,
    home_of,
    language_of,
    quoted,
    read,
    tell_greeter,
    tell_newcomer,
    value_label,
)

WAYS_ON = (("back_button", "write"), ("enough_button", "enough"))


async def check_message(call: Call, value: str) -> str:
    """Text that is passed on, through the gate."""
    return await check_text(call, value, rules.MESSAGE, True)


# -- the first words ------------------------------------------------------------------------------------------------


async def draft(call: Call, code: str) -> Mapping[str, str]:
    """The first message, drafted in the newcomer's language, to be read and changed."""
    handoff = await own(call, read_code(code))
    package = await _readable(call, handoff)
    words = call.words_in(package["language"])
    home, name = await home_of(call, handoff), await greeter_name(call, handoff)
    lines = [words.label("draft.hello", name=package["name"], greeter=name, organization=home.name)]
    if "activity" in package:
        wish = value_label(words, "activity", package["activity"])
        lines.append(words.label("draft.wish", activity=wish))
    lines.append(words.label("draft.ask"))
    return {"text": "\n".join(lines)}


async def _readable(call: Call, handoff: Handoff) -> dict[str, str]:
    try:
        return await read(call, handoff)
    except KeyGone as gone:
        raise Missing from gone


async def introduce(call: Call, code: str, text: str) -> None:
    """The greeter's first words go out; from now on both can write."""
    handoff = await own(call, code)
    package = await _readable(call, handoff)
    if handoff.state == "introduced":
        await _from_greeter(call, handoff, text)
        return
    handoff = await introduced(call, handoff)
    if await _together(call, handoff, package, text):
        call.say(await about(call, handoff, call.language, "together_now", name=package["name"]))
        return
    told = await call.tell(handoff.person, await _letter(call, handoff, package, text))
    await _receipt(call, handoff, told, package["name"])


async def _letter(call: Call, handoff: Handoff, package: Mapping[str, str], text: str) -> Card:
    """The first words as they are passed on."""
    language = await language_of(call, handoff.person)
    fields = field_names(call.words_in(language), package)
    ways = (*WAYS_ON, ("request_button", "request"))
    return await about(call, handoff, language, "introduced", *ways, text=quoted(text), fields=fields)


async def _together(call: Call, handoff: Handoff, package: Mapping[str, str], text: str) -> bool:
    """A place for the two where both are on one platform, with the first words in it; if it fails in the end the
    words are passed on. False where there is none: a thread needs a channel that both can see."""
    if rules.DIRECT not in package:  # an account is a contact: never passed on before both said yes
        return False
    near = await call.spaces.channels(call.tx, "welcome", [handoff.organization])
    language = await language_of(call, handoff.person)
    shown = {
        "name": package["name"], "text": quoted(text), "fields": field_names(call.words_in(language), package)
    }  # fmt: skip
    here = await about(call, handoff, language, "together", **shown)
    letter = await _letter(call, handoff, package, text)
    return await call.meet(handoff.person, handoff.greeter, near, here, handoff.code, letter)


async def introduced(call: Call, handoff: Handoff) -> Handoff:
    """From now on both can write; they are asked on day 3 and day 14."""
    home = await home_of(call, handoff)
    until = rules.waking(call.now + rules.CLOSED_AFTER, home.zone)
    handoff = await store.change(
        call.tx, handoff, state="introduced", introduced_at=call.now, passing=False, until_at=until
    )
    await timing.plan_questions(call, handoff, home)
    await store.count(call.tx, home.id, "introduced", call.now)
    return handoff


# -- back and forth -------------------------------------------------------------------------------------------------


async def before_writing(call: Call, code: str) -> Mapping[str, str]:
    """Nothing is filled in; whoever cannot be written to is said before anything is typed."""
    code = read_code(code)
    handoff = await store.of_newcomer(call.tx, call.person.id, code)
    handoff = handoff or await own(call, code, *rules.TALKING)
    if handoff.state not in rules.TALKING or handoff.reason == "stopped":
        raise UserError("nobody_to_write_to")
    return {}


async def write(call: Call, code: str, text: str) -> None:
    """*Write back*: to the other side of a request."""
    handoff = await store.of_newcomer(call.tx, call.person.id, code)
    if handoff is None:
        await _from_greeter(call, await own(call, code, *rules.TALKING), text)
    else:
        await _from_newcomer(call, handoff, text)


async def _from_newcomer(call: Call, handoff: Handoff, text: str) -> None:
    name = await greeter_name(call, handoff)
    if handoff.state not in rules.TALKING or handoff.reason == "stopped" or not name:
        raise UserError("nobody_to_write_to")
    sender = (await _readable(call, handoff))["name"]
    buttons = (("back_button", "write"), ("mine_button", "mine"), ("enough_button", "enough"))
    told = await tell_greeter(call, handoff, "from_newcomer", *buttons, name=sender, text=quoted(text))
    await _receipt(call, handoff, told, name)


async def _from_greeter(call: Call, handoff: Handoff, text: str) -> None:
    if handoff.state == "claimed":  # whoever writes first has introduced themselves
        await introduce(call, handoff.code, text)
        return
    if handoff.reason == "stopped":
        raise UserError("nobody_to_write_to")
    package = await _readable(call, handoff)
    told = await tell_newcomer(call, handoff, "from_greeter", *WAYS_ON, text=quoted(text))
    await _receipt(call, handoff, told, package["name"])


async def _receipt(call: Call, handoff: Handoff, told: bool, name: str) -> None:
    key = "passed_along" if told else "not_told"
    organization = handoff.organization if call.person.id == handoff.greeter else ""
    call.say(await about(call, handoff, call.language, key, organization=organization, name=name))


