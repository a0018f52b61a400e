"""Who and what is there: people, servers, channels, roles. What changes is told to the gateway through `World.emit`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from . import payloads, permissions
from .clock import Clock

if TYPE_CHECKING:
    from .message import Message

DISCORD_EPOCH_MS = 1_420_070_400_000
TEXT, PRIVATE = 0, 1


class Emit(Protocol):
    """Tell the gateway of an event: `intents` is the bit that subscribes to it, 0 for events everybody gets."""

    def __call__(self, event: str, data: dict[str, Any], intents: int) -> None: ...


@dataclass(eq=False)
class User:
    """An account. `dms_open` false refuses direct messages (50007)."""

    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"
    dms_open: bool = True


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int
    managed: bool = False
    of_bot: int | None = None  # the bot whose own role this is
    mentionable: bool = False


@dataclass
class Overwrite:
    """Bits that a channel takes away from, or gives to, one role (kind 0) or one member (kind 1)."""

    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Member:
    user: User
    guild: Guild = field(repr=False)
    roles: list[Role] = field(default_factory=list)


@dataclass(eq=False)
class Thread:
    """What makes a channel a thread: where it hangs, who made it, who is in it."""

    parent: Channel = field(repr=False)
    kind: int
    owner: User
    auto_archive: int
    invitable: bool
    members: list[User] = field(default_factory=list)
    archived: bool = False


@dataclass(eq=False)
class Channel:
    """A text channel of a server, a thread there, or a direct room (`guild` None, `recipient` set). Keeps every message
    ever made."""

    world: World = field(repr=False)
    id: int
    name: str
    guild: Guild | None = field(default=None, repr=False)
    recipient: User | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict, repr=False)
    history: list[Message] = field(default_factory=list, repr=False)
    thread: Thread | None = field(default=None, repr=False)

    @property
    def threads(self) -> list[Channel]:
        """Its threads, oldest first."""
        found = [one for one in self.world.channels.values() if one.thread and one.thread.parent is self]
        return sorted(found, key=lambda one: one.id)

    @property
    def messages(self) -> list[Message]:
        """What is readable now, oldest first: neither deleted nor ephemeral."""
        return [message for message in self.history if not message.deleted]

    @property
    def kind(self) -> int:
        if self.thread is not None:
            return self.thread.kind
        return TEXT if self.guild else PRIVATE

    def message(self, message_id: int) -> Message | None:
        return next((one for one in reversed(self.history) if one.id == message_id and not one.deleted), None)

    def deny(self, *names: str, who: Role | User | None = None) -> None:
        """Take permissions away here, by default from the bot itself (`channel.deny("send_messages")`)."""
        self._overwrite(who).deny |= permissions.bits(*names)
        self._overwrite(who).allow &= ~permissions.bits(*names)
        self._changed()

    def allow(self, *names: str, who: Role | User | None = None) -> None:
        """Give permissions here, by default to the bot itself."""
        self._overwrite(who).allow |= permissions.bits(*names)
        self._overwrite(who).deny &= ~permissions.bits(*names)
        self._changed()

    def lose(self) -> None:
        """The channel is deleted by the server's people."""
        assert self.guild is not None
        self.guild.channels.remove(self)
        del self.world.channels[self.id]
        self.world.emit("CHANNEL_DELETE", payloads.channel(self), intents=1)

    def remove(self, message: Message) -> None:
        """A moderator deletes a message."""
        message.deleted = True
        where = {"id": str(message.id), "channel_id": str(self.id)}
        if self.guild:
            where["guild_id"] = str(self.guild.id)
        self.world.emit("MESSAGE_DELETE", where, intents=1 << 9 if self.guild else 1 << 12)

    def _overwrite(self, who: Role | User | None) -> Overwrite:
        target = who or self.world.bot
        return self.overwrites.setdefault(target.id, Overwrite(0 if isinstance(target, Role) else 1))

    def _changed(self) -> None:
        self.world.emit("CHANNEL_UPDATE", payloads.channel(self), intents=1)


