"""When the seal is due."""

from __future__ import annotations

from datetime import datetime, timedelta

PAGE = 20  # lines in one answer
HOUR = 16  # UTC on Mondays: morning to noon in the whole of the United States


def next_seal(now: datetime) -> datetime:
    """The next Monday at 16:00 UTC after `now` (UTC)."""
    monday = now.replace(hour=HOUR, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    return monday if monday > now else monday + timedelta(days=7)
