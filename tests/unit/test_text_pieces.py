"""A text drawn piece by piece is the text drawn at once; what was drawn is forgotten."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import Doc, drawn, parse, to_discord
from bot.text.pieces import MOST, Remembered, pieces
from bot.text.reading import _read

LINES = st.sampled_from(
    ["", "", "", "one", "**bold", "bold**", "- item", "* item", "1. first", "2) second", "  more", "    deep", "> said",
     "# Title", "`code", "code`", "[words](https://example.org)", "---", "10.", "-", "\\", "a\\", "https://example.org"]
)  # fmt: skip


@given(st.lists(LINES, max_size=12).map("\n".join) | st.text("\n -*1.>#a`\\[]()", max_size=60))
def test_no_block_reaches_over_a_cut(text: str) -> None:
    whole = Doc(_read(text))
    assert parse(text) == whole
    assert drawn(text, lambda piece: to_discord(parse(piece))) == to_discord(whole)


def test_copies_that_differ_in_their_last_line_share_the_rest() -> None:
    first, second = "Same.\n\n- one\n\n- two\n\nFrom us", "Same.\n\n- one\n\n- two\n\nFrom them"
    assert pieces(first)[:-1] == pieces(second)[:-1] == ["Same.\n\n- one\n\n- two"]


async def test_what_was_drawn_is_made_once_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.text.pieces.KEPT", 0.01)
    made: list[str] = []
    remembered = Remembered[str, str](lambda key: made.append(key) or key.upper())  # type: ignore[func-returns-value]
    assert [remembered("a"), remembered("a")] == ["A", "A"]
    assert made == ["a"]
    await asyncio.sleep(0.05)
    assert len(remembered) == 0
    for number in range(3 * MOST):
        remembered(str(number))
    assert len(remembered) <= MOST
