"""The sentences of the product, in every language, from TOML files.

`bot/locales/*.<language>.toml` are merged as they stand; those of `cogs/<feature>/locales/` (one file a language, or
one a subject: `greeting.en.toml`) go under the feature's name. A sentence is small Markdown with `{name}` places; a
table with `one` and `other` is chosen by the parameter `n` (CLDR rules, from Babel). What is put into a place is made
literal, so that nobody's name can become a link or bold; an `Md` is put in as it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.numbers import format_decimal

from bot.text import escape

LANGUAGES = ("en", "es")
BOTH = "both"


class Md(str):
    """Small Markdown that is already safe to show: our own sentence with everything foreign made literal."""

    __slots__ = ()

    def __add__(self, other: str) -> Md:
        return Md(str(self) + other)


class Words:
    """All sentences of all languages; one object for the whole bot."""

    def __init__(self, sentences: Mapping[str, Mapping[str, Any]]) -> None:
        self.sentences = sentences

    @classmethod
    def load(cls, root: Path) -> Words:
        """Reads every locale file below `root` (the folder that holds `bot/` and `cogs/`)."""
        return cls({language: _flatten(_read(root, language)) for language in LANGUAGES})

    def say(self, language: str, key: str, **params: Any) -> Md:
        """The sentence in `language`; in `both`, English and Spanish on lines of their own. KeyError when unknown."""
        if language == BOTH:
            return Md("\n".join(self.say(one, key, **params) for one in LANGUAGES))
        template = self._pick(language, key, params)
        return Md(template.format_map({name: _literal(value, language) for name, value in params.items()}).strip())

    def label(self, language: str, key: str, **params: Any) -> str:
        """A button, a title or a command word: plain text, at `both` the two with a middle dot between."""
        if language == BOTH:
            found = [self.label(one, key, **params) for one in LANGUAGES]
            return " · ".join(dict.fromkeys(found))
        return self._pick(language, key, params).format_map(params)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in self.sentences[LANGUAGES[0]]

    def everywhere(self, key: str) -> dict[str, str]:
        """The label in each language, for matching typed words and for Discord's localizations."""
        return {language: self.label(language, key) for language in LANGUAGES}

    def _pick(self, language: str, key: str, params: Mapping[str, Any]) -> str:
        found = self.sentences.get(language, self.sentences[LANGUAGES[0]])[key]
        if isinstance(found, str):
            return found
        return str(found.get(_plurals(language)(params.get("n", 0)), found["other"]))


@lru_cache
def _plurals(language: str) -> Callable[[Any], str]:
    return Locale.parse(language).plural_form


class Speaker:
    """The sentences in one language, with a feature's own keys first: `say("landed")` finds `alerts.landed`."""

    def __init__(self, words: Words, language: str, feature: str = "core") -> None:
        self.words, self.language, self.feature = words, language, feature

    def __call__(self, key: str, **params: Any) -> Md:
        return self.words.say(self.language, self._key(key), **params)

    def label(self, key: str, **params: Any) -> str:
        """Plain text of a button or title."""
        return self.words.label(self.language, self._key(key), **params)

    def _key(self, key: str) -> str:
        own = f"{self.feature}.{key}"
        return own if self.words.has(own) else key


def _literal(value: Any, language: str) -> Any:
    if isinstance(value, (Md, date | datetime)):
        return value
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        # Below a thousand there is nothing to group, and Babel takes as long as two statements of SQLite.
        return str(value) if 0 <= value < 1000 else format_decimal(value, locale=language)
    return escape(str(value))


def _read(root: Path, language: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in _files(root, language):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        own = path.parent.parent.name
        _merge(merged, tables if own == "bot" else {own: tables})
    return merged


def _files(root: Path, language: str) -> Iterable[Path]:
    shared = root / "bot" / "locales"
    yield from sorted({*shared.glob(f"{language}.toml"), *shared.glob(f"*.{language}.toml")})
    own = root / "cogs"
    yield from sorted({*own.glob(f"*/locales/{language}.toml"), *own.glob(f"*/locales/*.{language}.toml")})


def _merge(into: dict[str, Any], tables: Mapping[str, Any]) -> None:
    for name, value in tables.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def _flatten(tables: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tables.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and "other" not in value:
            flat.update(_flatten(value, f"{key}."))
        else:
            flat[key] = value
    return flat
