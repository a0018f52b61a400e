"""A `Doc` as plain text: Matrix's `body`, mails, logs of a rehearsal, screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text import model as m


def to_plain(doc: m.Doc) -> str:
    """Draw a text without any mark-up; a link shows its words and its whole address."""
    return _blocks(doc.blocks)


def _blocks(blocks: Sequence[m.Block], between: str = "\n\n") -> str:
    return between.join(_block(block) for block in blocks)


def _block(block: m.Block) -> str:
    match block:
        case m.Paragraph(parts) | m.Heading(_, parts):
            return _inlines(parts)
        case m.Bullets(items):
            return "\n".join(indent(_blocks(item, "\n"), "- ") for item in items)
        case m.Numbers(start, items):
            return "\n".join(indent(_blocks(item, "\n"), f"{n}. ") for n, item in enumerate(items, start))
        case m.Quote(inner):
            return "\n".join(f"> {line}".rstrip() for line in _blocks(inner).split("\n"))


def indent(text: str, mark: str) -> str:
    """Put `mark` before the first line and as many spaces before the others."""
    return mark + text.replace("\n", "\n" + " " * len(mark))


def _inlines(parts: Sequence[m.Inline]) -> str:
    return "".join(_inline(part) for part in parts)


def _inline(part: m.Inline) -> str:
    match part:
        case m.Text(text) | m.Code(text) | m.Time(_, text):
            return text
        case m.Bold(parts) | m.Italic(parts):
            return _inlines(parts)
        case m.Hyperlink(text, link):
            return text if text == link.url else f"{text} ({link.url})"
        case m.LineBreak():
            return "\n"
