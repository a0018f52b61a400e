"""Matrix as a house for the scenarios: the real adapter and the real nio on a real Synapse."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from bot import dialogue
from bot import tables as t
from bot.app import App
from bot.core import Core
from bot.platforms.base import Act
from bot.platforms.matrix.adapter import MatrixAdapter, Options, Session
from bot.platforms.matrix.session import Account
from bot.spaces import Place
from bot.text import fold
from tests.conformance.house import Seen
from tests.rigs.matrix_user import MatrixUser
from tests.rigs.synapse import Synapse

PICKLE_KEY = "a key of the scenarios, long enough"
SOON = 0.01  # seconds between two looks at what has no event of its own
NUMBERED = re.compile(r"^\d+\. (.+)$", re.MULTILINE)
Build = Callable[[Callable[[Core], MatrixAdapter]], Awaitable[App]]


@dataclass(frozen=True)
class Shown:
    """A message of the bot as the scenarios read it: its newest text."""

    id: str
    text: str
    content: dict[str, Any]

    @property
    def choices(self) -> list[str]:
        """The labels of the numbered lines at the end."""
        return NUMBERED.findall(self.text)


@dataclass
class Community:
    """A space on Matrix with its rooms by name, and who owns it."""

    owner: MatrixUser
    rooms: dict[str, str]


class MatrixHouse:
    """One bot account on the server; `build` makes the app on the same databases each time."""

    platform = "matrix"

    def __init__(self, synapse: Synapse, folder: Path, build: Build) -> None:
        self.synapse, self._folder, self._build = synapse, folder, build
        self.bot: MatrixUser
        self.app: App
        self.people: dict[str, MatrixUser] = {}
        self.communities: dict[str, Community] = {}
        self._entered: set[tuple[str, str]] = set()
        self._serving: asyncio.Task[None]

    # -- the bot ----------------------------------------------------------------------------------------------------

    def make(self, core: Core) -> MatrixAdapter:
        """The adapter; its direct rooms are not encrypted, because the people of the rig speak plain HTTP."""
        account = Account(self.bot.url, self.bot.user_id, self.bot.device_id, self.bot.token)
        return MatrixAdapter(core, account, self._folder / "matrix", PICKLE_KEY, Options(encrypt_direct=False))

    @property
    def adapter(self) -> MatrixAdapter:
        """The adapter of the running app."""
        found = self.app.core.services.adapters["matrix"]
        assert isinstance(found, MatrixAdapter)
        return found

    @property
    def session(self) -> Session:
        """Its session."""
        assert self.adapter.session is not None
        return self.adapter.session

    async def start(self) -> None:
        """Starts the bot; at the first time with a fresh account."""
        if not hasattr(self, "bot"):
            self.bot = await self.synapse.user("causeway")
        self.app = await self._build(self.make)
        self._serving = asyncio.create_task(self.adapter.run())
        await until(lambda: self.adapter.is_ready or self._serving.done())

    async def stop(self) -> None:
        """Ends it as it stands."""
        self._serving.cancel()
        with suppress(asyncio.CancelledError):
            await self._serving
        await self.app.close()

    async def restart(self) -> None:
        """Again, on the same databases."""
        await self.stop()
        await self.start()

    async def settle(self) -> None:
        """Everything due is delivered."""
        await self.app.jobs.run_due()
        for sender in self.app.senders:
            await sender.drain()

    # -- the world --------------------------------------------------------------------------------------------------

    async def new_space(self, name: str, channels: tuple[str, ...]) -> str:
        owner = await self.synapse.user("owner")
        space = await owner.create_room(name, creation_content={"type": "m.space"}, preset="public_chat")
        rooms = {}
        for channel in channels:
            via = {"via": [self.synapse.name]}
            parent = {"type": "m.space.parent", "state_key": space, "content": {**via, "canonical": True}}
            rooms[channel] = await owner.create_room(channel, preset="public_chat", initial_state=[parent])
            await owner.put_state(space, "m.space.child", via, rooms[channel])
        self.communities[space] = Community(owner, rooms)
        for room in (space, *rooms.values()):
            await self.bot.join(room, self.synapse.name)  # the bot itself would decline: no code is open
        await until(lambda: all(self.session.book.parent(room) for room in rooms.values()))
        return space

    async def new_person(self, name: str, language: str = "en", manages: str = "") -> str:
        user = await self.synapse.user(re.sub(r"[^a-z]", "", fold(name)) or "person")
        self.people[user.user_id] = user
        if manages:
            await self._enter(user, manages)
            community = self.communities[manages]
            for room in (manages, *community.rooms.values()):
                await community.owner.set_level(room, user.user_id, 50)
        return user.user_id

    async def _enter(self, user: MatrixUser, space: str) -> None:
        community = self.communities[space]
        if (user.user_id, space) not in self._entered:
            self._entered.add((user.user_id, space))
            for room in (space, *community.rooms.values()):
                await user.join(room)

    async def remove_bot(self, space: str) -> None:
        community = self.communities[space]
        for room in (*community.rooms.values(), space):
            await community.owner.kick(room, self.bot.user_id)
            path = f"/_matrix/client/v3/rooms/{quote(room)}/state/m.room.member/{quote(self.bot.user_id)}?format=event"
            await self._handled((await community.owner.call("GET", path))["event_id"])

    async def remove_message(self, space: str, channel: str, message: Any) -> None:
        community = self.communities[space]
        await self._handled(await community.owner.redact(community.rooms[channel], message.id))

    async def forbid(self, space: str, channel: str) -> None:
        community = self.communities[space]
        room = community.rooms[channel]
        levels = await community.owner.state(room, "m.room.power_levels")
        await community.owner.put_state(room, "m.room.power_levels", {**levels, "events_default": 60})
        await until(lambda: not self.session.book.rights(room).may_send(self.bot.user_id))

    async def messages(self, space: str, channel: str) -> list[Any]:
        community = self.communities[space]
        return await self._shown(community.owner, community.rooms[channel])

    async def direct(self, person: str) -> list[Any]:
        return await self._shown(self.people[person], await self._direct_room(person))

    async def _shown(self, reader: MatrixUser, room: str) -> list[Shown]:
        shown: dict[str, Shown] = {}
        for event in await reader.timeline(room):
            content = event["content"]
            if event["type"] != "m.room.message" or event["sender"] != self.bot.user_id or not content:
                continue
            relation = content.get("m.relates_to", {})
            target = relation.get("event_id") if relation.get("rel_type") == "m.replace" else event["event_id"]
            newest = content.get("m.new_content", content)
            if target in shown or target == event["event_id"]:
                shown[target] = Shown(target, newest["body"], newest)
        return list(shown.values())

    async def _direct_room(self, person: str) -> str:
        """The person's direct room, the invitation taken."""
        room, present = await self.session.direct.room_for(person)
        if not present:
            await self.people[person].join(room)
        return room

    # -- people act -------------------------------------------------------------------------------------------------

    async def command(self, person: str, space: str, channel: str, words: str, **values: str) -> Seen:
        tail = "".join(f"\n{key}: {value}" for key, value in values.items())
        prefix = "!" if channel else ""
        return await self._typed(person, await self._where(person, space, channel), f"{prefix}{words}{tail}")

    async def press(self, person: str, space: str, channel: str, message: Any, label: str) -> Seen:
        labels = message.choices
        number = next(at for at, shown in enumerate(labels, 1) if label in shown)
        direct = isinstance(message, Seen) or not channel
        where = await self._where(person, space, "" if direct else channel)
        return await self._typed(person, where, str(number), "" if isinstance(message, Seen) else message.id)

    async def fill(self, person: str, seen: Seen, **values: str) -> Seen:
        room = await self._direct_room(person)
        while seen.asked:
            asking = await self._open_form(person)
            seen = await self._typed(person, room, values.get(asking, "skip") or "skip")
            if "again" in values:
                return seen
        return seen

    async def _open_form(self, person: str) -> str:
        act = Act("matrix", person, Place("matrix", direct=True), "", stepwise=True)
        async with self.app.core.db.write() as tx:
            form = await dialogue.newest(await self.app.core.runner._call(tx, act))
        assert form is not None
        return form.asking

    async def _where(self, person: str, space: str, channel: str) -> str:
        room = await self._direct_room(person)
        if not channel:
            return room
        await self._enter(self.people[person], space)
        return self.communities[space].rooms[channel]

    async def _typed(self, person: str, room: str, text: str, reply: str = "") -> Seen:
        user, direct = self.people[person], await self._direct_room(person)
        before = {one.id for one in await self._shown(user, direct)}
        event = await (user.reply(room, reply, text) if reply else user.send(room, text))
        await self._handled(event)
        await self.settle()
        said = [one for one in await self._shown(user, direct) if one.id not in before]
        if room != direct:
            public = await self._shown(user, room)
            answers = [one for one in public if _answers(one) == event]
            said = answers + said
        asking = [one.text for one in said if "(" in one.text and fold("cancel") in fold(one.text)]
        choices = said[-1].choices if said else []
        return Seen([one.text for one in said], choices, asking[-1:], said)

    async def _handled(self, event: str) -> None:
        """Until the bot has handled this event."""
        query = select(t.matrix_event.c.state).where(t.matrix_event.c.key == event)

        async def is_done() -> bool:
            async with self.app.core.db.read() as tx:
                done = await tx.value(query) == "done"
            return done and not self.session.desk.working

        await until(is_done)


def _answers(shown: Shown) -> str:
    return str(shown.content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id", ""))


async def until(holds: Callable[[], bool | Awaitable[bool]], patience: float = 20.0) -> None:
    """Waits for what the bot learns by its next sync."""
    async with asyncio.timeout(patience):
        while True:
            found = holds()
            if found is True or (not isinstance(found, bool) and await found):
                return
            await asyncio.sleep(SOON)
