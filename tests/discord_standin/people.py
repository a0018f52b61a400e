"""A person at the screen: types commands, presses, fills in forms, and sees what the bot answers.

seen = await rosa.slash("action new")
seen = await rosa.submit(seen.modal, {"What": "March", "When": "Sat 5pm"})
seen = await rosa.press(seen.message, "Send")
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import payloads, permissions
from .commands import BOOLEAN, CHANNEL, INTEGER, ROLE, STRING, USER, answers_to, find
from .components import BUTTON, CHECKBOX, CHECKBOX_GROUP, LABEL, RADIO_GROUP, SELECT, SELECTS, TEXT_DISPLAY, TEXT_INPUT
from .interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction, Modal, Seen, prefilled
from .message import Message
from .world import Channel, Guild, Member, Role, User

if TYPE_CHECKING:
    from .server import StandIn


class CannotDo(AssertionError):
    """Discord's client would not have let the person do this (no such button, a required field left empty)."""


@dataclass(eq=False)
class Person(User):
    """An account with hands. `patience` is how long, in seconds, it waits after *is thinking*."""

    standin: StandIn = field(init=False, repr=False)
    patience: float = 10.0

    @property
    def direct_room(self) -> Channel:
        """The direct room with the bot, made when first looked at."""
        return self.standin.world.direct_room(self)

    @property
    def inbox(self) -> list[Message]:
        """Direct messages from the bot, oldest first."""
        return self.direct_room.messages

    def close_direct_messages(self) -> None:
        """From now on a direct message to this person is refused with 50007."""
        self.dms_open = False

    async def slash(self, words: str, /, *, channel: Channel | None = None, **options: Any) -> Seen:
        """Type a command by its name in any language (`"convocatoria nueva"`) with options by name."""
        where = channel or self._usual_channel()
        chain = self._find_command(words, where)
        chosen, resolved = self._chosen(chain[-1], options, where)
        return await self._act(COMMAND, where, _command_data(chain, chosen, resolved))

    async def complete(
        self, words: str, option: str, typed: str = "", *, channel: Channel | None = None, **options: Any
    ) -> list[str]:
        """The names offered while typing this option."""
        where = channel or self._usual_channel()
        chain = self._find_command(words, where)
        found = next((one for one in chain[-1].get("options") or [] if answers_to(one, option)), None)
        if found is None or not found.get("autocomplete"):
            raise CannotDo(f"{option} of /{words} completes nothing")
        chosen, resolved = self._options(chain[-1], options, where)
        chosen.append({"name": found["name"], "type": found["type"], "value": typed, "focused": True})
        seen = await self._act(AUTOCOMPLETE, where, _command_data(chain, chosen, resolved))
        return [str(choice["name"]) for choice in seen.choices]

    async def press(self, message: Message, label: str) -> Seen:
        """Press the button with this label (or `custom_id`)."""
        button = self._component(message, label, {BUTTON})
        if button.get("disabled") or "url" in button:
            raise CannotDo(f"{label} cannot be pressed")
        data = {"custom_id": button["custom_id"], "component_type": BUTTON}
        return await self._act(COMPONENT, message.channel, data, source=message)

    async def choose(self, message: Message, select: str, *values: Any) -> Seen:
        """Pick in a select, found by its placeholder or `custom_id`; values by label, or people, roles, channels."""
        component = self._component(message, select, SELECTS)
        data: dict[str, Any] = {"custom_id": component["custom_id"], "component_type": component["type"]}
        if component["type"] == SELECT:
            data["values"] = _picked(component, values)
        else:
            data |= {"values": [str(one.id) for one in values], "resolved": self._resolved(values, message.channel)}
        return await self._act(COMPONENT, message.channel, data, source=message)

    async def submit(self, modal: Modal | None, values: dict[str, Any]) -> Seen:
        """Fill in a form by its labels (or `custom_id`s) and send it; what is not named keeps what it held."""
        if modal is None:
            raise CannotDo("no form is open")
        left = set(values) - {key for label, _, one in modal.fields for key in (label, one["custom_id"])}
        if left:
            raise CannotDo(f"the form {modal.title!r} has no {sorted(left)}; it has {modal.labels}")
        parts = [_submitted_part(part, values) for part in modal.components]
        data = {"custom_id": modal.custom_id, "components": parts, "resolved": {}}
        return await self._act(MODAL_SUBMIT, modal.channel or self._usual_channel(), data, source=modal.source)

    def says(self, text: str, channel: Channel) -> None:
        """A message like any other."""
        world = self.standin.world
        channel.history.append(Message(world.snowflake(), channel, self, {"content": text}, world.clock.wall()))

    def sees(self, channel: Channel) -> list[Message]:
        """What is on this person's screen in a channel, with the ephemeral answers that are theirs."""
        hidden = [one for one in self.standin.messages.values() if one.for_user is self and one.channel is channel]
        return sorted([*channel.messages, *(one for one in hidden if not one.deleted)], key=lambda one: one.id)

    def member_of(self, guild: Guild | None) -> Member | None:
        return guild.members.get(self.id) if guild else None

    def _usual_channel(self) -> Channel:
        for guild in self.standin.world.guilds.values():
            if self.id in guild.members and guild.channels:
                return guild.channels[0]
        return self.direct_room

    def _find_command(self, words: str, where: Channel) -> list[dict[str, Any]]:
        commands = [*self.standin.commands.get(None, [])]
        if where.guild is not None:
            commands += self.standin.commands.get(where.guild.id, [])
        chain = find(commands, words.removeprefix("/").split())
        if not self._is_offered(chain[0], where):
            raise CannotDo(f"/{words} is not offered to {self.name} in {where.name}")
        return chain

    def _is_offered(self, command: dict[str, Any], where: Channel) -> bool:
        """Contexts and default permissions, as the client hides commands by them."""
        contexts = command.get("contexts")
        if contexts is not None and (0 if where.guild else 1) not in contexts:
            return False
        member = self.member_of(where.guild)
        needed = int(command.get("default_member_permissions") or 0)
        return member is None or permissions.in_channel(member, where) & needed == needed

    def _chosen(
        self, command: dict[str, Any], given: dict[str, Any], where: Channel
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        for option in command.get("options") or []:
            if option.get("required") and not any(answers_to(option, name) for name in given):
                raise CannotDo(f"the option {option['name']} is required")
        return self._options(command, given, where)

    def _options(
        self, command: dict[str, Any], given: dict[str, Any], where: Channel
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        chosen = []
        for name, value in given.items():
            option = next((one for one in command.get("options") or [] if answers_to(one, name)), None)
            if option is None:
                raise CannotDo(f"{command['name']} has no option {name}")
            chosen.append({"name": option["name"], "type": option["type"], "value": _option_value(option, value)})
        return chosen, self._resolved(tuple(given.values()), where)

    def _resolved(self, values: tuple[Any, ...], where: Channel) -> dict[str, Any]:
        resolved: dict[str, Any] = {}
        for value in values:
            if isinstance(value, User):
                resolved.setdefault("users", {})[str(value.id)] = payloads.user(value)
                resolved.setdefault("members", {}).update(_partial_member(value, where))
            elif isinstance(value, Role):
                resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
            elif isinstance(value, Channel):
                resolved.setdefault("channels", {})[str(value.id)] = self._partial_channel(value)
        return resolved

    def _partial_channel(self, channel: Channel) -> dict[str, Any]:
        member = self.member_of(channel.guild)
        granted = permissions.in_channel(member, channel) if member else 0
        return payloads.channel(channel) | {"permissions": str(granted)}

    def _component(self, message: Message, label: str, kinds: set[int] | frozenset[int]) -> dict[str, Any]:
        if message.for_user not in (None, self):
            raise CannotDo(f"{self.name} does not see this message")
        for one in message.buttons:
            names = (one.get("label"), one.get("custom_id"), one.get("placeholder"))
            if one["type"] in kinds and label in names:
                return one
        raise CannotDo(
            f"no {label!r} here; there is {[one.get('label') or one.get('placeholder') for one in message.buttons]}"
        )

    async def _act(self, kind: int, channel: Channel, data: dict[str, Any], source: Message | None = None) -> Seen:
        """Send the interaction through the gateway and watch the screen until it was answered, or failed."""
        interaction = Interaction(self.standin, kind, self, channel, data, source)
        self.standin.interactions[interaction.token] = interaction
        self.standin.gateway.emit("INTERACTION_CREATE", self._payload(interaction))
        seen = interaction.seen
        if not await self._first_answer(interaction):
            seen.failed = True
        elif seen.thinking:
            await self._after_thinking(seen)
        return seen

    async def _first_answer(self, interaction: Interaction) -> bool:
        try:
            async with asyncio.timeout(max(0.0, self.standin.answer_within - interaction.age)):
                while interaction.answer_kind is None:
                    interaction.seen.changed.clear()
                    await interaction.seen.changed.wait()
        except TimeoutError:
            return False
        return True

    async def _after_thinking(self, seen: Seen) -> None:
        try:
            async with asyncio.timeout(self.patience):
                while seen.thinking:
                    seen.changed.clear()
                    await seen.changed.wait()
        except TimeoutError:
            return  # still thinking: the test sees `seen.thinking`

    def _payload(self, interaction: Interaction) -> dict[str, Any]:
        channel = interaction.channel
        app_id = str(self.standin.application.id)
        made: dict[str, Any] = {
            "id": str(interaction.id),
            "application_id": app_id,
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel": payloads.channel(channel),
            "channel_id": str(channel.id),
            "locale": self.locale,
            "app_permissions": str(permissions.ALL),
            "attachment_size_limit": 10_485_760,
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(channel.guild.id) if channel.guild else "0"},
            "context": 0 if channel.guild else 1,
        }
        made |= self._whose(channel)
        if interaction.source is not None:
            made["message"] = interaction.source.payload()
        return made

    def _whose(self, channel: Channel) -> dict[str, Any]:
        guild = channel.guild
        if guild is None:
            return {"user": payloads.user(self)}
        member = guild.members[self.id]
        made = {
            "guild_id": str(guild.id),
            "guild_locale": guild.locale,
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "member": payloads.member(member, channel),
        }
        if guild.bot_is_here:
            made["app_permissions"] = str(guild.bot_permissions(channel))
        return made


def _partial_member(user: User, where: Channel) -> dict[str, Any]:
    """A member as `resolved` has it: without the user, who is listed beside it."""
    member = where.guild.members.get(user.id) if where.guild else None
    if member is None:
        return {}
    left_out = ("user", "deaf", "mute")
    return {str(user.id): {key: value for key, value in payloads.member(member, where).items() if key not in left_out}}


def _command_data(
    chain: list[dict[str, Any]], chosen: list[dict[str, Any]], resolved: dict[str, Any]
) -> dict[str, Any]:
    """Options wrapped in their subcommand and group, as they arrive."""
    options = chosen
    for step in reversed(chain[1:]):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    root = chain[0]
    data: dict[str, Any] = {"id": root["id"], "name": root["name"], "type": root["type"], "options": options}
    return data | ({"resolved": resolved} if resolved else {})


def _option_value(option: dict[str, Any], value: Any) -> Any:
    if option["type"] in (USER, CHANNEL, ROLE):
        return str(value.id)
    wanted = {STRING: str, INTEGER: int, BOOLEAN: bool}.get(option["type"], object)
    if not isinstance(value, wanted):
        raise CannotDo(f"{option['name']} takes {wanted.__name__}, not {value!r}")
    choices = {choice["name"]: choice["value"] for choice in option.get("choices") or []}
    if choices and value not in choices and value not in choices.values():
        raise CannotDo(f"{value!r} is not offered for {option['name']}: {list(choices)}")
    if isinstance(value, str) and not option.get("min_length", 0) <= len(value) <= option.get("max_length", 6000):
        raise CannotDo(f"{option['name']} does not take {len(value)} characters")
    return choices.get(value, value)


def _picked(component: dict[str, Any], wanted: Any) -> list[str]:
    """Values of options by label or value, within the allowed number."""
    by_label = {one["label"]: one["value"] for one in component["options"]}
    picked = [by_label.get(one, one) for one in wanted]
    unknown = [one for one in picked if one not in by_label.values()]
    least = component.get("min_values", 1)
    most = component.get("max_values", 1 if component["type"] == SELECT else len(by_label))
    if unknown or not least <= len(picked) <= most:
        raise CannotDo(f"{wanted!r} cannot be picked: {list(by_label)}, {least} to {most}")
    return picked


def _submitted_part(part: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    if part["type"] == TEXT_DISPLAY:
        return {"type": TEXT_DISPLAY, "id": part.get("id", 0)}
    if part["type"] == LABEL:
        one = part["component"]
        return {"type": LABEL, "id": part.get("id", 0), "component": _submitted(one, part["label"], values)}
    inside = [_submitted(one, str(one.get("label")), values) for one in part["components"]]
    return {"type": part["type"], "id": part.get("id", 0), "components": inside}


def _submitted(one: dict[str, Any], label: str, values: dict[str, Any]) -> dict[str, Any]:
    given = values.get(label, values.get(one["custom_id"], prefilled(one)))
    made: dict[str, Any] = {"type": one["type"], "id": one.get("id", 0), "custom_id": one["custom_id"]}
    if one["type"] == TEXT_INPUT:
        return made | {"value": _typed(one, label, str(given))}
    if one["type"] == CHECKBOX:
        return made | {"value": bool(given)}
    return made | _picked_in_form(one, label, given)


def _typed(one: dict[str, Any], label: str, text: str) -> str:
    if not text and not one.get("required", True):
        return text
    least, most = max(one.get("min_length") or 0, 1), one.get("max_length") or 4000
    if not least <= len(text) <= most:
        raise CannotDo(f"{label!r} takes {least} to {most} characters, not {len(text)}")
    return text


def _picked_in_form(one: dict[str, Any], label: str, given: Any) -> dict[str, Any]:
    wanted = given if isinstance(given, list | tuple) else [given]
    if not wanted and one.get("required", True) and one.get("min_values", 1):
        raise CannotDo(f"{label!r} must be chosen")
    picked = (
        _picked({"min_values": 0, **one}, wanted)
        if one["type"] in (SELECT, RADIO_GROUP, CHECKBOX_GROUP)
        else [str(getattr(each, "id", each)) for each in wanted]
    )
    if one["type"] == RADIO_GROUP:
        return {"value": picked[0] if picked else None}
    return {"values": picked}
