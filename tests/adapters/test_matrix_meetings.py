"""Two people introduced on Matrix: a room for just them, made once, known again as what it is, left when empty."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.deliveries import Delivery
from bot.errors import Denied
from bot.feature import Channel
from bot.platforms.matrix.book import Book
from bot.platforms.matrix.elsewhere import Elsewhere
from bot.platforms.matrix.meetings import MeetingRooms
from bot.platforms.matrix.rooms import joined_rooms
from tests.adapters.matrix_bot import MatrixBot, connected, matrix_bot
from tests.adapters.matrix_parts import PICKLE_KEY, Listener, client_for
from tests.adapters.test_matrix_deliveries import _reads
from tests.adapters.test_matrix_kill import Process
from tests.conformance.matrix_house import until
from tests.rigs.introducing import CODE, FIRST, OTHERWISE, TITLE, Two, meet, place, two_people
from tests.rigs.matrix_user import MatrixUser
from tests.rigs.synapse import Synapse

MEETINGS = 6  # one kill for each but the last
NOWHERE: list[Channel] = []


@dataclass
class Scene:
    """The bot and two people who never were in one room."""

    bot: MatrixBot
    noa: MatrixUser
    gael: MatrixUser
    two: Two

    async def room(self) -> str:
        """The room that both are invited to."""
        room = await self.noa.wait_for_invite(self.bot.bot.user_id)
        assert room == await self.gael.wait_for_invite(self.bot.bot.user_id)
        return room

    async def states(self) -> list[tuple[str, str]]:
        async with self.bot.app.core.db.read() as tx:
            return [(row.kind, row.state) for row in await tx.all(select(t.delivery).order_by(t.delivery.c.seq))]

    async def met(self) -> str:
        """Both are in the room and read the first message."""
        assert await meet(self.bot.app.core, self.two, NOWHERE)
        await self.bot.settle()
        room = await self.room()
        for one in (self.noa, self.gael):
            await one.join(room)
            await one.wait_for_message(room, self.bot.bot.user_id, FIRST)
        return room


async def scene_with(bot: MatrixBot) -> Scene:
    noa, gael = await bot.new_person("Noa"), await bot.new_person("Gael")
    two = await two_people(bot.app.core, "matrix", noa, gael)
    return Scene(bot, bot.people[noa], bot.people[gael], two)


@pytest.fixture
async def scene(bot: MatrixBot) -> Scene:
    return await scene_with(bot)


async def test_both_are_invited_into_a_room_of_their_own(scene: Scene) -> None:
    """c7, d6: of version 11, by invitation only, read from one's invitation on; nobody is named."""
    assert await place(scene.bot.app.core, scene.two, NOWHERE) == "matrix"
    room = await scene.met()
    me = scene.bot.bot
    assert (await me.state(room, "m.room.create"))["room_version"] == "11"
    assert await me.state(room, "m.room.name") == {"name": TITLE}
    assert (await me.state(room, "m.room.join_rules"))["join_rule"] == "invite"
    assert (await me.state(room, "m.room.history_visibility"))["history_visibility"] == "invited"
    levels = await me.state(room, "m.room.power_levels")
    assert (levels["users"], levels["invite"]) == ({me.user_id: 100}, 50)
    [first] = await scene.noa.messages(room, me.user_id)
    assert first["content"]["body"] == f"{FIRST}\n\n{CODE}"
    assert first["content"]["m.mentions"] == {}
    assert await scene.states() == [("meet", "sent")]


async def test_people_elsewhere_have_no_room(scene: Scene) -> None:
    """c7: across platforms it is relayed."""
    core = scene.bot.app.core
    async with core.db.write() as tx:
        far = await core.people.keep(tx, "discord", "1234", "en", core.clock.now())
    assert await place(core, Two(scene.two.newcomer, far), NOWHERE) == ""
    assert not await scene.bot.adapter.shares(["1234", scene.noa.user_id], "")


