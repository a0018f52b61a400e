"""n2, issue 2 section 4: killed with -9 at random moments of a dialogue and of a broadcast to thirty spaces."""

from __future__ import annotations

from pathlib import Path

from tests.kill.scene import WORDS, Found, play


def check(found: Found) -> None:
    """Nothing is lost, nothing is doubled."""
    assert found.copies == {word: 1 for word in WORDS}
    assert set(found.questions.values()) == {1}, found.questions
    assert found.asked == dict.fromkeys(WORDS[1:], 1)
    assert set(found.states) == {"sent"}
    assert found.drafts == 1
    for typed in ("Pack the school board", "Bring a sign and a friend.", "12 Main St"):
        assert typed in found.text


async def test_nothing_is_lost_or_doubled_when_the_bot_is_killed_ten_times(tmp_path: Path) -> None:
    found = await play(tmp_path, times=10)
    check(found)
    assert found.kills == 10
