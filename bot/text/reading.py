"""Our small Markdown: reading it into a `Doc`, and making words literal inside it (SECURITY G3).

Known: paragraphs, **bold**, *italic*, `code`, [words](https://...), lists, headings, > quotes, and
[words](time:1764100000) for a moment. Nothing else: no HTML, no pictures, no tables, no entities.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.text import model as m
from bot.text.clean import TextRefused
from bot.text.links import judge_link, locate
from bot.text.pieces import pieces
from bot.text.simple import read_simply

MAX_MARKDOWN = 16_000
"""Characters of one source. The worst found for this size ("[[]" over and over) takes 0.2 s (measured)."""

_DEEPEST = 12
"""Quotes and lists (two levels each) inside each other: what makes a reader slow is not read as mark-up at all."""

_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
_TIME = re.compile(r"time:([0-9]{1,12})")
_MARKUP = re.compile(r"[\\`*_\[\]<>#+-]|:(?=//)")
_NUMBERED = re.compile(r"^([ \t]*[0-9]{1,9})([.)])", re.MULTILINE)


def _build() -> MarkdownIt:
    rules = ["blockquote", "list", "heading", "newline", "escape", "backticks", "emphasis", "link"]
    known = MarkdownIt("zero", {"maxNesting": _DEEPEST}).enable(rules)
    # Escaped characters stay apart from words, so that `https\://` is never found as a link.
    known.disable("text_join")
    known.validateLink = lambda url: True  # type: ignore[method-assign]  # our own gate judges
    known.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return known


_MARKDOWN = _build()


def escape(text: str) -> str:
    """Make `text` literal inside our Markdown: no mark-up, no list, no link comes out of it."""
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))


def parse(markdown: str) -> m.Doc:
    """Read a text in our small Markdown. Raises TextRefused `text.too_long` (n, limit)."""
    return m.Doc(tuple(block for piece in _pieces(markdown) for block in _read(piece)))


def drawn(markdown: str, draw: Callable[[str], str]) -> str:
    """A text whose pieces are drawn one by one, so that `draw` may remember them. Raises as `parse` does."""
    return "\n\n".join(filter(None, map(draw, _pieces(markdown))))


def _pieces(markdown: str) -> list[str]:
    if len(markdown) > MAX_MARKDOWN:
        raise TextRefused("text.too_long", n=len(markdown), limit=MAX_MARKDOWN)
    return pieces(markdown)


def _read(markdown: str) -> tuple[m.Block, ...]:
    simple = read_simply(markdown)
    return read_fully(markdown) if simple is None else simple


def read_fully(markdown: str) -> tuple[m.Block, ...]:
    """The blocks of a text as the library finds them."""
    tokens = _MARKDOWN.parse(markdown)
    if any(token.level >= _DEEPEST - 1 for token in tokens):  # deeper words would be dropped by the library
        tokens = _MARKDOWN.parse(escape(markdown))
    return tuple(_blocks(SyntaxTreeNode(tokens).children))


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> Iterator[m.Block]:
    for node in nodes:
        match node.type:
            case "paragraph":
                if parts := _parts(node):
                    yield m.Paragraph(parts)
            case "heading":
                if parts := _parts(node):
                    yield m.Heading(1 if node.tag == "h1" else 2, parts)
            case "bullet_list":
                yield m.Bullets(_items(node))
            case "ordered_list":
                yield m.Numbers(int(node.attrs.get("start", 1)), _items(node))
            case "blockquote":
                yield m.Quote(tuple(_blocks(node.children)))


def _items(node: SyntaxTreeNode) -> tuple[tuple[m.Block, ...], ...]:
    return tuple(tuple(_blocks(item.children)) for item in node.children)


def _parts(node: SyntaxTreeNode) -> tuple[m.Inline, ...]:
    inline = node.children[0].children if node.children else []
    return _joined(_inlines(inline))


def _inlines(nodes: Sequence[SyntaxTreeNode]) -> Iterator[m.Inline]:
    for node in nodes:
        match node.type:
            case "text":
                yield from _with_links(node.content)
            case "text_special":
                yield m.Text(node.content)
            case "strong":
                yield m.Bold(_joined(_inlines(node.children)))
            case "em":
                yield m.Italic(_joined(_inlines(node.children)))
            case "code_inline":
                yield m.Code(node.content)
            case "softbreak" | "hardbreak":
                yield m.LineBreak()
            case "link":
                yield _link(node)


def _link(node: SyntaxTreeNode) -> m.Inline:
    text = "".join(piece.content for piece in node.walk() if not piece.children and piece.type != "root")
    target = str(node.attrs.get("href", ""))
    if (moment := _TIME.fullmatch(target)) and int(moment[1]) <= _LAST_SECOND and text:
        return m.Time(int(moment[1]), text)
    link = judge_link(target)
    if link.verdict == "refuse":
        return m.Text(f"{text} ({target})" if target else text)
    return m.Hyperlink(text or link.display, link)


def _with_links(text: str) -> Iterator[m.Inline]:
    """Cut the addresses that people typed bare out of a run of words; refused ones stay words."""
    done = 0
    for start, end, url in locate(text):
        link = judge_link(url)
        if link.verdict == "refuse":
            continue
        yield m.Text(text[done:start])
        yield m.Hyperlink(url, link)
        done = end
    yield m.Text(text[done:])


def _joined(parts: Iterator[m.Inline]) -> tuple[m.Inline, ...]:
    """Join neighbouring words into one `Text`, so that an adapter sees every character's neighbours when it escapes."""
    row: list[m.Inline] = []
    for part in parts:
        if isinstance(part, m.Text) and row and isinstance(row[-1], m.Text):
            row[-1] = m.Text(row[-1].text + part.text)
        elif part != m.Text(""):
            row.append(part)
    return tuple(row)
