"""Rights from raw state, with the rooms that nio gets wrong."""

from math import inf

import pytest

from bot.errors import Denied
from bot.platforms.matrix.rights import Rights, has_creators, read_rights, rights_of
from tests.adapters.matrix_parts import client_for
from tests.adapters.test_matrix_sync import room_with
from tests.rigs.synapse import Synapse


async def test_a_demoted_moderator_is_none(synapse: Synapse) -> None:
    """h9: somebody taken out of the list has the default level (nio keeps the old one)."""
    anna, bo, bot = [await synapse.user(name) for name in ("anna", "bo", "bot")]
    room = await room_with(anna, bot)
    await anna.set_level(room, bo.user_id, 50)
    async with client_for(bot) as client:
        assert (await read_rights(client, room)).moderates(bo.user_id)
        await anna.set_level(room, bo.user_id, None)
        assert not (await read_rights(client, room)).moderates(bo.user_id)


@pytest.mark.parametrize("version", ["10", "11", "12"])
async def test_the_maker_of_a_room_moderates_it_in_every_version(synapse: Synapse, version: str) -> None:
    """h9: in version 12 the maker is not listed and has infinite power."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot, version=version)
    async with client_for(bot) as client:
        rights = await read_rights(client, room)
    assert rights.level(anna.user_id) == (inf if version == "12" else 100)
    assert rights.level(bot.user_id) == 0
    assert not rights.may_send("@x:y", "m.room.power_levels") or rights.needed("m.room.power_levels", state=True) > 0


async def test_additional_creators_count(synapse: Synapse) -> None:
    """h9: those named at the making of a version 12 room have its power too."""
    anna, bo, bot = [await synapse.user(name) for name in ("anna", "bo", "bot")]
    room = await room_with(anna, bot, version="12", creation_content={"additional_creators": [bo.user_id]})
    async with client_for(bot) as client:
        assert (await read_rights(client, room)).level(bo.user_id) == inf


async def test_a_room_the_bot_is_not_in_tells_nothing(synapse: Synapse) -> None:
    """a2: rights of foreign rooms are refused, not guessed."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await anna.create_room("Foreign")
    async with client_for(bot) as client:
        with pytest.raises(Denied):
            await read_rights(client, room)


def test_rooms_without_levels_and_with_odd_levels() -> None:
    """h9: no power levels event: the maker has 100; levels as strings count; nonsense is the default."""
    create = {"sender": "@a:x", "content": {"room_version": "9"}}
    bare = rights_of(create, None)
    assert (bare.level("@a:x"), bare.level("@b:x"), bare.may_send("@b:x")) == (100, 0, True)
    odd = rights_of(
        create, {"users": {"@a:x": "75", "@b:x": None}, "users_default": "x", "events": {"m.room.message": 50}}
    )
    assert (odd.level("@a:x"), odd.level("@b:x"), odd.level("@c:x")) == (75, 0, 0)
    assert odd.may_send("@a:x")
    assert not odd.may_send("@c:x")
    assert Rights(creators=frozenset({"@a:x"})).level("@a:x") == inf


def test_versions_with_eternal_creators() -> None:
    """h9: 12 and later, and its unstable name."""
    assert [has_creators(version) for version in ("1", "11", "12", "13", "org.matrix.hydra.11", "odd")] == [
        False, False, True, True, True, False,
    ]  # fmt: skip
