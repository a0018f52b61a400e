"""Rows of the outbox on Discord: sent once, refused, changed, taken back. What may have left: test_discord_looking."""

from __future__ import annotations

import base64
from contextlib import nullcontext

import pytest

from bot.cards import Card, Choice, File, Picture
from bot.words import Md
from tests.adapters.discord_rig import LONG, POST, Rig, texts
from tests.discord_standin import Channel, Person

# -- sending --------------------------------------------------------------------------------------------------------


async def test_a_copy_has_its_text_buttons_code_and_nonce(rig: Rig, calls: Channel) -> None:
    """a7, law 5: nobody is pinged, whatever the text says."""
    await rig.post("March *now* @everyone", Choice("I'm in", "token-in", "main"), silent=True)
    await rig.deliver()
    message = calls.messages[0]
    assert message.content.endswith("\nA-7KQ2")
    assert (message.labels, message.silent, message.pings) == (["I'm in"], True, set())
    assert message.nonce == f"{(await rig.rows())[0].id}.0"
    assert await rig.states() == [("sent", "")]


async def test_a_long_card_becomes_parts_that_each_end_with_the_code(rig: Rig, calls: Channel) -> None:
    """FACTS 30: `A-7KQ2 2/3`; the buttons stand below the last part."""
    await rig.post(LONG, Choice("I'm in", "token-in"))
    await rig.deliver()
    assert [text.split("\n")[-1] for text in texts(calls)] == ["A-7KQ2 1/2", "A-7KQ2 2/2"]
    assert [one.labels for one in calls.messages] == [[], ["I'm in"]]


async def test_a_picture_has_its_words_with_it(rig: Rig, calls: Channel) -> None:
    """DESIGN 2: never a picture without words."""
    png = base64.b64encode(b"\x89PNG").decode()
    card = Card(Md("The debrief"), code="A-7KQ2", picture=Picture("chart.png", "12 of 20 came", png))
    async with rig.core.db.write() as tx:
        for channel in await rig.core.spaces.channels(tx, "calls"):
            await rig.core.outbox.post(tx, channel, card, subject="alert", now=rig.clock.now())
    await rig.deliver()
    file = calls.messages[0].files[0]
    assert (file.filename, file.description, file.content) == ("chart.png", "12 of 20 came", b"\x89PNG")


async def test_files_come_with_the_words_that_say_the_same(rig: Rig, calls: Channel) -> None:
    """b19: after the picture, each with what is in it."""
    page = File("guide.html", "text/html", base64.b64encode(b"<p>").decode(), "The guide as a page")
    table = File("guide.csv", "text/csv", base64.b64encode(b"a,b").decode(), "The guide as a table")
    card = Card(Md("The guide"), code="C-7KQ2", files=(page, table))
    async with rig.core.db.write() as tx:
        for channel in await rig.core.spaces.channels(tx, "calls"):
            await rig.core.outbox.post(tx, channel, card, subject="guide", now=rig.clock.now())
    await rig.deliver()
    found = [(one.filename, one.description, one.content) for one in calls.messages[0].files]
    assert found == [("guide.html", "The guide as a page", b"<p>"), ("guide.csv", "The guide as a table", b"a,b")]


@pytest.mark.parametrize("after", [False, True])
async def test_a_dropped_connection_neither_loses_nor_doubles(rig: Rig, calls: Channel, after: bool) -> None:
    """n2, FACTS 29: sent again with the same nonce."""
    rig.standin.faults.drop(POST, after=after)
    await rig.post()
    await rig.deliver()
    assert (await rig.states())[0][0] == "queued"
    await rig.later(5)
    assert texts(calls) == ["March on Saturday\nA-7KQ2"]
    assert await rig.states() == [("sent", "")]


async def test_an_overloaded_discord_is_tried_again(rig: Rig, calls: Channel) -> None:
    """n2: 503 may or may not have done it; the nonce decides."""
    rig.standin.faults.fail(POST, 503, after=True)
    await rig.post()
    await rig.deliver()
    assert (await rig.states())[0] == ("queued", "unreachable")
    await rig.later(5)
    assert len(calls.history) == 1


async def test_a_copy_deleted_before_the_second_try_is_not_posted_again(rig: Rig, calls: Channel) -> None:
    """FACTS 30: 404 on a resend means posted and then deleted."""
    rig.standin.faults.drop(POST, after=True)
    await rig.post()
    await rig.deliver()
    calls.remove(calls.messages[0])
    await rig.later(5)
    assert texts(calls) == []
    assert await rig.states() == [("sent", "")]


# -- refusals -------------------------------------------------------------------------------------------------------


async def test_a_missing_permission_is_a_failure_with_its_reason(rig: Rig, calls: Channel) -> None:
    """a10: never tried again by itself (J3)."""
    calls.deny("send_messages")
    await rig.post()
    await rig.deliver()
    assert await rig.states() == [("failed", "denied")]
    await rig.later(120)
    assert sum(one.template == "/channels/{channel_id}/messages" for one in rig.standin.requests) == 1


async def test_a_deleted_channel_is_gone(rig: Rig, calls: Channel) -> None:
    """a10."""
    calls.lose()
    await rig.post()
    await rig.deliver()
    assert await rig.states() == [("failed", "gone")]


