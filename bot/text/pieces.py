"""Long texts in pieces that can be read one by one, and what was made of a piece, remembered for a minute.

Five hundred copies of a call differ in their last lines only. Reading the small Markdown anew for each of them was a
quarter of what a copy cost.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Generic, TypeVar

KEPT = 60.0  # seconds that a piece stays in memory: about as long as its copies are on their way
MOST = 256  # pieces; one has at most 16,000 characters, usually 50 to 500

# After an empty line only a list can go on: with another item, or with a line that is indented.
_CUT = re.compile(r"\n\n(?!\s|\Z|[-+*](?:\s|\Z)|[0-9]{1,9}[.)](?:\s|\Z))")
Key = TypeVar("Key")
Made = TypeVar("Made")


def pieces(markdown: str) -> list[str]:
    """Cut a text in our small Markdown where no block reaches from one side to the other."""
    return _CUT.split(markdown)


class Remembered(Generic[Key, Made]):
    """A function whose answers are kept for `KEPT` seconds; only for what everybody may read.

    All are forgotten together, by the running loop's clock: nothing stays in memory because nobody asked again.
    """

    def __init__(self, make: Callable[[Key], Made]) -> None:
        self._make = make
        self._kept: dict[Key, Made] = {}

    def __call__(self, key: Key) -> Made:
        if key in self._kept:
            return self._kept[key]
        if not self._kept:
            asyncio.get_running_loop().call_later(KEPT, self._kept.clear)
        elif len(self._kept) >= MOST:
            self._kept.clear()
        made = self._kept[key] = self._make(key)
        return made

    def __len__(self) -> int:
        return len(self._kept)
