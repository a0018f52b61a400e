"""A simple line is read as the Markdown library reads it, whatever it is; and the answers to a press are simple."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.text.reading import read_fully
from bot.text.simple import read_simply
from bot.words import LANGUAGES, Words
from tests.laws.sources import ROOT

LETTERS = st.text(alphabet="aZé9١ .,:;!?¡¿'’…%*-_#>)(@/\\\n", max_size=24)
PIECES = ("**", "*", " ", "You're", "in.", "12", "1.", "1)", "¡Sí!", "so-so", "-", ".", ":", "a.b", "://", "…")
RUNS = st.lists(st.sampled_from(PIECES), max_size=10).map("".join)


@settings(max_examples=2000)
@given(LETTERS | RUNS)
@example("**You're in.** So far: 12 people from 4 organizations in.")
@example("1. a")
@example("a ** b **")
@example("**a** **b**")
@example("**a****b**")
@example("a.b")
@example("x **¡Gracias!** y")
def test_both_ways_read_alike(text: str) -> None:
    simple = read_simply(text)
    assert simple is None or simple == read_fully(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", ["in", "maybe", "cant", "done", "wait"])
def test_what_a_press_is_answered_with_is_simple(language: str, answer: str) -> None:
    """Else the short way would be for nothing."""
    words = Words.load(ROOT)
    people = words.say(language, "alerts.people", n=12)
    organizations = words.say(language, "alerts.organizations", n=4)
    total = words.say(language, "alerts.sum", people=people, organizations=organizations)
    said = words.say(language, f"alerts.said.{answer}", sum=total, number=3)
    assert read_simply(said) is not None
