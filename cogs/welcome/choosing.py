"""Organizations shown to somebody who wants to start. They choose; where nothing fits there is one thing to do now."""

from __future__ import annotations

from dataclasses import replace

from bot.feature import Call, Card, Choice, Md, UserError, fold
from cogs.welcome import cases, rules
from cogs.welcome.cases import Case
from cogs.welcome.directory.finding import Found, find, where_of
from cogs.welcome.directory.listings import Listing, everywhere, listings, nearest
from cogs.welcome.directory.places import atlas
from cogs.welcome.directory.rules import is_digits
from cogs.welcome.directory.store import open_links
from cogs.welcome.directory.texts import listing_line, offer_lines
from cogs.welcome.handoff import consent
from cogs.welcome.handoff.store import tried

LINKS = 3  # organizations' public pages shown to who is under 18

# -- what is shown --------------------------------------------------------------------------------------------------


async def choices_card(call: Call, case: Case, language: str, without: frozenset[str] = frozenset()) -> Card:
    """Up to three organizations: each with its line, its languages and why; or one thing to do now.

    `without`: ids of organizations that were tried already.
    """
    found = await find(call, case.given, without)
    if not found.fits:
        return await instead_card(call, case, language, "no_group")
    speak = call.words_in(language)
    lines = [speak(_title(found)), *(offer_lines(speak, fit, shown) for fit, shown in found.fits)]
    return call.card_in(language, Md("\n\n".join(lines)), *_buttons(call, case, found, language))


def _title(found: Found) -> str:
    if found.ambiguous:
        return "which_one"
    return "these_fit" if found.has_local else "none_is_local" if found.where.state else "where_unknown"


def _buttons(call: Call, case: Case, found: Found, language: str) -> list[Choice]:
    buttons = [
        call.choice("core.named", "choose", case.code, shown.code, language=language, name=shown.name)
        for _, shown in found.fits
    ]
    if found.ambiguous:
        buttons.append(call.choice("zip_button", "narrow", case.code, language=language))
    elif not found.where.state:
        buttons.append(_change(call, language))
    buttons.append(call.choice("none_button", "none", case.code, language=language))
    return buttons


def _change(call: Call, language: str) -> Choice:
    return call.choice("change_button", "ask", language, "yes", language=language)


async def instead_card(call: Call, case: Case, language: str, why: str) -> Card:
    """Never a dead end: the nearest public listing with its source and date, and *tell me*."""
    speak, where = call.words_in(language), where_of(case.given)
    public = await _not_joined(call)
    listing = nearest(where, public)
    lines = [speak(why)]
    if listing is not None:
        lines.append(speak("now_listing", listing=listing_line(speak, listing)))
    buttons = [_change(call, language)]
    if where.state:
        lines.append(speak("later_offer"))
        buttons.insert(0, call.choice("later_button", "later", case.code, language=language, weight="main"))
    else:
        lines.append(speak("place_helps"))
    return call.card_in(language, Md("\n\n".join(lines)), *buttons)


async def _not_joined(call: Call) -> list[Listing]:
    """Public listings, without those who are in this coalition: they have a profile of their own, or want none."""
    joined = {fold(one.name) for one in await call.spaces.all(call.tx, "connected")}
    return [one for one in listings() if fold(one.name) not in joined]


async def public_card(call: Call, language: str) -> Card:
    """What is open to everybody, for somebody of whom nothing is kept."""
    speak = call.words_in(language)
    lines = [
        speak("public_page", name=name, link=profile.link) for name, profile in await open_links(call.tx, LINKS)
    ]  # fmt: skip
    lines += [listing_line(speak, one) for one in everywhere(await _not_joined(call))]
    return call.card_in(language, Md("\n".join([speak("young"), *(f"- {line}" for line in lines)])))


# -- what is answered -----------------------------------------------------------------------------------------------


async def choose(call: Call, code: str, organization: str) -> None:
    """One organization is chosen: the person sees what would be shared, before anything is."""
    case = await cases.own(call, code)
    home = await call.spaces.by_code(call.tx, organization)
    await consent.check_open(call, home)
    await consent.offer(call, case, home)


async def check_zip(call: Call, value: str) -> str:
    """All five digits; ASCII before anybody looks them up (SECURITY C2)."""
    digits = value.strip()
    if not is_digits(digits) or len(digits) != 5:
        raise UserError("zip_wrong")
    if atlas().where(digits) is None:
        raise UserError("place_unknown", said=digits)
    return digits


async def narrow(call: Call, code: str, zip_code: str) -> None:
    """The one question where three digits are shared; then they are shown."""
    case = await cases.own(call, code)
    case = await cases.retold(call, case, replace(case.given, place=zip_code))
    call.say(await choices_card(call, case, call.language, await tried(call.tx, case.id)))


async def none(call: Call, code: str) -> None:
    """None of these."""
    call.say(await instead_card(call, await cases.own(call, code), call.language, "none_of_these"))


async def later(call: Call, code: str) -> None:
    """*Tell me when there is one*: kept longer, and told once."""
    case = await cases.own(call, code)
    if case.state == "placed":
        raise UserError("welcomed_already")
    if not where_of(case.given).state:
        call.say("place_helps", _change(call, call.language))
        return
    until = call.now + rules.WAIT_KEPT
    await cases.change(call, case, state="waiting", tell_me=True, keep_until_at=until)
    call.say(call.words("later_kept", code=case.code, n=rules.WAIT_KEPT.days))


# -- what happens later ---------------------------------------------------------------------------------------------


async def opened(call: Call, subject: str) -> None:
    """An organization (its id) opened its profile or has new turf: whoever waited for a local one hears it, once."""
    for case in await cases.waiting(call):
        found = await find(call, case.given, await tried(call.tx, case.id), only=subject)
        if found.has_local:
            await _tell(call, case, found)


async def _tell(call: Call, case: Case, found: Found) -> None:
    language = (await call.people.get(call.tx, case.person)).language or case.given.language
    speak = call.words_in(language)
    lines = [speak("there_is_one"), *(offer_lines(speak, fit, shown) for fit, shown in found.fits)]
    card = call.card_in(language, Md("\n\n".join(lines)), *_buttons(call, case, found, language))
    if await call.tell(case.person, card):
        await cases.change(call, case, state="asked", tell_me=False, keep_until_at=call.now + rules.CASE_KEPT)
