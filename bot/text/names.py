"""Names that look like another name (SECURITY C5)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from bot.text.clean import fold

_DIGITS: Final = str.maketrans("0134578i|", "oleastbll")
_PAIRS: Final = (("rn", "m"), ("vv", "w"))
_POINTS: Final = re.compile("north|south|east|west|norte|sur|este|oeste")
_ONE_SLIP, _TWO_SLIPS = 6, 12
"""Letters a name needs before one, or two, changed letters count as the same name: short names differ by little."""


@lru_cache(maxsize=8192)  # a list of names is compared each with each
def skeleton(name: str) -> str:
    """Return what the eye keeps of a name: Latin look-alikes, digits as letters, no accents, case, blanks or signs.

    Two names with the same skeleton can be taken for each other.
    """
    latin = fold("".join(_as_latin(char) for char in unicodedata.normalize("NFKC", name)))
    for pair, letter in _PAIRS:
        latin = latin.replace(pair, letter)
    return "".join(c for c in latin.translate(_DIGITS) if c.isalnum())


def looks_like(a: str, b: str) -> bool:
    """Tell whether two names can be mistaken for each other.

    Names that differ by a number ("Local 12"), by a compass point ("North", "South") or by another word in the same
    place ("Red River", "New River") cannot.
    """
    if _numbers(a) != _numbers(b) or _points_apart(a, b):
        return False
    one, two = skeleton(a), skeleton(b)
    if one == two:
        return bool(one) or fold(a) == fold(b)
    shorter = min(len(one), len(two))
    allowed = (shorter >= _ONE_SLIP) + (shorter >= _TWO_SLIPS)
    return _within(one, two, allowed) and not _other_word(a, b)


def _numbers(name: str) -> list[str]:
    return re.findall(r"\b[0-9]+\b", unicodedata.normalize("NFKC", name))


def _points_apart(a: str, b: str) -> bool:
    one, two = _POINTS.findall(skeleton(a)), _POINTS.findall(skeleton(b))
    return one != two and len(one) == len(two)


def _other_word(a: str, b: str) -> bool:
    """Tell whether the names differ in one word alone, and that word begins with another letter and has two slips: the
    eye reads the first letter."""
    one, two = ([skeleton(word) for word in name.split()] for name in (a, b))
    changed = [(x, y) for x, y in zip(one, two, strict=False) if x != y]
    if len(one) != len(two) or len(changed) != 1:
        return False
    ((x, y),) = changed
    return x[:1] != y[:1] and not _within(x, y, 1)


@lru_cache(maxsize=4096)
def _as_latin(char: str) -> str:
    if char.isascii():
        return char
    from confusable_homoglyphs import confusables  # a table of 7 MB for the few names that are not in ASCII

    found = confusables.is_confusable(char, preferred_aliases=["latin"], greedy=True)
    twins = [twin["c"] for twin in found[0]["homoglyphs"]] if found else []
    return next((twin for twin in twins if twin.isascii() and twin.isalnum()), char)


def _within(a: str, b: str, allowed: int) -> bool:
    """Tell whether at most `allowed` letters must be added, dropped or changed to make `a` into `b`."""
    if abs(len(a) - len(b)) > allowed:
        return False
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1] <= allowed
