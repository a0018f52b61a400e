"""G6: the gate's order is fixed, and what passed it once passes it unchanged."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import TextRefused, escape, gate, parse, to_discord
from tests.security.hostile import PINGS, TEXTS

# Unlucky neighbours on purpose: letters, accents, joiners, blanks, emoji, bidi, tags, fillers, conjoining jamo.
NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("aé\u0301\u0323\u0345\u200b\u200c\u200d\u202e\ufe0f\u3164\u2028\r\n\t \u00a0\u0640"),
        st.sampled_from("नि्❤🔥👩🏽\U000e0041\u1100\u1161\u11a8\ufb1d\u0958"),
        st.characters(),
    ),
    max_size=60,
)


def gated(text: str, *, lines: bool = True) -> str | None:
    try:
        return gate(text, limit=400, lines=lines)
    except TextRefused:
        return None


@given(NASTY, st.booleans())
@example("e\u200b\u0301", True)
@example("a" + "\u0301" * 9 + "\u200d" + "\u0301" * 9 + "b", False)
def test_the_gate_changes_nothing_the_second_time(text: str, lines: bool) -> None:
    """G6: gate(gate(x)) == gate(x)."""
    once = gated(text, lines=lines)
    assert once is None or gated(once, lines=lines) == once


@given(st.text(alphabet="@everyonehere\u200b\u2060\ufeff\u00ad\u202e*_`\\ <>", max_size=40))
@example("hi @\u200beveryone")
@example("@every\u00adone")
def test_cleaning_never_brings_a_ping_back(text: str) -> None:
    """G6: an invisible character removed after escaping once made "@everyone" whole again."""
    once = gated(text)
    if once is not None:
        assert not PINGS.search(to_discord(parse(escape(once))))
        assert not PINGS.search(to_discord(parse(once)))


def test_every_hostile_text_passes_the_gate_or_is_refused_with_a_key() -> None:
    """C2: nothing but a text or a refusal comes out."""
    for text in TEXTS.values():
        once = gated(text)
        assert once is None or gated(once) == once
