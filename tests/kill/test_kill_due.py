"""a6 a12 a15 a16 n2 n4: killed with -9 at random moments of everything that comes due of one call."""

from __future__ import annotations

import os
from pathlib import Path

from tests.kill.due import CANCEL, GO, IN, PLACES, WAITING, ZONES, Found, play

KILLS = int(os.environ.get("KILLS", "10"))  # by hand: KILLS=50


def check(found: Found) -> None:
    """Nothing is lost, nothing is doubled, nobody is reminded twice, nobody jumps the line."""
    assert found.early == {"Acorn": 1, "Birch": 1, "Cedar": 0}
    for word in ZONES:
        call, thanks = found.rooms[word]
        assert call.startswith("Pack the school board"), found.rooms[word]
        assert "went to Pack the school board" in thanks, found.rooms[word]
    assert found.counts == {"in": PLACES, "cant": len(CANCEL), "wait": len(WAITING) - len(CANCEL), "went": len(GO)}
    assert found.line == WAITING[3:]
    for who in (*IN, *WAITING):
        said = found.said[who]
        assert told(found, who, "A reminder") == (who in GO), (who, said)
        assert told(found, who, "did you go?") == (who in GO), (who, said)
        assert told(found, who, "A place is free") == (who in WAITING[:3]), (who, said)
        assert set(said.values()) <= {1}, (who, said)


def told(found: Found, who: str, words: str) -> int:
    """How many messages with these words somebody got."""
    return sum(n for line, n in found.said[who].items() if words in line)


async def test_what_comes_due_is_done_once_when_the_bot_is_killed(tmp_path: Path) -> None:
    found = await play(tmp_path, KILLS)
    check(found)
    assert found.kills == KILLS
