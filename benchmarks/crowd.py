"""A crowd at the Discord stand-in, in a process of its own: people with fingers, and a watch at Discord's end.

    python -m benchmarks.crowd      # the first line printed says where, as JSON; serves until SIGTERM

Steered like the stand-in itself (`tests.discord_standin.control`), with a few acts more.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections import Counter
from typing import Any

from tests.discord_standin.control import Control, announcement
from tests.discord_standin.message import Message
from tests.discord_standin.people import Person
from tests.discord_standin.server import StandIn

PATIENCE = 60.0  # seconds that people look at *is thinking*: a burst is answered late, and that is to be measured


class Crowd(Control):
    """The stand-in's control, and many people at once."""

    def __init__(self, standin: StandIn) -> None:
        super().__init__(standin)
        self._crowd: list[Person] = []

    async def add_crowd(self, guild: str, count: int) -> Any:
        """So many people more in a server."""
        place = self._standin.guild(guild)
        first = len(self._crowd)
        added = [self._standin.person(f"crowd {number}", place) for number in range(first, first + count)]
        for one in added:
            one.patience = PATIENCE
        self._crowd += added

    async def labels(self, guild: str, channel: str) -> Any:
        """The buttons under the newest message that has any, after waiting for one."""
        return (await self._newest(guild, channel)).labels

    async def plant(self, guild: str, channel: str, label: str, token: str) -> Any:
        """A message of the bot with one button, as an earlier process of it left it there."""
        world, place = self._standin.world, self._channel(guild, channel)
        button = {"type": 2, "style": 1, "label": label, "custom_id": token}
        body = {"content": "Who comes?", "components": [{"type": 1, "components": [button]}]}
        message = Message(world.snowflake(), place, world.bot, body, world.clock.wall(), [])
        self._standin.messages[message.id] = message
        place.history.append(message)

    async def first_answer(self, guild: str, channel: str, label: str) -> Any:
        """A press at the moment the bot is at the gateway; returns when it is answered."""
        await self._standin.until_ready(60)
        seen = await self._crowd[0].press(await self._newest(guild, channel), label)
        assert not seen.failed
        return seen.text

    async def until_ready(self) -> Any:
        """Waits until the bot is at the gateway."""
        await self._standin.until_ready(60)

    async def posted(self) -> Any:
        """How many messages were posted so far."""
        return sum(len(channel.history) for channel in self._standin.world.channels.values())

    async def until_posted(self, count: int) -> Any:
        """Waits for so many messages."""
        await self._standin.until_posted(count, 110)

    async def press_all(self, guild: str, channel: str, label: str, rate: int, first: int, count: int) -> Any:
        """Each of `count` people presses once, `rate` a second, whether or not others were answered (an open loop).

        `times` are milliseconds from sending the press to having its answer; `texts` counts the answers' first words;
        `thinking` counts who saw *is thinking* before.
        """
        message = await self._newest(guild, channel)
        times: list[float] = []
        texts: Counter[str] = Counter()
        thinking: list[str] = []
        start = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, person in enumerate(self._crowd[first : first + count]):
                await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
                group.create_task(_press(person, message, label, times, texts, thinking))
        return {"times": times, "texts": texts, "thinking": len(thinking)}

    async def _newest(self, guild: str, channel: str) -> Message:
        """The benchmark comes here while the bot is still on its way."""
        place = self._channel(guild, channel)
        async with asyncio.timeout(60):
            while not (found := [one for one in place.messages if one.labels]):
                self._standin.posted.clear()
                await self._standin.posted.wait()
        return found[-1]


async def _press(
    person: Person, message: Message, label: str, times: list[float], texts: Counter[str], thinking: list[str]
) -> None:
    sent = time.perf_counter()
    seen = await person.press(message, label)
    times.append((time.perf_counter() - sent) * 1000)
    texts["no answer" if seen.failed else seen.text.split(".")[0]] += 1
    if seen.deferred:
        thinking.append(person.name)


async def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    gc.disable()  # one look over thousands of people takes 60 ms, and would be read as the bot's
    standin = StandIn(judge_by_openapi=False)
    await standin.start(0, Crowd(standin).routes())
    print(announcement(standin), flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await standin.stop()


if __name__ == "__main__":
    asyncio.run(main())
