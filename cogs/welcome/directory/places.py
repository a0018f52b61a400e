"""Where ZIP codes are: the package's own table, read once.

`places.bin` is baked from the package `zipcodes` by `python -m docs.places`; nothing else of it is kept. A look-up
costs microseconds and the whole table 0.6 MB, where the package itself takes 40 MB and 312 microseconds.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median

from cogs.welcome.directory.rules import Spot, Where, is_digits

FILE = Path(__file__).with_name("places.bin")
MAGIC = b"places 1\n"
SCALE = 1000  # thousandths of a degree: about 110 m


@dataclass(frozen=True, eq=False)
class Atlas:
    """ZIP codes in order, beside each the number of its state and its point; (0, 0) is nowhere (military post)."""

    zips: array[int]
    states: bytes
    lats: array[int]
    lons: array[int]
    names: tuple[str, ...]

    def where(self, place: str) -> Where | None:
        """Where `place` is ("", three digits, a ZIP code, a state's letters); None for digits that nobody has.

        A ZIP code that is not in the table is taken for its first three digits.
        """
        if not is_digits(place):
            return Where(state=place)
        if len(place) == 5:
            at = self._at(place)
            if at < len(self.zips) and self.zips[at] == int(place):
                return Where(place, place[:3], self.names[self.states[at]], self._spot(at))
        found = self._around(place[:3])
        return None if found is None else Where("", place[:3], *found)

    def _at(self, digits: str) -> int:
        return bisect_left(self.zips, int(digits))

    def _spot(self, at: int) -> Spot | None:
        lat, lon = self.lats[at], self.lons[at]
        return Spot(lat / SCALE, lon / SCALE) if lat or lon else None

    def spot(self, code: str) -> Spot | None:
        """The point of a ZIP code; None when it has none."""
        found = self.where(code) if is_digits(code) and len(code) == 5 else None
        return found.spot if found and found.zip else None

    @lru_cache(maxsize=1000)  # noqa: B019  # there is one atlas, and 1,000 prefixes in all
    def _around(self, prefix: str) -> tuple[str, Spot | None] | None:
        """The state of most of the ZIP codes with these three digits, and the middle of those in it."""
        inside = range(self._at(f"{prefix}00"), self._at(f"{int(prefix) + 1}00"))
        if not inside:
            return None
        state = Counter(self.states[at] for at in inside).most_common(1)[0][0]
        spots = [spot for at in inside if self.states[at] == state and (spot := self._spot(at))]
        middle = Spot(median(one.lat for one in spots), median(one.lon for one in spots)) if spots else None
        return self.names[state], middle


def pack(rows: Iterable[tuple[str, str, float, float]]) -> bytes:
    """(ZIP code, state, latitude, longitude) as the file holds them: columns, deflated."""
    ordered = sorted(rows)
    names = sorted({state for _, state, _, _ in ordered})
    columns = [
        array("I", (int(code) for code, *_ in ordered)),
        array("i", (round(lat * SCALE) for *_, lat, _ in ordered)),
        array("i", (round(lon * SCALE) for *_, lon in ordered)),
    ]
    inside = b"".join(_little(one).tobytes() for one in columns) + bytes(names.index(row[1]) for row in ordered)
    head = f"{len(ordered)} {' '.join(names)}\n".encode("ascii")
    return MAGIC + zlib.compress(head + inside, 9)


def unpack(packed: bytes) -> Atlas:
    """What `pack` made. ValueError for anything else."""
    if not packed.startswith(MAGIC):
        raise ValueError("not a table of places")
    head, inside = zlib.decompress(packed[len(MAGIC) :]).split(b"\n", 1)
    count, *names = head.decode("ascii").split(" ")
    size = int(count) * 4
    parts = [inside[at * size : (at + 1) * size] for at in range(3)]
    zips, lats, lons = (_read(kind, part) for kind, part in zip("Iii", parts, strict=True))
    return Atlas(zips, inside[3 * size :], lats, lons, tuple(names))


def _read(kind: str, part: bytes) -> array[int]:
    column = array(kind)
    column.frombytes(part)
    return _little(column)


def _little(column: array[int]) -> array[int]:
    """The file is little-endian on every machine; columns have four bytes a value on all that Python runs on."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column


@lru_cache(maxsize=1)
def atlas() -> Atlas:
    """The table, read at the first question."""
    return unpack(FILE.read_bytes())
