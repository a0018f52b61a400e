"""The little world of the rehearsal: spaces, channels, messages, screens. It outlives the bot, as platforms do.

Two styles of platform live in it: `forms` (Discord-like: buttons, forms, answers only the asker sees), `lines`
(Matrix-like: typed text, numbered replies, direct rooms). Like the real ones it refuses doubles of a delivery id,
can be down, and can lack a permission.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.cards import FormPage
from bot.clock import Clock


@dataclass
class Message:
    """Something that stands in a channel or on a screen. `choices` are (label, token); `versions` earlier texts."""

    id: str
    author: str
    text: str
    html: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    silent: bool = False
    private: bool = False
    removed_by: str = ""
    nonce: str = ""
    versions: list[str] = field(default_factory=list)
    reply_to: str = ""
    picture: str = ""
    alt: str = ""
    files: tuple[tuple[str, str, str], ...] = ()  # name, what is in it, the bytes in base64
    code: str = ""
    weights: tuple[str, ...] = ()  # of the choices, in their order
    where: str = ""  # of a private answer: the channel in which it shows
    at: datetime | None = None
    notified: str = ""  # the role whose members it notified


@dataclass
class Channel:
    """A channel, a room or a direct room. `missing`: permissions the bot lacks here; `closed`: only managers see it;
    `only`: a private place, seen by just these accounts."""

    address: str
    name: str
    space: str
    messages: list[Message] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    direct_with: str = ""
    gone: bool = False
    closed: bool = False
    only: tuple[str, ...] = ()

    def standing(self) -> list[Message]:
        """What can be read now."""
        return [one for one in self.messages if not one.removed_by]


@dataclass
class Space:
    """A server or a community."""

    address: str
    name: str
    style: str  # forms | lines
    channels: list[str] = field(default_factory=list)
    managers: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    roles: dict[str, str] = field(default_factory=dict)  # id: name, of those that a message can notify
    bot_inside: bool = True


@dataclass
class Screen:
    """What one person sees: private answers, and the form that is open."""

    account: str
    name: str
    language: str
    style: str
    private: list[Message] = field(default_factory=list)
    form: FormPage | None = None


class World:
    """All of it. `changed` is called after each change (the page listens).

    `pace`: seconds a delivery is under way, half of them after the message stands: time to be interrupted in. `jam`:
    where the deliveries of a style stop until the bot is killed: before they arrive, or after, with the answer lost.
    """

    def __init__(self, clock: Clock | None = None, pace: float = 0.0) -> None:
        self.clock, self.pace = clock or Clock(), pace
        self.spaces: dict[str, Space] = {}
        self.channels: dict[str, Channel] = {}
        self.screens: dict[str, Screen] = {}
        self.down: set[str] = set()  # styles whose platform is down
        self.jam: dict[str, str] = {}  # style: before | after
        self.closed_doors: set[str] = set()  # accounts that take no direct messages
        self.sent = 0
        self.changed: list[Callable[[], None]] = []
        self._numbers = itertools.count(1)

    def add_space(self, address: str, name: str, style: str, channels: tuple[str, ...]) -> Space:
        """A server with channels; their addresses are `<space>/<name>`."""
        space = Space(address, name, style)
        for one in channels:
            channel = Channel(f"{address}/{one}", one, address)
            self.channels[channel.address] = channel
            space.channels.append(channel.address)
        self.spaces[address] = space
        self.tell()
        return space

    def add_person(self, account: str, name: str, language: str, style: str) -> Screen:
        """Somebody with a screen."""
        self.screens[account] = Screen(account, name, language, style)
        self.tell()
        return self.screens[account]

    def direct(self, account: str) -> Channel:
        """The direct room with somebody, made at the first use."""
        address = f"direct/{account}"
        if address not in self.channels:
            self.channels[address] = Channel(address, "direct", "", direct_with=account)
        return self.channels[address]

    def meeting(self, key: str, name: str, space: str, accounts: tuple[str, ...]) -> Channel:
        """A private place for two people, in a server or (`space` "") on its own; made once for each `key`."""
        address = self.meeting_address(key)
        if address not in self.channels:
            self.channels[address] = Channel(address, name, space, closed=True, only=accounts)
            self.tell()
        return self.channels[address]

    @staticmethod
    def meeting_address(key: str) -> str:
        """Where the private place of a key is, whether it was made or not."""
        return f"rooms/{key}"

    def sees(self, account: str, channel: Channel) -> bool:
        """Whether somebody can read a channel that is not their direct room."""
        if channel.only:
            return account in channel.only
        space = self.spaces.get(channel.space)
        if space is None or account not in space.members:
            return False
        return not channel.closed or account in space.managers

    def bot_inside(self, channel: Channel) -> bool:
        """Whether the bot is where a channel is; it can always be written to directly."""
        return not channel.space or self.spaces[channel.space].bot_inside

    async def travel(self, style: str, half: str) -> None:
        """Half of the way of a delivery: before it arrives, or after."""
        if self.jam.get(style) == half:
            await asyncio.Event().wait()
        if self.pace:
            await asyncio.sleep(self.pace / 2)

    def post(self, address: str, message: Message) -> Message:
        """Puts a message into a channel; one with a known nonce is not put twice."""
        channel = self.channels[address]
        known = next((one for one in channel.messages if message.nonce and one.nonce == message.nonce), None)
        if known is not None:
            return known
        message.at = self.clock.now()
        channel.messages.append(message)
        self.sent += message.author == "bot"
        self.tell()
        return message

    def whisper(self, account: str, message: Message) -> None:
        """Shows an answer to one person, in the channel `message.where`."""
        message.private, message.at = True, self.clock.now()
        self.screens[account].private.append(message)
        self.tell()

    def find(self, address: str, message: str) -> Message | None:
        """A message by its id."""
        channel = self.channels.get(address)
        return next((one for one in channel.messages if one.id == message), None) if channel else None

    def anywhere(self, message: str) -> Message | None:
        """A message by its id, in a channel or on a screen."""
        lists = [*(one.messages for one in self.channels.values()), *(one.private for one in self.screens.values())]
        return next((one for some in lists for one in some if one.id == message), None)

    def new_id(self) -> str:
        """The next message id."""
        return f"m{next(self._numbers)}"

    def tell(self) -> None:
        """Something changed."""
        for listener in self.changed:
            listener()
