"""What the tests of hand-offs have in common: an organization, somebody who starts, and the steps between them."""

from __future__ import annotations

import re
from typing import Any

from bot.app import keep_house
from cogs.welcome.handoff import store
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.store import welcome_handoff
from tests.conformance.house import House, RehearsalHouse, Seen
from tests.features.alerts.coalition import Member, connect
from tests.features.welcome.newcomers import changes
from tests.rigs.canaries import CANARY

# The name is looked for in every room of every test (tests/rigs/canaries.py).
ANSWERS = {"name": f"Ana {CANARY}", "activity": "housing", "place": "22041", "spoken": "es", "free": "weekends"}


def plain(text: str) -> str:
    """Answers come as small Markdown on some platforms; what is read is the same."""
    return text.replace("\\", "").replace("*", "")


def code_in(text: str) -> str:
    """The first request's code in a text."""
    found = re.search(r"\bN-[2-9A-Z]{4}\b", plain(text))
    assert found, text
    return found[0]


async def welcoming(house: House, name: str, language: str = "en", **more: Any) -> Member:
    """An organization that takes new people from everywhere."""
    member = await connect(house, name, language=language)
    await changes(house, member, **{"reach": "national", "place": "", "state": "", **more})
    return member


async def starts(house: House, person: str, language: str = "en", **given: str) -> str:
    """Somebody tells what they would like to do; their request's code."""
    words = "bienvenida preguntas" if language == "es" else "welcome ask"
    seen = await house.command(person, "", "", words, language=language, age="yes")
    return code_in((await house.fill(person, seen, **{**ANSWERS, **given})).text)


async def consent_card(house: House, person: str, code: str, member: Member, fields: str = "") -> Seen:
    """What somebody reads before they share."""
    given = {"code": code, "organization": member.organization.code, **({"fields": fields} if fields else {})}
    return await house.command(person, "", "", "welcome share", **given)


async def shares(
    house: House, person: str, member: Member, language: str = "en", fields: str = "", **given: str
) -> str:
    """Somebody starts and shares with an organization; the code."""
    code = await starts(house, person, language, **given)
    await share_again(house, person, code, member, fields)
    return code


async def share_again(house: House, person: str, code: str, member: Member, fields: str = "") -> Seen:
    """The same request goes to an organization."""
    seen = await consent_card(house, person, code, member, fields)
    done = await house.press(person, "", "", seen, label(seen, "Share", "Compartir"))
    await house.settle()
    return done


def label(seen: Any, *starts_with: str) -> str:
    """The first label that begins so."""
    labels = [one if isinstance(one, str) else one[0] for one in seen.choices]
    return next(one for one in labels for start in starts_with if start in one)


async def greeters_card(house: House, member: Member, channel: str = "desk") -> Any:
    """The newest card of the greeters."""
    return (await house.messages(member.space, channel))[-1]


async def takes(house: House, greeter: str, member: Member, name: str = "Rosa", languages: str = "both") -> Seen:
    """A greeter presses *I'll welcome them* and, the first time, says their name."""
    card = await greeters_card(house, member)
    seen = await house.press(greeter, member.space, "desk", card, label(card, "I'll welcome", "Yo me encargo"))
    if seen.asked:
        seen = await house.fill(greeter, seen, name=name, languages=languages)
    await house.settle()
    return seen


async def new_greeter(house: House, member: Member, name: str, language: str = "en") -> str:
    """Somebody with the greeters' role in an organization."""
    account = await house.new_person(name, language)
    core = house.app.core
    async with core.db.write() as tx:
        person = await core.people.keep(tx, house.platform, account, language, core.clock.now())
        await core.spaces.grant(tx, person.id, member.organization.id, "greeter", core.clock.now())
    return account


async def handoff_of(house: House, code: str) -> Handoff:
    """The newest hand-off with a code."""
    async with house.app.core.db.read() as tx:
        c = welcome_handoff.c
        newest = store.SYSTEM.select(welcome_handoff, c.id).where(c.code == code).order_by(c.offered_at.desc())
        found = await store.of_id(tx, str(await tx.value(newest)))
    assert found is not None
    return found


async def told(house: House, person: str) -> str:
    """Everything that stands in the direct room with somebody."""
    return plain("\n".join(one.text for one in await house.direct(person)))


async def request_of(house: House, person: str, language: str = "en") -> Seen:
    """*My request*."""
    return await house.command(person, "", "", "solicitud" if language == "es" else "request")


async def night(house: RehearsalHouse) -> None:
    """The nightly retention, and what it leaves to do."""
    await keep_house(house.app.core)
    await house.settle()
