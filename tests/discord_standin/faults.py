"""Faults on demand: which requests go wrong, how, and whether Discord had done the work already."""

from __future__ import annotations

import asyncio
import fnmatch
from dataclasses import dataclass, field


@dataclass(eq=False)
class Fault:
    """One kind of trouble for requests that match.

    `where` is `"POST /channels/*/messages"` with `*` for any part, or the template's own words.
    `after` True means that the work is done (the message exists) and only the answer is lost.
    `skip` matching requests pass before the first is hit. `kind` is one of `status`, `drop`, `hang`, `limited`.
    """

    where: str
    kind: str
    status: int = 500
    times: int | None = 1
    after: bool = False
    retry_after: float = 0.1
    skip: int = 0
    hits: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def strikes(self, method: str, path: str, template: str, after: bool) -> bool:
        """Whether this request is hit now; counts it."""
        if after is not self.after or (self.times is not None and self.hits >= self.times):
            return False
        if not any(fnmatch.fnmatchcase(f"{method} {one}", self.where) for one in (path, template)):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits += 1
        self.reached.set()
        return True

    def release(self) -> None:
        """Let the hanging requests go on, and hit no more."""
        self.times = self.hits
        self.released.set()


class Faults:
    """The faults in force, first match first."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def fail(
        self, where: str, status: int = 500, *, times: int | None = 1, after: bool = False, skip: int = 0
    ) -> Fault:  # fmt: skip
        """Answer with this status instead of the real answer."""
        return self._add(Fault(where, "status", status, times, after, skip=skip))

    def drop(self, where: str, *, times: int | None = 1, after: bool = False, skip: int = 0) -> Fault:
        """Cut the connection without an answer."""
        return self._add(Fault(where, "drop", times=times, after=after, skip=skip))

    def hang(self, where: str, *, times: int | None = 1, after: bool = False) -> Fault:
        """Answer only when `release()` is called (or never)."""
        return self._add(Fault(where, "hang", times=times, after=after))

    def limit(self, where: str, retry_after: float = 0.1, *, times: int | None = 1, skip: int = 0) -> Fault:
        """Answer 429 although no limit was reached."""
        return self._add(Fault(where, "limited", times=times, retry_after=retry_after, skip=skip))

    def clear(self) -> None:
        for fault in self.active:
            fault.release()
        self.active.clear()

    def find(self, method: str, path: str, template: str, after: bool) -> Fault | None:
        return next((one for one in self.active if one.strikes(method, path, template, after)), None)

    def _add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault
