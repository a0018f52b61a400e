"""Reads a typed line, for platforms where people type: command, answer to a form's question, or a number."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from bot.cards import Outcome
from bot.core import Core
from bot.db import Tx
from bot.dialogue import WORDS
from bot.platforms.base import Act
from bot.text import fold
from bot.words import LANGUAGES

PREFIX = "!"


async def settle_by_outbox(core: Core, act: Act, tx: Tx, outcome: Outcome) -> None:
    """Writes the answers as outbox rows in the act's own transaction: asked once, answered once, also over a kill."""
    now = core.clock.now()
    person = await core.people.find(tx, act.platform, act.account)
    for say in outcome.says:
        if say.private or act.place.direct:
            room = act.place.channel if act.place.direct else ""
            await core.outbox.whisper(tx, act.platform, act.account, say.card, now, person=person.id, room=room)
        else:
            await core.outbox.answer(tx, act.platform, act.place.channel, say.card, act.event, now)


async def answer_line(core: Core, act: Act, text: str, *, reply_to: str = "") -> Outcome | None:
    """What a line means and what came of it; None when it is none of the bot's business.

    In a direct room no prefix is needed and an open form takes the line first, but a number is for the newest card
    (*Erase me*, asked in the middle of a form). A bare number counts in a direct room, or as a reply to (or in the
    thread of) the card `reply_to`; in a busy room it is just a number.
    """
    line = text.strip()
    commanded = line.startswith(PREFIX)
    token = await _token(core, act, line, reply_to)
    if act.place.direct and not commanded:
        for_card = token and (reply_to or await core.card_is_newest(act.platform, act.account))
        outcome = None if for_card else await core.runner.reply(act, line)
        if outcome is not None:
            return outcome
    if token:
        return await core.runner.press(act, token)
    if not commanded and not act.place.direct:
        return None
    return await _command(core, act, line.removeprefix(PREFIX).strip())


async def _token(core: Core, act: Act, line: str, reply_to: str) -> str:
    digits = line.rstrip(".)")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2) or not (act.place.direct or reply_to):
        return ""
    tokens = await core.tokens(act.platform, act.place.channel, reply_to, act.account)
    return tokens[int(digits) - 1] if 1 <= int(digits) <= len(tokens) else ""


def _dialogue_language(core: Core, typed: str) -> str:
    """The language of a word that only means something in an open form (back, skip, show, cancel); "" for others."""
    for language in LANGUAGES:
        if fold(typed) in {fold(core.words.label(language, f"core.word_{word}")) for word in WORDS}:
            return language
    return ""


async def _command(core: Core, act: Act, line: str) -> Outcome:
    match = core.registry.match(line)
    if match is not None:
        return await core.runner.typed(replace(act, language=match.language or act.language), match.name, match.rest)
    typed = line.split("\n")[0][:60]
    if language := _dialogue_language(core, typed):
        return await core.runner.say(replace(act, language=language), "core.nothing_open")
    near = get_close_matches(fold(typed), core.registry.typed_words(), n=1, cutoff=0.6)
    if near:
        return await core.runner.say(act, "core.unknown_command", typed=typed, nearest=near[0])
    return await core.runner.say(act, "core.unknown_command_help", typed=typed)
