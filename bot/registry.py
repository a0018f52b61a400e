"""Finds the features by walking `cogs/`, sorted, and looks entries up by name and by typed word. There is no list."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

import cogs
from bot.errors import Missing
from bot.feature import Entry, Feature
from bot.text import fold
from bot.words import LANGUAGES, Words


def discover(package: ModuleType = cogs) -> tuple[Feature, ...]:
    """Every feature of the package, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg)
    return tuple(importlib.import_module(f"{package.__name__}.{name}").feature for name in names)


@dataclass(frozen=True)
class Match:
    """A typed line understood: the entry, what stood behind it, and the language it was typed in (None: either)."""

    name: str
    rest: str
    language: str | None


class Registry:
    """All entries."""

    def __init__(self, features: Sequence[Feature], words: Words) -> None:
        self.features, self._words = tuple(features), words
        self._entries = {f"{feature.name}.{entry.name}": entry for feature in features for entry in feature.entries}

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        return iter(self._entries.items())

    def entry(self, name: str) -> Entry:
        """`alerts.new` -> its entry. Missing when there is none."""
        found = self._entries.get(name)
        if found is None:
            raise Missing
        return found

    def group(self, name: str) -> dict[str, str]:
        """The typed word of an entry's group in each language: {"en": "action", "es": "convocatoria"}."""
        own = [name.split(".")[0], self.entry(name).group]
        return self._words.everywhere(".".join([*filter(None, own), "word"]))

    def word(self, name: str) -> dict[str, str]:
        """The typed word of an entry in each language."""
        return self._words.everywhere(f"{name}.word")

    def command(self, name: str, language: str) -> str:
        """How an entry is typed, without prefix: `action new`, `convocatoria nueva`, `orgs`."""
        own = self.word(name)[language]
        return own if self.entry(name).alone else f"{self.group(name)[language]} {own}"

    def match(self, text: str) -> Match | None:
        """What a typed line means: either language, accents or not; None when nothing fits."""
        first, _, rest = text.strip().partition("\n")
        words = first.split(" ")
        for length in (2, 1):
            typed = fold(" ".join(words[:length]))
            found = self._typed.get(typed)
            if found and len(words) >= length:
                rest_of_line = " ".join(words[length:])
                if length == 1 and rest_of_line and self._takes_nothing(found[0]):
                    return None  # `mydata stopp` is a slip, not `mydata`
                languages = found[1]
                return Match(found[0], f"{rest_of_line}\n{rest}".strip(), languages[0] if len(languages) == 1 else None)
        return None

    def _takes_nothing(self, name: str) -> bool:
        entry = self._entries[name]
        return not entry.alone and not entry.fields

    @cached_property
    def _typed(self) -> dict[str, tuple[str, list[str]]]:
        table: dict[str, tuple[str, list[str]]] = {}
        for name, entry in self._entries.items():
            for language in LANGUAGES:
                typed = [self.command(name, language)]
                if entry.default and not entry.alone:
                    typed.append(self.group(name)[language])
                for words in typed:
                    table.setdefault(fold(words), (name, []))[1].append(language)
        return table

    def typed_words(self) -> list[str]:
        """Every typed form, folded; for the nearest command after a slip."""
        return sorted(self._typed)
