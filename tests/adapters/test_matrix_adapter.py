"""The adapter, whole: what people type on a real homeserver and what they read."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from nio import AsyncClient
from sqlalchemy import select

from bot import tables as t
from bot.cards import Choice, Picture
from bot.errors import Denied, Revoked
from bot.platforms.base import Found, Sent
from bot.platforms.matrix.adapter import MatrixAdapter, Options
from bot.platforms.matrix.arrivals import parse
from bot.platforms.matrix.rows import InboxRows
from bot.spaces import Place
from tests.adapters.matrix_bot import MatrixBot, matrix_bot
from tests.adapters.matrix_parts import Listener, account_of, client_for
from tests.conformance.matrix_house import PICKLE_KEY, until
from tests.rigs.matrix_user import MatrixUser
from tests.rigs.synapse import Synapse

PIXEL = base64.b64encode(bytes.fromhex("89504e470d0a1a0a")).decode()


@pytest.fixture
async def bot(synapse: Synapse, tmp_path: Path) -> AsyncIterator[MatrixBot]:
    """The bot on its own account."""
    async with matrix_bot(synapse, tmp_path) as running:
        yield running


async def connected(bot: MatrixBot, *channels: str) -> tuple[str, str]:
    """(space, person who manages it) of a connected organization."""
    space = await bot.new_space("Tenants", channels or ("hall",))
    await bot.add_organization("Tenants", space)
    return space, await bot.new_person("Ana", manages=space)


# -- being invited --------------------------------------------------------------------------------------------------


async def test_an_invitation_by_nobody_is_declined(bot: MatrixBot) -> None:
    """C4, D6: no code is open and the inviter has no role: nothing is joined, nothing is said."""
    anna = await bot.synapse.user("anna")
    room = await anna.create_room("Trap", invite=[bot.bot.user_id])

    async def is_declined() -> bool:
        return (await anna.members(room))[bot.bot.user_id] == "leave"

    await until(is_declined)
    assert await anna.messages(room, bot.bot.user_id) == []
    assert room not in bot.session.client.invited_rooms


async def test_while_a_code_is_open_a_room_is_joined_and_connects(bot: MatrixBot) -> None:
    """h1: invited, asked anything it names the one way in; the code connects the room."""
    anna = await bot.synapse.user("anna")
    bot.people[anna.user_id] = anna
    _, code = await bot.add_organization("Tenants")
    room = await anna.create_room("Hall", invite=[bot.bot.user_id])

    async def is_inside() -> bool:
        return (await anna.members(room))[bot.bot.user_id] == "join"

    await until(is_inside)
    await until(lambda: room in bot.session.book)
    asked = await anna.send(room, "!comida cocinar")
    await bot._handled(asked)
    await bot.settle()
    (answer,) = await anna.messages(room, bot.bot.user_id)
    assert "conectar CÓDIGO" in answer["content"]["body"]  # in the language in which it was asked
    assert answer["content"]["msgtype"] == "m.notice"
    assert not await anna.invites()  # no direct room is made for strangers
    await bot._handled(await anna.send(room, f"!meal enter {code}"))
    await bot.settle()
    assert "Welcome." in [one["content"]["body"] for one in await anna.messages(room, bot.bot.user_id)]
    assert await bot.app.core.is_ours("matrix", room)


async def test_a_moderator_may_invite_into_further_rooms(bot: MatrixBot) -> None:
    """D6: somebody with a role needs no open code."""
    anna = await bot.synapse.user("anna")
    organization, code = await bot.add_organization("Tenants")
    core, now = bot.app.core, bot.clock.now()
    async with core.db.write() as tx:
        person = await core.people.keep(tx, "matrix", anna.user_id, None, now)
        await core.spaces.grant(tx, person.id, organization, "moderator", now)
        await core.spaces.revoke_codes(tx, organization)
    room = await anna.create_room("Second hall", invite=[bot.bot.user_id])

    async def is_inside() -> bool:
        return (await anna.members(room))[bot.bot.user_id] == "join"

    await until(is_inside)
    assert code


async def test_an_unconnected_room_is_left_after_an_hour_and_a_connected_one_is_not(bot: MatrixBot) -> None:
    """C4: 60 minutes; a room that was chosen meanwhile stays."""
    space = await bot.new_space("Unknown", ("general", "kept"))
    rooms = bot.communities[space].rooms
    owner = bot.communities[space].owner

    async def met() -> bool:
        async with bot.app.core.db.read() as tx:
            return len(await tx.all(select(t.stranger))) == 3

    await until(met)
    await bot.add_organization("Kept", rooms["kept"])
    await bot.app.leave_strangers()
    assert (await owner.members(rooms["general"]))[bot.bot.user_id] == "join"
    bot.clock.move(timedelta(minutes=61))
    await bot.app.leave_strangers()
    assert (await owner.members(rooms["general"]))[bot.bot.user_id] == "leave"
    assert (await owner.members(rooms["kept"]))[bot.bot.user_id] == "join"


async def test_being_put_out_ends_everything_there(bot: MatrixBot) -> None:
    """A6: a kick from the organization's space ends the organization at once."""
    space, _ = await connected(bot)
    await bot.remove_bot(space)
    assert not await bot.app.core.is_ours("matrix", space)


