"""Deliveries of the outbox as Matrix events, encryption, the end of a token."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest
from nio import AsyncClient
from sqlalchemy import select

from bot import tables as t
from bot.cards import Choice, File, Picture
from bot.errors import Denied, Revoked
from bot.platforms.base import Found, Sent
from bot.platforms.matrix.adapter import MatrixAdapter, Options
from bot.platforms.matrix.arrivals import parse
from bot.spaces import Place
from tests.adapters.matrix_bot import MatrixBot, connected, matrix_bot
from tests.adapters.matrix_parts import Listener, account_of, client_for
from tests.conformance.matrix_house import PICKLE_KEY, until
from tests.rigs.matrix_user import MatrixUser
from tests.rigs.synapse import Synapse

PIXEL = base64.b64encode(bytes.fromhex("89504e470d0a1a0a")).decode()


async def test_the_same_delivery_is_one_message_also_after_a_restart(bot: MatrixBot) -> None:
    """a11: the transaction id comes from the row."""
    space, _ = await connected(bot)
    room = bot.communities[space].rooms["hall"]
    delivery = bot.delivery(room, "A call", "row1", Choice("I'm in", "tok1"), code="A-7KQ2")
    first = await bot.adapter.deliver(delivery)
    await bot.restart()
    assert await bot.adapter.deliver(delivery) == first
    assert first.tokens == ("tok1",)
    (shown,) = await bot.messages(space, "hall")
    assert shown.text.endswith("A-7KQ2")
    assert shown.content["msgtype"] == "m.text"
    assert shown.content["m.mentions"] == {}
    assert "<ol><li>I'm in</li></ol>" in shown.content["formatted_body"]


async def test_an_edit_and_a_withdrawal_reach_every_part(bot: MatrixBot) -> None:
    """a8, a9: a long call is several messages; all are changed, all are taken away."""
    space, _ = await connected(bot)
    room = bot.communities[space].rooms["hall"]
    words = "\n\n".join(f"secret paragraph {number} " + "ñ" * 900 for number in range(30))
    first = await bot.adapter.deliver(bot.delivery(room, words, "long", code="A-7KQ2"))
    assert len(first.ids) > 1
    edited = await bot.adapter.deliver(bot.delivery(room, "secret and short", "edit", kind="edit", targets=first.ids))
    shown = await bot.messages(space, "hall")
    assert [one.text for one in shown] == ["secret and short"]
    everything = (*first.ids, *edited.ids)
    assert await bot.adapter.deliver(bot.delivery(room, "", "gone", kind="redact", targets=everything)) == Sent(
        (), room
    )
    assert "secret" not in str(await bot.communities[space].owner.timeline(room))


async def test_a_picture_follows_its_words(bot: MatrixBot) -> None:
    """h8: with its alternative text as body, and never instead of the message."""
    space, _ = await connected(bot)
    picture = Picture("chart.png", "Four of five", PIXEL)
    sent = await bot.adapter.deliver(bot.delivery(bot.communities[space].rooms["hall"], "Sums", "p1", picture=picture))
    words, image = await bot.messages(space, "hall")
    assert len(sent.ids) == 2
    assert (words.text, image.text) == ("Sums", "Four of five")
    assert image.content["msgtype"] == "m.image"


async def test_files_follow_the_words_that_say_the_same(bot: MatrixBot) -> None:
    """b19: as files with their names, and what is in them as body."""
    space, _ = await connected(bot)
    page = File("guide.html", "text/html", PIXEL, "The guide as a page")
    await bot.adapter.deliver(bot.delivery(bot.communities[space].rooms["hall"], "Guide", "f1", files=(page,)))
    words, file = await bot.messages(space, "hall")
    assert (words.text, file.text) == ("Guide", "The guide as a page")
    assert (file.content["msgtype"], file.content["filename"]) == ("m.file", "guide.html")


async def test_an_unsure_delivery_is_found_by_its_words_or_known_to_be_missing(bot: MatrixBot) -> None:
    """a11: after the server forgot the transaction the room itself is asked."""
    space, _ = await connected(bot)
    room = bot.communities[space].rooms["hall"]
    sent = await bot.adapter.deliver(bot.delivery(room, "A call", "f1", code="A-7KQ2"))
    tried = bot.clock.now()
    assert await bot.adapter.find(bot.delivery(room, "A call", "other", code="A-7KQ2", tried_at=tried)) == sent
    missing = bot.delivery(room, "Another call", "other", tried_at=tried)
    assert await bot.adapter.find(missing) is Found.NOT_THERE
    foreign = await bot.communities[space].owner.create_room("Closed")
    assert await bot.adapter.find(bot.delivery(foreign, "x", "other", tried_at=tried)) is Found.CANNOT_KNOW


async def test_of_a_delivery_that_half_arrived_only_the_rest_is_sent(bot: MatrixBot) -> None:
    """a11: after the server forgot the transactions; the words stand, the picture and the file behind them do not."""
    space, _ = await connected(bot)
    room = bot.communities[space].rooms["hall"]
    words = "\n\n".join(f"Paragraph {number} " + "ñ" * 900 for number in range(30))
    more = {"picture": Picture("chart.png", "Four of five", PIXEL), "code": "A-7KQ2"}
    page = File("guide.html", "text/html", PIXEL, "The guide as a page")
    tried = bot.clock.now()
    whole = await bot.adapter.deliver(bot.delivery(room, words, "half", files=(page,), **more))
    *kept, part, picture, file = whole.ids
    for lost in (part, picture, file):
        await bot.communities[space].owner.redact(room, lost)
    found = await bot.adapter.find(bot.delivery(room, words, "again", files=(page,), tried_at=tried, **more))
    assert isinstance(found, Sent)
    assert found.ids[: len(kept)] == tuple(kept)
    assert not {part, picture, file} & {*found.ids}
    shown = [one for one in await bot.messages(space, "hall") if one.text]
    assert [one.content["msgtype"] for one in shown] == [*["m.text"] * (len(kept) + 1), "m.image", "m.file"]


async def test_what_is_missing_in_a_room_is_said(bot: MatrixBot) -> None:
    """a10: too low a level, a room we are not in; the rooms of one space are offered together."""
    space, _ = await connected(bot, "hall", "quiet")
    rooms = bot.communities[space].rooms
    await bot.forbid(space, "quiet")
    assert await bot.adapter.problems(rooms["quiet"]) == ("level",)
    assert await bot.adapter.problems("!nowhere:rig.example") == ("joined",)
    with pytest.raises(Denied) as refusal:
        await bot.adapter.deliver(bot.delivery(rooms["quiet"], "x", "q1"))
    assert refusal.value.reason == "level"
    offered = await bot.adapter.rooms(space, rooms["hall"])
    assert [(one.name, one.problems) for one in offered] == [("hall", ()), ("quiet", ("level",))]
    other = await bot.new_space("Others", ("theirs",))
    assert bot.communities[other].rooms["theirs"] not in [
        one.address for one in await bot.adapter.rooms(space, rooms["hall"])
    ]


async def test_a_removed_copy_is_reported(bot: MatrixBot) -> None:
    """a10: their own moderators took it away."""
    space, _ = await connected(bot)
    room = bot.communities[space].rooms["hall"]
    organization, _ = await bot.add_organization("Others")
    core, now = bot.app.core, bot.clock.now()
    async with core.db.write() as tx:
        home = await core.spaces.connect(tx, organization, Place("matrix", "", room + "x"), "x", now)
        await core.spaces.set_channel(tx, home, "calls", room, "hall", "en")
        (channel,) = await core.spaces.channels(tx, "calls", [organization])
        await core.outbox.post(tx, channel, bot.delivery(room, "A call", "").card, subject="S", now=now)  # type: ignore[arg-type]
    await bot.settle()
    (shown,) = await bot.messages(space, "hall")
    await bot.remove_message(space, "hall", shown)
    async with core.db.read() as tx:
        assert [one.state for one in await core.outbox.landed(tx, "S")] == ["removed"]


async def test_an_encrypted_direct_room_from_the_first_word(synapse: Synapse, tmp_path: Path) -> None:
    """h10: question, answer and command are encrypted; a line in the clear is not obeyed there."""
    async with matrix_bot(synapse, tmp_path / "bot") as bot:
        anna = await synapse.user("anna")
        bot.session.direct._encrypted = True
        async with client_for(anna, tmp_path / "anna") as client:
            her = Listener(client)
            await her.loop.step()
            await bot.whisper(anna.user_id, "A private word")
            await bot.settle()
            room = await anna.wait_for_invite(bot.bot.user_id)
            await anna.join(room)
            await her.until(lambda: _reads(client, anna, room, "A private word"))
            await her.sender.send(room, {"msgtype": "m.text", "body": "meal cook", "m.mentions": {}}, "a1")
            await until(lambda: _asked(bot))
            await bot.settle()
            await her.until(lambda: _reads(client, anna, room, "What"))
            clear = await anna.send(room, "meal cook")
            await bot._handled(clear)
            await bot.settle()
            await her.until(lambda: _reads(client, anna, room, "could not read"))
        assert not any("private word" in str(event) for event in await anna.timeline(room))


async def _reads(client: AsyncClient, user: MatrixUser, room: str, text: str) -> bool:
    """Whether this device can read a text in the room, also one from before its person came in."""
    events = [parse(client, source, room) for source in await user.timeline(room)]
    return any(text in str(event.source.get("content", {}).get("body")) for event in events if event)


async def _asked(bot: MatrixBot) -> bool:
    async with bot.app.core.db.read() as tx:
        return await tx.one(select(t.form)) is not None


async def test_a_dead_token_stops_the_adapter_and_says_so(bot: MatrixBot) -> None:
    """h14: no loop; health tells; deliveries are refused at once instead of waiting."""
    assert bot.adapter.health().key == "health.well"
    await bot.synapse.revoke(bot.bot)
    with pytest.raises(Revoked):
        await asyncio.wait_for(bot._serving, 40)
    assert bot.adapter.health().key == "health.revoked"
    with pytest.raises(Revoked):
        await bot.adapter.deliver(bot.delivery("!a:b", "x", "r1"))
    bot._serving = asyncio.create_task(asyncio.sleep(0))


async def test_the_time_a_broadcast_takes_is_known(bot: MatrixBot) -> None:
    """h12: by the server's usual limit, less when it is lifted."""
    assert bot.adapter.seconds_for(1) == bot.adapter.seconds_for(10) == 5
    assert bot.adapter.seconds_for(100) == 450
    lifted = MatrixAdapter(bot.app.core, account_of(bot.bot), Path("x"), PICKLE_KEY, Options(lifted=True))
    assert lifted.seconds_for(100) == 2.5
    assert lifted.health().key == "health.starting"
