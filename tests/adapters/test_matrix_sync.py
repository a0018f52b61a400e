"""The loop and the inbox against a real Synapse."""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import Revoked
from bot.platforms.matrix.inbox import INVITE, LEFT, REACTION, REDACTION, TEXT, TOMBSTONE
from bot.platforms.matrix.sync import ECHO_PAUSE, SyncLoop
from tests.adapters.matrix_parts import Listener, account_of, client_for, listening
from tests.rigs.file_inbox import FileInbox
from tests.rigs.matrix_user import MatrixUser
from tests.rigs.synapse import Synapse, free_port


async def room_with(owner: MatrixUser, bot: MatrixUser, **more: object) -> str:
    """A room in which both are."""
    room = await owner.create_room("Hall", invite=[bot.user_id], **more)  # type: ignore[arg-type]
    await bot.join(room)
    return room


async def test_the_first_start_ignores_what_was_said_before(synapse: Synapse) -> None:
    """h1: after installation old commands are not executed (FACTS 3)."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    await anna.send(room, "!action new")
    async with listening(bot) as listener:
        await anna.send(room, "now")
        (arrival,) = await listener.arrivals(1)
        assert (arrival.kind, arrival.content["body"], arrival.sender) == (TEXT, "now", anna.user_id)


async def test_words_spoken_before_the_bot_joined_are_not_commands(synapse: Synapse) -> None:
    """d4: an open history is not addressed to the bot."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    async with listening(bot) as listener:
        room = await anna.create_room("Old hall")
        for number in range(130):  # more than one timeline and one page
            await anna.send(room, f"old {number}")
        await anna.invite(room, bot.user_id)
        await bot.join(room)
        await anna.send(room, "new")
        texts = [arrival for arrival in await listener.heard("new") if arrival.kind == TEXT]
        assert [arrival.content["body"] for arrival in texts] == ["new"]


