"""Which role a call notifies in a space: pure, so that it can be tried with any set of choices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cogs.alerts.policies.rules import ELECTORAL


class Mention(NamedTuple):
    """A role by the platform's id and the name it had when it was chosen; false where nobody is notified."""

    role: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.role)


class Chosen(NamedTuple):
    """One row: in one space, for one sender ("" : everybody's calls), one topic ("" : all)."""

    space: str
    sender: str
    topic: str
    mention: Mention


NOBODY = Mention()


def resolve(choices: Iterable[Chosen], space: str, sender: str, topic: str) -> Mention:
    """Whom a call notifies in a space.

    A choice for this sender and this topic comes before one for either alone, and those before one for everything;
    where one for the sender and one for the topic differ, nobody is notified if one of them says so, else the sender's
    counts. Electoral calls notify nobody unless that topic was named (a label, not legal advice).
    """
    fitting = {
        (bool(one.sender), bool(one.topic)): one.mention
        for one in choices
        if one.space == space and one.sender in ("", sender) and one.topic in ("", topic)
        and (topic != ELECTORAL or one.topic == ELECTORAL)
    }  # fmt: skip
    if (True, True) in fitting:
        return fitting[True, True]
    some = [fitting[one] for one in ((True, False), (False, True)) if one in fitting]
    if some:
        return some[0] if all(some) else NOBODY
    return fitting.get((False, False), NOBODY)
