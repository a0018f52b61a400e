"""G7: huge and knotted input is refused before anything reads it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.text import TextRefused, gate, parse, split, to_matrix
from bot.text.clean import MAX_BYTES
from bot.text.reading import MAX_MARKDOWN

MEGABYTE = 1_000_000
BOMBS = ["![](", "[", "[[]", "*a_", "> ", "- ", "`", "**a ", "](", "<b>", "1. ", "[a](", "\u0301", "\u200d", "\n"]


def best_of(times: int, act: Callable[[], object]) -> float:
    """Seconds of the fastest of some runs: what the work costs, not what else the machine did."""
    runs = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        runs.append(time.perf_counter() - start)
    return min(runs)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_megabyte_is_refused_in_less_than_five_milliseconds(bomb: str) -> None:
    """G7: length is looked at first, by the gate and by the reader."""
    text = (bomb * MEGABYTE)[:MEGABYTE]

    def refuse() -> None:
        with pytest.raises(TextRefused):
            gate(text, limit=1500)
        with pytest.raises(TextRefused):
            parse(text)

    assert best_of(5, refuse) < 0.005


@pytest.mark.parametrize("bomb", BOMBS)
def test_the_longest_text_that_is_read_is_read_in_bounded_time(bomb: str) -> None:
    """G7: the reader's worst cases at its own limit; 80,000 signs took 695 ms, these take at most 0.2 s."""
    text = (bomb * MAX_MARKDOWN)[:MAX_MARKDOWN]
    assert best_of(2, lambda: to_matrix(parse(text))) < 2.0


@pytest.mark.parametrize("bomb", [*BOMBS, "a", "[\\", "<a", "a://", "😀\u200d", "क\u200d"])
def test_gating_and_cutting_take_time_in_proportion(bomb: str) -> None:
    """G7: no pattern looks at the same place again and again (a first version of the cutter took 42 s for "[")."""
    text = (bomb * 20_000)[:20_000]

    def gate_and_cut() -> None:
        with suppress(TextRefused):
            gate(text, limit=20_000)
        split(text, 1990)

    assert best_of(2, gate_and_cut) < 1.0


def test_a_text_one_letter_too_long_says_how_long_it_is() -> None:
    """G7: the sentence needs both figures."""
    with pytest.raises(TextRefused) as refused:
        gate("a" * 1501, limit=1500)
    assert (refused.value.key, refused.value.params) == ("text.too_long", {"n": 1501, "limit": 1500})


def test_blanks_that_are_dropped_do_not_count() -> None:
    """G7: a pasted text with an empty line at its end still fits."""
    assert gate("a" * 1500 + "\r\n\r\n", limit=1500) == "a" * 1500


def test_bytes_are_counted_too() -> None:
    """G7: a Matrix event holds 65,536 bytes, whatever the letters."""
    with pytest.raises(TextRefused) as refused:
        gate("集" * (MAX_BYTES // 3 + 1), limit=60_000)
    assert refused.value.key == "text.too_heavy"
    assert gate("集" * (MAX_BYTES // 3), limit=60_000)


def test_the_heaviest_text_still_fits_one_matrix_event_of_words() -> None:
    """G7: plain and HTML together, for letters of three bytes."""
    body, html = to_matrix(parse(gate("集" * (MAX_BYTES // 3), limit=60_000)))
    assert len(body.encode()) + len(html.encode()) < 65_536 - 4_096


def test_the_reader_refuses_one_sign_more_than_its_limit() -> None:
    """G7."""
    assert parse("a" * MAX_MARKDOWN).blocks
    with pytest.raises(TextRefused):
        parse("a" * (MAX_MARKDOWN + 1))
