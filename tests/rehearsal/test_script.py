"""`causeway demo --script`: the whole walk, and counts that are read back."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest

from bot.demo import script
from bot.demo.hands import Walk
from bot.demo.script import Result
from bot.demo.stage import BotAway, Stage
from bot.demo.town import GROUPS, residents
from bot.demo.walk import BEATS, Beat
from bot.words import LANGUAGES

COUNTS = {
    "spaces": 12, "alerts": 2, "answers": 8, "checkins": 2, "assessments": 1, "newcomers": 1, "handed_off": 1,
    "introduced": 1, "sent": 9, "failed": 2,
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_walk_is_what_the_database_holds(language: str) -> None:
    """Issues 2 and 3, section 3: one JSON object on standard output, exit 0 only if every count is right."""
    command = [sys.executable, "-m", "bot", "demo", "--script", "--json", "--language", language]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said.pop("seconds") > 0
    flat = {**said, **said["deliveries"]}
    del flat["deliveries"]
    assert flat == COUNTS
    assert len(done.stderr.splitlines()) >= len(BEATS)


def test_a_count_that_differs_is_not_right() -> None:
    assert Result(COUNTS, COUNTS, 1.0).right
    assert not Result({**COUNTS, "answers": 9}, COUNTS, 1.0).right
    assert not Result(COUNTS, COUNTS, 1.0, "somewhere else").right


def test_every_beat_has_its_sentence_in_both_languages(walk: Walk) -> None:
    words = walk.stage.core.words
    for beat in BEATS:
        said = words.everywhere(f"demo.beat.{beat.name}")
        assert said["en"] != said["es"]


def test_the_coalition_is_as_promised() -> None:
    """Issue 2, section 3: twelve in five states, both languages, both kinds of platform, every policy."""
    assert len(GROUPS) == 12
    assert len({one.name for one in GROUPS}) == 12
    assert len({one.state for one in GROUPS}) == 5
    assert {one.language for one in GROUPS} == {"en", "es", "both"}
    assert {one.policy for one in GROUPS} == {"auto", "hold", "never"}
    assert {one.style for one in GROUPS} == {"forms", "lines"}
    assert "America/Phoenix" in {one.zone for one in GROUPS}
    assert sum(one.deaf for one in GROUPS) == 1
    assert {who.role for _, who in residents()} == {"coordinator", "moderator", "member", "newcomer"}
    assert len({who.name for _, who in residents()}) == len(list(residents()))


async def test_a_walk_that_goes_astray_says_where_and_still_counts(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(walk: Walk) -> None:
        walk.expect(False, "the well is full")

    monkeypatch.setattr(script, "BEATS", [*BEATS[:2], Beat("answers", lost), BEATS[-1]])
    told: list[str] = []
    result = await script.play(stage, "en", lambda name, sentence: told.append(name))
    assert result.astray == "answers: the well is full"
    assert not result.right
    assert result.counts["spaces"] == 10
    assert told == ["opening", "letters", "answers"]


async def test_a_kill_interrupts_what_somebody_is_doing(stage: Stage) -> None:
    """The bot goes in the middle of an act: nothing is changed, and the person is told."""
    begun = asyncio.Event()

    async def act() -> None:
        async with stage.core.db.write():
            begun.set()
            await asyncio.Event().wait()

    doing = asyncio.create_task(stage.perform(act()))
    await begun.wait()
    await stage.kill()
    with pytest.raises(BotAway):
        await doing
    await stage.start()
    async with stage.core.db.write() as tx:
        assert len(await stage.core.spaces.all(tx)) == 10


async def test_what_landed_before_a_kill_is_not_posted_again(walk: Walk) -> None:
    """a11: the answer of the platform is lost with the bot; the same delivery is refused by it as a double."""
    walk.stage.world.jam = {"lines": "after"}
    room = walk.room("Celia", "direct")
    await walk.stage.perform(walk.stage.adapter(walk.account("Celia")).type(walk.account("Celia"), "", "ayuda"))
    await walk.until(lambda: [one for one in room.messages if one.author == "bot"])
    await walk.kill()
    assert len([one for one in room.messages if one.author == "bot"]) == 1


async def test_nobody_can_act_while_the_bot_is_away(stage: Stage) -> None:
    await stage.kill()
    with pytest.raises(BotAway):
        _ = stage.core
    await stage.kill()  # twice is once
    await stage.start()
    assert stage.alive