async def test_what_they_say_to_each_other_is_neither_kept_nor_answered(scene: Scene) -> None:
    """SECURITY 6.1: plain talk and bare numbers; a command is refused as in any room that is not connected."""
    room = await scene.met()
    await scene.noa.send(room, "I can come on Saturday")
    await scene.gael.send(room, "1")
    command = await scene.gael.send(room, "!meal open")
    await scene.bot._handled(command)
    await scene.bot.settle()
    said = [one["content"]["body"] for one in await scene.noa.messages(room, scene.bot.bot.user_id)]
    assert len(said) == 2
    assert said[0].startswith(FIRST)
    async with scene.bot.app.core.db.read() as tx:
        kept = await tx.all(select(t.matrix_event.c.key))
    talk = [one["event_id"] for one in await scene.noa.messages(room) if one["event_id"] != command]
    assert not {one.key for one in kept} & set(talk)


async def test_it_is_no_strangers_room_no_direct_one_and_not_offered(scene: Scene) -> None:
    """c7, d6: also after a restart; the bot would leave a stranger's after an hour."""
    room = await scene.met()
    space, _ = await connected(scene.bot)
    hall = scene.bot.communities[space].rooms["hall"]
    for _ in range(2):
        await until(lambda: scene.bot.session.meetings.knows(room))
        async with scene.bot.app.core.db.read() as tx:
            strangers = {row.address for row in await tx.all(select(t.stranger))}
        assert room not in strangers
        assert not scene.bot.session.direct.is_direct(room)
        assert room not in [one.address for one in await scene.bot.adapter.rooms(space, hall)]
        await scene.bot.restart()


async def test_a_room_that_only_claims_to_be_one_is_a_strangers(scene: Scene) -> None:
    """d6: the mark counts only where the bot itself founded the room."""
    room = await scene.met()
    mark = (await scene.bot.bot.state(room, "m.room.create"))["org.causeway.meeting"]
    forged = await scene.noa.create_room("Trap", creation_content={"org.causeway.meeting": mark})
    await scene.noa.invite(forged, scene.bot.bot.user_id)
    await scene.bot.bot.join(forged)
    assert not await scene.bot.session.meetings.is_one(forged)


async def test_the_bot_goes_when_both_have_gone(scene: Scene) -> None:
    """E5: what need not exist."""
    room = await scene.met()
    await scene.noa.leave(room)
    await asyncio.sleep(0)
    assert (await scene.gael.members(room))[scene.bot.bot.user_id] == "join"
    await scene.gael.leave(room)
    await until(lambda: _is_out(scene.bot, room))


async def test_the_bot_goes_also_when_they_went_while_it_was_away(scene: Scene) -> None:
    room = await scene.met()
    await scene.bot.stop()
    await scene.noa.leave(room)
    await scene.gael.leave(room)
    await scene.bot.start()
    await until(lambda: _is_out(scene.bot, room))


async def _is_out(bot: MatrixBot, room: str) -> bool:
    return room not in await joined_rooms(bot.session.client)


async def test_who_declined_before_it_was_done_is_told_otherwise(scene: Scene) -> None:
    """c7: declining is an answer; nobody stays behind in a room for one, and it is no dead end."""
    assert await meet(scene.bot.app.core, scene.two, NOWHERE)
    async with scene.bot.app.core.db.read() as tx:
        row = await tx.one(select(t.delivery))
    assert row is not None
    half = await scene.bot.session.meetings.room_for(row.id, TITLE, [scene.noa.user_id, scene.gael.user_id])
    await scene.room()
    await scene.gael.leave(half)
    await scene.bot.settle()
    await scene.bot.settle()
    assert await scene.states() == [("meet", "failed"), ("direct", "sent")]
    assert await _is_out(scene.bot, half)
    [told] = await scene.bot.direct(scene.noa.user_id)
    assert told.text.startswith(OTHERWISE.replace("*", ""))


async def test_somebody_who_cannot_be_invited_is_a_refusal(scene: Scene) -> None:
    """c7: the half-made room is left, its name is free."""
    meetings = scene.bot.session.meetings
    with pytest.raises(Denied):
        await meetings.room_for("row", TITLE, [scene.noa.user_id, "nobody"])
    assert await meetings.find("row") is None


# -- once -----------------------------------------------------------------------------------------------------------


def delivery(scene: Scene, key: str) -> Delivery:
    made = scene.bot.delivery("", FIRST, key, kind="meet", code=CODE)
    return replace(made, title=TITLE, accounts=(scene.noa.user_id, scene.gael.user_id))


