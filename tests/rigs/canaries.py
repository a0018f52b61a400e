"""Over the whole suite: what anybody could read in a channel or room holds no sealed value (SECURITY D2).

Two kinds of canaries sing. Every account that a test meets is one: its id is only ever kept sealed. And whatever is
sealed with the word below in it. Both are looked for in every card that goes into a channel, whatever the platform.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot import keys, outbox
from bot.feature import Call
from bot.keys import Key
from bot.outbox import Outbox

CANARY = "Quetzal"
LONG_ENOUGH = 5  # characters of an account's id that is no everyday word


class Aviary:
    """What was sealed and what was said in public during one test."""

    def __init__(self) -> None:
        self.accounts: set[str] = set()
        self.marked = False
        self.public: list[str] = []

    def sealed(self, text: str, table: str, field: str) -> None:
        """Somebody's value was sealed."""
        if (table, field) == ("account", "address") and len(text) >= LONG_ENOUGH:
            self.accounts.add(text)
        self.marked = self.marked or CANARY in text

    def found(self) -> list[str]:
        """What stands in a room although it was sealed."""
        wanted = {*self.accounts, CANARY} if self.marked else self.accounts
        return [one for one in sorted(wanted) if any(one in said for said in self.public)]


@pytest.fixture(autouse=True)
def canaries(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aviary]:
    """Listens while a test runs; a value that was sealed and stands in a room fails it."""
    aviary, seal, row, say = Aviary(), Key.seal, Outbox._row, Call.say

    def noted_seal(self: Key, text: str, table: str, at: str, field: str) -> bytes:
        aviary.sealed(text, table, field)
        return seal(self, text, table, at, field)

    def noted_row(self: Outbox, **values: Any) -> dict[str, Any]:
        aviary.public.append(str(values.get("card") or ""))
        return row(self, **values)

    def noted_say(self: Call, text: Any, *choices: Any, private: bool = True, **params: Any) -> None:
        say(self, text, *choices, private=private, **params)
        if not private:
            aviary.public.append(self.outcome.says[-1].card.to_json())

    monkeypatch.setattr(keys.Key, "seal", noted_seal)
    monkeypatch.setattr(outbox.Outbox, "_row", noted_row)
    monkeypatch.setattr(Call, "say", noted_say)
    yield aviary
    assert aviary.found() == []
