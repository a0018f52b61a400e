"""Two people introduced on Discord: a private thread where both see the channel, made once, with its refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.spaces import Channel as Near
from tests.adapters.discord_rig import Rig, rig_on
from tests.adapters.test_discord_kill import bot
from tests.conformance.discord_house import until
from tests.discord_standin import Channel, Guild, Person, StandIn
from tests.rigs.introducing import CODE, FIRST, OTHERWISE, TITLE, Two, meet, near, place, two_people

THREADS = "POST /channels/*/threads"


@dataclass
class Scene:
    """A server with a channel that both people see."""

    rig: Rig
    guild: Guild
    noa: Person
    gael: Person
    two: Two

    @property
    def channel(self) -> Channel:
        return self.guild.channel("calls")

    @property
    def near(self) -> list[Near]:
        return [near("discord", str(self.channel.id))]

    @property
    def threads(self) -> list[Channel]:
        return self.channel.threads

    def told(self) -> list[str]:
        room = self.rig.standin.world.direct_room(self.noa)
        return [one.content.split("\n")[0] for one in room.messages]

    async def states(self) -> list[tuple[str, str]]:
        return [(row.kind, row.state) for row in await self.rig.rows()]


async def scene_on(rig: Rig) -> Scene:
    guild = rig.standin.add_guild("Tenants")
    await rig.connect(guild)
    noa, gael = rig.standin.person("Noa", guild), rig.standin.person("Gael", guild)
    two = await two_people(rig.core, "discord", str(noa.id), str(gael.id))
    return Scene(rig, guild, noa, gael, two)


async def until_there(rig: Rig, guild: Guild) -> None:
    """The gateway told the bot of the server."""
    client = rig.adapter._client
    await until(lambda: client is not None and client.get_guild(guild.id) is not None)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with rig_on(tmp_path) as rig:
        made = await scene_on(rig)
        await until_there(rig, made.guild)
        yield made


async def test_both_are_in_a_private_thread_with_the_first_message(scene: Scene) -> None:
    """c7: nobody can let in others, nobody is named in the list of threads, and nobody is pinged."""
    assert await place(scene.rig.core, scene.two, scene.near) == "discord"
    assert await meet(scene.rig.core, scene.two, scene.near)
    await scene.rig.deliver()
    [made] = scene.threads
    assert made.thread is not None
    assert (made.name, made.kind, made.thread.invitable) == (TITLE, 12, False)
    assert made.thread.members == [scene.rig.standin.world.bot, scene.noa, scene.gael]
    [first] = made.messages
    assert (first.content, first.pings, first.labels) == (f"{FIRST}\n{CODE}", set(), [])
    assert await scene.states() == [("meet", "sent")]
    assert scene.told() == []


async def no_right(scene: Scene) -> None:
    scene.channel.deny("create_private_threads")


async def no_words(scene: Scene) -> None:
    scene.channel.deny("send_messages_in_threads")


async def no_history(scene: Scene) -> None:
    scene.channel.deny("read_message_history")


async def not_seen(scene: Scene) -> None:
    scene.channel.deny("view_channel", who=scene.noa)


async def mute(scene: Scene) -> None:
    scene.channel.deny("send_messages_in_threads", who=scene.gael)


async def gone(scene: Scene) -> None:
    scene.guild.leave(scene.noa)


async def no_channel(scene: Scene) -> None:
    scene.channel.lose()


CASES = [no_right, no_words, no_history, not_seen, mute, gone, no_channel]


@pytest.mark.parametrize("case", CASES)
async def test_where_no_thread_can_be_made_nothing_is_written(scene: Scene, case: object) -> None:
    """c7, FACTS 34: a right that was not granted, somebody who does not see the channel, or is no member."""
    where = scene.near
    await case(scene)  # type: ignore[operator]
    await until_known(scene)
    assert not await meet(scene.rig.core, scene.two, where)
    assert await scene.states() == []


@pytest.mark.parametrize("case", CASES)
async def test_a_refusal_in_the_end_tells_the_new_person(scene: Scene, case: object) -> None:
    """c7: what was there at the press is gone at the sending."""
    assert await meet(scene.rig.core, scene.two, scene.near)
    await case(scene)  # type: ignore[operator]
    await until_known(scene)
    await scene.rig.deliver()
    await scene.rig.deliver()
    assert await scene.states() == [("meet", "failed"), ("direct", "sent")]
    assert scene.told() == [OTHERWISE]


async def until_known(scene: Scene) -> None:
    """The gateway told the bot of the change: an event sent after it has arrived."""
    made = scene.guild.add_channel("after")
    client = scene.rig.adapter._client
    await until(lambda: client is not None and client.get_channel(made.id) is not None)


async def test_people_of_two_servers_have_no_place(scene: Scene) -> None:
    """c7: relayed, also Discord to Discord."""
    other = scene.rig.standin.person("Far", scene.rig.standin.add_guild("Elsewhere"))
    two = await two_people(scene.rig.core, "discord", str(other.id), str(scene.gael.id))
    assert await place(scene.rig.core, two, scene.near) == ""


@pytest.mark.parametrize(
    ("where", "after", "wait"),
    [
        (THREADS, True, 2), (THREADS, True, 600), (THREADS, False, 2), ("PUT /channels/*/thread-members/*", True, 2),
        ("POST /channels/*/messages", True, 2), ("POST /channels/*/messages", True, 600),
    ],
)  # fmt: skip
async def test_a_lost_answer_makes_no_second_thread(scene: Scene, where: str, after: bool, wait: int) -> None:
    """n2: at each of its steps, and however long afterwards."""
    assert await meet(scene.rig.core, scene.two, scene.near)
    scene.rig.standin.faults.drop(where, after=after)
    await scene.rig.deliver()
    await scene.rig.later(wait)
    assert await scene.states() == [("meet", "sent")]
    [made] = scene.threads
    assert made.thread is not None
    assert len(made.thread.members) == 3
    assert [one.content for one in made.messages] == [f"{FIRST}\n{CODE}"]


async def test_of_two_threads_that_the_library_made_one_is_used(scene: Scene) -> None:
    """n2: discord.py repeats a request by itself when it was answered with 502; people see one place."""
    assert await meet(scene.rig.core, scene.two, scene.near)
    scene.rig.standin.faults.fail(THREADS, 502, after=True)
    await scene.rig.deliver()
    used, spare = scene.threads
    assert used.thread is not None
    assert spare.thread is not None
    assert (len(used.thread.members), len(spare.thread.members)) == (3, 1)
    assert ([one.content for one in used.messages], spare.messages) == ([f"{FIRST}\n{CODE}"], [])


async def test_an_earlier_thread_of_the_same_name_is_another_one(scene: Scene) -> None:
    """c4: the same new person, introduced to somebody else later."""
    assert await meet(scene.rig.core, scene.two, scene.near)
    await scene.rig.deliver()
    await scene.rig.later(3600)
    assert await meet(scene.rig.core, scene.two, scene.near)
    scene.rig.standin.faults.drop("POST /channels/*/messages", after=True)
    await scene.rig.deliver()
    await scene.rig.later(2)
    assert [len(one.messages) for one in scene.threads] == [1, 1]


async def test_a_killed_bot_makes_one_thread(tmp_path: Path) -> None:
    """n2: killed with -9 after the thread was made, before its answer arrived; the next process finds it."""
    async with StandIn() as standin:
        rig = Rig(standin, tmp_path)
        await rig.start(connect=False)
        scene = await scene_on(rig)
        await rig.app.close()
        await rig.start()
        await until_there(rig, scene.guild)
        assert await meet(rig.core, scene.two, scene.near)
        await rig.stop()
        await until(lambda: not standin.gateway.connected)
        standin.faults.hang(THREADS, after=True)
        async with bot(standin, tmp_path):
            await until(lambda: bool(scene.threads), 30)
        standin.faults.clear()
        async with bot(standin, tmp_path):
            await until(lambda: any(one.messages for one in scene.threads), 30)
        assert [[one.content for one in made.messages] for made in scene.threads] == [[f"{FIRST}\n{CODE}"]]
