"""The text gate: what every typed text passes before anything else looks at it (SECURITY G6, G7, G11)."""

from __future__ import annotations

import re
import unicodedata

import regex  # type: ignore[import-untyped]

from bot.errors import UserError

MAX_BYTES = 24_000
"""Bytes of one text in UTF-8. A Matrix event holds 65,536 bytes (FACTS 10) and carries a text twice: plain and HTML."""

MAX_MARKS = 4
"""Combining marks kept on one letter (SECURITY G11): enough for living scripts, too few to smear over other lines."""

_SLACK = 200
"""Characters that a text may have over twice its limit before it is refused unread: what cleaning may take away."""

# Characters that only steer other characters. Joiners are judged apart; the Arabic number signs are visible and stay.
_INVISIBLE = regex.compile(
    r"(?V1)["
    r"\p{Cc}--[\n\t]||\p{Cs}||\p{Co}||\p{Noncharacter_Code_Point}"
    r"||[\p{Cf}--[\u200c\u200d\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]]"
    r"||[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0d\U000e0000-\U000e0fff]"
    r"]+"
)
_LINE_ENDS = regex.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_JOINERS = regex.compile(r"[\u200c\u200d]+")
# Scripts that need joiners start after Cyrillic; between Latin letters a joiner only hides something.
_JOINED = regex.compile(r"(?V1)[[\p{L}\p{M}]--[\u0000-\u052f\u1e00-\u1fff\ufe0e\ufe0f]]")
_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Emoji_Modifier}]")
_EMOJI_END = regex.compile(r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]")
_MARKS = regex.compile(r"(?:[\u200c\u200d]?\p{M})+")
_BLANKS = regex.compile(r"[\t\p{Zs}]+")
_AROUND_LINE = regex.compile(r" *\n *")
_EMPTY_LINES = regex.compile(r"\n{3,}")
# What no step below changes: a code, a number, an address. Presses carry two of them each.
_CLEAN = re.compile(r"[!-~]{1,64}")
_SOMETHING = regex.compile(r"(?V1)[\p{L}\p{N}\p{P}\p{S}--\u2800]")


class TextRefused(UserError):
    """A text that cannot be taken as it is. `key` names the sentence in `bot/locales`, `params` are its numbers."""


def gate(text: str, *, limit: int, lines: bool = True) -> str:
    """Return `text` clean and at most `limit` characters long; `lines=False` makes it one line. Idempotent.

    The order is fixed: length, normal form (NFC), invisible characters, combining marks, white space. Escaping comes
    after it, never before (SECURITY G6: removing U+200B after escaping brings "@everyone" back).

    Raises TextRefused: `text.too_long` (n, limit), `text.too_heavy` (n, limit in bytes), `text.empty`.
    """
    if len(text) <= limit and _CLEAN.fullmatch(text):
        return text
    if len(text) > 2 * limit + _SLACK:
        raise TextRefused("text.too_long", n=len(text), limit=limit)
    clean = _collapse(_without_smears(_without_invisible(text)), lines=lines)
    if len(clean) > limit:
        raise TextRefused("text.too_long", n=len(clean), limit=limit)
    if (heavy := len(clean.encode())) > MAX_BYTES:
        raise TextRefused("text.too_heavy", n=heavy, limit=MAX_BYTES)
    if not _SOMETHING.search(clean):
        raise TextRefused("text.empty")
    return clean


def fold(text: str) -> str:
    """Return `text` for comparing typed words: lower case, no accents, single spaces (`"  MAÑANA "` -> `"manana"`)."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFKC", plain.casefold()).split())


def _without_invisible(text: str) -> str:
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    text = _INVISIBLE.sub("", text)
    text = _JOINERS.sub(_needed_joiner, text)
    # A letter and its accent may have been kept apart by what was just removed.
    return unicodedata.normalize("NFC", text)


def _needed_joiner(found: regex.Match[str]) -> str:
    text, start, end = found.string, found.start(), found.end()
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    in_word = _JOINED.match(before) and _JOINED.match(after)
    in_emoji = _EMOJI_END.match(before) and _EMOJI.match(after)
    return str(found[0][0]) if in_word or in_emoji else ""


def _without_smears(text: str) -> str:
    return str(_MARKS.sub(_first_marks, text))


def _first_marks(run: regex.Match[str]) -> str:
    marks = 0
    for place, char in enumerate(run[0]):
        marks += char not in "\u200c\u200d"
        if marks > MAX_MARKS:
            return str(run[0][:place]).rstrip("\u200c\u200d")
    return str(run[0])


def _collapse(text: str, *, lines: bool) -> str:
    text = _AROUND_LINE.sub("\n", _BLANKS.sub(" ", text))
    text = _EMPTY_LINES.sub("\n\n", text) if lines else text.replace("\n", " ")
    text = text.strip()
    return text if lines else _BLANKS.sub(" ", text)
