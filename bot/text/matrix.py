"""A `Doc` for Matrix: the plain `body`, and `formatted_body` built from escaped parts only (FACTS 10)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bot.text import model as m
from bot.text.links import Link, defuse, looks_like_address
from bot.text.plain import to_plain

TAGS = frozenset({"p", "br", "strong", "em", "code", "a", "ul", "ol", "li", "blockquote", "h3", "h4"})
"""Every tag that we send: all are shown by the clients that were tried (FACTS 10)."""


def to_matrix(doc: m.Doc) -> tuple[str, str]:
    """Return (`body`, `formatted_body`)."""
    match doc.blocks:
        case (m.Paragraph(parts),):
            html = _inlines(parts)  # one paragraph without its tag: no empty lines around a short answer
        case blocks:
            html = _blocks(blocks)
    # Only for who is on Matrix: 2 MB.
    import nh3

    # Nothing of this should be needed: our own parts are escaped. It is the second lock (SECURITY G3).
    clean = nh3.clean(
        html, tags=set(TAGS), attributes={"a": {"href"}, "ol": {"start"}}, url_schemes={"https"}, link_rel=None
    )
    return defuse(to_plain(doc)), clean


def _blocks(blocks: Sequence[m.Block]) -> str:
    return "".join(_block(block) for block in blocks)


def _block(block: m.Block) -> str:
    match block:
        case m.Paragraph(parts):
            return f"<p>{_inlines(parts)}</p>"
        case m.Heading(level, parts):
            tag = "h3" if level == 1 else "h4"
            return f"<{tag}>{_inlines(parts)}</{tag}>"
        case m.Bullets(items):
            return f"<ul>{_items(items)}</ul>"
        case m.Numbers(start, items):
            return f'<ol start="{start}">{_items(items)}</ol>' if start != 1 else f"<ol>{_items(items)}</ol>"
        case m.Quote(inner):
            return f"<blockquote>{_blocks(inner)}</blockquote>"


def _items(items: Sequence[Sequence[m.Block]]) -> str:
    return "".join(f"<li>{_item(item)}</li>" for item in items)


def _item(item: Sequence[m.Block]) -> str:
    # A paragraph inside an item makes a list as tall as a page; the first one goes without its tag.
    if item and isinstance(item[0], m.Paragraph):
        return _inlines(item[0].parts) + _blocks(item[1:])
    return _blocks(item)


def _inlines(parts: Sequence[m.Inline]) -> str:
    return "".join(_inline(part) for part in parts)


def _inline(part: m.Inline) -> str:
    match part:
        case m.Text(text) | m.Time(_, text):
            return escape(defuse(text))
        case m.Bold(parts):
            return f"<strong>{_inlines(parts)}</strong>"
        case m.Italic(parts):
            return f"<em>{_inlines(parts)}</em>"
        case m.Code(text):
            return f"<code>{escape(text)}</code>"
        case m.Hyperlink(text, link):
            return _link(text, link)
        case m.LineBreak():
            return "<br>"


def _link(text: str, link: Link) -> str:
    if text == link.url:
        return _anchor(text, link)
    if looks_like_address(text):
        return f"{escape(defuse(text))} ({_anchor(link.display, link)})"
    return f"{_anchor(text, link)} ({escape(link.host)})"


def _anchor(text: str, link: Link) -> str:
    return f'<a href="{escape(link.url)}">{escape(text)}</a>'
