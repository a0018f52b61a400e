"""What people type on a real homeserver and what they read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.errors import Denied
from bot.platforms.matrix.inbox import UNREADABLE, Arrival
from bot.platforms.matrix.rows import InboxRows
from bot.spaces import Place
from tests.adapters.matrix_bot import MatrixBot, connected


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


async def test_what_cannot_be_read_is_told_once(bot: MatrixBot) -> None:
    """h10: after a minute without its key, in the room, once; after a week it is given up."""
    space, person = await connected(bot)
    room = bot.communities[space].rooms["hall"]
    sent = int(bot.clock.now().timestamp() * 1000)
    for number in range(2):
        lost = Arrival(f"$lost{number}", room, UNREADABLE, person, sent, {"type": "m.room.encrypted"})
        position = await bot.session.inbox.position()
        await bot.session.inbox.keep([lost], position or "")
    await bot.session.desk.complain()
    await bot.settle()
    assert await bot.messages(space, "hall") == []
    bot.clock.move(timedelta(seconds=61))
    for _ in range(2):
        await bot.session.desk.complain()
        await bot.settle()
    (line,) = await bot.messages(space, "hall")
    assert "could not read" in line.text
    bot.clock.move(timedelta(days=8))
    await bot.session.desk.complain()
    assert not await bot.session.inbox.parked()


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
