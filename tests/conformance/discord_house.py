"""Discord as a house for the scenarios: the real adapter and the real discord.py on the stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.app import App
from bot.core import Core
from bot.platforms.discord import DiscordAdapter
from bot.spaces import Organization, Place
from tests.conformance.house import Seen
from tests.discord_standin import CannotDo, Channel, Guild, Message, Modal, Person, StandIn
from tests.discord_standin import Seen as Screen
from tests.discord_standin.commands import CHANNEL, INTEGER
from tests.discord_standin.components import BUTTON, SELECT

CHANNEL_SELECT = 8
LOCALES = {"en": "en-US", "es": "es-ES"}
SOON = 0.005  # seconds between two looks at something that arrives over the gateway
HANDLERS = {"discord.py: on_interaction", "CommandTree-invoker"}  # discord.py's names of what answers people
Build = Callable[[Callable[[Core], DiscordAdapter]], Awaitable[App]]


@dataclass(frozen=True)
class Shown:
    """A message of the bot as the scenarios read it."""

    message: Message

    @property
    def id(self) -> str:
        return str(self.message.id)

    @property
    def text(self) -> str:
        return self.message.content

    @property
    def choices(self) -> list[str]:
        return labels_of(self.message)


@dataclass(frozen=True)
class Begun:
    """A form on the screen (or the button that opens it again), with what was given beforehand."""

    modal: Modal | None
    given: dict[str, str]
    again: Message | None = None


class DiscordHouse:
    """One stand-in, one bot on it; `build` makes the app on the same databases each time."""

    platform = "discord"

    def __init__(self, standin: StandIn, build: Build) -> None:
        self.standin, self._build = standin, build
        self.app: App
        self._serving: asyncio.Task[None]

    # -- the bot ----------------------------------------------------------------------------------------------------

    def make(self, core: Core) -> DiscordAdapter:
        """The adapter without its own pace: scenarios do not test the limits."""
        return DiscordAdapter(
            core, self.standin.token, api_url=self.standin.api_url, gateway_url=self.standin.gateway_url,
            per_second=1000, per_channel=1000,
        )  # fmt: skip

    @property
    def adapter(self) -> DiscordAdapter:
        found = self.app.core.services.adapters["discord"]
        assert isinstance(found, DiscordAdapter)
        return found

    async def start(self) -> None:
        self.app = await self._build(self.make)
        self._serving = asyncio.create_task(self.adapter.run())
        await until(lambda: self.standin.gateway.connected or self._serving.done())
        for guild in self.standin.world.guilds.values():
            await self._until_known(guild)

    async def stop(self) -> None:
        self._serving.cancel()
        with suppress(asyncio.CancelledError):
            await self._serving
        await until(lambda: not self.standin.gateway.connected)
        await self.app.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def settle(self) -> None:
        await self.app.jobs.run_due()
        for sender in self.app.senders:
            await sender.drain()

    # -- the world --------------------------------------------------------------------------------------------------

    async def new_space(self, name: str, channels: tuple[str, ...]) -> str:
        guild = self.standin.add_guild(name, channels)
        await self._until_known(guild)
        return str(guild.id)

    async def new_person(self, name: str, language: str = "en", manages: str = "") -> str:
        guild = self.standin.world.guilds[int(manages)] if manages else None
        return str(self.standin.person(name, guild, manager=bool(manages), locale=LOCALES[language]).id)

    async def remove_bot(self, space: str) -> None:
        guild = self.standin.world.guilds[int(space)]
        home = await self._home_of(space)
        guild.kick()

        async def is_out() -> bool:
            return not self._knows(guild) and (home is None or await self._has_ended(home, space))

        await until(is_out)

    async def _home_of(self, space: str) -> Organization | None:
        async with self.app.core.db.read() as tx:
            return await self.app.core.spaces.of_place(tx, Place("discord", space))

    async def _has_ended(self, home: Organization, space: str) -> bool:
        """All of it: an organization that has other spaces stays, one without any has left."""
        async with self.app.core.db.read() as tx:
            left = (await self.app.core.spaces.get(tx, home.id)).state == "left"
            others = await self.app.core.spaces.spaces(tx, home.id)
        return left or (bool(others) and all(one.address != space for one in others))

    async def remove_message(self, space: str, channel: str, message: Shown) -> None:
        self._channel(space, channel).remove(message.message)

    async def forbid(self, space: str, channel: str) -> None:
        where = self._channel(space, channel)
        where.deny("send_messages")

        async def is_noticed() -> bool:
            return "send" in await self.adapter.problems(str(where.id))

        await until(is_noticed)

    async def messages(self, space: str, channel: str) -> list[Any]:
        return [Shown(one) for one in self._channel(space, channel).messages]

    async def direct(self, person: str) -> list[Any]:
        return [Shown(one) for one in self._person(person).inbox]

    # -- people act -------------------------------------------------------------------------------------------------

    async def command(self, person: str, space: str, channel: str, words: str, **values: str) -> Seen:
        who, where = self._person(person), self._where(person, space, channel)
        options = self._options_of(who, where, words)
        chosen = {key: self._value(where, options[key], value) for key, value in values.items() if key in options}
        screen = await answered(who.slash(words, channel=where, **chosen))
        return self._seen(screen, {key: value for key, value in values.items() if key not in chosen})

    async def press(self, person: str, space: str, channel: str, message: Any, label: str) -> Seen:
        shown = list(message.handle) if isinstance(message, Seen) else [message.message]
        found = next(one for one in reversed(shown) if any(label in each for each in labels_of(one)))
        self._where(person, space, channel)
        return self._seen(await answered(self._press(self._person(person), found, label)))

    async def fill(self, person: str, seen: Seen, **values: str) -> Seen:
        who = self._person(person)
        while seen.asked:
            begun: Begun = seen.handle
            modal = begun.modal
            if begun.again is not None:
                modal = (await self._press(who, begun.again, begun.again.labels[0])).modal
            assert modal is not None
            page = self._page(modal, {**begun.given, **values})
            screen = await answered(who.submit(modal, page))
            again = self._form_button(screen)
            if again is None:
                return self._seen(screen)
            seen = Seen([one.content for one in screen.messages], [], modal.labels, Begun(None, begun.given, again))
            if again.labels[0] in self._labels("core.mend"):
                return seen
        return seen

    # -- inside -----------------------------------------------------------------------------------------------------

    def _page(self, modal: Modal, values: dict[str, str]) -> dict[str, Any]:
        """The values of one page, as they are picked or typed; what the page does not ask is left out."""
        page: dict[str, Any] = {}
        for _, _, field in modal.fields:
            key = field["custom_id"]
            if key in values:
                page[key] = self._value(modal.channel, field, values[key])
        return page

    @staticmethod
    def _value(where: Channel | None, field: dict[str, Any], value: str) -> Any:
        if field["type"] == (CHANNEL if "name" in field else CHANNEL_SELECT):
            assert where is not None
            assert where.guild is not None
            return where.guild.channel(value)
        if field["type"] == SELECT and "name" not in field:
            return [value] if value else []
        is_number = field["type"] == INTEGER and "name" in field
        return int(value) if is_number else value

    def _options_of(self, who: Person, where: Channel, words: str) -> dict[str, dict[str, Any]]:
        command = who._find_command(words, where)[-1]
        return {option["name"]: option for option in command.get("options") or []}

    async def _press(self, who: Person, message: Message, label: str) -> Screen:
        for one in message.buttons:
            if one["type"] == BUTTON and label in one["label"]:
                return await who.press(message, one["label"])
            option = next((each for each in one.get("options", []) if label in each["label"]), None)
            if option:
                return await who.choose(message, one["custom_id"], option["label"])
        raise CannotDo(f"no {label!r} in {labels_of(message)}")

    def _seen(self, screen: Screen, given: dict[str, str] | None = None) -> Seen:
        assert not screen.failed, "Discord shows: this interaction failed"
        shown = [one for one in screen.messages if not one.deleted]
        texts = [one.content for one in shown]
        if screen.modal is not None:
            return Seen(texts, [], screen.modal.labels, Begun(screen.modal, given or {}))
        return Seen(texts, [label for one in shown for label in labels_of(one)], [], shown)

    def _form_button(self, screen: Screen) -> Message | None:
        """The message that leads back into a form, if the answer has one."""
        ways = self._labels("core.mend") | self._labels("core.continue")
        return next((one for one in screen.messages if one.labels and one.labels[0] in ways), None)

    def _labels(self, key: str) -> set[str]:
        return set(self.app.core.words.everywhere(key).values())

    def _person(self, person: str) -> Person:
        found = self.standin.world.users[int(person)]
        assert isinstance(found, Person)
        return found

    def _channel(self, space: str, channel: str) -> Channel:
        return self.standin.world.guilds[int(space)].channel(channel)

    def _where(self, person: str, space: str, channel: str) -> Channel:
        """The place of an act; who acts in a server is a member of it."""
        who = self._person(person)
        if not channel:
            return who.direct_room
        guild = self.standin.world.guilds[int(space)]
        if who.id not in guild.members:
            guild.join(who)
        return guild.channel(channel)

    def _knows(self, guild: Guild) -> bool:
        client = self.adapter._client
        found = client.get_guild(guild.id) if client else None
        return found is not None and not found.unavailable

    async def _until_known(self, guild: Guild) -> None:
        if guild.bot_is_here:
            await until(lambda: self._knows(guild))


async def answered(act: Awaitable[Screen]) -> Screen:
    """The screen when all of an answer stands there: what follows a first answer comes a moment later."""
    screen = await act
    while busy := [task for task in asyncio.all_tasks() if task.get_name() in HANDLERS]:
        await asyncio.wait(busy)
    return screen


async def until(holds: Callable[[], bool | Awaitable[bool]], patience: float = 10.0) -> None:
    """Waits for what discord.py learns over the gateway; its cache has no event of its own."""
    async with asyncio.timeout(patience):
        while True:
            found = holds()
            if found is True or (not isinstance(found, bool) and await found):
                return
            await asyncio.sleep(SOON)


def labels_of(message: Message) -> list[str]:
    """What can be pressed or picked in a message, in the order of the screen."""
    shown = [each for one in message.buttons for each in ([one] if one["type"] == BUTTON else one.get("options", []))]
    return [str(one["label"]) for one in shown]
