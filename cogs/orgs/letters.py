"""`/org add`, `/org code`, `/org revoke`: an organization, and the letter that asks it in."""

from __future__ import annotations

from datetime import datetime

from bot.feature import (
    LANGUAGES,
    Call,
    Card,
    Md,
    Missing,
    Organization,
    UserError,
    When,
    WhenRefused,
    fold,
    show_when,
    zone_of_state,
)  # fmt: skip
from cogs.orgs import rules


async def check_state(call: Call, state: str) -> str:
    """Two letters of a state or territory of the United States."""
    try:
        zone_of_state(state)
    except WhenRefused as wrong:
        raise UserError("orgs.state_wrong", said=state[:20]) from wrong
    return state.strip().upper()


async def add(call: Call, name: str, kind: str, state: str, language: str) -> None:
    """A new organization that waits, and its letter."""
    given = {"kind": kind, "region": state, "language": language, "zone": zone_for(call, state)}
    made = await call.spaces.add(call.tx, name, call.now, **{key: value for key, value in given.items() if value})
    await call.record("added", made.code, whose="")
    await send_letter(call, made)


def zone_for(call: Call, state: str) -> str:
    """The zone of a state; without one, the installation's."""
    if state:
        return zone_of_state(state)
    return str(call.settings.bot.zone) if call.settings else ""


async def new_code(call: Call, organization: str) -> None:
    """A new letter; the code of the old one ends. One that left may come back with it.

    Never for one that is connected: who redeems a code becomes its moderator, and that is for its own people to give.
    """
    found = await find(call, organization)
    if found.state == "connected":
        raise UserError("orgs.connected_already", field="organization", name=found.name)
    if found.state == "left":
        await call.spaces.change(call.tx, found.id, state="waiting", left_at=None)
    await call.record("letter", found.code, whose="")
    await send_letter(call, found)


async def revoke(call: Call, organization: str) -> None:
    """The open code of an organization ends."""
    found = await find(call, organization)
    was_open = found.id in await call.spaces.letters(call.tx)
    await call.spaces.revoke_codes(call.tx, found.id)
    await call.record("revoked", found.code, whose="")
    call.say("revoked" if was_open else "no_letter", name=found.name)


async def find(call: Call, text: str) -> Organization:
    """An organization by its code or its name. Missing when there is none."""
    try:
        return await call.spaces.by_code(call.tx, text)
    except Missing:
        named = [one for one in await call.spaces.all(call.tx) if fold(one.name) == fold(text)]
        if not named:
            raise
        return named[0]


# -- the letter -----------------------------------------------------------------------------------------------------


async def send_letter(call: Call, organization: Organization) -> None:
    """The letter in both languages, a message each, the asker's own language first."""
    code = await call.spaces.new_code(call.tx, organization.id, call.now)
    until = (await call.spaces.letters(call.tx))[organization.id]
    call.say("letter_here", name=organization.name, short=organization.code)
    for language in sorted(LANGUAGES, key=lambda one: one != call.language):
        call.say(letter(call, language, organization, code, until))


def letter(call: Call, language: str, organization: Organization, code: str, until: datetime) -> Card:
    """What a partner reads before it connects. It fits one message of 2,000 characters."""
    words = call.words_in(language)
    names = {"bot": bot_name(call), "coalition": coalition_name(call, language)}
    text = words(
        "letter", name=organization.name, code=Md(code), ways=Md("\n".join(_ways(call, language, names))),
        until=show_when(When(until, organization.zone), language), **names,
    )  # fmt: skip
    return call.card_in(language, text)


def _ways(call: Call, language: str, names: dict[str, str]) -> list[Md]:
    """How to let the bot in, for each platform that this installation is on."""
    words, settings = call.words_in(language), call.settings
    ways: list[Md] = []
    on_matrix = bool(settings and settings.matrix.enabled and settings.matrix.user_id)
    if on_matrix:
        ways.append(words("letter_matrix", user=Md(settings.matrix.user_id)))
    if settings and settings.discord.application_id:
        link = rules.invite_link(settings.discord.application_id, settings.discord.newcomers)
        key = "letter_discord_newcomers" if settings.discord.newcomers else "letter_discord"
        ways.insert(0, words(key, link=Md(link)))
    elif not on_matrix or settings.discord.enabled:
        ways.insert(0, words("letter_discord_later", **names))
    return ways


def bot_name(call: Call) -> str:
    """What people call the bot here."""
    return str(call.settings.bot.name) if call.settings else "Causeway"


def coalition_name(call: Call, language: str) -> str:
    """The coalition's name."""
    named = str(call.settings.bot.coalition) if call.settings else ""
    return named or call.words_in(language).label("our_coalition")
