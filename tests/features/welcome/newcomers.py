"""People at the door, in the words of the rehearsal."""

from __future__ import annotations

from typing import Any

from cogs.welcome.directory import store
from cogs.welcome.directory.finding import NOWHERE
from cogs.welcome.directory.places import atlas
from cogs.welcome.directory.store import Profile
from tests.conformance.house import House, Seen
from tests.features.alerts.coalition import Member, connect

ANSWERS = {"name": "Ana", "activity": "food", "place": "870", "spoken": "es", "free": "evenings"}
SPANISH = {"start": "bienvenida empezar", "adult": "18 años o más"}
ENGLISH = {"start": "welcome start", "adult": "18 or older"}


def words_of(language: str) -> dict[str, str]:
    """What is typed and pressed in a language."""
    return SPANISH if language == "es" else ENGLISH


async def asked(house: House, person: str, language: str = "en") -> Seen:
    """Somebody types start in the direct room and is 18 or older: the page of questions."""
    words = words_of(language)
    seen = await house.command(person, "", "", words["start"])
    return await house.press(person, "", "", seen, words["adult"])


async def told(house: House, person: str, language: str = "en", **answers: str) -> Seen:
    """Somebody answers the page."""
    return await house.fill(person, await asked(house, person, language), **{**ANSWERS, **answers})


def profile(member: Member, **more: Any) -> Profile:
    """What an organization tells new people: open, in Belen, New Mexico, in both languages."""
    usual: dict[str, Any] = {
        "line_en": "We knock on doors", "line_es": "Tocamos puertas", "languages": "both", "activities": ("doors",),
        "free": ("evenings",), "place": "87002", "state": "NM", "reach": "local", "most": 0,
        "link": "https://example.org/join", "open": True,
    }  # fmt: skip
    return Profile(member.organization.id, **{**usual, **more})


async def opens(house: House, name: str, *, turf: tuple[str, ...] = (), **more: Any) -> Member:
    """An organization that is connected and takes new people."""
    member = await connect(house, name)
    await changes(house, member, turf=turf, **more)
    return member


async def changes(house: House, member: Member, *, turf: tuple[str, ...] = (), **more: Any) -> None:
    """Its profile and turf as they are from now on."""
    core = house.app.core
    async with core.db.write() as tx:
        await store.save(tx, profile(member, **more), core.clock.now())
        rows = [(code, (atlas().where(code) or NOWHERE).state) for code in turf]
        await store.set_turf(tx, member.organization.id, rows)
