"""Interactions: what a person did becomes an Act, what came of it is drawn as the answer.

Everything arrives in one listener and is understood by its token alone, so a press or a form works after a restart
(FACTS 36b). An answer must come within 3 s (FACTS 31): who has none after 1.5 s sees *is thinking*.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from sqlalchemy import select

from bot import tables as t
from bot.cards import Card, Choice, FormPage, Outcome, Say
from bot.core import Core
from bot.errors import Missing
from bot.platforms.base import Act
from bot.platforms.discord import commands, replies
from bot.platforms.discord.render import modal_of, parts_of
from bot.runner import FORM_PREFIX
from bot.spaces import Place
from bot.words import LANGUAGES, Md

log = structlog.get_logger(__name__)

DEFER_AFTER = 1.5  # seconds; Discord waits 3
FORM_DEFER_AFTER = 2.5  # a form cannot be opened any more once it was deferred (FACTS 36): as late as is safe
ANSWERED_WITHIN = 3.0  # seconds that a shutdown waits for answers under way
Interaction = discord.Interaction[discord.Client]


@dataclass(frozen=True)
class Asked:
    """One interaction understood: the work, and what is known of its answer before it is done."""

    work: Awaitable[Outcome]
    may_open_form: bool
    private: bool = True
    token: str = ""


class Conversation:
    """Answers interactions through the core's runner."""

    def __init__(self, core: Core, platform: str) -> None:
        self._core, self._platform = core, platform
        self._talking = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def hear(self, interaction: Interaction) -> None:
        """The one listener."""
        self._talking += 1
        self._quiet.clear()
        try:
            await self._carry_out(interaction)
        finally:
            self._talking -= 1
            if not self._talking:
                self._quiet.set()

    async def finish(self) -> None:
        """Before the connection goes: what people began is carried out and answered, within Discord's own 3 s."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWERED_WITHIN):
                await self._quiet.wait()

    async def _carry_out(self, interaction: Interaction) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            await self._complete(interaction)
            return
        asked = self._understand(interaction)
        if asked is None:
            return
        outcome = await self._in_time(interaction, asked)
        with _kept():
            await self._answer(interaction, outcome, asked.private)

    # -- understanding ----------------------------------------------------------------------------------------------

    def _understand(self, interaction: Interaction) -> Asked | None:
        act, data = act_of(interaction, self._platform), dict[str, Any](interaction.data or {})
        if interaction.type is discord.InteractionType.application_command:
            return self._command(act, data)
        if interaction.type is discord.InteractionType.component:
            token = str((data.get("values") or [data["custom_id"]])[0])
            return Asked(self._core.runner.press(act, token), token.startswith(FORM_PREFIX), token=token)
        if interaction.type is discord.InteractionType.modal_submit:
            form = str(data["custom_id"]).removeprefix(FORM_PREFIX)
            return Asked(self._core.runner.submit(act, form, values_of(data)), may_open_form=False)
        return None

    def _command(self, act: Act, data: Mapping[str, Any]) -> Asked:
        typed = commands.read(self._core.registry, data)
        if typed is None:
            unknown = self._core.runner.say(act, "core.unknown_command_help", typed=str(data.get("name")))
            return Asked(unknown, may_open_form=False)
        entry = self._core.registry.entry(typed.name)
        return Asked(self._core.runner.command(act, typed.name, typed.values), entry.form, entry.private)

    async def _complete(self, interaction: Interaction) -> None:
        """What an option can be, while it is typed."""
        typed = commands.read(self._core.registry, dict(interaction.data or {}))
        if typed is None or not typed.completing:
            return
        act = act_of(interaction, self._platform)
        so_far = typed.values.get(typed.completing, "")
        found = await self._core.runner.complete(act, typed.name, typed.completing, so_far)
        choices = [app_commands.Choice(name=one.label[:100], value=one.value[:100]) for one in found if one.label]
        await interaction.response.autocomplete(choices[: commands.MOST_CHOICES])

    # -- in time ----------------------------------------------------------------------------------------------------

    async def _in_time(self, interaction: Interaction, asked: Asked) -> Outcome:
        """Runs the work; when it takes long, the person first sees that it is being worked on."""
        loop, done, watching = asyncio.get_running_loop(), asyncio.Event(), list[asyncio.Task[None]]()
        # A timer and not a task of its own: a crowd's presses are over long before it.
        watch = partial(self._show_work, interaction, asked, done)
        timer = loop.call_later(DEFER_AFTER, lambda: watching.append(loop.create_task(watch())))
        try:
            return await asked.work
        finally:
            done.set()
            timer.cancel()
            for one in watching:
                await one

    async def _show_work(self, interaction: Interaction, asked: Asked, done: asyncio.Event) -> None:
        if asked.may_open_form or await self._press_opens_form(asked.token):
            with suppress(TimeoutError):
                async with asyncio.timeout(FORM_DEFER_AFTER - DEFER_AFTER):
                    await done.wait()
        if not done.is_set():
            with _kept():
                await interaction.response.defer(ephemeral=asked.private, thinking=True)

    async def _press_opens_form(self, token: str) -> bool:
        """Whether a button's entry opens a form; only looked up for the few presses that take long."""
        if not token:
            return False
        async with self._core.db.read() as tx:
            name = await tx.value(select(t.choice.c.entry).where(t.choice.c.token == token))
        try:
            return name is not None and self._core.registry.entry(str(name)).form
        except Missing:
            return False

    # -- answering --------------------------------------------------------------------------------------------------

    async def _answer(self, interaction: Interaction, outcome: Outcome, private: bool) -> None:
        says, page = list(outcome.says), outcome.form
        if page is not None and not page.error and _can_open(interaction):
            await interaction.response.send_modal(modal_of(page, FORM_PREFIX + page.token))
        elif page is not None:
            says.append(Say(self._way_back(page)))
        if says and not says[0].private and private and _is_thinking(interaction):
            # The first follow-up would take the place of *is thinking* and be as private as that.
            await interaction.delete_original_response()
        for say in says:
            for part in parts_of(say.card):
                await replies.say(interaction, part, say.private)
        if not says and page is None and not interaction.response.is_done():
            await _nod(interaction)

    def _way_back(self, page: FormPage) -> Card:
        """A modal cannot answer a modal: between pages, and after a slip, stands a message with a button (FACTS 36)."""
        text = page.error
        if text is None:
            text = self._saved(page) if page.page > 1 else Md(f"**{page.title}**")
        return Card(text, (Choice(page.mend, FORM_PREFIX + page.token, "main"),))

    def _saved(self, page: FormPage) -> Md:
        words = self._core.words
        language = next((one for one in LANGUAGES if words.label(one, "core.submit") == page.submit), LANGUAGES[0])
        return words.say(language, "core.page_saved", at=page.page - 1, of=page.pages)


