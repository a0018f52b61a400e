"""b4 n2, issue 3 section 4: killed with -9 at random moments while people answer and while the debrief is made."""

from __future__ import annotations

import os
from pathlib import Path

from tests.kill.checkin import PEOPLE, WORDS, Found, play

KILLS = int(os.environ.get("KILLS", "10"))  # by hand: KILLS=50


def check(found: Found) -> None:
    """No confirmed answer is lost, none is doubled, and each channel has exactly one debrief, the same one."""
    assert found.answers == {who: f"The words of {who}" for who in PEOPLE}
    assert found.rows == len(PEOPLE)
    for who, said in found.said.items():
        assert set(said.values()) == {1}, (who, said)
        assert sum("is kept" in line for line in said) == 1, (who, said)
    for word in WORDS:
        assert ["is closed" in one for one in found.rooms[word]] == [True, False], found.rooms[word]
        assert found.rooms[word][1].startswith("Debrief: Canvass on Saturday"), found.rooms[word]
    assert len({found.rooms[word][1] for word in WORDS}) == 1


async def test_no_answer_is_lost_and_one_debrief_stands_when_the_bot_is_killed(tmp_path: Path) -> None:
    found = await play(tmp_path, KILLS)
    check(found)
    assert found.kills == KILLS
