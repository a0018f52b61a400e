"""Rate limits with Discord's headers and bodies (topics/rate-limits). Off unless somebody asks for them."""

from __future__ import annotations

import collections
import hashlib
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock

MESSAGE_ROUTE = ("POST", "/channels/{channel_id}/messages")
PER_CHANNEL = (5, 5.0)
GLOBAL_PER_SECOND = 50
INVALID_IN_TEN_MINUTES = 10_000
# Answers to interactions do not count against the bot's global limit (interactions/receiving-and-responding).
UNCOUNTED = ("/interactions/", "/webhooks/")


@dataclass
class Verdict:
    """What the limits say about one request: headers to send, and when refused, the body of the 429."""

    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    banned: bool = False

    @property
    def refused(self) -> bool:
        return self.body is not None or self.banned


@dataclass
class _Bucket:
    limit: int
    seconds: float
    resets_at: float = 0.0
    used: int = 0

    def take(self, now: float) -> bool:
        if now >= self.resets_at:
            self.used, self.resets_at = 0, now + self.seconds
        if self.used >= self.limit:
            return False
        self.used += 1
        return True


class Limits:
    """`window` is None (off), "fixed" or "sliding": how the 50 per second over everything are counted.

    `buckets` maps (method, template) to (requests, seconds); each value of the first id in the path has its own.
    """

    def __init__(self, clock: Clock, window: str | None) -> None:
        self._clock = clock
        self.window = window
        self.per_second = GLOBAL_PER_SECOND
        self.buckets: dict[tuple[str, str], tuple[int, float]] = {MESSAGE_ROUTE: PER_CHANNEL} if window else {}
        self.invalid_allowed = INVALID_IN_TEN_MINUTES
        self._state: dict[tuple[str, str, str], _Bucket] = {}
        self._recent: collections.deque[float] = collections.deque()
        self._window_start = 0.0
        self._invalid: collections.deque[float] = collections.deque()

    def judge(self, method: str, template: str, major: str) -> Verdict:
        """Count one request and say whether it may pass."""
        if self._address_is_banned():
            return Verdict(banned=True)
        if self.window and not template.startswith(UNCOUNTED):
            wait = self._global_wait()
            if wait > 0:
                return _refused(wait, "global")
        return self._bucket_verdict(method, template, major)

    def note_invalid(self) -> None:
        """A 401, 403 or 429 was sent: 10,000 of them in ten minutes ban the address."""
        self._invalid.append(self._clock.now())

    def _address_is_banned(self) -> bool:
        since = self._clock.now() - 600
        while self._invalid and self._invalid[0] < since:
            self._invalid.popleft()
        return len(self._invalid) >= self.invalid_allowed

    def _global_wait(self) -> float:
        now = self._clock.now()
        return self._fixed_wait(now) if self.window == "fixed" else self._sliding_wait(now)

    def _fixed_wait(self, now: float) -> float:
        if now - self._window_start >= 1:
            self._window_start = now
            self._recent.clear()
        if len(self._recent) >= self.per_second:
            return self._window_start + 1 - now
        self._recent.append(now)
        return 0.0

    def _sliding_wait(self, now: float) -> float:
        while self._recent and now - self._recent[0] >= 1:
            self._recent.popleft()
        if len(self._recent) >= self.per_second:
            return self._recent[0] + 1 - now
        self._recent.append(now)
        return 0.0

    def _bucket_verdict(self, method: str, template: str, major: str) -> Verdict:
        settings = self.buckets.get((method, template))
        if settings is None:
            return Verdict()
        bucket = self._state.setdefault((method, template, major), _Bucket(*settings))
        now = self._clock.now()
        passed = bucket.take(now)
        headers = self._headers(bucket, now, method, template)
        if passed:
            return Verdict(headers)
        refused = _refused(bucket.resets_at - now, "user")
        return Verdict(headers | refused.headers, refused.body)

    def _headers(self, bucket: _Bucket, now: float, method: str, template: str) -> dict[str, str]:
        left = bucket.resets_at - now
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.limit - bucket.used),
            "X-RateLimit-Reset": f"{self._clock.wall().timestamp() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(f"{method} {template}".encode(), usedforsecurity=False).hexdigest(),
        }


def _refused(wait: float, scope: str) -> Verdict:
    is_global = scope == "global"
    headers = {"Retry-After": str(max(1, round(wait))), "X-RateLimit-Scope": scope}
    if is_global:
        headers["X-RateLimit-Global"] = "true"
    body = {"message": "You are being rate limited.", "retry_after": round(wait, 3) + 0.001, "global": is_global}
    return Verdict(headers, body)
