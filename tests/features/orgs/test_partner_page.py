"""docs/for-partners.md promises only what is there."""

from __future__ import annotations

import re

import pytest

from bot.registry import Registry, discover
from bot.words import LANGUAGES, Words
from cogs.orgs import rules
from tests.laws.sources import ROOT

PAGE = (ROOT / "docs" / "for-partners.md").read_text(encoding="utf-8")
WORDS = Words.load(ROOT)
REGISTRY = Registry(discover(), WORDS)


@pytest.mark.parametrize("typed", sorted(set(re.findall(r"`[/!]([^`]+)`", PAGE))))
def test_every_command_on_the_page_is_one(typed: str) -> None:
    """h8: in both languages, as people type it."""
    assert REGISTRY.match(typed.replace("CÓDIGO", "").replace("CODE", "").strip())


def test_the_numbers_on_the_page_are_the_ones_in_the_code() -> None:
    """F1"""
    for newcomers in (False, True):
        assert PAGE.count(f"`{rules.permission_bits(newcomers)}`") == len(LANGUAGES)


def test_the_buttons_on_the_page_are_called_so() -> None:
    """h8: policies and the button of the panel, in both languages."""
    for language in LANGUAGES:
        for key in ("setup.policy.auto", "setup.policy.hold", "setup.policy.never", "setup_button"):
            assert f"*{WORDS.label(language, f'orgs.{key}')}*" in PAGE
