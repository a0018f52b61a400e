"""b3: questions are read line by line, and a wrong line says how to write it."""

from __future__ import annotations

import pytest

from bot.feature import UserError
from bot.words import Words
from cogs.checkins.questions import FORMAL, SHORT, numbers, of_template, pack, read_lines, unpack
from tests.laws.sources import ROOT

WORDS = Words.load(ROOT)


def test_each_kind_of_question_is_read() -> None:
    """b3: choice, scale, number with a unit, text; in both languages."""
    found = read_lines("choice good / bad: How was it?\nescala: ¿Qué tal?\nnúmero puertas: ¿Cuántas?\nAnything else?")
    assert [one.kind for one in found] == ["choice", "scale", "number", "text"]
    assert [one[1] for one in found[0].options] == ["good", "bad"]
    assert len(found[1].options) == 5
    assert found[2].unit == "puertas"
    assert found[3].label == ("Anything else?", "Anything else?")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "questions_needed"),
        ("a\nb\nc\nd\ne\nf", "too_many_questions"),
        ("choice: a / b", "wrong_line_choice"),
        ("choice only: Which?", "wrong_options"),
        ("choice same / Same: Which?", "wrong_options"),
        ("number: How many?", "wrong_line_number"),
        ("scale:", "wrong_line_empty"),
        ("x" * 46, "long_line"),
    ],
)
def test_a_wrong_line_is_named(text: str, key: str) -> None:
    """b3: the field comes back with a sentence in both languages."""
    with pytest.raises(UserError) as refused:
        read_lines(text)
    assert refused.value.key == key
    assert refused.value.field == "questions"
    for language in ("en", "es"):
        assert WORDS.say(language, f"checkins.{key}", **refused.value.params)


def test_templates_are_short_and_in_both_languages() -> None:
    """b12: the two-minute form and the formal one; labels fit a form (FACTS 35)."""
    for questions in (SHORT, FORMAL, numbers("doors"), numbers("d" * 20)):
        assert 3 <= len(questions) <= 5
        assert all(0 < len(label) <= 45 for one in questions for label in one.label)
        assert unpack(pack(questions)) == questions


@pytest.mark.parametrize("unit", ["", " ", "d" * 21])
def test_planned_and_done_need_a_unit(unit: str) -> None:
    """b3: a number without a unit says nothing."""
    with pytest.raises(UserError, match="unit_needed"):
        of_template("numbers", unit)


def test_what_is_counted_may_have_a_word_in_each_language() -> None:
    """b10 h8: planned and done, in the words of who reads."""
    planned, _, _ = numbers("people / personas")
    assert planned.label == ("Planned (people)", "Lo planeado (personas)")
    assert [planned.unit_in(one) for one in ("en", "es")] == ["people", "personas"]
    assert numbers("doors")[0].unit_in("es") == "doors"
    for wrong in ("people /", "a / b / c", "one / " + "x" * 21):
        with pytest.raises(UserError, match="unit_needed"):
            numbers(wrong)