async def test_a_room_that_says_it_moved_is_not_followed(bot: MatrixBot) -> None:
    """D5: nothing is posted there any more and nothing is joined."""
    space, _ = await connected(bot)
    community = bot.communities[space]
    room = community.rooms["hall"]
    elsewhere = await community.owner.create_room("Elsewhere", preset="public_chat")
    await community.owner.put_state(room, "m.room.tombstone", {"body": "moved", "replacement_room": elsewhere})
    await until(lambda: bot.session.book.moved(room))
    with pytest.raises(Denied) as refusal:
        await bot.adapter.deliver(bot.delivery(room, "A call", "d1"))
    assert refusal.value.reason == "moved"
    assert await bot.adapter.problems(room) == ("gone",)
    assert bot.bot.user_id not in await community.owner.members(elsewhere)


# -- typed lines ----------------------------------------------------------------------------------------------------


async def test_a_private_answer_goes_to_the_direct_room_and_one_line_says_so(bot: MatrixBot) -> None:
    """h11: until the invitation is taken: one line without content where it was asked."""
    space, person = await connected(bot)
    room, anna = bot.communities[space].rooms["hall"], bot.people[person]
    asked = await anna.send(room, "!meal guard")
    await bot._handled(asked)
    await bot.settle()
    (line,) = await bot.messages(space, "hall")
    assert "accept my invitation" in line.text
    assert "manage" not in line.text
    direct = await anna.wait_for_invite(bot.bot.user_id)
    await anna.join(direct)
    assert [one.text for one in await bot.direct(person)] == ["You manage this."]
    await bot._handled(await anna.send(room, "!meal guard"))
    await bot.settle()
    assert len(await bot.messages(space, "hall")) == 1
    assert len(await bot.direct(person)) == 2


async def test_a_person_who_left_the_direct_room_is_invited_again_only_when_they_act(bot: MatrixBot) -> None:
    """C9: a message to them is kept; their next command opens the door again and shows it."""
    space, person = await connected(bot)
    anna = bot.people[person]
    direct = await bot._direct_room(person)
    await anna.leave(direct)
    with pytest.raises(Denied) as refusal:
        await bot.adapter.deliver(bot.delivery("", "A word", "w1", kind="direct", account=person))
    assert refusal.value.reason == "closed"
    assert not await anna.invites()
    await bot._handled(await anna.send(bot.communities[space].rooms["hall"], "!meal guard"))
    await bot.settle()
    await anna.join(direct)
    assert [one.text for one in await bot.direct(person)] == ["You manage this."]


async def test_a_number_counts_as_a_reply_in_the_thread_or_in_the_direct_room(bot: MatrixBot) -> None:
    """a12: a bare number in a busy room is just a number."""
    space, person = await connected(bot)
    room, anna = bot.communities[space].rooms["hall"], bot.people[person]
    await bot._direct_room(person)
    await bot.command(person, space, "hall", "meal open")
    (card,) = await bot.messages(space, "hall")
    assert card.choices == ["I am", "I am not"]
    assert "Everybody in this room can see your reply." in card.text
    other = await anna.send(room, "something else")
    await anna.send(room, "1")
    await anna.reply(room, other, "1")
    await bot._handled(await anna.reply(room, card.id, "2"))
    await bot._handled(await anna.in_thread(room, card.id, "1."))
    await bot._handled(await anna.send(room, f"> <{bot.bot.user_id}> Hungry?\n\n2", **_reply(card.id)))
    await bot.settle()
    assert [one.text for one in await bot.direct(person)] == ["You said no.", "You said yes.", "You said no."]


def _reply(event: str) -> dict[str, object]:
    return {"m.relates_to": {"m.in_reply_to": {"event_id": event}}}


async def test_an_answer_in_a_thread_stays_in_the_thread(bot: MatrixBot) -> None:
    """a19: where it was asked, not in the middle of the room."""
    space, person = await connected(bot)
    room, anna = bot.communities[space].rooms["hall"], bot.people[person]
    root = await anna.send(room, "let us talk")
    asked = await anna.in_thread(room, root, "!meal open")
    await bot._handled(asked)
    await bot.settle()
    (card,) = await bot.messages(space, "hall")
    relation = card.content["m.relates_to"]
    assert (relation["rel_type"], relation["event_id"]) == ("m.thread", root)
    assert relation["m.in_reply_to"]["event_id"] == asked


