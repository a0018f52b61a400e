"""People at the door, in the words of the rehearsal."""

from __future__ import annotations

from tests.conformance.house import House, Seen

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
