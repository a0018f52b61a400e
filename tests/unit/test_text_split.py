"""Long messages are cut where people would."""

from __future__ import annotations

import pytest
import regex  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import split

LINKS = [
    "[sign up here now](<https://example.org/a/b?c=d>) (example.org)",
    "<https://example.org/a_long_path>",
    "https://example.org/b ",
    "<t:1795456800:f>",
]
PIECES = st.sampled_from(["word ", "Sentence. ", "line\n", "para\n\n", "👩‍👩‍👧", "é", "के", "\\*", "\\_", *LINKS])
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(st.one_of(TEXTS, st.text(max_size=300)), st.integers(1, 120))
@example("a" * 50, 7)
@example("👩‍👩‍👧" * 9, 3)
def test_parts_are_short_and_lose_nothing(text: str, limit: int) -> None:
    """FACTS 35: at most the limit each, never empty, every word still there and in order."""
    parts = split(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert squeezed("".join(parts)) == squeezed(text)


@given(TEXTS, st.integers(70, 200))
def test_a_link_is_never_cut(text: str, limit: int) -> None:
    """A half link leads nowhere, or elsewhere."""
    parts = split(text, limit)
    for link in LINKS:
        assert sum(part.count(link.strip()) for part in parts) == text.count(link.strip())


@given(TEXTS, st.integers(70, 200))
def test_a_visible_character_and_its_escape_are_never_cut(text: str, limit: int) -> None:
    """A family stays together, an accent on its letter, a backslash before its sign."""
    parts = split(text, limit)
    assert not any(part.endswith("\\") for part in parts)
    assert sum(part.count("👩‍👩‍👧") for part in parts) == text.count("👩‍👩‍👧")
    assert all(not regex.match(r"[\p{M}\u200d]", part) for part in parts)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, []),
        ("short", 10, ["short"]),
        ("first paragraph\n\nsecond one. More of it", 30, ["first paragraph", "second one. More of it"]),
        ("first line\nsecond line goes on", 22, ["first line", "second line goes on"]),
        ("One thing. Another thing here.", 22, ["One thing.", "Another thing here."]),
        ("no end in sight for this text", 12, ["no end in", "sight for", "this text"]),
        ("¿Vienes? Sí, claro que voy.", 20, ["¿Vienes?", "Sí, claro que voy."]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("we meet at noon - bring 2. water", 16, ["we meet at", "noon - bring 2.", "water"]),
        ("come with **all of us** now", 20, ["come with", "**all of us** now"]),
        ("a\n\nb" + "c" * 20, 20, ["a", "b" + "c" * 19, "c"]),
    ],
)
def test_cuts_are_at_paragraph_line_sentence_word(text: str, limit: int, parts: list[str]) -> None:
    """The best kind of cut that still fills a good part of the message."""
    assert split(text, limit) == parts