@dataclass(eq=False)
class Guild:
    """A Discord server: its channels, roles and members. `bot_is_here` is false after it was kicked or left."""

    world: World = field(repr=False)
    id: int
    name: str
    owner: User = field(repr=False)
    everyone: Role = field(repr=False)
    locale: str = "en-US"
    roles: list[Role] = field(default_factory=list, repr=False)
    channels: list[Channel] = field(default_factory=list, repr=False)
    members: dict[int, Member] = field(default_factory=dict, repr=False)
    left_by_itself: bool = False

    @property
    def bot_is_here(self) -> bool:
        return self.world.bot.id in self.members

    def channel(self, name: str) -> Channel:
        """A channel by its name, with or without `#`."""
        found = next((one for one in self.channels if one.name == name.lstrip("#")), None)
        if found is None:
            raise KeyError(f"{self.name} has no channel {name}")
        return found

    def add_channel(self, name: str) -> Channel:
        made = Channel(self.world, self.world.snowflake(), name, guild=self)
        self.channels.append(made)
        self.world.channels[made.id] = made
        self._tell("CHANNEL_CREATE", payloads.channel(made))
        return made

    def add_role(self, name: str, *names: str, managed: bool = False, mentionable: bool = False) -> Role:
        """A role with permissions by name (`guild.add_role("Moderators", "manage_guild")`)."""
        role = Role(self.world.snowflake(), name, permissions.bits(*names), managed, mentionable=mentionable)
        self.roles.append(role)
        self._tell("GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": payloads.role(role)})
        return role

    def remove_role(self, role: Role) -> None:
        """Somebody deletes a role; nobody has it any more."""
        self.roles.remove(role)
        for member in self.members.values():
            if role in member.roles:
                member.roles.remove(role)
        self._tell("GUILD_ROLE_DELETE", {"guild_id": str(self.id), "role_id": str(role.id)})

    def join(self, user: User, *roles: Role) -> Member:
        member = Member(user, self, list(roles))
        self.members[user.id] = member
        return member

    def leave(self, user: User) -> None:
        """Somebody leaves the server; they are in none of its threads any more."""
        del self.members[user.id]
        for channel in self.world.channels.values():
            if channel.guild is self and channel.thread and user in channel.thread.members:
                channel.thread.members.remove(user)

    def kick(self) -> None:
        """The server's people remove the bot."""
        if self.members.pop(self.world.bot.id, None):
            self.world.emit("GUILD_DELETE", {"id": str(self.id)}, intents=1)

    def go_down(self) -> None:
        """An outage of Discord: the server is unavailable, which is not a removal."""
        self.world.emit("GUILD_DELETE", {"id": str(self.id), "unavailable": True}, intents=1)

    def _tell(self, event: str, data: dict[str, Any]) -> None:
        if self.bot_is_here:
            self.world.emit(event, data, intents=1)

    def threads_of(self, user: User) -> list[Channel]:
        """The open threads that somebody can see."""
        member = self.members.get(user.id)
        if member is None:
            return []
        found = [thread for channel in self.channels for thread in channel.threads]
        found = [one for one in found if one.thread and not one.thread.archived]
        return [one for one in found if permissions.in_channel(member, one) & permissions.FLAGS["view_channel"]]

    def bot_permissions(self, channel: Channel) -> int:
        return permissions.in_channel(self.members[self.world.bot.id], channel)


class World:
    """Everything that exists, found by id or by name."""

    def __init__(self, clock: Clock, emit: Emit, bot_name: str) -> None:
        self.clock = clock
        self.emit = emit
        self._count = 0
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.users: dict[int, User] = {}
        self.bot = self.add_user(bot_name, bot=True)

    def snowflake(self) -> int:
        """A new id, larger than every earlier one (reference#snowflakes)."""
        self._count += 1
        milliseconds = int(self.clock.wall().timestamp() * 1000) - DISCORD_EPOCH_MS
        return (milliseconds << 22) + self._count

    def add_user(self, name: str, *, bot: bool = False, locale: str = "en-US", make: type[User] = User) -> User:
        user = make(self.snowflake(), name, bot=bot, locale=locale)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, channels: tuple[str, ...], bot_permissions: int, locale: str) -> Guild:
        """A server that has just invited the bot with these permissions."""
        guild_id = self.snowflake()
        owner = self.add_user(f"owner of {name}")
        everyone = Role(guild_id, "@everyone", permissions.EVERYBODY)
        guild = Guild(self, guild_id, name, owner, everyone, locale, roles=[everyone])
        self.guilds[guild.id] = guild
        guild.join(owner)
        own_role = Role(self.snowflake(), self.bot.name, bot_permissions, managed=True, of_bot=self.bot.id)
        guild.roles.append(own_role)
        for channel_name in channels:
            guild.add_channel(channel_name)
        guild.join(self.bot, own_role)
        self.emit("GUILD_CREATE", payloads.guild_create(guild, joined=True), intents=1)
        return guild

    def direct_room(self, user: User) -> Channel:
        """The one direct room between the bot and a person."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        made = Channel(self, self.snowflake(), user.name, recipient=user)
        self.channels[made.id] = made
        return made