async def test_a_direct_message_arrives_and_its_room_is_made_once(rig: Rig, rosa: Person) -> None:
    """C9: after the person acted."""
    await rig.tell(rosa, "It starts at 6")
    await rig.tell(rosa, "Bring water")
    await rig.deliver()
    assert [one.content for one in rosa.inbox] == ["It starts at 6", "Bring water"]
    assert sum(one.template == "/users/@me/channels" for one in rig.standin.requests) == 1


async def test_behind_closed_doors_it_is_kept_and_shown_at_the_next_act(rig: Rig, rosa: Person) -> None:
    """50007: never a dead end."""
    rosa.close_direct_messages()
    await rig.tell(rosa, "It starts at 6")
    await rig.deliver()
    assert await rig.states() == [("kept", "closed")]
    seen = await (await rosa.slash("march ask")).until(2)
    assert seen.messages[0].content == "It starts at 6"
    assert seen.messages[0].ephemeral


# -- changing -------------------------------------------------------------------------------------------------------


async def test_a_change_reaches_the_copy_also_after_a_restart(rig: Rig, calls: Channel) -> None:
    """a8: corrected in place."""
    await rig.post("March on Saturday", Choice("I'm in", "token-in"))
    await rig.deliver()
    await rig.restart()
    await rig.edit("March on Sunday", 2)
    await rig.deliver()
    assert calls.messages[0].versions[-1] == "March on Sunday\nA-7KQ2"
    assert calls.messages[0].labels == []


async def test_a_text_that_grows_and_shrinks_keeps_one_copy(rig: Rig, calls: Channel) -> None:
    """a8: further parts are added behind, changed again, and removed when they are not needed."""
    await rig.post("Short")
    await rig.deliver()
    for version, ending in ((2, "first"), (3, "second")):
        await rig.edit(f"{LONG} {ending}", version)
        await rig.deliver()
    assert [text.split("\n")[-1] for text in texts(calls)] == ["A-7KQ2 1/2", "A-7KQ2 2/2"]
    assert "second" in texts(calls)[1]
    await rig.withdraw()
    await rig.deliver()
    assert texts(calls) == []


@pytest.mark.parametrize("heard", [True, False])
async def test_a_text_that_grew_is_not_doubled_where_we_may_not_read(rig: Rig, calls: Channel, heard: bool) -> None:
    """a9, FACTS 30: the answer to its second part was lost, then the right to read. It is asked for, and goes on."""
    rig.standin.nonces.seconds = 30
    await rig.post("Short")
    await rig.deliver()
    rig.standin.faults.drop(POST, after=True)
    await rig.edit(LONG, 2)
    await rig.deliver()
    with nullcontext() if heard else rig.standin.gateway.slow():
        calls.deny("read_message_history")
        if heard:
            await rig.until_problem(calls, "history")
        await rig.later(61)
    assert [text.split("\n")[-1] for text in texts(calls)] == ["A-7KQ2 1/2", "A-7KQ2 2/2"]
    assert (await rig.states())[-1] == ("failed", "history")
    await rig.until_problem(calls, "history")
    await rig.edit(f"{LONG} again", 3)  # another row, which was never tried
    await rig.deliver()
    assert len(texts(calls)) == 2
    assert (await rig.states())[-1] == ("failed", "history")
    calls.allow("read_message_history")
    await rig.until_problem(calls, "history", there=False)
    async with rig.core.db.write() as tx:
        assert await rig.core.outbox.resend(tx, (await rig.rows())[-1].id, rig.clock.now(), look=True)
    await rig.deliver()
    assert [text.split("\n")[-1] for text in texts(calls)] == ["A-7KQ2 1/2", "A-7KQ2 2/2"]
    assert "again" in texts(calls)[1]
    assert (await rig.states())[-1] == ("sent", "")


async def test_a_text_grows_before_the_gateway_told_of_any_channel(rig: Rig, calls: Channel) -> None:
    """A bot that has just started sends at once; what it has not heard of yet is no missing permission."""
    await rig.post("Short")
    await rig.deliver()
    rig.know_nothing()
    await rig.edit(LONG, 2)
    await rig.deliver()
    assert [text.split("\n")[-1] for text in texts(calls)] == ["A-7KQ2 1/2", "A-7KQ2 2/2"]
    assert (await rig.states())[-1] == ("sent", "")


async def test_a_long_text_that_becomes_short_loses_its_second_part(rig: Rig, calls: Channel) -> None:
    """a8."""
    await rig.post(LONG)
    await rig.deliver()
    await rig.edit("Short", 2)
    await rig.deliver()
    assert texts(calls) == ["Short\nA-7KQ2"]


async def test_a_copy_that_they_removed_is_never_posted_again(rig: Rig, calls: Channel) -> None:
    """a8: *removed by them*."""
    await rig.post()
    await rig.deliver()
    calls.remove(calls.messages[0])
    await rig.edit("March on Sunday", 2)
    await rig.deliver()
    assert texts(calls) == []
    assert (await rig.states())[0][0] == "removed"
    await rig.edit("March on Monday", 3)
    await rig.later(120)
    assert texts(calls) == []


async def test_taking_back_what_they_removed_already_is_done(rig: Rig, calls: Channel) -> None:
    """a8: 404 = gone."""
    await rig.post(LONG)
    await rig.deliver()
    calls.remove(calls.messages[0])
    await rig.withdraw()
    await rig.deliver()
    assert texts(calls) == []
    assert (await rig.states())[-1] == ("sent", "")
