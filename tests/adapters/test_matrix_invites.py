"""Invitations, strange rooms, being put out, rooms that move."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.errors import Denied
from tests.adapters.matrix_bot import MatrixBot, connected
from tests.conformance.matrix_house import until


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


async def test_somebodys_own_direct_room_is_theirs_from_the_first_line(bot: MatrixBot) -> None:
    """h11: nothing said there is lost, however soon after the bot came; no second room is made."""
    anna = await bot.synapse.user("anna")
    await bot.add_organization("Tenants")
    room = await anna.create_room("", invite=[bot.bot.user_id], is_direct=True)

    async def is_inside() -> bool:
        return (await anna.members(room)).get(bot.bot.user_id) == "join"

    await until(is_inside)
    await bot._handled(await anna.send(room, "help"))
    await bot.settle()
    await anna.wait_for_message(room, bot.bot.user_id, "What I can do")
    assert not await anna.invites()
    assert bot.session.direct.person(room) == anna.user_id


async def test_an_open_code_is_no_open_door_for_a_flood(bot: MatrixBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """D6: only so many unknown rooms wait for a code at once."""
    monkeypatch.setattr("bot.platforms.matrix.desk.MOST_STRANGERS", 2)
    await bot.add_organization("Tenants")
    await bot.new_space("Unknown", ("general",))  # two rooms: the space and its room

    async def met() -> bool:
        async with bot.app.core.db.read() as tx:
            return len(await tx.all(select(t.stranger))) == 2

    await until(met)
    anna = await bot.synapse.user("anna")
    room = await anna.create_room("One more", invite=[bot.bot.user_id])

    async def is_declined() -> bool:
        return (await anna.members(room))[bot.bot.user_id] == "leave"

    await until(is_declined)


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


async def test_a_space_is_left_with_its_rooms(bot: MatrixBot) -> None:
    """A6: an organization that asks to leave; a room that somebody else connected stays."""
    space = await bot.new_space("Tenants", ("hall", "kept"))
    community = bot.communities[space]
    await bot.add_organization("Kept", community.rooms["kept"])
    await bot.adapter.leave(space)
    for room, membership in ((space, "leave"), (community.rooms["hall"], "leave"), (community.rooms["kept"], "join")):
        assert (await community.owner.members(room))[bot.bot.user_id] == membership


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
