"""G6, G11, C2: what the text gate takes away, and what it leaves to people who need it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import TextRefused, clean, gate

TAKEN_AWAY = {
    "NUL": ("a\x00b", "ab"),
    "escape sequence": ("a\x1b[31mb", "a[31mb"),
    "right-to-left override": ("a\u202eb\u202c", "ab"),
    "isolates": ("\u2066a\u2069b", "ab"),
    "marks of direction": ("a\u200eb\u200fc\u061cd", "abcd"),
    "zero-width space": ("a\u200bb", "ab"),
    "word joiner": ("a\u2060b", "ab"),
    "byte order mark": ("\ufeffa", "a"),
    "soft hyphen": ("a\u00adb", "ab"),
    "tags": ("a\U000e0041\U000e007fb", "ab"),
    "variation selectors that smuggle": ("a\ufe00\U000e0100b", "ab"),
    "hangul filler": ("a\u3164b", "ab"),
    "lone surrogate": ("a\ud800b", "ab"),
    "private use": ("a\ue000b", "ab"),
    "joiner between Latin letters": ("a\u200db", "ab"),
    "joiner at the edge": ("\u200dके\u200c", "के"),
    "line ends": ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
    "many empty lines": ("a\n\n\n\n\nb", "a\n\nb"),
    "blanks": ("  a \t\u00a0\u3000 b  \n  c ", "a b\nc"),
}
LEFT = {
    "Spanish": "¿Mañana? ¡Sí, él!",
    "family emoji": "👩‍👩‍👧",
    "heart on fire": "❤️‍🔥",
    "skin tone": "👍🏽",
    "pride flag": "🏳️‍🌈",
    "keycap": "1️⃣",
    "Persian with a non-joiner": "می‌خواهم",
    "Sinhala with a joiner": "ශ්‍රී",
    "Bengali with a joiner before a mark": "র‍্য",
    "Arabic": "السلام عليكم",
    "Hebrew with points": "שָׁלוֹם",
    "Vietnamese": "Tiếng Việt",
    "Thai": "ที่นี่",
    "mathematics": "x² ≤ 4 € 5 %",
    "newest emoji": "🫩",
}


@pytest.mark.parametrize("name", TAKEN_AWAY)
def test_what_cannot_be_seen_is_taken_away(name: str) -> None:
    """G6."""
    typed, kept = TAKEN_AWAY[name]
    assert gate(typed, limit=100) == kept


@pytest.mark.parametrize("name", LEFT)
def test_what_people_write_stays(name: str) -> None:
    """G6: joiners inside words and emoji, accents, every script."""
    text = unicodedata.normalize("NFC", LEFT[name])
    assert gate(text, limit=100) == text


@pytest.mark.parametrize("mark", ["\u0301", "\u0489", "\u20dd", "\u0345"])
def test_a_letter_keeps_at_most_four_marks(mark: str) -> None:
    """G11: more smear over other lines and stop screen readers."""
    assert len(gate("xx" + mark * 50, limit=100)) <= 6
    assert gate("x" + f"{mark}\u200d" * 20 + "y", limit=100).count(mark) <= 4


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\u200d", "\u3164", "\u2800", "\u0301", "\U000e0041", "\x00"])
def test_a_text_without_anything_to_read_is_empty(text: str) -> None:
    """C2: empty after cleaning is empty."""
    with pytest.raises(TextRefused) as refused:
        gate(text, limit=100)
    assert refused.value.key == "text.empty"


ZIPS = {
    "22041": "22041",
    " 22041\n": "22041",
    "22041\u200b": "22041",
    "\u202e14022": "14022",
    "22\x00041": "22041",
    "\ufeff22041": "22041",
    "2\u00ad2041": "22041",
    "\U000e003222041": "22041",
    "2204\u06f1": None,
    "２２０４１": None,
    "٢٢٠٤١": None,
    "२२०४१": None,
    "²²⁰⁴¹": None,
    "2204é": None,
    "2204": None,
    "220411": None,
    "22041-1234": None,
    "2204１": None,
    "𝟐𝟐𝟎𝟒𝟏": None,
    "2️⃣2️⃣0️⃣4️⃣1️⃣": None,
    "22041; DROP TABLE": None,
    "-22041": None,
}


@pytest.mark.parametrize("typed", ZIPS)
def test_a_place_of_five_digits_is_known_after_the_gate_and_nothing_else_is(typed: str) -> None:
    """C2: digits of other scripts once made a native library fall over; only [0-9]{5} may reach one."""
    clean = gate(typed, limit=40, lines=False)
    assert (clean if re.fullmatch("[0-9]{5}", clean) else None) == ZIPS[typed]


def test_one_line_is_one_line() -> None:
    """G6."""
    assert gate("a\n\n b\r\nc", limit=100, lines=False) == "a b c"


@given(st.text(max_size=300), st.integers(1, 300), st.booleans())
def test_whatever_comes_out_is_clean_and_short(text: str, limit: int, lines: bool) -> None:
    """C2, G7: a text or a refusal, nothing else; in normal form, no control, no direction, not too long."""
    try:
        clean = gate(text, limit=limit, lines=lines)
    except TextRefused:
        return
    assert 0 < len(clean) <= limit
    assert clean == clean.strip()
    assert lines or "\n" not in clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not set(clean) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co") for c in clean)


@given(st.text(st.characters(min_codepoint=9, max_codepoint=126), max_size=80), st.integers(1, 80), st.booleans())
def test_what_is_let_through_at_a_glance_would_pass_unchanged(text: str, limit: int, lines: bool) -> None:
    """The short way for codes and numbers gives what the long way gives, refusals too."""

    def seen() -> str:
        try:
            return gate(text, limit=limit, lines=lines)
        except TextRefused as refused:
            return refused.key

    quick = seen()
    with pytest.MonkeyPatch.context() as slow:
        slow.setattr(clean, "_CLEAN", re.compile("(?!)"))
        assert seen() == quick
