"""c8 n8, issue 3 section 4: killed with -9 at random moments between the first word and a named human."""

from __future__ import annotations

import os
from pathlib import Path

from tests.kill.newcomer import PEOPLE, WORDS, Found, play

KILLS = int(os.environ.get("KILLS", "10"))  # by hand: KILLS=50


def check(found: Found) -> None:
    """Each has one request, one proof and one greeter; one card stands for each; nothing was said twice."""
    assert found.cases == found.consents == len(found.taken) == len(PEOPLE)
    assert set(found.taken.values()) == {"claimed"}
    assert "" not in found.greeters
    assert len(found.greeters) <= len(WORDS)
    assert len(found.cards) == len(PEOPLE)
    assert all("Kim of" in one for one in found.cards), found.cards
    for who, said in found.said.items():
        assert set(said.values()) == {1}, (who, said)
        assert sum("Kim of" in line for line in said) == 1, (who, said)


async def test_nobody_is_lost_or_doubled_on_the_way_to_a_greeter(tmp_path: Path) -> None:
    found = await play(tmp_path, KILLS)
    check(found)
    assert found.kills == KILLS
