"""A card as Matrix messages: plain body and HTML, numbered choices, the code at the end, cut into parts where
needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape as html_escape

from bot.cards import Card
from bot.errors import TooLarge
from bot.platforms.matrix.content import check_size, message
from bot.platforms.matrix.inbox import Json
from bot.text import escape, parse, split, to_matrix
from bot.words import BOTH, Words

BLOCKS = ("<p>", "<h", "<ul>", "<ol", "<blockquote>")
PART_SIZES = (12_000, 6_000, 3_000, 1_500)  # characters tried for one part, until its bytes fit


@dataclass(frozen=True)
class Part:
    """One message."""

    body: str
    html: str

    def content(self, loud: bool) -> Json:
        """What is sent: `m.text` when it may notify, else `m.notice`."""
        return message(self.body, self.html, loud=loud)


def render(card: Card, words: Words, *, direct: bool, encrypted: bool = False) -> list[Part]:
    """The parts of a card in order; the choices and the code stand in the last one. TooLarge when nothing helps."""
    for size in PART_SIZES:
        parts = _parts(card, words, size, direct)
        if _fit(parts, encrypted):
            return parts
    raise TooLarge()


def _fit(parts: list[Part], encrypted: bool) -> bool:
    try:
        for part in parts:
            check_size(part.content(loud=True), encrypted)
    except TooLarge:
        return False
    return True


def _parts(card: Card, words: Words, size: int, direct: bool) -> list[Part]:
    texts = split(card.text, size) or [""]
    return [_part(card, words, text, (at, len(texts)), direct) for at, text in enumerate(texts, 1)]


def _part(card: Card, words: Words, text: str, place: tuple[int, int], direct: bool) -> Part:
    body, html = to_matrix(parse(text))
    bodies, htmls = [body], [html]
    if place[0] == place[1] and card.choices:
        for more, formatted in (_choices(card), _hint(card, words, direct)):
            bodies.append(more)
            htmls.append(formatted)
    if card.code:
        printed = card.code + (f" {place[0]}/{place[1]}" if place[1] > 1 else "")
        bodies.append(printed)
        htmls.append(f"<p><code>{html_escape(printed)}</code></p>")
    return Part("\n\n".join(filter(None, bodies)), _joined(htmls))


def _joined(htmls: list[str]) -> str:
    # A single paragraph comes without its tag; with something below it needs one again.
    if len(htmls) > 1 and htmls[0] and not htmls[0].startswith(BLOCKS):
        return f"<p>{htmls[0]}</p>" + "".join(htmls[1:])
    return "".join(htmls)


def _choices(card: Card) -> tuple[str, str]:
    drawn = [to_matrix(parse(escape(one.label))) for one in card.choices]
    body = "\n".join(f"{number}. {label}" for number, (label, _) in enumerate(drawn, 1))
    return body, "<ol>" + "".join(f"<li>{html}</li>" for _, html in drawn) + "</ol>"


def _hint(card: Card, words: Words, direct: bool) -> tuple[str, str]:
    """How to answer, and who can see the answer (the line that a public card must have)."""
    language = BOTH if any(" · " in one.label for one in card.choices) else card.language
    said = words.say(language, "matrix.answer_direct" if direct else "matrix.answer_here")
    # A card may know a way to answer that nobody else reads, and says so in its own words.
    body, html = to_matrix(parse(said if direct else card.invite or said))
    return body, f"<p>{html}</p>"