@contextmanager
def _kept() -> Iterator[None]:
    """An answer that cannot be shown any more undoes nothing: pressing again shows what was done (DESIGN 2)."""
    try:
        yield
    except discord.HTTPException as error:
        log.warning("an answer came too late or was refused", status=error.status, code=error.code)
    except (aiohttp.ClientError, OSError) as error:
        log.warning("an answer was lost on the way", error=type(error).__name__)


def _can_open(interaction: Interaction) -> bool:
    return interaction.type is not discord.InteractionType.modal_submit and not interaction.response.is_done()


def _is_thinking(interaction: Interaction) -> bool:
    return interaction.response.type is discord.InteractionResponseType.deferred_channel_message


async def _nod(interaction: Interaction) -> None:
    """Nothing is to be said: the press is acknowledged, a command's *is thinking* is taken away again."""
    is_press = interaction.type is discord.InteractionType.component
    await interaction.response.defer(ephemeral=True, thinking=not is_press)
    if not is_press:
        await interaction.delete_original_response()


# -- reading --------------------------------------------------------------------------------------------------------


def act_of(interaction: Interaction, platform: str) -> Act:
    """Who did it, where, in which language, with which rights: all from Discord's own signed event."""
    granted = interaction.permissions
    return Act(
        platform, str(interaction.user.id), place_of(interaction, platform), str(interaction.id),
        language=language_of(interaction.locale), manages=granted.manage_guild or granted.administrator,
        roles=tuple(str(role) for role in getattr(interaction.user, "_roles", ())),
    )  # fmt: skip


def place_of(interaction: Interaction, platform: str) -> Place:
    """The server and channel; a thread counts as its channel."""
    channel = interaction.channel
    thread = str(channel.id) if isinstance(channel, discord.Thread) else ""
    address = channel.parent_id if isinstance(channel, discord.Thread) else interaction.channel_id
    space = str(interaction.guild_id or "")
    return Place(platform, space, str(address or ""), direct=not space, thread=thread)


def language_of(locale: discord.Locale) -> str | None:
    """The language of a person's app: `en`, `es`, or None for one that we do not speak."""
    language = str(locale.value).split("-")[0]
    return language if language in LANGUAGES else None


def values_of(data: Mapping[str, Any]) -> dict[str, str]:
    """A submitted page's values by field; of a select the chosen one, "" for nothing."""
    fields = [one["component"] for one in data["components"] if "component" in one]
    return {str(one["custom_id"]): str(one.get("value") or next(iter(one.get("values") or []), "")) for one in fields}
