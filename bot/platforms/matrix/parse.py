"""From a Matrix message to a line that the bot's typed language can read, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.platforms.matrix.inbox import Json

PREFIX = "!"  # as in bot.platforms.typed, which a reader of messages need not load


@dataclass(frozen=True)
class Line:
    """What was typed. `answers`: event ids it may be an answer to, the likeliest first (reply, then thread's root)."""

    text: str
    answers: tuple[str, ...] = ()

    @property
    def commanded(self) -> bool:
        """Whether it starts with the prefix."""
        return self.text.startswith(PREFIX)

    @property
    def number(self) -> bool:
        """Whether it is only a number, as an answer to a numbered choice."""
        digits = self.text.rstrip(".)")
        return digits.isascii() and digits.isdigit() and len(digits) <= 2


def read_line(content: Json) -> Line:
    """The words of a message without the quotation that older clients put above a reply."""
    relation = content.get("m.relates_to")
    relation = relation if isinstance(relation, dict) else {}
    replied = relation.get("m.in_reply_to")
    target = replied.get("event_id") if isinstance(replied, dict) else None
    root = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
    answers = tuple(one for one in (target, root) if isinstance(one, str))
    body = str(content.get("body", ""))
    return Line((_without_quotation(body) if target else body).strip(), answers)


def _without_quotation(body: str) -> str:
    """Older clients repeat what they answer in lines starting with `>`, then an empty line."""
    lines = body.split("\n")
    if not lines[0].startswith("> "):
        return body
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines)


def for_the_bot(content: Json, direct: bool) -> bool:
    """Whether a message may concern the bot at all; everything else said in a room is never kept.

    In a direct room all of it; elsewhere a line with the prefix, or a number that answers something.
    """
    if direct:
        return True
    line = read_line(content)
    return line.commanded or (line.number and bool(line.answers))
