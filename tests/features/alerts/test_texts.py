"""What stands in a space: title, time and place first, every language that is asked for, nothing that pings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import parse, to_discord, to_plain
from bot.words import Speaker, Words
from cogs.alerts import rules
from cogs.alerts.rules import Content
from cogs.alerts.texts import Look, copy_text, names, sum_text, told_text
from tests.laws.sources import ROOT

WORDS = Words.load(ROOT)
CONTENT = Content(
    "Pack the school board", "Bring a sign and a friend.", "en", "America/New_York", place="12 Main St, room 4",
    link="https://example.org/board_meeting", access="Ramp at the side door.",
    starts_at=datetime(2026, 11, 28, 22, tzinfo=UTC), other_title="Llenemos la junta escolar",
    other_ask="Trae un cartel y a alguien más.",
)  # fmt: skip
LOOK = Look("en", "America/New_York", "Riverside Tenants", "Hill Neighbors")


def speak(language: str) -> Speaker:
    return Speaker(WORDS, language, "alerts")


def drawn(content: Content = CONTENT, **changes: object) -> str:
    return to_plain(parse(copy_text(speak, content, replace(LOOK, **changes))))  # type: ignore[arg-type]


def test_the_whole_call_is_text() -> None:
    """a7 h9: nothing is only in a button or a picture."""
    text = drawn()
    assert text.startswith("Pack the school board · Sat, Nov 28, 5:00 PM ET · 12 Main St, room 4\n")
    for part in ("Bring a sign and a friend.", "Saturday, November 28, 2026, 5:00 PM Eastern Time",
                 "Access: Ramp at the side door.", "https://example.org/board_meeting",
                 "From Riverside Tenants through Hill Neighbors · Why here?"):  # fmt: skip
        assert part in text


def test_a_spanish_space_reads_spanish() -> None:
    """h8"""
    text = drawn(language="es")
    assert text.startswith("Llenemos la junta escolar · sáb, 28 nov, 17:00 ET")
    assert "De Riverside Tenants por medio de Hill Neighbors · ¿Por qué aquí?" in text
    assert "Bring a sign" not in text


def test_a_mixed_space_reads_both_in_one_message() -> None:
    """WORDS-AND-DEFAULTS: many spaces are mixed."""
    text = drawn(language="both")
    assert text.index("Pack the school board") < text.index("Llenemos la junta escolar")
    assert "todavía no tiene texto" not in text


@pytest.mark.parametrize("language", ["es", "both"])
def test_a_missing_translation_shows_the_original_marked_as_such(language: str) -> None:
    """h8: the fallback is marked."""
    text = drawn(replace(CONTENT, other_title="", other_ask=""), language=language)
    assert "Pack the school board" in text
    assert "todavía no tiene texto en español" in text


def test_a_correction_says_when_and_what() -> None:
    """a8: a copy shows its version, in the receiver's zone."""
    text = drawn(corrected_at=datetime(2026, 11, 23, 20, 10, tzinfo=UTC), changed=("time", "place"), version=2)
    assert "Version 2 · corrected Mon, Nov 23, 3:10 PM ET: the time, the place" in text


@pytest.mark.parametrize("author", ["en", "es"])
def test_every_language_of_a_mixed_space_has_its_own_dates(author: str) -> None:
    """h8: no Spanish date in an English line, whoever wrote the call."""
    moment = datetime(2026, 11, 24, 20, 10, tzinfo=UTC)
    text = drawn(replace(CONTENT, language=author), language="both", corrected_at=moment, changed=("time",), version=3)
    assert "Version 3 · corrected Tue, Nov 24, 3:10 PM ET: the time\nVersión 3 · corregida mar, 24 nov" in text
    assert "15:10 ET: la hora\n" in text


@pytest.mark.parametrize("kind", ["corrected", "withdrawn"])
def test_who_said_yes_in_a_mixed_space_is_told_in_both_languages(kind: str) -> None:
    """h8: where nobody chose a language, the space's speaks."""
    text = to_plain(parse(told_text(speak, CONTENT, "both", kind, ("place",))))
    parts = {"corrected": ("the place", "el lugar", "Bring a sign", "Trae un cartel")}
    for part in parts.get(kind, ("Pack the school board was taken back", "Llenemos la junta escolar fue retirada")):
        assert part in text


@pytest.mark.parametrize(("people", "shown"), [(4, False), (5, True), (12, True)])
def test_a_sum_is_shown_from_five_on(people: int, shown: bool) -> None:
    """a12: small groups are nobody's business."""
    assert (f"{people} people are in" in drawn(people=people)) is shown


def test_an_own_copy_is_from_the_organization_itself() -> None:
    """1.3"""
    assert drawn(own=True, receiver="Riverside Tenants").endswith("From Riverside Tenants · Why here?")


def test_a_local_line_is_marked_as_the_receivers() -> None:
    """a4"""
    assert "Hill Neighbors adds: We walk over at 4:30." in drawn(line="We walk over at 4:30.")


HOSTILE = [
    "@everyone", "**bold** [x](https://evil.example)", "# big", "<@123> <#4>", "> quote", "||spoiler||", "`code`"
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_stays_what_they_wrote(text: str) -> None:
    """G1 G3: no mark-up, link or ping comes out of a field."""
    content = replace(CONTENT, title=text, ask=text, place=text, access=text)
    assert drawn(content).count(text) >= 3


letters = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=14)
sentences = st.lists(letters, min_size=1, max_size=12).map(" ".join)


@given(sentences, sentences)
def test_the_first_120_characters_hold_title_time_and_place(title: str, place: str) -> None:
    """1.3: whatever the words are."""
    content = replace(CONTENT, title=title[:80].strip(), place=place[:120].strip())
    head = drawn(content).split("\n")[0]
    assert head.startswith(f"{content.title} · Sat, Nov 28, 5:00 PM ET · ")
    assert len(head) <= rules.HEAD


def test_the_longest_call_fits_one_message_in_both_languages() -> None:
    """1.3: 1,500 characters of the author's and all of ours within 2,000, as Discord counts."""
    long = replace(
        CONTENT, title="T" * 80, other_title="T" * 80, ask="word " * 100, other_ask="voz " * 110, place="P" * 40,
        access="A" * 100,
    )  # fmt: skip
    assert long.authored <= rules.AUTHORED
    look = replace(LOOK, language="both", people=1234, corrected_at=CONTENT.starts_at, changed=("time", "place"))
    text = copy_text(speak, long, look)
    assert len(to_discord(parse(text))) + len("\nA-7KQ2") <= 2000 or len(text) > rules.ONE_MESSAGE


@pytest.mark.parametrize(
    ("language", "words"), [("en", "12 people from 4 organizations"), ("es", "12 personas de 4 organizaciones")]
)
def test_the_sum_is_said_in_words(language: str, words: str) -> None:
    """a12"""
    assert words in sum_text(speak(language), rules.Sum({"in": 12}, 4), timed=True)


def test_many_names_become_a_number() -> None:
    """1.3: a preview with 500 spaces stays readable."""
    assert names(speak("en"), [f"Org {n}" for n in range(10)]).endswith("Org 7 and 2 more")
