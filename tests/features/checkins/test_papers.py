"""b19 G8: the meeting guide as a page and as a table."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from bot.words import LANGUAGES, Speaker, Words
from cogs.checkins import rules
from cogs.checkins.papers import Guide, guide_csv, guide_html, guide_of, safe_cell
from cogs.checkins.questions import numbers
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look, Promise
from tests.laws.sources import ROOT

WORDS = Words.load(ROOT)
NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
HOSTILE = "=HYPERLINK(1)<script>alert(1)</script>"


def guides() -> list[Guide]:
    """The guide of a table of two organizations in both languages, with hostile words in it."""
    questions = numbers("doors")
    given = [
        rules.Given("a", {"q1": "100", "q2": "80", "q3": HOSTILE}, quote=True),
        rules.Given("b", {"q1": "50", "q2": "60"}),
    ]
    debrief = rules.of_organizations(given, [one.asked for one in questions])
    checkin = Checkin(
        "1", "C-7KQ2", "a", "1", 1, "organizations", 5, "closed", "Canvass & <b>talk</b>", questions, 3, NOON, NOON,
        NOON, debrief.to_json(), "", None,
    )  # fmt: skip
    look = Look("UTC", {"a": "Riverside", "b": "Northside"}, [Promise("K-2222", "Riverside", "+Rosa", HOSTILE, NOON)])
    return [guide_of(Speaker(WORDS, one, "checkins"), checkin, look) for one in LANGUAGES]


class Tags(HTMLParser):
    """What a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the tag and whatever leads elsewhere."""
        self.found.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    """b19: self-contained, both languages, every word literal."""
    page = guide_html(guides())
    tags = Tags()
    tags.feed(page)
    assert tags.found.count("section") == 2
    assert tags.found.count("h2") == 12
    assert "script" not in tags.found
    assert "b" not in tags.found
    assert tags.addresses == []
    assert "Planned (doors): 150 doors" in page
    assert "Lo hecho (doors): 140 doors" in page


def test_the_table_has_the_same_lines_and_no_formula() -> None:
    """G8: a spreadsheet shows the cells and does not run them."""
    rows = list(csv.reader(io.StringIO(guide_csv(guides()))))
    assert rows[0] == ["language", "part", "minutes", "text"]
    assert {row[0] for row in rows[1:]} == {"en", "es"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert any("HYPERLINK" in row[3] for row in rows)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "\t=1"])
def test_a_cell_that_could_run_is_quoted(text: str) -> None:
    """G8."""
    assert safe_cell(text).startswith("'")
    assert safe_cell("Bring water") == "Bring water"
