"""The one place that reads the time. Features get `call.now`; the rehearsal and the tests move the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The real time, in UTC."""

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)


class MovableClock(Clock):
    """A clock that a trainer or a test can put forward; it goes on running from there unless it is stopped."""

    def __init__(self, start: datetime | None = None, stopped: bool = False) -> None:
        self._shift = timedelta() if start is None else start - datetime.now(UTC)
        self._stopped_at = (start or datetime.now(UTC)) if stopped else None

    def now(self) -> datetime:
        """The shifted moment."""
        return self._stopped_at or datetime.now(UTC) + self._shift

    def move(self, by: timedelta) -> None:
        """Puts the clock forward (or back)."""
        self._shift += by
        if self._stopped_at is not None:
            self._stopped_at += by
