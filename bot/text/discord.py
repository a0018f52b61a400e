"""A `Doc` for Discord.

Our own escape: the library's lets commands, times, channels and lists through (FACTS 38, SECURITY G4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.text import model as m
from bot.text.links import looks_like_address
from bot.text.plain import indent

_MARKUP = re.compile(r"[\\*_~`|<>\[\]]|:(?=//)|(?<=discord)\.(?=gg)", re.IGNORECASE)
_LINE_START = re.compile(r"(?:#|-|\+|[0-9]+(?=[.)]))")
# Pings are off in the payload anyway; with a zero-width space behind the @ the words are not even coloured.
_PING = re.compile(r"@(?=everyone|here|\Z)", re.IGNORECASE)
_URL_PING = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_CODED = re.compile(r"<(?=[@#/:a-z])", re.IGNORECASE)
_ZERO_WIDTH = "\u200b"


def to_discord(doc: m.Doc) -> str:
    """Draw a text in Discord's Markdown. Addresses stand in <...>: shown as links, without a preview of their own."""
    return _blocks(doc.blocks)


def _blocks(blocks: Sequence[m.Block], between: str = "\n\n") -> str:
    return between.join(_block(block) for block in blocks)


def _block(block: m.Block) -> str:
    match block:
        case m.Paragraph(parts):
            return _lines(parts)
        case m.Heading(level, parts):
            return ("## " if level == 1 else "### ") + _inlines(parts)
        case m.Bullets(items):
            return "\n".join(indent(_blocks(item, "\n"), "- ") for item in items)
        case m.Numbers(start, items):
            return "\n".join(indent(_blocks(item, "\n"), f"{n}. ") for n, item in enumerate(items, start))
        case m.Quote(inner):
            return "\n".join(f"> {line}" for line in _blocks(inner).split("\n"))


def _lines(parts: Sequence[m.Inline]) -> str:
    drawn, fresh = [], True
    for part in parts:
        text = _inline(part)
        drawn.append(_literal_start(text) if fresh and isinstance(part, m.Text | m.Time | m.Hyperlink) else text)
        fresh = isinstance(part, m.LineBreak)
    return "".join(drawn)


def _literal_start(text: str) -> str:
    """Escape what would make a heading, small print or a list at the start of a line."""
    found = _LINE_START.match(text)
    if not found:
        return text
    return found[0] + "\\" + text[found.end() :] if found[0].isdigit() else "\\" + text


def _inlines(parts: Sequence[m.Inline]) -> str:
    return "".join(_inline(part) for part in parts)


def _inline(part: m.Inline) -> str:
    match part:
        case m.Text(text):
            return _literal(text)
        case m.Bold(parts):
            return f"**{_inlines(parts)}**"
        case m.Italic(parts):
            return f"*{_inlines(parts)}*"
        case m.Code(text):
            return f"`{_code(text)}`"
        case m.Time(at, text):
            return f"{_literal(text)} (<t:{at}:f>)"
        case m.Hyperlink():
            return _hyperlink(part)
        case m.LineBreak():
            return "\n"


def _literal(text: str) -> str:
    return _PING.sub("@" + _ZERO_WIDTH, _MARKUP.sub(r"\\\g<0>", text))


def _code(text: str) -> str:
    # Discord has no way to write its own quote mark inside code that survives all clients.
    text = text.replace("`", "\u02cb")
    return _PING.sub("@" + _ZERO_WIDTH, _CODED.sub("<" + _ZERO_WIDTH, text))


def _hyperlink(part: m.Hyperlink) -> str:
    url = _URL_PING.sub("%40", part.link.url)
    if part.text == part.link.url:
        return f"<{url}>"
    if looks_like_address(part.text):
        return f"{_literal(part.text)} (<{url}>)"  # Discord shows no link under words that look like an address
    return f"[{_literal(part.text)}](<{url}>) ({part.link.host})"