async def test_the_same_delivery_is_one_room_and_one_message(scene: Scene) -> None:
    """a11, n2: also after a restart; and it is found without being made again."""
    one = delivery(scene, "row1")
    first = await scene.bot.adapter.deliver(one)
    await scene.bot.restart()
    assert await scene.bot.adapter.deliver(one) == first
    assert await scene.bot.adapter.find(replace(one, tried_at=scene.bot.clock.now())) == first
    assert len(await scene.bot.bot.messages(first.address)) == 1
    second = await scene.bot.adapter.deliver(delivery(scene, "row2"))
    assert second.address != first.address


async def test_a_server_that_gives_no_aliases_is_looked_through(synapse: Synapse) -> None:
    """n2: the rig refuses aliases to accounts of this name; then the mark alone must do."""
    noa, gael, me = [await synapse.user(name) for name in ("noa", "gael", "noalias")]
    both = [noa.user_id, gael.user_id]
    async with client_for(me) as client:
        room = await MeetingRooms(client, PICKLE_KEY, Book(), Elsewhere(client.user_id)).room_for("row", TITLE, both)
        book = Book()
        book.learn(await client.sync(full_state=True))
        again = MeetingRooms(client, PICKLE_KEY, book, Elsewhere(client.user_id))
        assert again.knows(room)
        assert await again.room_for("row", TITLE, both) == room
        assert await joined_rooms(client) == [room]


async def test_kills_make_no_second_room_and_no_second_message(scene: Scene) -> None:
    """n2: the bot as a process, killed with -9 at random moments while it introduces, again and again."""
    for _ in range(MEETINGS):
        assert await meet(scene.bot.app.core, scene.two, NOWHERE)
    await scene.bot.stop()
    process, chance = Process(scene.bot.adapter.account, scene.bot._folder), random.Random(7)
    try:
        process.start()
        for kill in range(MEETINGS - 1):
            await scene.noa.wait_until(partial(_more_invites, scene.noa, kill), 60)
            await asyncio.sleep(chance.uniform(0.0, 0.1))  # any moment will do
            process.kill()
            process.start()
        await scene.gael.wait_until(lambda: _more_invites(scene.gael, MEETINGS - 1), 60)
    finally:
        process.kill()
        await scene.bot.start()
    await scene.bot.settle()
    assert await scene.states() == [("meet", "sent")] * MEETINGS
    rooms = set(await scene.noa.invites())
    assert (len(rooms), rooms) == (MEETINGS, set(await scene.gael.invites()))
    assert {room: len(await scene.bot.bot.messages(room)) for room in rooms} == dict.fromkeys(rooms, 1)
    assert set(await joined_rooms(scene.bot.session.client)) == rooms


async def _more_invites(user: MatrixUser, than: int) -> bool:
    return len(await user.invites()) > than


# -- encrypted ------------------------------------------------------------------------------------------------------


async def test_an_encrypted_room_is_read_by_who_comes_in_later(synapse: Synapse, tmp_path: Path) -> None:
    """h10: encrypted from the first word; what the two say then is not complained about when no key comes."""
    async with matrix_bot(synapse, tmp_path / "bot") as bot:
        scene = await scene_with(bot)
        bot.session.meetings._encrypted = True
        async with client_for(scene.noa, tmp_path / "noa") as client:
            hers = Listener(client)
            await hers.loop.step()
            assert await meet(bot.app.core, scene.two, NOWHERE)
            await bot.settle()
            room = await scene.room()
            await scene.noa.join(room)
            await hers.until(lambda: _reads(client, scene.noa, room, FIRST))
        assert not any("canary" in str(event) for event in await scene.noa.timeline(room))
        await scene.gael.join(room)
        junk: dict[str, Any] = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x", "session_id": "y"}
        lost = await scene.gael.send_event(room, "m.room.encrypted", {**junk, "sender_key": "z", "device_id": "D"})
        await until(lambda: _given_up(bot, lost))  # each sync ends with it: how it was parked is not to be caught
        assert not await bot.session.inbox.parked()


async def _given_up(bot: MatrixBot, key: str) -> bool:
    async with bot.app.core.db.read() as tx:
        found = await tx.value(select(t.matrix_event.c.state).where(t.matrix_event.c.key == key))
    return bool(found == "done")
