"""Requests that wait for another homeserver: few at once for each, never all that are under way."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from bot.errors import Limited
from bot.platforms.matrix.elsewhere import ALL, EACH, Elsewhere
from bot.platforms.matrix.send import IN_FLIGHT


def test_one_server_has_few_at_once_and_gives_them_back() -> None:
    """8: also when a request fails."""
    elsewhere = Elsewhere("@causeway:ours.org")
    with ExitStack() as under_way:
        for number in range(EACH):
            under_way.enter_context(elsewhere.asking(f"@p{number}:theirs.org:8448"))
        with pytest.raises(Limited), elsewhere.asking("@one-more:theirs.org:8448"):
            pytest.fail("it must not be asked")
        with elsewhere.asking("@rosa:other.org"):
            pass
    with pytest.raises(ZeroDivisionError), elsewhere.asking("@rosa:theirs.org:8448"):
        raise ZeroDivisionError
    with ExitStack() as again:
        for number in range(EACH):
            again.enter_context(elsewhere.asking(f"@p{number}:theirs.org:8448"))


def test_all_servers_together_leave_room_for_our_own() -> None:
    """8: however many hang."""
    elsewhere = Elsewhere("@causeway:ours.org")
    assert ALL < IN_FLIGHT
    with ExitStack() as under_way:
        for number in range(ALL):
            under_way.enter_context(elsewhere.asking(f"@p:server{number}.org"))
        with pytest.raises(Limited), elsewhere.asking("@p:another.org"):
            pytest.fail("it must not be asked")
        for _ in range(IN_FLIGHT):
            under_way.enter_context(elsewhere.asking("@rosa:ours.org"))
