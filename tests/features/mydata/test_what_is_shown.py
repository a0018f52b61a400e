"""What /mydata tells: counts of every feature, roles in words, and nothing about anybody else."""

from __future__ import annotations

from tests.conformance.house import RehearsalHouse
from tests.security.conftest import clock, house
from tests.security.walking import walk

__all__ = ["clock", "house"]


async def test_answers_and_forms_are_counted(house: RehearsalHouse) -> None:
    """h10"""
    walked = await walk(house)
    seen = await house.command(walked.ana, "", "", "mydata show")
    assert "Answers to calls to action: 1" in seen.text
    assert "Central Time" in seen.text
    seen = await house.command(walked.sender.moderator, "", "", "mydata show")
    assert "1 form that you started" in seen.text
    assert "moderator of River Tenants" in seen.text


async def test_two_accounts_that_both_answered_count_once(house: RehearsalHouse) -> None:
    """a12, 6.2a: the later answer counts."""
    walked = await walk(house)
    [copy] = await house.messages(walked.receiver.space, "calls")
    other = await house.new_person("Other")
    await house.press(other, walked.receiver.space, "calls", copy, "I'm in")
    code = (await house.command(walked.ana, "", "", "mydata link")).text.split("**")[1]
    await house.command(other, "", "", "mydata link", code=code)
    seen = await house.command(walked.ana, "", "", "mydata show")
    assert "Answers to calls to action: 1" in seen.text
    assert "2 accounts" in seen.text
