"""Pure decisions: how alike two calls are, when a week began, how many calls are many."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cogs.alerts.rules import Content

LOOKS_BACK = timedelta(days=3)  # for a call much like it (WORDS-AND-DEFAULTS)
MANY = 6  # from this call of a week on it is said
# Of all different words in both texts, the part that stands in both. Two texts of one person about two actions share
# their small words (about a half); the same text with another day, place or greeting keeps two thirds and more.
ALIKE = 0.6

_WORD = re.compile(r"\w+")


def likeness(one: Content, other: Content, fold: Callable[[str], str]) -> float:
    """0 to 1: the Jaccard index of their words, title and ask, in the language in which they are most alike.

    Texts without a common language are not compared: 0. `fold` makes what people type the same alike.
    """
    shared = set(one.languages) & set(other.languages)
    pairs = [[set(_WORD.findall(fold(_said(text, language)))) for text in (one, other)] for language in shared]
    return max((_jaccard(*pair) for pair in pairs), default=0.0)


def _said(content: Content, language: str) -> str:
    own = language == content.language
    title, ask = (content.title, content.ask) if own else (content.other_title, content.other_ask)
    return f"{title} {ask}"


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def week_of(now: datetime, zone: str) -> datetime:
    """When the week began: Monday, midnight, on the clock of the organization that sends."""
    local = now.astimezone(ZoneInfo(zone))
    return datetime.combine(local.date() - timedelta(days=local.weekday()), time(), local.tzinfo)