async def test_what_is_said_to_others_is_never_kept(bot: MatrixBot) -> None:
    """D2: of a room's talk not even an event id reaches the database."""
    space, person = await connected(bot)
    room, anna = bot.communities[space].rooms["hall"], bot.people[person]
    said = [await anna.send(room, text) for text in ("our secret plan", "1", "see you")]
    await bot._handled(await anna.send(room, "!help"))
    async with bot.app.core.db.read() as tx:
        kept = {row.key for row in await tx.all(select(t.matrix_event.c.key))}
    assert not kept & set(said)


async def test_a_waiting_line_is_sealed_and_a_handled_one_is_empty(bot: MatrixBot) -> None:
    """E1, 6.2a: typed words are never in the clear in the database, and gone when they were answered."""
    person = await bot.new_person("Ana")
    room = await bot._direct_room(person)
    inbox = InboxRows(bot.app.core)
    await bot.session.desk.clear()
    await bot.bot.sync()
    await bot._handled(await bot.people[person].send(room, "meal cook kept-as-noise"))
    async with bot.app.core.db.read() as tx:
        rows = await tx.all(select(t.matrix_event))
    assert all(row.inside is None for row in rows if row.state == "done")
    assert not await inbox.waiting()
    files = [path.read_bytes() for path in bot._folder.glob("main.db*")]
    assert not any(b"kept-as-noise" in content for content in files)


async def test_a_form_is_a_dialogue_in_either_language(bot: MatrixBot) -> None:
    """a7: one thing at a time, with the words back, skip, show and cancel, accents or not."""
    person = await bot.new_person("Ana")
    seen = await bot.command(person, "", "", "comida cocinar")
    assert "What" in seen.text
    room = await bot._direct_room(person)
    seen = await bot._typed(person, room, "beans")
    assert "When" in seen.text
    seen = await bot._typed(person, room, "atras")
    assert "What" in seen.text
    assert "beans" in seen.text
    await bot._typed(person, room, "saltar")
    seen = await bot._typed(person, room, "ver")
    assert "beans" in seen.text
    await bot.restart()
    await bot._typed(person, room, "noon")
    seen = await bot._typed(person, room, "skip")
    assert seen.text == "We cook beans at noon."
    await bot.command(person, "", "", "meal cook")
    seen = await bot._typed(person, room, "cancelar")
    assert "Nothing was sent" in seen.text or "No se envi" in seen.text


async def test_one_pasted_message_fills_a_form(bot: MatrixBot) -> None:
    """a7: only what is missing is asked."""
    person = await bot.new_person("Ana")
    seen = await bot.command(person, "", "", "meal cook", what="rice", when="one", note="bring\nplates")
    assert seen.text == "We cook rice at one. bring\nplates"
    seen = await bot.command(person, "", "", "meal cook", what="rice")
    assert "When" in seen.text


async def test_a_slip_gets_the_nearest_command(bot: MatrixBot) -> None:
    """n16: one sentence with the nearest command, in the direct room as in others."""
    space, person = await connected(bot)
    seen = await bot.command(person, space, "hall", "mael cook")
    assert "Did you mean *meal cook*" in seen.text or "meal cook" in seen.text
    seen = await bot.command(person, "", "", "zzzz")
    assert "help" in seen.text


async def test_a_right_is_what_the_server_says_now(bot: MatrixBot) -> None:
    """h9: a demoted moderator manages nothing any more."""
    space, person = await connected(bot)
    community = bot.communities[space]
    assert "You manage this." in (await bot.command(person, space, "hall", "meal guard")).text
    await community.owner.set_level(community.rooms["hall"], person, None)
    assert "You manage this." not in (await bot.command(person, space, "hall", "meal guard")).text
    assert not await bot.adapter.manages(person, Place("matrix", space, community.rooms["hall"]))


async def test_an_edited_command_is_not_carried_out_twice(bot: MatrixBot) -> None:
    """D3: neither the edit of a command nor of a card by others does anything."""
    space, person = await connected(bot)
    room, anna = bot.communities[space].rooms["hall"], bot.people[person]
    await bot._direct_room(person)
    asked = await anna.send(room, "!meal guard")
    edited = await anna.edit(room, asked, "!meal open")
    await bot._handled(asked)
    await bot._handled(await anna.send(room, "!help"))
    await bot.settle()
    assert await bot.messages(space, "hall") == []
    async with bot.app.core.db.read() as tx:
        assert await tx.one(select(t.matrix_event).where(t.matrix_event.c.key == edited)) is None


# -- deliveries -----------------------------------------------------------------------------------------------------


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


# -- encryption, the end of a token ---------------------------------------------------------------------------------


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
    assert bot.adapter.seconds_for(10) == 0
    assert bot.adapter.seconds_for(100) == 450
    lifted = MatrixAdapter(bot.app.core, account_of(bot.bot), Path("x"), PICKLE_KEY, Options(lifted=True))
    assert lifted.seconds_for(100) == 2.5
    assert lifted.health().key == "health.starting"