async def test_our_own_echo_is_not_listened_to_at_once_and_other_people_are(
    synapse: Synapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """h12: while a call goes out, a look for every message of ours would cost the server as much as the message."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    pauses = list[float]()

    async def noted(seconds: float) -> None:
        pauses.append(seconds)

    async with client_for(bot) as client:
        loop = SyncLoop(client, FileInbox(), busy=lambda: True)
        await loop.step()
        monkeypatch.setattr("bot.platforms.matrix.sync.asyncio.sleep", noted)
        await anna.send(room, "a person")
        await loop.step()
        assert pauses == []
        await bot.send(room, "a copy")
        await loop.step()
        assert pauses == [ECHO_PAUSE]
        quiet = SyncLoop(client, FileInbox())
        await quiet.step()
        await bot.send(room, "an answer")
        await quiet.step()
        assert pauses == [ECHO_PAUSE]


async def test_a_gap_longer_than_the_timeline_is_filled(synapse: Synapse) -> None:
    """a11: everything said while the bot was down is read, in order, once."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    inbox = FileInbox()
    async with client_for(bot) as client:
        await Listener(client, inbox).loop.step()
    for number in range(230):
        await anna.send(room, f"line {number}")
    async with client_for(bot) as client:
        await Listener(client, inbox).loop.step()
    texts = [arrival.content["body"] for arrival in await inbox.waiting(1000)]
    assert texts == [f"line {number}" for number in range(230)]


async def test_a_repeated_event_is_kept_once(synapse: Synapse) -> None:
    """d4: the same sync read twice adds nothing, also after the event was handled."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    async with client_for(bot) as client:
        listener = Listener(client)
        await listener.loop.step()
        before = await listener.inbox.position()
        await anna.send(room, "once")
        await listener.loop.step()
        (arrival,) = await listener.inbox.waiting()
        await listener.inbox.finish(arrival.key)
        await listener.inbox.keep([], before or "")
        again = SyncLoop(client, listener.inbox)
        await again.step()
        assert not await listener.inbox.waiting()


async def test_edits_and_notices_and_own_words_are_not_commands(synapse: Synapse) -> None:
    """d3: an edit, of whomever, is never a command; nor is another bot's notice."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    async with listening(bot) as listener:
        said = await anna.send(room, "!help")
        await anna.edit(room, said, "!action new")
        await anna.send_event(room, "m.room.message", {"msgtype": "m.notice", "body": "!help"})
        await anna.send_event(
            room, "m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "key": "x"}}
        )  # malformed
        await bot.send(room, "!help")
        mine = await bot.send(room, "a card")
        await anna.edit(room, mine, "a false card")  # the server takes it from anybody
        await anna.send(room, "last")
        arrivals = await listener.arrivals(2)
        assert [arrival.content["body"] for arrival in arrivals] == ["!help", "last"]


async def test_reactions_redactions_and_tombstones_arrive(synapse: Synapse) -> None:
    """a12: what people do to a card; d5: a tombstone is news, not an order."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    async with listening(bot) as listener:
        card = await bot.send(room, "card")
        pressed = await anna.react(room, card, "✅")
        await anna.redact(room, pressed)
        await anna.put_state(room, "m.room.tombstone", {"body": "moved", "replacement_room": "!elsewhere:evil.example"})
        arrivals = await listener.arrivals(3)
        assert [arrival.kind for arrival in arrivals] == [REACTION, REDACTION, TOMBSTONE]
        assert [arrival.target for arrival in arrivals] == [card, pressed, None]
        assert "!elsewhere:evil.example" not in listener.client.rooms


async def test_an_invitation_arrives_once_and_is_not_taken_by_itself(synapse: Synapse) -> None:
    """d6: nothing is joined because somebody says so."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    async with listening(bot) as listener:
        room = await anna.create_room("Trap", invite=[bot.user_id])
        (arrival,) = await listener.arrivals(1)
        assert (arrival.kind, arrival.room_id, arrival.sender) == (INVITE, room, anna.user_id)
        assert (await anna.members(room))[bot.user_id] == "invite"


async def test_an_invitation_from_before_the_first_start_is_seen(synapse: Synapse) -> None:
    """h1: a partner may invite the bot before it ever ran."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await anna.create_room("Early", invite=[bot.user_id])
    async with listening(bot) as listener:
        (arrival,) = await listener.arrivals(1)
        assert (arrival.kind, arrival.room_id) == (INVITE, room)


async def test_being_kicked_is_news_and_the_room_is_forgotten(synapse: Synapse) -> None:
    """a6: the adapter learns that it was put out; nio alone keeps such rooms (FACTS 13)."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot)
    async with listening(bot) as listener:
        assert room in listener.client.rooms
        await anna.kick(room, bot.user_id)
        (arrival,) = await listener.arrivals(1)
        assert (arrival.kind, arrival.sender) == (LEFT, anna.user_id)
        assert room not in listener.client.rooms


async def test_a_revoked_token_ends_the_loop_with_one_request(synapse: Synapse) -> None:
    """h14: no storm on a dead token (nio's own loop makes 642 requests a second)."""
    bot = await synapse.user("bot")
    async with client_for(bot) as client:
        listener = Listener(client)
        await listener.loop.step()
        await synapse.revoke(bot)
        with pytest.raises(Revoked):
            await listener.loop.run()
        assert listener.loop.faults == 0


class Proxy:
    """A stand-in for a broken reverse proxy: answers whatever it is told and counts."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.calls = 0
        self.port = free_port()
        self.empty = asyncio.Event()
        self.closing = asyncio.Event()

    async def __call__(self, _request: web.BaseRequest) -> web.Response:
        self.calls += 1
        if not self.answers:
            self.empty.set()
            await self.closing.wait()
            return web.Response(status=503)
        return self.answers.pop(0)


async def test_every_kind_of_fault_is_waited_out(synapse: Synapse) -> None:
    """h14: 502 pages, pages that are no JSON, rate limits and dropped lines make one request each, with a
    pause between.
    """
    bot = await synapse.user("bot")
    proxy = Proxy()
    proxy.answers = [
        web.Response(status=502, text="<h1>Bad gateway</h1>", content_type="text/html"),
        web.Response(status=200, text="<h1>Welcome</h1>", content_type="text/html"),
        web.json_response({"errcode": "M_LIMIT_EXCEEDED", "error": "slow", "retry_after_ms": 10}, status=429),
        web.json_response({"unexpected": True}),
    ]
    server = web.Server(proxy)
    runner = web.ServerRunner(server, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", proxy.port).start()
    bot.url = f"http://127.0.0.1:{proxy.port}"
    async with client_for(bot) as client:
        listener = Listener(client)
        task = asyncio.create_task(listener.loop.run())
        await asyncio.wait_for(proxy.empty.wait(), 10)
        assert (proxy.calls, listener.loop.faults, listener.loop.healthy) == (5, 4, False)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    proxy.closing.set()
    await runner.cleanup()


class EchoBot:
    """The echo bot as a process; `kill` is -9."""

    def __init__(self, bot: MatrixUser, home: Path) -> None:
        self._account = home / "account.json"
        self._account.write_text(json.dumps(vars(account_of(bot))))
        self._home = home
        self._process: subprocess.Popen[str] | None = None

    async def start(self, ready: bool = True) -> None:
        command = [sys.executable, "-m", "tests.rigs.echo_bot", str(self._account), str(self._home)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 - it must be killed
        if ready and self._process.stdout is not None:
            assert await asyncio.to_thread(self._process.stdout.readline) == "ready\n"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


async def test_nothing_is_lost_or_doubled_when_killed_while_it_answers(synapse: Synapse, tmp_path: Path) -> None:
    """a11: six kills -9 while 60 messages in three rooms are answered: 60 answers, each once, in order per room."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    rooms = [await room_with(anna, bot) for _ in range(3)]
    echo = EchoBot(bot, tmp_path)
    await echo.start()
    chance = random.Random(7)
    try:
        for wave in range(6):
            for number in range(10):
                await anna.send(rooms[number % 3], f"w{wave} n{number}")
            await asyncio.sleep(chance.uniform(0.0, 0.12))  # any moment will do: this is not a wait for something
            echo.kill()
            await echo.start(ready=wave % 2 == 0)
        for place, room in enumerate(rooms):
            last = max(number for number in range(10) if number % 3 == place)
            await anna.wait_for_message(room, bot.user_id, f"echo w5 n{last}", patience=40)
    finally:
        echo.kill()
    for place, room in enumerate(rooms):
        wanted = [f"echo w{wave} n{number}" for wave in range(6) for number in range(10) if number % 3 == place]
        assert [event["content"]["body"] for event in await anna.messages(room, bot.user_id)] == wanted
