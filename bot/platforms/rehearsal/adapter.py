"""The rehearsal as a platform: the same contract as Discord's and Matrix's adapters, on a world in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.cards import Card, Choice, FormPage, Option, Outcome
from bot.core import Core
from bot.deliveries import Delivery
from bot.errors import Denied, Gone, Unreachable
from bot.platforms.base import Act, Found, Health, Room, Sent
from bot.platforms.rehearsal.world import Channel, Message, World
from bot.platforms.typed import answer_line, settle_by_outbox
from bot.runner import FORM_PREFIX
from bot.spaces import Place
from bot.text import escape, parse, to_matrix, to_plain
from bot.words import Md

REMEMBERS = timedelta(hours=1)


class RehearsalAdapter:
    """One style of the world (`forms` or `lines`) as a platform of that name."""

    in_flight = 16
    remembers = REMEMBERS

    def __init__(self, core: Core, world: World, style: str) -> None:
        self.core, self.world, self.name = core, world, style

    # -- delivering -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """The world needs no connection: waits until cancelled."""
        await asyncio.Event().wait()

    async def deliver(self, delivery: Delivery) -> Sent:
        """Puts, changes or removes a message; refuses like a platform would."""
        if self.name in self.world.down:
            raise Unreachable
        channel = self._channel(delivery)
        await self.world.travel(self.name, "before")
        sent = self._put(channel, delivery)
        await self.world.travel(self.name, "after")
        return sent

    def _put(self, channel: Channel, delivery: Delivery) -> Sent:
        if delivery.kind in {"edit", "tally"}:
            return self._edit(channel, delivery)
        if delivery.kind == "redact":
            return self._remove(channel, delivery)
        assert delivery.card is not None
        message = self._draw(
            delivery.card, nonce=delivery.id, silent=delivery.silent or not delivery.urgent,
            role=self._role(channel, delivery.card),
        )  # fmt: skip
        standing = self.world.post(channel.address, message)
        return Sent((standing.id,), channel.address, tuple(one.token for one in delivery.card.choices))

    def _channel(self, delivery: Delivery) -> Channel:
        if delivery.kind == "direct":
            if delivery.account in self.world.closed_doors:
                raise Denied("closed")
            return self.world.direct(delivery.account)
        if delivery.kind == "meet":
            return self._meeting(delivery)
        channel = self.world.channels.get(delivery.address)
        if channel is None or channel.gone or not self.world.bot_inside(channel):
            raise Gone
        if channel.missing & {"view", "send"}:
            raise Denied
        return channel

    def _meeting(self, delivery: Delivery) -> Channel:
        if not self._may_bring_together(delivery.accounts, delivery.address):
            raise Denied
        near = self.world.channels.get(delivery.address)
        return self.world.meeting(delivery.id, delivery.title, near.space if near else "", delivery.accounts)

    def _may_bring_together(self, accounts: Sequence[str], address: str) -> bool:
        """In a server: people who see a channel in which the bot may make threads. Where people type: anybody."""
        screens = [self.world.screens.get(one) for one in accounts]
        if not all(one is not None and one.style == self.name for one in screens):
            return False
        near = self.world.channels.get(address)
        if self.name == "lines" or near is None:
            return self.name == "lines"
        works = self.world.bot_inside(near) and not near.gone and not near.missing & {"view", "threads"}
        return works and all(self.world.sees(one, near) for one in accounts)

    def _edit(self, channel: Channel, delivery: Delivery) -> Sent:
        assert delivery.card is not None
        message = self.world.find(channel.address, delivery.targets[0])
        if message is None or message.removed_by:
            raise Gone
        drawn = self._draw(delivery.card, role=self._role(channel, delivery.card))
        message.versions.append(message.text)
        message.text, message.html, message.choices = drawn.text, drawn.html, drawn.choices
        message.weights = drawn.weights
        self.world.tell()
        return Sent((message.id,), channel.address, tuple(one.token for one in delivery.card.choices))

    def _remove(self, channel: Channel, delivery: Delivery) -> Sent:
        for target in delivery.targets:
            message = self.world.find(channel.address, target)
            if message is not None and not message.removed_by:
                message.removed_by = "bot"
        self.world.tell()
        return Sent((), channel.address)

    def _role(self, channel: Channel, card: Card) -> str:
        """The name of the role that a card mentions, if it is still there."""
        home = self.world.spaces.get(channel.space)
        return home.roles.get(card.mention, "") if home else ""

    def _draw(self, card: Card, nonce: str = "", silent: bool = False, role: str = "") -> Message:
        # Where numbers are typed, the line that invites an answer belongs to the text: it says who can see it.
        text = f"{card.text}\n\n{card.invite}" if self.name == "lines" and card.invite else card.text
        document = parse(text)
        _, html = to_matrix(document)
        lines = [to_plain(document)]
        if self.name == "lines":
            lines += [f"{number}. {one.label}" for number, one in enumerate(card.choices, 1)]
        lines += [f"@{role}"] if role else []
        lines += [card.code] if card.code else []
        return Message(
            self.world.new_id(), "bot", "\n".join(lines), html, tuple((one.label, one.token) for one in card.choices),
            silent=silent, nonce=nonce, picture=card.picture.png if card.picture else "",
            alt=card.picture.alt if card.picture else "", code=card.code,
            files=tuple((one.name, one.about, one.data) for one in card.files),
            weights=tuple(one.weight for one in card.choices), notified="" if silent else role,
        )  # fmt: skip

    async def find(self, delivery: Delivery) -> Sent | Found:
        """The world can always be searched."""
        if delivery.kind == "meet":  # looking makes nothing
            channel = self.world.channels.get(self.world.meeting_address(delivery.id))
        else:
            channel = self._channel(delivery)
        found = next((one for one in channel.messages if one.nonce == delivery.id), None) if channel else None
        return Sent((found.id,), channel.address) if channel and found else Found.NOT_THERE

    # -- asking -----------------------------------------------------------------------------------------------------

    async def rooms(self, space: str, channel: str = "") -> Sequence[Room]:
        """The channels of a space."""
        home = self.world.spaces.get(space)
        if home is None:
            return ()
        rooms = [self.world.channels[address] for address in home.channels]
        return [Room(one.address, one.name, await self.problems(one.address)) for one in rooms if not one.gone]

    async def mentionable(self, space: str, channel: str = "") -> Sequence[Option] | None:
        """The roles of a server; where people type there are none."""
        home = self.world.spaces.get(space)
        if self.name == "lines":
            return None
        return [Option(role, f"@{name}") for role, name in home.roles.items()] if home else ()

    async def problems(self, address: str) -> tuple[str, ...]:
        """What is missing in a channel."""
        channel = self.world.channels.get(address)
        return ("gone",) if channel is None or channel.gone else tuple(sorted(channel.missing))

    async def manages(self, account: str, place: Place) -> bool:
        """Whether somebody manages a space."""
        space = self.world.spaces.get(place.space)
        return space is not None and account in space.managers

    def realm(self, account: str) -> str:
        """Everybody is on this machine."""
        return ""

    async def shares(self, accounts: Sequence[str], address: str) -> bool:
        """Whether a private channel for just these people can be made in the space of a channel."""
        return self.name not in self.world.down and self._may_bring_together(accounts, address)

    async def leave(self, address: str) -> None:
        """Leaves a space."""
        self.world.spaces[address].bot_inside = False
        self.world.tell()

    def health(self) -> Health:
        """Down when the trainer says so."""
        down = self.name in self.world.down
        return Health(not down, "health.silent" if down else "health.well", {"platform": self.name, "seconds": 0})

    def seconds_for(self, messages: int) -> float:
        """As fast as can be."""
        return messages / 200

    # -- people act -------------------------------------------------------------------------------------------------

    def act(self, account: str, channel: str = "") -> Act:
        """Somebody's act in a channel ("" : the direct room)."""
        screen, place = self.world.screens[account], self._place(account, channel)
        space = self.world.spaces.get(place.space)
        act = Act(
            self.name, account, place, self.world.new_id(), screen.language if self.name == "forms" else None,
            manages=space is not None and account in space.managers, stepwise=self.name == "lines",
        )  # fmt: skip
        return replace(act, settle=partial(settle_by_outbox, self.core, act)) if act.stepwise else act

    def _place(self, account: str, channel: str) -> Place:
        if not channel:
            return Place(self.name, "", self.world.direct(account).address, direct=True)
        return Place(self.name, self.world.channels[channel].space, channel)

    async def command(self, account: str, channel: str, name: str, values: dict[str, str]) -> Outcome:
        """A slash command."""
        return self.show(account, channel, await self.core.runner.command(self.act(account, channel), name, values))

    async def press(self, account: str, channel: str, token: str) -> Outcome:
        """A button."""
        return self.show(account, channel, await self.core.runner.press(self.act(account, channel), token))

    async def submit(self, account: str, channel: str, form: str, values: dict[str, str]) -> Outcome:
        """A page of the open form. What follows stands behind a button, as it must where a form cannot open a form."""
        screen = self.world.screens[account]
        screen.form = None
        outcome = self.show(account, channel, await self.core.runner.submit(self.act(account, channel), form, values))
        if outcome.form is not None:
            screen.form = None
            self._whisper_next(account, channel, outcome.form)
        return outcome

    def _whisper_next(self, account: str, channel: str, page: FormPage) -> None:
        button = Choice(page.mend, f"{FORM_PREFIX}{page.token}", "main")
        self._whisper(account, channel, self._draw(Card(self._said(account, page), (button,))))

    def _said(self, account: str, page: FormPage) -> Md:
        if page.error or page.page == 1:
            return page.error or Md(escape(page.title))
        language = self.world.screens[account].language
        return self.core.words.say(language, "core.page_saved", at=page.page - 1, of=page.pages)

    def _whisper(self, account: str, channel: str, message: Message) -> None:
        message.where = channel or self.world.direct(account).address
        self.world.whisper(account, message)

    async def type(self, account: str, channel: str, text: str, reply_to: str = "") -> Outcome | None:
        """A typed line."""
        act = self.act(account, channel)
        self.world.post(act.place.channel, Message(self.world.new_id(), account, text, reply_to=reply_to))
        outcome = await answer_line(self.core, act, text, reply_to=reply_to)
        return self.show(account, channel, outcome) if outcome else None

    def show(self, account: str, channel: str, outcome: Outcome) -> Outcome:
        """Draws what came of an act on the asker's screen; where people type, the answers are deliveries."""
        screen = self.world.screens[account]
        for say in outcome.says if self.name == "forms" else ():
            message = self._draw(say.card)
            if say.private or not channel:
                self._whisper(account, channel, message)
            else:
                self.world.post(channel, message)
        screen.form = outcome.form
        self.world.tell()
        return outcome
