"""Entries as slash commands: one group (or two) for each feature, English names with Spanish ones beside them.

The payloads are built from the registry and sent by discord.py's bulk overwrite; what comes back is read here too.
https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.feature import Entry, Field, Kind, Level
from bot.platforms.discord.render import short
from bot.registry import Registry
from bot.words import LANGUAGES, Words

SUBCOMMAND, STRING, INTEGER, CHANNEL = 1, 3, 4, 7
NAME, ABOUT, LONGEST_TEXT, MOST_CHOICES = 32, 100, 6000, 25
TEXT_CHANNELS = [0, 5]
MANAGE_SERVER = 1 << 5  # only a hint: a server's administrator can change it (FACTS 34)
ENGLISH = LANGUAGES[0]
LOCALES = {"es": ("es-ES", "es-419")}
Payload = dict[str, Any]


def tree(registry: Registry, words: Words) -> list[Payload]:
    """Every command, for the bulk overwrite; sorted, so that the same features give the same payload."""
    groups: dict[str, list[str]] = {}
    for name, entry in registry:
        own = registry.word(name)[ENGLISH] if entry.alone else registry.group(name)[ENGLISH]
        groups.setdefault(own, []).append(name)
    return [_top(registry, words, names) for _, names in sorted(groups.items())]


def _top(registry: Registry, words: Words, names: list[str]) -> Payload:
    entry = registry.entry(names[0])
    if entry.alone:
        made = _named(registry.word(names[0]), _about(words, names[0]))
        made["options"] = _options(words, names[0], entry)
        made["default_member_permissions"] = MANAGE_SERVER if entry.level is Level.MANAGER else None
    else:
        made = _named(registry.group(names[0]), _group_about(registry, words, names))
        made["options"] = [_sub(registry, words, name) for name in names]
    return {**made, "type": 1, "contexts": [0, 1], "integration_types": [0]}


def _sub(registry: Registry, words: Words, name: str) -> Payload:
    made = _named(registry.word(name), _about(words, name))
    return {**made, "type": SUBCOMMAND, "options": _options(words, name, registry.entry(name))}


def _about(words: Words, name: str) -> dict[str, str]:
    return words.everywhere(f"{name}.about")


def _group_about(registry: Registry, words: Words, names: list[str]) -> dict[str, str]:
    own = ".".join([names[0].split(".")[0], *filter(None, [registry.entry(names[0]).group]), "about"])
    if words.has(own):
        return words.everywhere(own)
    return {one: ", ".join(registry.word(name)[one] for name in names) for one in LANGUAGES}


def _named(names: Mapping[str, str], abouts: Mapping[str, str]) -> Payload:
    """Name and description in English, localized for each Spanish that Discord knows."""
    return {
        "name": names[ENGLISH],
        "name_localizations": _localized(names),
        "description": short(abouts[ENGLISH], ABOUT),
        "description_localizations": _localized({key: short(text, ABOUT) for key, text in abouts.items()}),
    }


def _localized(texts: Mapping[str, str]) -> dict[str, str]:
    return {locale: texts[language] for language, locales in LOCALES.items() for locale in locales}


# -- options --------------------------------------------------------------------------------------------------------


def offered(entry: Entry) -> tuple[Field, ...]:
    """The fields that are options of the command; a form asks the others."""
    fields = entry.fields[: entry.fixed] if entry.form else entry.fields
    return tuple(one for one in fields if not one.carried)


def _options(words: Words, name: str, entry: Entry) -> list[Payload]:
    fields = sorted(offered(entry), key=lambda one: not one.required)
    made = [_option(words, f"{name}.{one.key}", one) for one in fields]
    return _without_doubles(made)


def _option(words: Words, key: str, one: Field) -> Payload:
    labels = words.everywhere(f"{key}.label")
    names = {**{language: slug(label) for language, label in labels.items()}, ENGLISH: slug(one.key)}
    hints = words.everywhere(f"{key}.hint") if words.has(f"{key}.hint") else {}
    abouts = {language: hints.get(language) or label for language, label in labels.items()}
    return {**_named(names, abouts), "required": one.required, **_kind(words, key, one)}


def _kind(words: Words, key: str, one: Field) -> Payload:
    if one.kind is Kind.ROOM:
        return {"type": CHANNEL, "channel_types": TEXT_CHANNELS}
    if one.kind is Kind.NUMBER:
        return {"type": INTEGER}
    if one.suggest or callable(one.options) or len(one.options) > MOST_CHOICES:
        return {"type": STRING, "autocomplete": True}
    if one.options:
        return {"type": STRING, "choices": [_choice(words, key, value) for value in one.options]}
    return {"type": STRING, "max_length": min(one.limit, LONGEST_TEXT)}


def _choice(words: Words, key: str, value: str) -> Payload:
    labels = {language: short(text, 100) for language, text in words.everywhere(f"{key}.{value}").items()}
    return {"name": labels[ENGLISH], "name_localizations": _localized(labels), "value": value}


def _without_doubles(options: list[Payload]) -> list[Payload]:
    """Two options must not share a name in any language: the second keeps its English one alone."""
    seen: set[tuple[str, str]] = set()
    for option in options:
        own = set(option["name_localizations"].items())
        if own & seen:
            option["name_localizations"] = None
        seen |= own
    return options


def slug(text: str) -> str:
    """A label as the name of an option: small letters, digits and _; Discord takes accents."""
    return "_".join(re.findall(r"\w+", text.lower()))[:NAME].strip("_") or "x"


# -- reading --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """A command as it arrived: which entry, the values by field, and the field being completed, if any."""

    name: str
    values: dict[str, str]
    completing: str = ""


def read(registry: Registry, data: Mapping[str, Any]) -> Typed | None:
    """The entry that a command's data means; None for a command of an older version of the bot."""
    options = list(data.get("options") or [])
    words = [str(data["name"])]
    if options and options[0]["type"] == SUBCOMMAND:
        words.append(str(options[0]["name"]))
        options = list(options[0].get("options") or [])
    for name, entry in registry:
        if registry.command(name, ENGLISH) == " ".join(words):
            return _typed(name, offered(entry), options)
    return None


def _typed(name: str, fields: Iterable[Field], options: list[Payload]) -> Typed:
    keys = {slug(one.key): one.key for one in fields}
    values = {keys[one["name"]]: str(one["value"]) for one in options if one["name"] in keys}
    focused = next((keys[one["name"]] for one in options if one.get("focused") and one["name"] in keys), "")
    return Typed(name, values, focused)
