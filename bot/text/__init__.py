"""Everything that words pass on their way in and out: gate, small Markdown, renderings, links, names.

The order never changes: `gate` what was typed, `escape` it into our Markdown, `parse`, draw with `to_*`, `split`.
"""

from bot.text.clean import TextRefused, fold, gate
from bot.text.discord import to_discord
from bot.text.links import Link, find_links, judge_link
from bot.text.matrix import to_matrix
from bot.text.model import (
    Block,
    Bold,
    Bullets,
    Code,
    Doc,
    Heading,
    Hyperlink,
    Inline,
    Italic,
    LineBreak,
    Numbers,
    Paragraph,
    Quote,
    Text,
    Time,
)
from bot.text.names import looks_like, skeleton
from bot.text.pieces import Remembered
from bot.text.plain import to_plain
from bot.text.reading import drawn, escape, parse
from bot.text.splitting import split

__all__ = [
    "Block",
    "Bold",
    "Bullets",
    "Code",
    "Doc",
    "Heading",
    "Hyperlink",
    "Inline",
    "Italic",
    "Link",
    "LineBreak",
    "Numbers",
    "Paragraph",
    "Quote",
    "Remembered",
    "Text",
    "TextRefused",
    "Time",
    "drawn",
    "escape",
    "find_links",
    "fold",
    "gate",
    "judge_link",
    "looks_like",
    "parse",
    "skeleton",
    "split",
    "to_discord",
    "to_matrix",
    "to_plain",
]
