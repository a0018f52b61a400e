"""What may have left on Discord is looked for: found, known to be missing, or told as not sure. Never posted twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.adapters.discord_rig import LONG, POST, Rig, texts
from tests.discord_standin import Channel, Person


async def _unsure(rig: Rig, after: bool) -> None:
    """A copy whose answer was lost, and so much later that no nonce is remembered any more."""
    rig.standin.nonces.seconds = 30
    rig.standin.faults.drop(POST, after=after)
    await rig.post()
    await rig.deliver()
    await rig.later(61)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("after", [False, True])
async def test_after_a_minute_it_is_looked_for_first(rig: Rig, calls: Channel, after: bool, told: bool) -> None:
    """DESIGN 5: found by its own code and author, or sent; also where the gateway has not told of the channel."""
    if not told:
        rig.know_nothing()
    await _unsure(rig, after)
    assert len(calls.history) == 1
    assert await rig.states() == [("sent", "")]


async def test_what_was_found_can_be_changed_and_taken_back(rig: Rig, calls: Channel) -> None:
    """n2: the found message is the copy from now on."""
    await _unsure(rig, after=True)
    await rig.edit("March on Sunday", 2)
    await rig.deliver()
    assert texts(calls) == ["March on Sunday\nA-7KQ2"]
    await rig.withdraw()
    await rig.deliver()
    assert texts(calls) == []


async def test_without_history_nobody_knows_and_nothing_is_sent_again(rig: Rig, calls: Channel) -> None:
    """FACTS 30: an empty list without the permission reads as "not posted"; it is *not sure it arrived*."""
    calls.deny("read_message_history")
    await rig.until_problem(calls, "history")
    await _unsure(rig, after=True)
    assert len(calls.history) == 1
    assert await rig.states() == [("unknown", "unsure")]


async def test_a_right_to_read_that_was_lost_unheard_is_no_empty_channel(rig: Rig, calls: Channel) -> None:
    """FACTS 30: the news that history is closed comes after the empty list that it makes."""
    with rig.standin.gateway.slow():
        calls.deny("read_message_history")
        await _unsure(rig, after=True)
    assert len(calls.history) == 1
    assert await rig.states() == [("unknown", "unsure")]


@pytest.mark.parametrize("after", [False, True])
async def test_a_copy_is_looked_for_among_many_messages(rig: Rig, calls: Channel, rosa: Person, after: bool) -> None:
    """n2: more of them, before it and after it, than one answer of Discord's holds; or it is not among them."""
    rig.standin.nonces.seconds = 30
    for number in range(120):
        rosa.says(f"Before {number}", calls)
    rig.standin.clock.advance(180)
    rig.clock.move(timedelta(seconds=180))
    for number in range(120):
        rosa.says(f"Shortly before {number}", calls)
    rig.standin.faults.drop(POST, after=after)
    await rig.post()
    await rig.deliver()
    for number in range(120):
        rosa.says(f"After {number}", calls)
    await rig.later(61)
    assert [one.content for one in calls.messages if one.content.startswith("March")] == ["March on Saturday\nA-7KQ2"]
    assert await rig.states() == [("sent", "")]


async def test_a_refusal_between_two_parts_is_followed_by_a_look(rig: Rig, calls: Channel) -> None:
    """n2: a 429 says that nothing was posted; of the part before it that is not true."""
    rig.standin.nonces.seconds = 30
    rig.standin.faults.limit(POST, 0.01, times=5, skip=1)
    await rig.post(LONG)
    await rig.deliver()
    assert len(calls.messages) == 1
    assert (await rig.states())[0] == ("queued", "limited")
    await rig.later(61)
    assert [text.split("\n")[-1] for text in texts(calls)] == ["A-7KQ2 1/2", "A-7KQ2 2/2"]
    assert len(calls.history) == 2


@pytest.mark.parametrize("after", [True, False])
async def test_where_the_right_to_write_was_lost_reading_tells(rig: Rig, calls: Channel, after: bool) -> None:
    """n2: its answer was lost, then the right: it came after all, or it is not there once nothing can be under way."""
    rig.standin.nonces.seconds = 3
    rig.standin.faults.drop(POST, after=after)
    await rig.post()
    await rig.deliver()
    calls.deny("send_messages")
    await rig.later(5)
    assert await rig.states() == [("sent", "") if after else ("queued", "denied")]
    await rig.later(61)
    assert await rig.states() == [("sent", "") if after else ("failed", "denied")]
    assert len(calls.history) == int(after)


async def test_an_outage_while_finding_out_is_waited_for(rig: Rig, calls: Channel) -> None:
    """n2: that Discord is away for a moment is no reason to ask a person."""
    rig.standin.nonces.seconds = 3
    rig.standin.faults.drop(POST, after=True)
    await rig.post()
    await rig.deliver()
    calls.deny("send_messages")
    rig.standin.faults.fail("GET /channels/*/messages", 503)
    await rig.later(5)
    assert await rig.states() == [("queued", "unreachable")]
    await rig.later(61)
    assert await rig.states() == [("sent", "")]


@pytest.mark.parametrize("after", [True, False])
async def test_what_may_have_left_is_looked_for_after_its_deadline(rig: Rig, calls: Channel, after: bool) -> None:
    """a15: found, or told as too late; it is not posted any more."""
    rig.standin.faults.drop(POST, after=after)
    await rig.post(expires_at=rig.clock.now() + timedelta(seconds=20))
    await rig.deliver()
    await rig.later(21)
    assert await rig.states() == [("sent", "") if after else ("queued", "unsure")], "it may still be under way"
    await rig.later(61)
    assert await rig.states() == [("sent" if after else "expired", "")]
    assert len(calls.history) == int(after)


async def test_where_nothing_can_be_read_either_nobody_knows(rig: Rig, calls: Channel) -> None:
    """a10: a person must look."""
    rig.standin.nonces.seconds = 3
    rig.standin.faults.drop(POST, after=True)
    await rig.post()
    await rig.deliver()
    calls.deny("send_messages", "read_message_history")
    await rig.later(5)
    assert await rig.states() == [("unknown", "unsure")]


async def test_a_right_lost_between_two_parts_is_told_as_not_sure(rig: Rig, calls: Channel) -> None:
    """a10: "not posted" would be wrong: its first part stands there."""
    rig.standin.faults.fail(POST, 403, skip=1)
    await rig.post(LONG)
    await rig.deliver()
    assert len(calls.messages) == 1
    assert await rig.states() == [("unknown", "unsure")]


async def test_of_a_copy_that_half_arrived_only_the_rest_is_sent(rig: Rig, calls: Channel) -> None:
    """n2: part 1 stands, part 2 was lost, a minute went by."""
    rig.standin.nonces.seconds = 30
    rig.standin.faults.drop(POST, skip=1)
    await rig.post(LONG)
    await rig.deliver()
    assert len(calls.messages) == 1
    await rig.later(61)
    assert [text.split("\n")[-1] for text in texts(calls)] == ["A-7KQ2 1/2", "A-7KQ2 2/2"]
    assert await rig.states() == [("sent", "")]


async def test_a_row_left_by_a_killed_bot_is_not_sent_twice(rig: Rig, calls: Channel) -> None:
    """n2: the process died between the message and the mark."""
    hanging = rig.standin.faults.hang(POST, after=True)
    await rig.post()
    sending = asyncio.ensure_future(rig.deliver())
    await hanging.reached.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    hanging.release()
    await rig.restart()
    await rig.deliver()
    assert len(calls.history) == 1
    assert await rig.states() == [("sent", "")]
