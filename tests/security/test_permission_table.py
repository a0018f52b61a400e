"""SECURITY 6.2, B3: every entry x every kind of person, against a table that a person has read."""

from __future__ import annotations

import pytest

from bot.access import may
from bot.feature import Level
from tests.security.permissions import GOLDEN, PEOPLE, allowed, home, table


def test_the_table_of_rights_is_the_one_that_was_read() -> None:
    """A new entry without a line fails. Read the difference, then: `python -m tests.security.permissions`."""
    assert table() == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("level", [Level.SENDER, Level.MODERATOR])
@pytest.mark.parametrize("state", ["waiting", "leaving", "left"])
def test_an_organization_that_is_not_connected_gives_no_rights(state: str, level: Level, person: str) -> None:
    """B3: an old role does not outlive the connection."""
    assert not allowed(level, person, home(state))
    assert not allowed(level, person, None)


def test_managing_the_server_sends_only_where_the_organization_says_so() -> None:
    """WORDS: who may send is the organization's choice."""
    assert allowed(Level.SENDER, "manager_of_the_server", home())
    assert not allowed(Level.SENDER, "manager_of_the_server", home(who_sends="moderators"))


def test_no_platform_right_makes_a_coordinator_or_a_moderator() -> None:
    """B3: a server's administrator is nobody in the coalition."""
    for level in (Level.MODERATOR, Level.COORDINATOR):
        assert not allowed(level, "manager_of_the_server", home())
    assert not allowed(Level.COORDINATOR, "moderator", home())


def test_only_the_bots_own_work_needs_no_right() -> None:
    assert may(Level.COORDINATOR, None, None, frozenset())
