"""Draws cards and pages of forms as Discord shows them. Views and modals only build payloads here (FACTS 36b)."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui
from discord.http import MultipartParameters, handle_message_parameters
from discord.utils import MISSING
from discord.webhook.async_ import interaction_message_response_params

from bot.cards import Blank, Card, Choice, File, FormPage, Picture
from bot.text import drawn, parse, split, to_discord

# https://discord.com/developers/docs/resources/message and /components/reference
CONTENT, BUTTON_LABEL, OPTION_TEXT = 2000, 80, 100
ROW, MOST_BUTTONS, MOST_OPTIONS = 5, 10, 25
TITLE, LABEL, HINT, FIELD = 45, 45, 100, 4000
MARK = 8  # characters kept free behind a code for " 10/12"

_STYLES = {
    "plain": discord.ButtonStyle.secondary,
    "main": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
}
Buttons = Callable[[tuple[Choice, ...]], list[dict[str, Any]]]
_TEXT_CHANNELS = [discord.ChannelType.text, discord.ChannelType.news]


@dataclass(frozen=True)
class Part:
    """One message of a card."""

    content: str
    choices: tuple[Choice, ...] = ()
    picture: Picture | None = None
    files: tuple[File, ...] = ()
    mention: str = ""  # the id of the role that its text mentions

    def to_send(self) -> dict[str, Any]:
        """Arguments for a new message."""
        made: dict[str, Any] = {"content": self.content}
        if self.choices:
            made["view"] = view_of(self.choices)
        if found := self._attached():
            made["files"] = found
        return made

    def to_post(self, nonce: str, silent: bool, buttons: Buttons, notify: bool = True) -> MultipartParameters:
        """A new message in a channel as the library's own client takes it (`channel.send` makes the same of it).

        `notify`: whether the role that it mentions is notified; at night, and by what continues an edit, it is not.
        """
        said: dict[str, Any] = {
            "content": self.content, "nonce": nonce,
            "allowed_mentions": _only(self.mention if notify and not silent else ""),
            "flags": discord.MessageFlags(suppress_notifications=True) if silent else MISSING,
        }  # fmt: skip
        if found := self._attached():
            view = view_of(self.choices) if self.choices else MISSING
            return handle_message_parameters(**said, files=found, view=view)
        made = handle_message_parameters(**said)
        if self.choices and made.payload is not None:
            made.payload["components"] = buttons(self.choices)
        return made

    def to_answer(self, private: bool, allowed: discord.AllowedMentions | None) -> MultipartParameters:
        """The answer to an interaction (`interaction.response.send_message` makes the same of it)."""
        said: dict[str, Any] = {
            "type": discord.InteractionResponseType.channel_message.value, "content": self.content,
            "flags": discord.MessageFlags(ephemeral=private), "previous_allowed_mentions": allowed,
        }  # fmt: skip
        if found := self._attached():
            view = view_of(self.choices) if self.choices else MISSING
            return interaction_message_response_params(**said, files=found, view=view)
        made = interaction_message_response_params(**said)
        if self.choices and made.payload is not None:
            made.payload["data"]["components"] = buttons_of(self.choices)
        return made

    def _attached(self) -> list[discord.File]:
        found = [(self.picture.png, self.picture.name, self.picture.alt)] if self.picture else []
        found += [(one.data, one.name, one.about) for one in self.files]
        return [
            discord.File(io.BytesIO(base64.b64decode(data)), name, description=about) for data, name, about in found
        ]

    def to_edit(self) -> dict[str, Any]:
        """Arguments for a change: what had buttons and has none now loses them; a picture stays."""
        return {"content": self.content, "view": view_of(self.choices) if self.choices else None}


def _only(role: str) -> discord.AllowedMentions:
    """Nobody is notified but this one role ("" : nobody at all), whatever the text says."""
    allowed = discord.AllowedMentions.none()
    if role:
        allowed.roles = [discord.Object(int(role))]
    return allowed


def draw(piece: str) -> str:
    """A piece of a card's text in Discord's Markdown."""
    return to_discord(parse(piece))


def parts_of(card: Card, draw: Callable[[str], str] = draw) -> list[Part]:
    """A card as messages of at most 2,000 characters, each ending with the card's code; choices below the last."""
    mention = f"\n<@&{card.mention}>" if card.mention else ""
    room = CONTENT - (len(card.code) + MARK if card.code else 0) - len(mention)
    texts = split(drawn(card.text, draw), room) or [""]
    texts[-1] += mention
    marked = [f"{text}{mark_of(card.code, number, len(texts))}".strip() for number, text in enumerate(texts, 1)]
    last = Part(marked[-1], card.choices, card.picture, card.files, card.mention)
    return [*(Part(one) for one in marked[:-1]), last]


