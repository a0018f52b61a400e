"""The whole bot as a process, killed with -9 while it talks with people."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

from bot.platforms.matrix.content import message
from bot.platforms.matrix.session import Account
from tests.adapters.matrix_bot import MatrixBot
from tests.adapters.matrix_parts import Listener, client_for
from tests.adapters.test_matrix_sync import EchoBot, room_with
from tests.rigs.matrix_user import MatrixUser
from tests.rigs.synapse import Synapse

KILLS = 6
WAVE = 8  # lines per wave: four people, one in the room and one in each direct room


class Process:
    """The bot's process."""

    def __init__(self, account: Account, folder: Path) -> None:
        self._file = folder / "account.json"
        self._file.write_text(json.dumps(vars(account)))
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.adapters.matrix_process", str(self._file), str(self._folder)]
        with (self._folder / "output.txt").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


async def test_every_line_is_answered_once_whenever_the_bot_is_killed(bot: MatrixBot) -> None:
    """a11: public answers, private answers and steps of dialogues: none lost, none doubled, each person's in order."""
    space = await bot.new_space("Tenants", ("hall",))
    await bot.add_organization("Tenants", space)
    people = [bot.people[await bot.new_person(f"Ana{number}", manages=space)] for number in range(4)]
    rooms = {one.user_id: await bot._direct_room(one.user_id) for one in people}
    hall = bot.communities[space].rooms["hall"]
    await bot.stop()
    process = Process(bot.adapter.account, bot._folder)
    chance = random.Random(11)
    asked = []
    try:
        process.start()
        for wave in range(KILLS):
            for one in people:
                asked.append(await one.send(hall, "!meal open"))
                await one.send(rooms[one.user_id], f"meal cook dish{wave}")
                await one.send(rooms[one.user_id], f"hour{wave}")
                await one.send(rooms[one.user_id], "skip")
            await asyncio.sleep(chance.uniform(0.5, 3.0))  # any moment will do: this is not a wait for something
            process.kill()
            process.start()
        for one in people:
            await one.wait_for_message(rooms[one.user_id], bot.bot.user_id, f"dish{KILLS - 1} at hour", patience=60)
        await until_answered(bot.communities[space].owner, hall, bot.bot.user_id, asked[-1])
    finally:
        process.kill()
        await bot.start()
    for one in people:
        said = [event["content"]["body"] for event in await one.messages(rooms[one.user_id], bot.bot.user_id)]
        meals = [text for text in said if text.startswith("We cook")]
        assert meals == [f"We cook dish{wave} at hour{wave}." for wave in range(KILLS)]
        assert sum("When" in text for text in said) == KILLS
    answers = [one.content["m.relates_to"]["m.in_reply_to"]["event_id"] for one in await bot.messages(space, "hall")]
    assert sorted(answers) == sorted(asked)


async def until_answered(reader: MatrixUser, room: str, bot: str, event: str) -> None:
    """Wait until the bot's answer to an event stands in the room."""

    async def stands() -> bool:
        found = await reader.messages(room, bot)
        return any(
            one["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id") == event for one in found
        )

    await reader.wait_until(stands, patience=60)


async def test_nothing_encrypted_is_lost_or_doubled_by_kills(synapse: Synapse, tmp_path: Path) -> None:
    """a11, h10: the same in an encrypted room: keys, parked messages and answers survive as well."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot, encrypted=True)
    echo, chance = EchoBot(bot, tmp_path), random.Random(5)
    async with client_for(anna, tmp_path / "anna") as client:
        her = Listener(client)
        await echo.start()
        await her.loop.step()
        try:
            for number in range(24):
                await her.sender.send(room, message(f"line {number}", loud=True), f"l{number}")
                if number % 6 == 5:
                    await asyncio.sleep(chance.uniform(0.0, 0.3))  # any moment will do
                    echo.kill()
                    await echo.start(ready=number % 12 == 5)
            await her.until(lambda: _answered(her, 24), patience=60)
        finally:
            echo.kill()
        texts = [one.content["body"] for one in await her.inbox.waiting(1000)]
    assert texts == [f"echo line {number}" for number in range(24)]
    encrypted = [one for one in await anna.timeline(room) if one["type"] == "m.room.encrypted"]
    assert len([one for one in encrypted if one["sender"] == bot.user_id]) == 24


async def _answered(listener: Listener, count: int) -> bool:
    return len(await listener.inbox.waiting(1000)) >= count
