"""Direct rooms made once, joining, leaving."""

import pytest

from bot.errors import Denied, Gone
from bot.platforms.matrix import rooms
from bot.platforms.matrix.elsewhere import server_of
from bot.platforms.matrix.rooms import DirectRooms
from bot.platforms.matrix.send import account_data
from tests.adapters.matrix_parts import PICKLE_KEY, client_for
from tests.rigs.matrix_user import Refused
from tests.rigs.synapse import Synapse


async def test_a_direct_room_is_made_once(synapse: Synapse) -> None:
    """h11: also after a restart that forgot everything, and m.direct is set by us."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    async with client_for(bot) as client:
        room, present = await DirectRooms(client, PICKLE_KEY, "Causeway").room_for(anna.user_id)
        assert not present
        assert (await account_data(client, "m.direct"))[anna.user_id] == [room]
    assert await anna.wait_for_invite(bot.user_id) == room
    await anna.join(room)
    async with client_for(bot) as client:
        direct = DirectRooms(client, PICKLE_KEY, "Causeway")
        assert await direct.room_for(anna.user_id) == (room, True)
        assert await rooms.joined_rooms(client) == [room]
        fresh = DirectRooms(client, PICKLE_KEY, "Causeway")
        await fresh.load()
        assert fresh.is_direct(room)
        assert fresh.person(room) == anna.user_id


async def test_direct_rooms_have_version_11_and_no_readable_alias(synapse: Synapse) -> None:
    """d6: nobody has power that cannot be taken away, and the alias does not tell whose room it is."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    async with client_for(bot) as client:
        direct = DirectRooms(client, PICKLE_KEY, "Causeway")
        room, _ = await direct.room_for(anna.user_id)
        other = DirectRooms(client, "another key, also long", "Causeway")
        assert direct.alias_name(anna.user_id) != other.alias_name(anna.user_id)
        assert await rooms.room_name(client, room) == "Causeway"
    assert (await bot.state(room, "m.room.create"))["room_version"] == "11"
    assert anna.user_id not in direct.alias_name(anna.user_id)


async def test_a_direct_room_that_the_bot_was_put_out_of_is_made_anew(synapse: Synapse) -> None:
    """h11: never a dead end for the person."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    async with client_for(bot) as client:
        direct = DirectRooms(client, PICKLE_KEY, "Causeway")
        room, _ = await direct.room_for(anna.user_id)
        await anna.join(room)
        await bot.leave(room)
        again, _ = await direct.room_for(anna.user_id)
        assert again != room


async def test_a_server_that_gives_no_aliases_gets_a_direct_room_without_one(synapse: Synapse) -> None:
    """h11: the rig refuses aliases to accounts of this name, as some servers do to all."""
    anna, bot = await synapse.user("anna"), await synapse.user("noalias")
    async with client_for(bot) as client:
        direct = DirectRooms(client, PICKLE_KEY, "Causeway")
        room, _ = await direct.room_for(anna.user_id)
        assert await direct.room_for(anna.user_id) == (room, False)


async def test_a_direct_room_with_a_third_person_is_not_private_any_more(synapse: Synapse) -> None:
    """d6: then another one is made; the person alone cannot let anybody in."""
    anna, bo, bot = [await synapse.user(name) for name in ("anna", "bo", "bot")]
    async with client_for(bot) as client:
        direct = DirectRooms(client, PICKLE_KEY, "Causeway")
        room, _ = await direct.room_for(anna.user_id)
        await anna.join(room)
        with pytest.raises(Refused):
            await anna.invite(room, bo.user_id)
        await bot.invite(room, bo.user_id)
        await bo.join(room)
        assert not await direct.is_pair(room, anna.user_id)
        again, present = await direct.room_for(anna.user_id)
        assert again != room
        assert not present


async def test_somebody_who_left_is_not_invited_again_by_itself(synapse: Synapse) -> None:
    """c9: leaving is an answer; only a new act of the person opens the room again."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    async with client_for(bot) as client:
        direct = DirectRooms(client, PICKLE_KEY, "Causeway")
        room, _ = await direct.room_for(anna.user_id)
        await anna.join(room)
        await anna.leave(room)
        with pytest.raises(Gone):
            await direct.room_for(anna.user_id)
        await direct.invite_again(anna.user_id)
        await anna.join(room)
        assert await direct.room_for(anna.user_id) == (room, True)


async def test_joining_and_leaving(synapse: Synapse) -> None:
    """d6: an invitation can be taken or declined; a room left is in no sync any more; leaving twice is fine."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await anna.create_room("Hall", invite=[bot.user_id])
    closed = await anna.create_room("Closed")
    async with client_for(bot) as client:
        await rooms.join(client, room, via=[server_of(anna.user_id)])
        assert (await anna.members(room))[bot.user_id] == "join"
        await rooms.leave(client, room)
        await rooms.leave(client, room)
        assert await rooms.joined_rooms(client) == []
        with pytest.raises(Denied):
            await rooms.join(client, closed)
        await anna.invite(room, bot.user_id)
        await rooms.leave(client, room)
    assert (await anna.members(room))[bot.user_id] == "leave"
