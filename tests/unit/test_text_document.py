"""Our small Markdown, read and drawn."""

from __future__ import annotations

import pytest

from bot.text import (
    Bold,
    Bullets,
    Code,
    Doc,
    Heading,
    Hyperlink,
    Italic,
    LineBreak,
    Numbers,
    Paragraph,
    Quote,
    Text,
    Time,
    fold,
    judge_link,
    parse,
    to_discord,
    to_matrix,
    to_plain,
)

SAMPLE = """# Rent strike

Come **now**, *all* of you:
type `/action`.

- one
- two
  1. deep
  2. deeper

> said [she](https://example.org/x)

[Saturday, 5 PM](time:1795456800)"""


def paragraph(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def test_every_part_is_read() -> None:
    """G3: the neutral document."""
    assert parse(SAMPLE) == Doc(
        (
            Heading(1, (Text("Rent strike"),)),
            Paragraph(
                (
                    Text("Come "),
                    Bold((Text("now"),)),
                    Text(", "),
                    Italic((Text("all"),)),
                    Text(" of you:"),
                    LineBreak(),
                    Text("type "),
                    Code("/action"),
                    Text("."),
                )
            ),
            Bullets(
                (
                    (paragraph("one"),),
                    (paragraph("two"), Numbers(1, ((paragraph("deep"),), (paragraph("deeper"),)))),
                )
            ),
            Quote((Paragraph((Text("said "), Hyperlink("she", judge_link("https://example.org/x")))),)),
            Paragraph((Time(1795456800, "Saturday, 5 PM"),)),
        )
    )


def test_plain_text_has_no_marks_and_whole_addresses() -> None:
    """FACTS 10: the full plain body, always."""
    assert to_plain(parse(SAMPLE)) == (
        "Rent strike\n\nCome now, all of you:\ntype /action.\n\n- one\n- two\n  1. deep\n  2. deeper\n\n"
        "> said she (https://example.org/x)\n\nSaturday, 5 PM"
    )


def test_matrix_gets_plain_text_and_html() -> None:
    """FACTS 10: only tags that the clients show."""
    body, html = to_matrix(parse(SAMPLE))
    assert body == to_plain(parse(SAMPLE))
    assert html == (
        "<h3>Rent strike</h3><p>Come <strong>now</strong>, <em>all</em> of you:<br>type <code>/action</code>.</p>"
        "<ul><li>one</li><li>two<ol><li>deep</li><li>deeper</li></ol></li></ul>"
        '<blockquote><p>said <a href="https://example.org/x">she</a> (example.org)</p></blockquote>'
        "<p>Saturday, 5 PM</p>"
    )


def test_discord_gets_its_own_marks() -> None:
    """G4: headings stay small, lists nest, the moment is also a local time."""
    assert to_discord(parse(SAMPLE)) == (
        "## Rent strike\n\nCome **now**, *all* of you:\ntype `/action`.\n\n- one\n- two\n  1. deep\n  2. deeper\n\n"
        "> said [she](<https://example.org/x>) (example.org)\n\nSaturday, 5 PM (<t:1795456800:f>)"
    )


def test_a_list_keeps_its_first_number() -> None:
    """A list that goes on after a pause counts on."""
    doc = parse("3. c\n4. d")
    assert to_plain(doc) == to_discord(doc) == "3. c\n4. d"
    assert to_matrix(doc)[1] == '<ol start="3"><li>c</li><li>d</li></ol>'


def test_one_short_paragraph_has_no_tag_around_it() -> None:
    """A one-line answer is one line in every client."""
    assert to_matrix(parse("Done **now**."))[1] == "Done <strong>now</strong>."


@pytest.mark.parametrize("target", ["time:", "time:-5", "time:1e5", "time:١٢٣", "time:9999999999999"])
def test_a_moment_that_is_no_moment_stays_words(target: str) -> None:
    """Nothing is guessed."""
    assert to_plain(parse(f"[soon]({target})")) == f"soon ({target})"


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_nothing_is_an_empty_document(text: str) -> None:
    """No paragraph without words."""
    assert parse(text) == Doc(())
    assert to_matrix(parse(text)) == ("", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[](https://example.org)", "example.org (https://example.org)"),
        ("[x]()", "x"),
        ("[**a** b](https://example.org)", "a b (https://example.org)"),
        ("a  \nb", "a\nb"),
        ("a\\\nb", "a\nb"),
        ("```\ncode\n```", "code"),
        ("    four blanks", "four blanks"),
        ("a&amp;b", "a&amp;b"),
        ("<https://example.org>", "<https://example.org>"),
    ],
)
def test_corners_of_the_grammar(text: str, words: str) -> None:
    """G3: empty link words, breaks, and what other dialects would read as mark-up."""
    assert to_plain(parse(text)) == words


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("  MAÑANA ", "manana"), ("Sí,  QUIZÁS", "si, quizas"), ("ẞß", "ssss"), ("ＡＢ１", "ab1"), ("İ", "i")],
)
def test_folding_makes_typed_words_comparable(typed: str, folded: str) -> None:
    """WORDS: both languages' words are accepted, with or without accents."""
    assert fold(typed) == folded
    assert fold(folded) == folded
