"""h2: no entry that sends, approves, stops or changes a policy or a right is forgotten in the audit."""

from __future__ import annotations

import pytest

from bot.feature import Entry, Level
from bot.registry import Registry, discover
from bot.words import Words
from tests.laws.sources import ROOT

WORDS = Words.load(ROOT)
ENTRIES = dict(Registry(discover(), WORDS))
# Entries for those with rights that leave no line, and why.
NO_LINE = {
    "alerts.new": "a draft: nobody else sees it",
    "alerts.preview": "reads",
    "alerts.change": "a draft",
    "alerts.discard": "a draft",
    "alerts.topic": "a draft",
    "alerts.decisions": "reads",
    "alerts.where": "reads",
    "alerts.outcome": "reads",
    "alerts.list": "reads",
    "auditing.ours": "reads",
    "auditing.coalition": "reads",
    "checkins.guide": "reads",
    "checkins.commit": "one's own promise",
    "checkins.done": "a promise is kept",
    "checkins.drop": "a promise is given up",
    "checkins.list": "reads",
    "welcome.claim": "who welcomes whom is kept with the hand-off and no longer",
    "welcome.greeter": "one's own name",
    "orgs.zone": "how times are shown",
    "stopping.show": "reads",
}
WITH_RIGHTS = [name for name, entry in ENTRIES.items() if entry.level is not Level.ANYONE]


@pytest.mark.parametrize("name", WITH_RIGHTS)
def test_what_needs_a_right_leaves_a_line_or_says_why_not(name: str) -> None:
    """h2: declare `records=` with the entry, or give the reason here."""
    assert bool(ENTRIES[name].records) != (name in NO_LINE)


def test_every_act_has_its_words_and_every_word_an_act() -> None:
    """h2: a closed list, readable in both languages."""
    declared = {f"{name.partition('.')[0]}.act.{act}" for name, entry in ENTRIES.items() for act in entry.records}
    worded = {key for key in WORDS.sentences["en"] if key.split(".")[1:2] == ["act"]}
    assert declared == {key for key in worded if not key.startswith("core.")}


def test_the_reasons_are_about_entries_that_exist() -> None:
    gone = [name for name in NO_LINE if not isinstance(ENTRIES.get(name), Entry)]
    assert not gone
