"""One line of `causeway check`, and which of them comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum


class Grade(Enum):
    """How a line begins; also the order of what to do next."""

    WRONG = "wrong"  # does not work; the exit code says so too
    REMIND = "remind"  # works, but should be done
    WORKS = "works"


@dataclass(frozen=True)
class Finding:
    """A sentence `check.<key>`; what to do about it is `check.<key>_next` (or the sentence of the error itself)."""

    grade: Grade
    key: str
    params: dict[str, object] = field(default_factory=dict)


def wrong(key: str, **params: object) -> Finding:
    """Something that does not work."""
    return Finding(Grade.WRONG, key, params)


def remind(key: str, **params: object) -> Finding:
    """Something that works and should be better."""
    return Finding(Grade.REMIND, key, params)


def works(key: str, **params: object) -> Finding:
    """Something that is as it should be."""
    return Finding(Grade.WORKS, key, params)


def next_thing(findings: Sequence[Finding]) -> Finding | None:
    """The one thing to do next: the first that does not work, else the first reminder."""
    for grade in (Grade.WRONG, Grade.REMIND):
        for finding in findings:
            if finding.grade is grade:
                return finding
    return None
