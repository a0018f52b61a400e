"""Where people type: one pasted message fills a call, a number answers it, the line says who can see that."""

from __future__ import annotations

import pytest

from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import code_in, connect, send, write

PASTED = {
    "en": (
        "action new", "What: Pack the board", "What to do: Bring a sign.", "Come early.", "When: tomorrow at 5pm",
        "Where: 12 Main St",
    ),
    "es": (
        "convocatoria nueva", "qué: Llenemos la junta", "que hacer: Trae un cartel.", "Come early.",
        "cuando: mañana a las 17", "Dónde: 12 Main St",
    ),
}  # fmt: skip


@pytest.fixture
def lines(house: RehearsalHouse) -> RehearsalHouse:
    """The same bot, the style in which people type."""
    return RehearsalHouse(house.app, house.world, "lines", None)


@pytest.mark.parametrize("language", PASTED)
async def test_one_pasted_message_fills_a_call(lines: RehearsalHouse, language: str) -> None:
    """1.3: in either language, with or without accents; a line without a label belongs to the one above."""
    sender = await connect(lines, "Riverside Tenants", language=language)
    seen = await lines._typed(sender.moderator, f"{sender.space}/desk", "!" + "\n".join(PASTED[language]))
    assert "Come early." in seen.text
    assert "12 Main St" in seen.text
    assert "5:00 PM" in seen.text or "17:00" in seen.text
    assert seen.choices[0] in ("Send", "Enviar")


async def test_only_what_is_missing_is_asked(lines: RehearsalHouse) -> None:
    """1.3: a title alone leads to one question."""
    sender = await connect(lines, "Riverside Tenants")
    seen = await lines._typed(sender.moderator, f"{sender.space}/desk", "!action new Pack the board")
    assert "(1/1) What to do" in seen.text
    seen = await lines._typed(sender.moderator, "", "Bring a sign.")
    assert "Draft: Pack the board" in seen.text


TYPED = [("in", "in"), ("I'm in", "in"), ("quizás", "maybe"), ("No puedo", "cant")]


@pytest.mark.parametrize(("typed", "value"), TYPED)
async def test_an_answer_is_understood_in_either_language(lines: RehearsalHouse, typed: str, value: str) -> None:
    """n16: the word, the key, with or without accents."""
    sender = await connect(lines, "Riverside Tenants")
    seen = await write(lines, sender)
    sent = await lines.press(sender.moderator, sender.space, "desk", seen, "Send")
    await lines.settle()
    ana = await lines.new_person("Ana")
    seen = await lines.command(ana, "", "", f"action answer {code_in(sent.text)} {typed}")
    assert {"in": "You're in", "maybe": "maybe", "cant": "can't"}[value] in seen.text


async def test_the_line_that_invites_an_answer_says_who_can_see_it(lines: RehearsalHouse) -> None:
    """1.4: in the room everybody, in the direct room nobody else."""
    sender = await connect(lines, "Riverside Tenants", language="both")
    seen = await write(lines, sender)
    await lines.press(sender.moderator, sender.space, "desk", seen, "Send")
    await lines.settle()
    [copy] = await lines.messages(sender.space, "calls")
    assert "everybody in this room can read it" in copy.text
    assert "solo leemos tú y yo" in copy.text
    assert "action answer A-" in copy.text


async def test_a_bare_number_in_a_busy_room_answers_nothing(lines: RehearsalHouse) -> None:
    """DESIGN 2: only as a reply, in the thread, or in the direct room."""
    sender = await connect(lines, "Riverside Tenants")
    seen = await write(lines, sender)
    await lines.press(sender.moderator, sender.space, "desk", seen, "Send")
    await lines.settle()
    ana = await lines.new_person("Ana")
    seen = await lines._typed(ana, f"{sender.space}/calls", "1")
    assert not seen.texts
    [copy] = await lines.messages(sender.space, "calls")
    seen = await lines._typed(ana, f"{sender.space}/calls", "1", copy.id)
    assert "You're in" in seen.text


@pytest.mark.parametrize(("word", "said"), [("cancel", "No form is open"), ("saltar", "ningún formulario abierto")])
async def test_a_word_of_the_dialogue_without_a_form_is_answered(lines: RehearsalHouse, word: str, said: str) -> None:
    """6: never "did you mean start" for *saltar*."""
    await connect(lines, "Riverside Tenants")
    person = await lines.new_person("Ana")
    assert said in (await lines._typed(person, "", word)).text


async def test_a_number_is_for_the_newest_card_and_not_for_a_form_above_it(lines: RehearsalHouse) -> None:
    """6: *Erase me* is asked in the middle of a form; its 1 never becomes the call's text. The form goes on after."""
    sender = await connect(lines, "Riverside Tenants")
    await lines._typed(sender.moderator, "", "action new")
    asked = await lines._typed(sender.moderator, "", "!action list")
    assert "(1/5)" not in asked.text
    await lines._typed(sender.moderator, "", "!mydata")
    linked = await lines._typed(sender.moderator, "", "1")
    assert "Your code" in linked.text
    goes_on = await lines._typed(sender.moderator, "", "2")
    assert "(2/5)" in goes_on.text
    assert "What: 2" in (await lines._typed(sender.moderator, "", "show")).text


async def test_whoever_presses_writes_nothing_and_a_form_is_noticed(house: RehearsalHouse) -> None:
    """What reads dates is made ready while the first form is filled, not for those who only press."""
    sender = await connect(house, "Riverside Tenants")
    await send(house, sender)
    ana = await house.new_person("Ana")
    noticed = house.app.core.runner.somebody_types
    noticed.clear()
    [card] = await house.messages(sender.space, "calls")
    assert "You're in" in (await house.press(ana, sender.space, "calls", card, "I'm in")).text
    assert not noticed.is_set()
    await house.command(sender.moderator, sender.space, "desk", "action new")
    assert noticed.is_set()