def mark_of(code: str, number: int, parts: int) -> str:
    """The last line of a part: `A-7KQ2`, or `A-7KQ2 2/3`; it is what `find` looks for after a crash."""
    if not code:
        return ""
    return f"\n{code}" if parts == 1 else f"\n{code} {number}/{parts}"


def tokens_of(card: Card) -> tuple[str, ...]:
    """The tokens of a card's choices, in the order shown."""
    return tuple(one.token for one in card.choices)


def view_of(choices: Sequence[Choice]) -> ui.View:
    """Buttons; a longer list as selects. Stopped at once: a living view would stay in memory for ever."""
    view, once = ui.View(timeout=None), _once(choices)
    if len(once) <= MOST_BUTTONS:
        for at, one in enumerate(once):
            view.add_item(_button(one, at // ROW))
    else:
        for at in range(0, min(len(once), MOST_OPTIONS * ROW), MOST_OPTIONS):
            view.add_item(_select(once[at : at + MOST_OPTIONS], at))
    view.stop()
    return view


def buttons_of(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """The same as Discord reads it; what most messages have is written down here, at a tenth of a view's price."""
    once = _once(choices)
    if len(once) > MOST_BUTTONS:
        return view_of(once).to_components()
    buttons = [
        {
            "type": discord.ComponentType.button.value, "style": _STYLES.get(one.weight, _STYLES["plain"]).value,
            "disabled": False, "label": short(one.label, BUTTON_LABEL), "custom_id": one.token,
        }
        for one in once
    ]  # fmt: skip
    row = discord.ComponentType.action_row.value
    return [{"type": row, "components": buttons[at : at + ROW]} for at in range(0, len(buttons), ROW)]


def _once(choices: Sequence[Choice]) -> list[Choice]:
    return list({one.token: one for one in choices}.values())


def _button(choice: Choice, row: int) -> ui.Button[ui.View]:
    style = _STYLES.get(choice.weight, _STYLES["plain"])
    return ui.Button(label=short(choice.label, BUTTON_LABEL), custom_id=choice.token, style=style, row=row)


def _select(choices: Sequence[Choice], at: int) -> ui.Select[ui.View]:
    options = [discord.SelectOption(label=short(one.label, OPTION_TEXT), value=one.token) for one in choices]
    return ui.Select(custom_id=f"choices.{at}", options=options)


def modal_of(page: FormPage, custom_id: str) -> ui.Modal:
    """One page of a form; every field's `custom_id` is its key."""
    numbers = f" ({page.page}/{page.pages})" if page.pages > 1 else ""
    modal = ui.Modal(title=short(page.title, TITLE - len(numbers)) + numbers, custom_id=custom_id)
    for blank in page.blanks:
        hint = short(blank.hint, HINT) or None
        modal.add_item(ui.Label(text=short(blank.label, LABEL), description=hint, component=_field(blank)))
    modal.stop()
    return modal


def _field(blank: Blank) -> ui.Item[Any]:
    if blank.kind == "room":
        return _channel_field(blank)
    if blank.kind == "choice" and 1 <= len(blank.options) <= MOST_OPTIONS:
        return _choice_field(blank)
    most = min(FIELD, max(blank.limit, len(blank.value)))
    style = discord.TextStyle.paragraph if blank.kind == "text" else discord.TextStyle.short
    return ui.TextInput(
        custom_id=blank.key, style=style, required=blank.required, max_length=most, default=blank.value[:FIELD] or None
    )


def _choice_field(blank: Blank) -> ui.Select[Any]:
    options = [
        discord.SelectOption(
            label=short(one.label, OPTION_TEXT), value=one.value, description=short(one.hint, OPTION_TEXT) or None,
            default=one.value == blank.value,
        )
        for one in blank.options
    ]  # fmt: skip
    return ui.Select(custom_id=blank.key, options=options, required=blank.required, min_values=int(blank.required))


def _channel_field(blank: Blank) -> ui.ChannelSelect[Any]:
    """Discord's own list of channels: it can be searched and has no limit of 25."""
    kind = discord.SelectDefaultValueType.channel
    chosen = [discord.SelectDefaultValue(id=int(blank.value), type=kind)] if blank.value.isdigit() else []
    return ui.ChannelSelect(
        custom_id=blank.key, channel_types=_TEXT_CHANNELS, required=blank.required, min_values=int(blank.required),
        default_values=chosen,
    )  # fmt: skip


def short(text: str, limit: int) -> str:
    """A text that fits; what was cut is shown by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
