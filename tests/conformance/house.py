"""What a conformance scenario needs of a platform, and the rehearsal's own. Discord and Matrix bring theirs.

A scenario is written once, in the words below, and run on every platform (law 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.app import App
from bot.cards import FormPage, Outcome
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World


@dataclass
class Seen:
    """What came back to the person who acted."""

    texts: list[str] = field(default_factory=list)  # private answers, in order
    choices: list[str] = field(default_factory=list)  # labels that can be pressed or answered by number
    asked: list[str] = field(default_factory=list)  # labels of the fields asked now (a page, or one question)
    handle: Any = None  # the platform's own thing, for `press` and `fill`

    @property
    def text(self) -> str:
        """All private answers as one text."""
        return "\n".join(self.texts)


class House(Protocol):
    """A platform with the bot on it."""

    platform: str
    app: App

    async def new_space(self, name: str, channels: tuple[str, ...]) -> str:
        """A server (or a community of rooms) where the bot was just added; its address."""

    async def new_person(self, name: str, language: str = "en", manages: str = "") -> str:
        """An account; `manages`: the space where it has Manage Server / level 50."""

    async def command(self, person: str, space: str, channel: str, words: str, **values: str) -> Seen:
        """Types or picks a command (`"action new"`) in a channel ("" : the direct room), options by field name."""

    async def press(self, person: str, space: str, channel: str, message: Any, label: str) -> Seen:
        """Answers a choice of a message (from `texts_in`) or of a `Seen` by its label, the platform's own way."""

    async def fill(self, person: str, seen: Seen, **values: str) -> Seen:
        """Fills the form that is open: all fields by name (a page after the other, or question by question)."""

    async def settle(self) -> None:
        """Waits until everything due was delivered."""

    async def messages(self, space: str, channel: str) -> list[Any]:
        """What stands in a channel from the bot; each has `.text`, `.choices` (labels), `.id`."""

    async def direct(self, person: str) -> list[Any]:
        """What stands in the direct room with somebody, from the bot."""

    async def restart(self) -> None:
        """Ends the bot as it stands and starts it again on the same database."""

    async def remove_bot(self, space: str) -> None:
        """The bot is thrown out."""

    async def remove_message(self, space: str, channel: str, message: Any) -> None:
        """The space's own moderators remove a message of the bot."""

    async def forbid(self, space: str, channel: str) -> None:
        """The bot loses the right to write in a channel."""


class RehearsalHouse:
    """The rehearsal in one of its two styles."""

    def __init__(self, app: App, world: World, style: str, build: Any) -> None:
        self.app, self.world, self.platform, self._build = app, world, style, build

    @property
    def adapter(self) -> RehearsalAdapter:
        """The adapter of this style in the running app."""
        found = self.app.core.services.adapters[self.platform]
        assert isinstance(found, RehearsalAdapter)
        return found

    async def new_space(self, name: str, channels: tuple[str, ...]) -> str:
        address = f"{self.platform}-{name.lower().replace(' ', '-')}"
        self.world.add_space(address, name, self.platform, channels)
        return address

    async def new_person(self, name: str, language: str = "en", manages: str = "") -> str:
        account = f"{self.platform}:{name}"
        self.world.add_person(account, name, language, self.platform)
        if manages:
            self.world.spaces[manages].managers.add(account)
        return account

    async def command(self, person: str, space: str, channel: str, words: str, **values: str) -> Seen:
        where = f"{space}/{channel}" if channel else ""
        if self.platform == "lines":
            prefix = "!" if channel else ""
            tail = "".join(f"\n{key}: {value}" for key, value in values.items())
            return await self._typed(person, where, f"{prefix}{words}{tail}")
        match = self.app.core.registry.match(words)
        assert match is not None, f"no such command: {words}"
        return self._seen(await self.adapter.command(person, where, match.name, values))

    async def press(self, person: str, space: str, channel: str, message: Any, label: str) -> Seen:
        where = f"{space}/{channel}" if channel else ""
        choices = message.handle if isinstance(message, Seen) else message.choices
        number = next(at for at, (shown, _) in enumerate(choices, 1) if label in shown)
        if self.platform == "lines":
            reply = "" if isinstance(message, Seen) else message.id
            return await self._typed(person, "" if isinstance(message, Seen) else where, str(number), reply)
        return self._seen(await self.adapter.press(person, where, choices[number - 1][1]))

    async def fill(self, person: str, seen: Seen, **values: str) -> Seen:
        while seen.asked:
            if self.platform == "lines":
                form = await self._open_form(person)
                seen = await self._typed(person, "", values.get(form, "skip") or "skip")
                if "again" in values:
                    return seen
            else:
                page: FormPage = seen.handle
                known = {one.key: values.get(one.key, one.value) for one in page.blanks}
                seen = self._seen(await self.adapter.submit(person, "", page.token, known))
                if seen.handle is not None and isinstance(seen.handle, FormPage) and seen.handle.error:
                    return seen
        return seen

    async def _open_form(self, person: str) -> str:
        from bot.dialogue import newest

        async with self.app.core.db.write() as tx:
            call = await self.app.core.runner._call(tx, self.adapter.act(person))
            form = await newest(call)
        assert form is not None
        return form.asking

    async def _typed(self, person: str, where: str, text: str, reply: str = "") -> Seen:
        room = self.world.direct(person)
        before = len(room.messages)
        await self.adapter.type(person, where, text, reply)
        await self.settle()
        said = [one for one in room.messages[before:] if one.author == "bot"]
        choices = list(said[-1].choices) if said else []
        from bot.text import fold

        asking = [one.text for one in said if "(" in one.text and fold("cancel") in fold(one.text)]
        return Seen([one.text for one in said], [label for label, _ in choices], asking[-1:], choices)

    def _seen(self, outcome: Outcome) -> Seen:
        form = outcome.form
        texts = [str(one.card.text) for one in outcome.says]
        if form is not None:
            texts += [str(form.error)] if form.error else []
            return Seen(texts, [], [one.label for one in form.blanks], form)
        choices = [(one.label, one.token) for say in outcome.says for one in say.card.choices]
        return Seen(texts, [label for label, _ in choices], [], choices)

    async def settle(self) -> None:
        await self.app.jobs.run_due()
        for sender in self.app.senders:
            await sender.drain()

    async def messages(self, space: str, channel: str) -> list[Any]:
        return [one for one in self.world.channels[f"{space}/{channel}"].standing() if one.author == "bot"]

    async def direct(self, person: str) -> list[Any]:
        return [one for one in self.world.direct(person).standing() if one.author == "bot"]

    async def restart(self) -> None:
        await self.app.close()
        self.app = await self._build(self.world)

    async def remove_bot(self, space: str) -> None:
        self.world.spaces[space].bot_inside = False
        await self.app.core.removed_from(self.platform, space)

    async def remove_message(self, space: str, channel: str, message: Any) -> None:
        message.removed_by = "them"
        await self.app.core.message_removed(self.platform, f"{space}/{channel}", message.id)

    async def forbid(self, space: str, channel: str) -> None:
        self.world.channels[f"{space}/{channel}"].missing.add("send")
