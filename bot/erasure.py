"""Erasing a person for good: keys first, then every row, then what the files still hold (SECURITY E2, 6.2a).

The keys are destroyed, durably and in their own database, before the rows are: after a crash in between the rows are
noise, and `forget_quiet` finds them by their missing key. An older back-up of the main database is noise too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.db import Tx
from bot.feature import Feature
from bot.people import People, Person

QUIET_FOR = timedelta(days=365)  # SECURITY 6.6, E5: what need not exist


async def erase(people: People, features: Sequence[Feature], tx: Tx, person: Person) -> None:
    """Everything about a person. The caller commits `tx` at once and then empties the write-ahead log."""
    for feature in features:
        if "erased" in feature.hooks:
            await feature.hooks["erased"](tx, people.keyring, person.id)
    await people.erase(tx, person)
    await people.destroy_keys(person.id)


async def forget_quiet(people: People, features: Sequence[Feature], tx: Tx, now: datetime) -> int:
    """People who did nothing for a year and hold no role, and those whose key was destroyed already; how many."""
    ids = await people.to_forget(tx, now - QUIET_FOR)
    for one in ids:
        await erase(people, features, tx, Person(one))
    return len(ids)
