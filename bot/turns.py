"""Whose turn it is among channels: what somebody waits for first, then calls, then the rest; and no call holds up
another because it has more copies.

Each delivery gets a number (`delivery.turn`) when it is written; lower ones are claimed first. Calls share by
start-time fair queueing: the copies of one subject are numbered one after the other from where the platform stands
now, so that a call of a hundred that comes behind one of a thousand goes in between and not behind. The first
`SMALL` copies of a subject lie one apart, the next ones two, and so on: a big call leaves a new small one more room.

In memory only: after a start the numbers go on from those in line. What is written long before it is due keeps the low
number of that time, and so goes before what is written when it is due. The order inside a channel never depends on any
of this (`bot.line.DUE`).
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL = 100  # copies of a subject after which its further ones lie one more apart
CLASS = 1 << 40  # numbers of a class: more than there will ever be
AT_ONCE, URGENT, CALM = 0, 1, 2  # classes: somebody waits for it, or it takes something back; calls; all the rest
_MANY = 500  # subjects remembered before those that are through are dropped


@dataclass
class Flow:
    """One subject's copies on one platform: the last one's number, how many there were since it last was through."""

    last: int = 0
    copies: int = 0


class Turns:
    """Gives the numbers; `passed` tells it how far a platform is."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, int], int] = {}  # platform, class -> the number of the newest that arrived
        self._flows: dict[tuple[str, int, str], Flow] = {}
        self._most = _MANY

    def next(self, platform: str, kind: str, urgent: bool, subject: str) -> int:
        """The number of one more delivery."""
        level = _class_of(kind, urgent, subject)
        if level == AT_ONCE:
            return 0
        at, flow = self._at.get((platform, level), 0), self._flow(platform, level, subject)
        if flow.last < at:
            flow.last, flow.copies = at, 0
        elif flow.copies:
            flow.last += 1 + flow.copies // SMALL
        flow.copies += 1
        return level * CLASS + flow.last

    def passed(self, platform: str, turn: int) -> None:
        """A delivery arrived, or will not: who comes now comes behind it at most."""
        level, number = divmod(turn, CLASS)
        self._at[platform, level] = max(self._at.get((platform, level), 0), number)

    def _flow(self, platform: str, level: int, subject: str) -> Flow:
        if len(self._flows) > self._most:
            self._flows = {key: one for key, one in self._flows.items() if one.last > self._at.get(key[:2], 0)}
            self._most = max(_MANY, 2 * len(self._flows))  # so that a long line is not looked through at every copy
        return self._flows.setdefault((platform, level, subject), Flow())


def _class_of(kind: str, urgent: bool, subject: str) -> int:
    if kind == "redact" or not subject:
        return AT_ONCE
    return URGENT if urgent or kind == "edit" else CALM
