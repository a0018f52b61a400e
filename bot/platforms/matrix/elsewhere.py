"""What waits for other homeservers: an invitation is answered by the invited person's own server.

One that hangs is waited for only by a few requests at once, so that the others' deliveries go on; what comes on top
waits in its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import Limited, Unreachable

EACH = 2  # requests at once that wait for one server
ALL = 4  # and for all of them together: half of what is on the way at once (FACTS 8)
AGAIN = 5.0  # seconds until a row that found no room asks again


def server_of(user_id: str) -> str:
    """The homeserver in a user id."""
    return user_id.partition(":")[2]


class Elsewhere:
    """Counts what is under way to each other server."""

    def __init__(self, user_id: str) -> None:
        self._own = server_of(user_id)
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def asking(self, user_id: str) -> Iterator[None]:
        """Around a request that this person's server must answer. `Limited` when enough wait for it already: nothing
        has left then."""
        server = server_of(user_id)
        if server == self._own:
            yield
            return
        if self._under_way[server] >= EACH or self._under_way.total() >= ALL:
            full = Limited(AGAIN)
            full.reason = Unreachable.reason
            raise full
        self._under_way[server] += 1
        try:
            yield
        finally:
            self._under_way[server] -= 1
