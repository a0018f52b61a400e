"""b8: what is said of figures, in plain values."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pytest

from bot.charts import Row, planned_and_done
from cogs.checkins.rules import Asked, Given, of_members, of_organizations, opinion

YES_NO = Asked("q1", "choice", ("yes", "no"))
DOORS = Asked("q1", "number")


def given(*answers: str, home: str = "a", quote: bool = False) -> list[Given]:
    """One person each."""
    return [Given(home, {"q1": one} if one else {}, quote) for one in answers]


def test_people_who_all_answer_alike_get_no_breakdown() -> None:
    """6.3: it would tell what each one said."""
    [block] = of_members(given(*["yes"] * 7), [YES_NO], len).blocks
    assert block.figures["q1"].counts is None


def test_no_answer_is_counted_like_an_answer() -> None:
    """n5: so that every question covers the same people."""
    [block] = of_members(given(*["yes"] * 6, "", "", ""), [YES_NO], len).blocks
    assert block.figures["q1"].counts == {"yes": 6, "no": 0, "none": 3}


def test_a_sum_that_is_mostly_one_person_is_not_shown() -> None:
    """6.3: nobody is above half."""
    [block] = of_members(given("1", "2", "3", "1", "90"), [DOORS], len).blocks
    assert block.figures["q1"].total is None
    [block] = of_members(given("10", "12", "13", "11", "9"), [DOORS], len).blocks
    assert block.figures["q1"].total == 55


def test_words_are_quoted_only_where_their_author_said_so() -> None:
    """b8: and without an organization's name."""
    text = Asked("q1", "text")
    quoted = given("Bring water", quote=True)
    debrief = of_members([*given("a secret", "b", "c", "d"), *quoted], [text], len)
    assert [(one.text, one.organization) for one in debrief.words] == [("Bring water", "")]
    assert not of_members(quoted, [text], len).words


def test_a_table_shows_each_organization_as_it_answered() -> None:
    """b4: no blocks, no rounding."""
    debrief = of_organizations([*given("7", home="a"), *given("", home="b")], [DOORS])
    assert [one.figures["q1"].total for one in debrief.blocks] == [7, None]
    assert debrief.total("q1") == 7


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([{"yes": 6, "no": 3}], "agree"),
        ([{"yes": 6, "no": 3}, {"yes": 9, "no": 0}], "agree"),
        ([{"yes": 9, "no": 0}, {"yes": 0, "no": 6}], "differ"),
        ([{"yes": 3, "no": 3, "none": 9}], "differ"),
        ([{"yes": 6, "no": 4}], ""),
        ([{"none": 9}], ""),
        ([], ""),
    ],
)
def test_agreeing_and_differing_follow_the_stated_rule(blocks: Sequence[dict[str, int]], said: str) -> None:
    """b10: two thirds everywhere; other first answers, or nothing above half."""
    assert opinion(blocks) == said


def test_a_picture_is_small_and_survives_any_name() -> None:
    """b10: 900 pixels wide, with its alt text; names are not read as formulas."""
    rows = [Row("$x^ 名前 Riverside", 100, 0), *(Row(f"o{n}", n, 1_000_000) for n in range(20))]
    picture = planned_and_done("Canvass $1", rows, ("Planned", "Done"), "the same in words")
    content = base64.b64decode(picture.png)
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20]) == 900
    assert len(content) < 300_000
    assert picture.alt == "the same in words"
