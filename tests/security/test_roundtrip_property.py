"""G3: words made literal come out as the same words, and nothing else comes out of any words."""

from __future__ import annotations

import string

from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import TextRefused, escape, gate, parse, split, to_discord, to_matrix, to_plain
from tests.security.hostile import PINGS, TEXTS, faults_on_discord, faults_on_matrix

SIGNS = st.text(alphabet=string.punctuation + "a1 \nhttps://x.orgé", max_size=80)
WORDS = st.one_of(SIGNS, st.text(max_size=80), st.sampled_from(sorted(TEXTS.values())))


def gated(text: str, *, lines: bool = True) -> str:
    try:
        return gate(text, limit=2000, lines=lines)
    except TextRefused:
        return "nothing left"


@given(WORDS, st.booleans())
@example("1. a", False)
@example("https://a.org/_b_ and http://c", False)
@example("&amp; &#64;", False)
@example("a\n===", True)
@example("-\n+\n#", True)
def test_literal_words_come_out_unchanged(text: str, lines: bool) -> None:
    """G3: to_plain(parse(escape(x))) == x for every gated text."""
    clean = gated(text, lines=lines)
    assert to_plain(parse(escape(clean))) == clean


@given(WORDS, WORDS, st.booleans())
def test_no_text_becomes_more_than_words_on_discord(one: str, two: str, literal: bool) -> None:
    """G1, G3, G4: read as Markdown or made literal."""
    clean = gated(one + two)
    drawn = to_discord(parse(escape(clean) if literal else clean))
    assert not PINGS.search(drawn)
    if literal:
        assert not faults_on_discord(drawn)
        assert not [fault for part in split(drawn, 50) for fault in faults_on_discord(part)]


@given(WORDS, WORDS, st.booleans())
def test_formatted_body_has_only_our_tags(one: str, two: str, literal: bool) -> None:
    """G3: no tag or attribute outside the set that we send, every other sign escaped."""
    clean = gated(one + two)
    _body, html = to_matrix(parse(escape(clean) if literal else clean))
    assert not faults_on_matrix(html)


@given(WORDS)
def test_literal_words_have_no_tags_but_paragraphs_on_matrix(text: str) -> None:
    """G3: making words literal leaves no link, list or emphasis."""
    _body, html = to_matrix(parse(escape(gated(text))))
    for tag in ("<p>", "</p>", "<br>"):
        html = html.replace(tag, "")
    assert "<" not in html
