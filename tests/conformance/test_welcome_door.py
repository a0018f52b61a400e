"""The door, whole, in the words that every platform understands and in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.house import House, Seen
from tests.conformance.test_checkins import code_in, plain
from tests.features.alerts.coalition import Member, connect

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "panel": "welcome panel", "profile": "welcome profile", "start": "Get started", "typed": "welcome start",
        "adult": "18 or older", "young": "Under 18", "age": "Are you 18 or older?", "none": "None of these",
        "later": "Tell me if one opens", "zip": "Give my ZIP code", "public": "nothing was kept about you",
        "thanks": "Thank you, Ana", "why": "at home in 870..", "kept": "for 180 days",
        "opened": "a local organization now",
        "line": "We knock on doors", "posted": "The panel stands in 1 channel", "taking": "You take new people now",
    },
    "es": {
        "panel": "bienvenida panel", "profile": "bienvenida perfil", "start": "Empezar", "typed": "bienvenida empezar",
        "adult": "18 años o más", "young": "Menos de 18", "age": "¿Tienes 18 años o más?", "none": "Ninguna de estas",
        "later": "Avísame si abre una", "zip": "Dar código postal", "public": "no se guardó nada sobre ti",
        "thanks": "Gracias, Ana", "why": "está en 870..", "kept": "durante 180 días",
        "opened": "hay una organización local",
        "line": "Tocamos puertas", "posted": "El panel está en 1 canal", "taking": "Ahora reciben a personas nuevas",
    },
}  # fmt: skip
ANSWERS = {"name": "Ana", "activity": "food", "place": "870", "spoken": "es", "free": "evenings"}
PROFILE = {
    "line_en": "We knock on doors", "line_es": "Tocamos puertas", "languages": "both", "activities": "doors, food",
    "centre": "87002", "free": "evenings", "most": "5", "link": "https://example.org/join", "taking": "yes",
}  # fmt: skip
BOTH = pytest.mark.parametrize("language", sorted(WORDS))


async def with_a_panel(house: House, language: str) -> tuple[Member, Any]:
    """An organization that speaks a language, with the panel in its open channel; its moderator did it."""
    member = await connect(house, "River Tenants", language=language)
    core = house.app.core
    rooms = await core.services.adapters[house.platform].rooms(member.space)
    address = next(room.address for room in rooms if room.name.removeprefix("#") == "lounge")
    async with core.db.write() as tx:
        [space] = await core.spaces.spaces(tx, member.organization.id)
        await core.spaces.set_channel(tx, space.id, "welcome", address, "lounge", language)
    seen = await house.command(member.moderator, member.space, "desk", WORDS[language]["panel"])
    await house.settle()
    assert WORDS[language]["posted"] in plain(seen.text)
    [panel] = await house.messages(member.space, "lounge")
    return member, panel


async def opened(house: House, member: Member, language: str, **fields: str) -> Seen:
    """The profile, written by its moderator."""
    seen = await house.command(member.moderator, member.space, "desk", WORDS[language]["profile"])
    return await house.fill(member.moderator, seen, **{**PROFILE, **fields})


async def turf(house: House, member: Member, *codes: str) -> None:
    """ZIP codes where it is at home; a list of the command line does this."""
    from cogs.welcome.directory.table import import_csv

    rows = "".join(f"{code},{member.organization.name}\n" for code in codes)
    await import_csv(house.app.core, f"zip,chapter\n{rows}")


async def from_the_panel(house: House, member: Member, panel: Any, person: str, language: str, **answers: str) -> Seen:
    """The button, the age, the page."""
    words = WORDS[language]
    seen = await house.press(person, member.space, "lounge", panel, words["start"])
    assert words["age"] in plain(seen.text)
    page = await house.press(person, member.space, "lounge", seen, words["adult"])
    return await house.fill(person, page, **{**ANSWERS, **answers})


@BOTH
async def test_a_newcomer_is_asked_and_shown_who_fits(house: House, language: str) -> None:
    """c1 c2 c4: the button is the language, also for somebody whose app speaks the other."""
    words = WORDS[language]
    member, panel = await with_a_panel(house, language)
    assert words["taking"] in plain((await opened(house, member, language)).text)
    await turf(house, member, "87002", "87031")
    ana = await house.new_person("Ana", "en" if language == "es" else "es")
    seen = await from_the_panel(house, member, panel, ana, language)
    shown = plain(seen.text)
    for expected in (words["thanks"], "River Tenants", words["line"], words["why"]):
        assert expected in shown
    assert any("River Tenants" in label for label in seen.choices)
    instead = await house.press(ana, member.space, "lounge", seen, words["none"])
    assert "DSA" in plain(instead.text)


@BOTH
async def test_who_is_under_18_gets_what_is_public(house: House, language: str) -> None:
    """C7: typed in the direct room; nothing of them is kept."""
    words = WORDS[language]
    member, panel = await with_a_panel(house, language)
    await opened(house, member, language)
    child = await house.new_person("Chris", language)
    await house.press(child, member.space, "lounge", panel, words["start"])
    seen = await house.command(child, "", "", words["typed"])
    shown = await house.press(child, "", "", seen, words["young"])
    assert words["public"] in plain(shown.text)
    assert "example.org/join" in plain(shown.text)
    async with house.app.core.db.read() as tx:
        assert not (await house.app.core.people.find(tx, house.platform, child)).known


@BOTH
async def test_who_waits_is_told_when_a_local_one_opens(house: House, language: str) -> None:
    """c16 c20: no local group, one thing to do, and a word once there is one; over a restart."""
    words = WORDS[language]
    member, panel = await with_a_panel(house, language)
    ana = await house.new_person("Ana", language)
    seen = await from_the_panel(house, member, panel, ana, language)
    kept = await house.press(ana, member.space, "lounge", seen, words["later"])
    assert words["kept"] in plain(kept.text)
    await house.restart()
    await opened(house, member, language)
    await house.settle()
    assert words["opened"] in plain((await house.direct(ana))[-1].text)


@BOTH
async def test_three_digits_of_several_are_one_question(house: House, language: str) -> None:
    """c3: answered with the ZIP code, in the dialogue or the form; the case stays the same."""
    words = WORDS[language]
    member, panel = await with_a_panel(house, language)
    await opened(house, member, language)
    other = await connect(house, "Hill Workers", language=language)
    await opened(house, other, language)
    await turf(house, member, "87002")
    await turf(house, other, "87048")
    ana = await house.new_person("Ana", language)
    seen = await from_the_panel(house, member, panel, ana, language)
    code = code_in(seen.text, "N")
    page = await house.press(ana, member.space, "lounge", seen, words["zip"])
    settled = await house.fill(ana, page, zip_code="87048")
    assert "Hill Workers" in settled.choices[0]
    again = await house.command(ana, "", "", words["typed"])
    page = await house.press(ana, "", "", again, words["adult"])
    assert code in plain((await house.fill(ana, page, **ANSWERS)).text)
