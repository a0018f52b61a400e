"""The story's buttons: each act by its name, and the field with one's own organizations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from itertools import combinations
from typing import Any

from bot.demo.acts import BadAct, Body, text
from bot.demo.stage import Stage
from bot.demo.story import Story
from bot.demo.town import GROUPS, Group, named
from bot.errors import UserError
from bot.text import TextRefused, fold, gate, looks_like
from bot.words import LANGUAGES

LONGEST_NAME = 120  # characters, as everywhere


class NamesRefused(UserError):
    """Names that cannot stand beside each other as they are."""


class Teller:
    """The stage and the story that is told on it now."""

    def __init__(self, stage: Stage, tempo: float = 1.0, free: bool = False) -> None:
        self.stage, self._tempo = stage, tempo
        self.story = Story(stage, tempo, "free" if free else "ready")

    async def begin_anew(self, groups: tuple[Group, ...]) -> None:
        """Another telling, from the first scene, on an empty stage."""
        await self.story.close()
        await self.stage.open_anew(groups)
        self.story = Story(self.stage, self._tempo)

    async def close(self) -> None:
        """The end."""
        await self.story.close()


def read_names(typed: str) -> list[str]:
    """One name a line, clean. NamesRefused says which line cannot stay and why."""
    lines = [line for line in typed.split("\n") if line.strip()]
    if len(lines) > len(GROUPS):
        raise NamesRefused("demo.page.names_many", n=len(lines), limit=len(GROUPS))
    names = [_clean(at, line) for at, line in enumerate(lines, 1)]
    for one, other in combinations([group.name for group in named(names)], 2):
        if fold(one) == fold(other) or looks_like(one, other):
            raise NamesRefused("demo.page.names_alike", one=one, other=other)
    return names


def _clean(at: int, line: str) -> str:
    try:
        return gate(line, limit=LONGEST_NAME, lines=False)
    except TextRefused as refused:
        raise NamesRefused("demo.page.names_line", at=at, why=refused) from refused


def _language(body: Body) -> str:
    language = text(body, "language")
    if language not in LANGUAGES:
        raise BadAct("language")
    return language


async def play(teller: Teller, body: Body) -> None:
    """Goes on by itself."""
    teller.story.play(_language(body))


async def next_scene(teller: Teller, body: Body) -> None:
    """One scene."""
    teller.story.next(_language(body))


async def pause(teller: Teller, body: Body) -> None:
    """Stops after the beat."""
    teller.story.pause()


async def leave(teller: Teller, body: Body) -> None:
    """Everything is free to use."""
    await teller.story.leave()


async def enter(teller: Teller, body: Body) -> None:
    """Back to the story."""
    teller.story.enter()


async def anew(teller: Teller, body: Body) -> dict[str, str]:
    """From the beginning, with these names; {} or why not, in each language."""
    try:
        names = read_names(text(body, "names"))
    except NamesRefused as refused:
        return {language: _sentence(teller, language, refused) for language in LANGUAGES}
    await teller.begin_anew(named(names))
    return {}


def _sentence(teller: Teller, language: str, refused: UserError) -> str:
    words = teller.stage.core.words
    params: dict[str, Any] = {
        name: _sentence(teller, language, value) if isinstance(value, UserError) else value
        for name, value in refused.params.items()
    }
    return words.label(language, refused.key, **params)


TELLING: Mapping[str, Callable[[Teller, Body], Awaitable[Any]]] = {
    "play": play, "next": next_scene, "pause": pause, "try": leave, "story": enter, "anew": anew,
}  # fmt: skip
