"""Words about hand-offs: times, names, what is shared, what somebody wrote, and telling either side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.feature import BOTH, LANGUAGES, Call, Card, Choice, KeyGone, Md, Organization, Speaker, When, escape
from bot.feature import show_when_short as show
from cogs.welcome.handoff import rules, store
from cogs.welcome.handoff.store import COLUMN, TABLE, Handoff

GREETER, NAME = "welcome_greeter", "name"
ABOUT_NOBODY = {"request", "mine", "pause"}  # entries that take no code
Button = tuple[str, ...]  # the key of its label, the entry, further arguments


def when(at: datetime, zone: str, language: str) -> str:
    """A moment in words; in `both`, both ways of writing it."""
    spoken = LANGUAGES if language == BOTH else (language,)
    return " · ".join(dict.fromkeys(show(When(at, zone), one) for one in spoken))


def value_label(words: Speaker, key: str, value: str) -> str:
    """What somebody answered, in words: an option by its label, a name or a place as it is."""
    if key in ("name", rules.DIRECT):
        return value
    if key == "place":
        return words.label("place_zip", digits=value) if value.isdigit() else value
    return words.label(f"language_{value}" if key == "language" else f"ask.{key}.{value}")


def shared_lines(words: Speaker, package: Mapping[str, str]) -> Md:
    """A package, field by field."""
    lines = [words(f"shared.{key}", value=value_label(words, key, value)) for key, value in package.items()]
    return Md("\n".join(lines))


def field_names(words: Speaker, fields: Iterable[str]) -> str:
    """The names of fields in one line, without what is in them."""
    return ", ".join(words.label(f"field_{key}") for key in fields)


def quoted(text: str) -> Md:
    """What somebody wrote, as a quote; the empty line behind it keeps the next sentence out of it."""
    return Md("\n".join(f"> {escape(line)}" for line in text.splitlines() if line.strip()) + "\n")


def joined(*parts: str) -> Md:
    """Lines of one card, without the empty ones."""
    return Md("\n".join(part for part in parts if part))


async def read(call: Call, handoff: Handoff) -> dict[str, str]:
    """The package as its organization may read it now. KeyGone where no consent covers it, or it is shredded."""
    consent = await store.consent(call.tx, handoff.consent)
    if not handoff.value or handoff.keep_until_at <= call.now:
        raise KeyGone
    text = await call.unseal(handoff.person, handoff.organization, handoff.value, TABLE, handoff.id, COLUMN)
    package = rules.unpack(text)
    if not rules.covers(consent, handoff.organization, package, call.now):
        raise KeyGone
    return package


async def newcomer_name(call: Call, handoff: Handoff) -> str:
    """The name that somebody agreed to be called by; KeyGone like `read`."""
    return (await read(call, handoff))["name"]


async def greeter_name(call: Call, handoff: Handoff) -> str:
    """The name of whoever has somebody, as new people read it; "" when nobody has them."""
    row = await store.greeter_of(call.tx, handoff.organization, handoff.greeter) if handoff.greeter else None
    if row is not None:
        with suppress(KeyGone):
            return await call.unseal(row.person, row.organization, row.name, GREETER, row.id, NAME)
    return ""


async def greeter_speaks(call: Call, handoff: Handoff, words: Speaker) -> str:
    """The languages of whoever has somebody."""
    row = await store.greeter_of(call.tx, handoff.organization, handoff.greeter)
    return words.label(f"greets_{row.languages}") if row else ""


async def language_of(call: Call, person: str, space: str = BOTH) -> str:
    """The language in which somebody is told something they did not just ask for: their own choice, else that of the
    space they are known from."""
    usual = LANGUAGES[0] if space == BOTH else space
    return (await call.people.get(call.tx, person)).language or usual


async def home_of(call: Call, handoff: Handoff) -> Organization:
    """The organization of a hand-off."""
    return await call.spaces.get(call.tx, handoff.organization)


async def about(
    call: Call, handoff: Handoff, language: str, key: str, *buttons: Button, organization: str = "", **params: Any
) -> Card:
    """A card about a hand-off: its sentence may use {organization}, {greeter}, {languages}, {until} and {request}.

    `organization`: its buttons are pressed in that organization's name.
    """
    home, words = await home_of(call, handoff), call.words_in(language)
    facts = {
        "organization": home.name, "request": handoff.code, "until": when(handoff.until, home.zone, language),
        "greeter": await greeter_name(call, handoff), "languages": await greeter_speaks(call, handoff, words),
    }  # fmt: skip
    choices = [button(call, handoff, language, *one, organization=organization) for one in buttons]
    return call.card_in(language, words(key, **{**facts, **params}), *choices)


def button(
    call: Call, handoff: Handoff, language: str, label: str, entry: str, *more: str, organization: str
) -> Choice:
    """A button about a hand-off."""
    args = () if entry in ABOUT_NOBODY else (handoff.code, *more)
    return call.choice(label, entry, *args, language=language, organization=organization)


async def tell_newcomer(call: Call, handoff: Handoff, key: str, *buttons: Button, **params: Any) -> bool:
    """A sentence about a hand-off as a direct message to the newcomer."""
    language = await language_of(call, handoff.person)
    return await call.tell(handoff.person, await about(call, handoff, language, key, *buttons, **params))


async def tell_greeter(
    call: Call, handoff: Handoff, key: str, *buttons: Button, person: str = "", **params: Any
) -> bool:
    """A sentence about a hand-off as a direct message to whoever has them (or to another greeter)."""
    whom = person or handoff.greeter
    language = await language_of(call, whom, (await home_of(call, handoff)).language)
    card = await about(call, handoff, language, key, *buttons, organization=handoff.organization, **params)
    return await call.tell(whom, card)


async def say_to(call: Call, person: str, key: str, *choices: Choice, **params: object) -> bool:
    """A sentence as a direct message, in the reader's language."""
    language = await language_of(call, person)
    return await call.tell(person, call.card_in(language, call.words_in(language)(key, **params), *choices))
