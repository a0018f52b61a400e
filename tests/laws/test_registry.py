"""What must hold of every entry of every feature, and of the pages made from them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.feature import Entry, Kind
from bot.readme import refresh
from bot.registry import Registry, discover
from bot.text import fold
from bot.words import LANGUAGES, Words
from tests.laws.sources import ROOT

WORDS = Words.load(ROOT)
REGISTRY = Registry(discover(), WORDS)
ENTRIES = list(REGISTRY)
# Commands of the clients themselves (FACTS 34b): ours would never be reached.
BUILT_IN = {"me", "msg", "nick", "thread", "leave", "tts", "shrug", "join", "part", "invite", "kick", "ban"}
DISCORD_NAME = re.compile(r"^[-_\w]{1,32}$")


@pytest.mark.parametrize("path", [Path("README.md"), Path("README.es.md"), Path("docs/privacy.md")], ids=str)
def test_the_tables_on_the_pages_equal_the_code(path: Path) -> None:
    """Law 7: `causeway docs` after a change."""
    assert (ROOT / path).read_text(encoding="utf-8") == refresh(ROOT, REGISTRY, WORDS)[ROOT / path]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_every_entry_has_its_words_in_both_languages(name: str, entry: Entry) -> None:
    """Law 6: the typed word, the title (<= 45) and the line about it; labels <= 45, hints <= 100 (FACTS 35)."""
    for language in LANGUAGES:
        assert DISCORD_NAME.match(REGISTRY.word(name)[language])
        assert len(WORDS.label(language, f"{name}.title")) <= 45
        assert 0 < len(WORDS.label(language, f"{name}.about")) <= 100
        for field in entry.fields:
            assert len(WORDS.label(language, f"{name}.{field.key}.label")) <= 45
            if WORDS.has(f"{name}.{field.key}.hint"):
                assert len(WORDS.label(language, f"{name}.{field.key}.hint")) <= 100
            for option in field.options if isinstance(field.options, tuple) else ():
                assert WORDS.label(language, f"{name}.{field.key}.{option}")


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_a_page_of_a_form_has_at_most_five_fields(name: str, entry: Entry) -> None:
    """FACTS 35: a modal holds five components."""
    asked = entry.fields[entry.fixed :]
    for page in {field.page for field in asked}:
        assert sum(field.page == page for field in asked) <= 5
    assert all(field.options or field.kind is not Kind.CHOICE for field in entry.fields)


def test_a_group_has_at_most_twenty_five_commands() -> None:
    """FACTS 35."""
    for feature in REGISTRY.features:
        groups = Counter(entry.group for entry in feature.entries if not entry.alone)
        assert max(groups.values(), default=0) <= 25


def test_no_two_entries_share_a_typed_word() -> None:
    """Both languages' words are always understood, so they must not collide."""
    seen: dict[str, str] = {}
    for name, _ in ENTRIES:
        for language in LANGUAGES:
            typed = fold(REGISTRY.command(name, language))
            assert seen.setdefault(typed, name) == name


def test_no_command_is_one_of_the_clients_own() -> None:
    """FACTS 34b."""
    typed = {REGISTRY.command(name, language).split()[0] for name, _ in ENTRIES for language in LANGUAGES}
    assert not typed & BUILT_IN
