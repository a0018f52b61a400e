"""What a text is made of between the platforms: a small tree that each adapter draws in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bot.text.links import Link


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they are, one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    """Words that matter most."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Italic:
    """Words with a stress."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Words to type or copy exactly."""

    text: str


@dataclass(frozen=True, slots=True)
class Hyperlink:
    """Words that lead somewhere. `link` passed the link gate; every rendering shows its real domain."""

    text: str
    link: Link


@dataclass(frozen=True, slots=True)
class Time:
    """A moment: `at` in Unix seconds (UTC), `text` the same moment in words with its zone."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A new line inside a paragraph."""


Inline: TypeAlias = Text | Bold | Italic | Code | Hyperlink | Time | LineBreak


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more lines."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; `level` 1 is the message's own, 2 everything below it."""

    level: int
    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order; each item is a row of blocks."""

    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numbered list that counts from `start`."""

    start: int
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words."""

    blocks: tuple[Block, ...]


Block: TypeAlias = Paragraph | Heading | Bullets | Numbers | Quote


@dataclass(frozen=True, slots=True)
class Doc:
    """A whole text."""

    blocks: tuple[Block, ...]
