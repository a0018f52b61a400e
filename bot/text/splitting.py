"""Cutting a long message into parts that read well."""

from __future__ import annotations

from itertools import accumulate

import regex  # type: ignore[import-untyped]

# What is never cut open: a masked link with its domain, an address, a code of the platform, a short emphasis (its other
# half would lie in another message), an escaped character. Every repeat has an end, so that no text makes this slow.
_WHOLE = regex.compile(
    r"\[(?:\\.|[^\[\]\\\n]){0,200}\]\(<?[^)\s]{0,520}\)(?: \([a-z0-9.-]{1,253}\))?"
    r"|<[^<>\s]{1,520}>"
    r"|[a-z][a-z0-9+.-]{1,20}://[^\s<>\[\]]{1,520}"
    r"|\*{1,3}(?:\\.|[^*\\\n]){1,200}\*{1,3}"
    r"|`[^`\n]{1,200}`"
    r"|\\."
    r"|\X",
    regex.IGNORECASE,
)
_SMALLEST = regex.compile(r"\\.|\X", regex.DOTALL)
# A cut inside a line never makes a list or a heading of what follows.
_INSIDE = r"\s+(?![-+#>]|[0-9]+[.)])"
_SENTENCE = rf"(?<=[.!?…:;][\"'”’»)\]]{{0,3}}){_INSIDE}"
_CUTS = tuple(regex.compile(pattern) for pattern in (r"\n[^\S\n]*\n\s*", r"\n\s*", _SENTENCE, _INSIDE))
_FULL_ENOUGH = 0.3
"""Share of a part that must be filled before a better kind of cut is preferred to a later one."""


def split(text: str, limit: int) -> list[str]:
    """Cut `text` into parts of at most `limit` characters: between paragraphs, else lines, sentences, words.

    Never inside a link, an escaped character or a visible character (grapheme), unless one alone is longer than a
    part. White space at a cut is dropped; nothing else is.
    """
    parts = []
    text = text.strip()
    while len(text) > limit:
        end, start = _cut(text, limit)
        parts.append(text[:end].rstrip())
        text = text[start:].lstrip()
    return [*parts, text] if text else parts


def _cut(text: str, limit: int) -> tuple[int, int]:
    """Return where the first part ends and the next one starts."""
    borders = _borders(text, limit)
    for least in (int(limit * _FULL_ENOUGH), 1):
        for pattern in _CUTS:
            fitting = [m for m in pattern.finditer(text, 0, limit + 1) if m.start() >= least and m.start() in borders]
            if fitting:
                return fitting[-1].start(), fitting[-1].end()
    last = max(borders)
    return last, last


def _borders(text: str, limit: int) -> set[int]:
    """Return the places from 1 to `limit` where something whole ends; `limit` itself when nothing does."""
    for pieces in (_WHOLE, _SMALLEST):
        lengths = (len(piece[0]) for piece in pieces.finditer(text, 0, min(len(text), limit + 1000)))
        if ends := {end for end in accumulate(lengths) if end <= limit}:
            return ends
    return {limit}
