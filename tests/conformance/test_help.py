"""Help, on every platform."""

from __future__ import annotations

from tests.conformance.house import House


async def test_help_answers_in_the_language_in_which_it_is_asked(house: House) -> None:
    """h8: typed in Spanish, or in a Spanish app, help is Spanish."""
    person = await house.new_person("Rosa", language="es")
    seen = await house.command(person, "", "", "ayuda")
    assert "Lo que puedo hacer" in seen.text


async def test_an_unconnected_space_gets_one_sentence(house: House) -> None:
    """C4: in a strange server only `connect CODE` is answered."""
    space = await house.new_space("Unknown", ("general",))
    person = await house.new_person("Max", manages=space)
    seen = await house.command(person, space, "general", "help")
    assert "connect CODE" in seen.text


async def test_help_lists_what_is_typed_and_not_what_is_pressed(house: House) -> None:
    """h9: a moderator reads a short list; what a button enters can still be typed, and stands in the README."""
    person = await house.new_person("Ana")
    seen = await house.command(person, "", "", "help")
    assert "mydata" in seen.text
    assert "action answer" in seen.text
    assert "action why" not in seen.text
