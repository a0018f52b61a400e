"""What the page shows, as plain data cut into parts, so that only the parts that changed are sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.demo.stage import Stage
from bot.demo.town import Group, Resident, account, residents
from bot.feature import Entry, Kind
from bot.platforms.rehearsal.world import Channel, Message
from bot.registry import Registry
from bot.words import LANGUAGES, Words

Data = dict[str, Any]
PAGE_WORDS = "demo.page."


def page_words(words: Words) -> dict[str, dict[str, str]]:
    """The page's own sentences, by language and key."""
    keys = [key for key in words.sentences[LANGUAGES[0]] if key.startswith(PAGE_WORDS)]
    return {
        language: {key.removeprefix(PAGE_WORDS): str(words.sentences[language][key]) for key in keys}
        for language in LANGUAGES
    }


def parts(stage: Stage, commands: list[Data]) -> Iterator[tuple[str, Any]]:
    """Every part by its name: `stage`, `commands`, `people`, `spaces`, `screen:<account>`, `channel:<address>`."""
    yield "stage", {"alive": stage.alive, "down": sorted(stage.world.down)}
    yield "commands", commands
    yield "people", [_person(stage, one, resident) for one, resident in residents(stage.groups)]
    yield "spaces", [_space(stage, one) for one in stage.groups]
    for name, screen in stage.world.screens.items():
        form = asdict(screen.form) if screen.form else None
        yield f"screen:{name}", {"private": [_message(stage, one) for one in screen.private], "form": form}
    for address, channel in list(stage.world.channels.items()):
        yield f"channel:{address}", [_message(stage, one) for one in channel.messages]


def _person(stage: Stage, one: Group, resident: Resident) -> Data:
    name = account(one, resident)
    return {
        "account": name, "name": resident.name, "role": resident.role, "style": one.style, "space": one.space,
        "zone": one.zone, "language": stage.world.screens[name].language, "manages": name in
        stage.world.spaces[one.space].managers, "closed": name in stage.world.closed_doors,
        "rooms": [_channel(room) for room in list(stage.world.channels.values()) if name in room.only],
    }  # fmt: skip


def _space(stage: Stage, one: Group) -> Data:
    space = stage.world.spaces[one.space]
    return {
        "address": one.space, "name": one.name, "state": "" if one.own else one.state, "style": one.style,
        "inside": space.bot_inside, "policy": one.policy,
        "channels": [_channel(stage.world.channels[name]) for name in space.channels],
    }  # fmt: skip


def _channel(channel: Channel) -> Data:
    return {
        "address": channel.address, "name": channel.name, "closed": channel.closed, "missing": sorted(channel.missing),
        "shared": bool(channel.only),
    }  # fmt: skip


def _message(stage: Stage, one: Message) -> Data:
    shown: Data = {
        "id": one.id, "author": one.author, "at": _iso(one.at), "where": one.where, "reply": one.reply_to,
        "silent": one.silent, "edited": bool(one.versions), "removed": one.removed_by,
    }  # fmt: skip
    if one.author != "bot":
        screen = stage.world.screens.get(one.author)
        shown["name"] = screen.name if screen else one.author
    if not one.removed_by:
        weights = one.weights or ("plain",) * len(one.choices)
        pressed = [
            {"label": label, "token": token, "weight": weight}
            for (label, token), weight in zip(one.choices, weights, strict=True)
        ]
        shown |= {"text": one.text, "html": one.html, "choices": pressed, "code": one.code}
        shown |= {"picture": one.picture, "alt": one.alt}
        shown["files"] = [
            {"name": name, "about": about, "address": f"kept/{one.id}/{at}"}
            for at, (name, about, _) in enumerate(one.files)
        ]
    return shown


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def commands(registry: Registry, words: Words) -> list[Data]:
    """Every command with its words in both languages and the options that go with it."""
    return [_command(registry, words, name, entry) for name, entry in registry if words.has(f"{name}.about")]


def _command(registry: Registry, words: Words, name: str, entry: Entry) -> Data:
    fields = entry.fields[: entry.fixed] if entry.form else entry.fields
    options = [one for one in fields if not one.carried]
    return {
        "name": name,
        "typed": {language: registry.command(name, language) for language in LANGUAGES},
        "about": words.everywhere(f"{name}.about"),
        "options": [
            {
                "key": one.key,
                "required": one.required,
                "completes": bool(one.options) or one.kind is Kind.ROOM,
                "label": words.everywhere(f"{name}.{one.key}.label"),
            }
            for one in options
        ],
    }
