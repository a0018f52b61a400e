"""Counting a check-in that is over, however many answered: batch by batch, while everybody else goes on.

Nothing here writes. What was counted only holds if nothing changed meanwhile (`still_true`): somebody who is erased, or
an organization that leaves, between the counting and the freezing must not be in the debrief.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.feature import Call, Drawing, Picture, draw
from cogs.checkins import rules, store
from cogs.checkins.answering import opened
from cogs.checkins.cycles import circle, standing
from cogs.checkins.opening import look_of
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look, bar_words, bars, bars_in_words


@dataclass(frozen=True)
class Counted:
    """A debrief before it is frozen. `answers`: rows that were there; `homes`: organizations that were in."""

    debrief: rules.Debrief
    answers: int
    homes: frozenset[str]
    pictures: Mapping[str, Picture | None]  # by language


async def count(call: Call, checkin: Checkin) -> Counted:
    """The debrief of the answers as they are now, and its pictures."""
    homes = await _homes(call, checkin)
    answers, debrief = await _debrief(call, checkin, homes)
    closed = replace(checkin, debrief=debrief.to_json())
    look, places = await look_of(call, closed), await standing(call, checkin.id)
    pictures = await _pictures(call, closed, look, sorted({channel.language for _, channel in places}))
    return Counted(debrief, answers, frozenset(homes.values()), pictures)


async def still_true(call: Call, checkin: Checkin, found: Counted) -> bool:
    """Whether the same people and organizations are there as were counted."""
    homes = frozenset((await _homes(call, checkin)).values())
    return homes == found.homes and await store.count_answers(call.tx, checkin.id) == found.answers


async def _homes(call: Call, checkin: Checkin) -> dict[str, str]:
    """The organizations that are in, by their circle."""
    return {circle(call, checkin.id, one.id): one.id for one in await call.spaces.all(call.tx, "connected")}


async def _debrief(call: Call, checkin: Checkin, homes: Mapping[str, str]) -> tuple[int, rules.Debrief]:
    questions, index, answers = [one.asked for one in checkin.questions], call.people.keyring.index, 0
    counting = rules.Count(questions, lambda cell: int(index("checkin cell", f"{checkin.id}|{cell}"), 16))
    at_a_table: list[rules.Given] = []
    add = at_a_table.append if checkin.at_a_table else counting.add
    async for rows in store.answers(call.tx, checkin.id):
        answers += len(rows)
        for one in await _open(call, rows, homes):
            add(one)
    if checkin.at_a_table:
        return answers, rules.of_organizations(at_a_table, questions)
    return answers, await asyncio.to_thread(counting.debrief, checkin.k)


async def _open(call: Call, rows: Sequence[Any], homes: Mapping[str, str]) -> list[rules.Given]:
    """The answers of some rows, of organizations that are still in, as far as they can be read."""
    inside = [(row, homes[row.circle]) for row in rows if row.circle in homes]
    keys = await call.people.keyring.existing_of([(row.person, home) for row, home in inside])
    found = []
    for row, home in inside:
        key = keys.get((row.person, home))
        one = opened(key, row, home) if key else await _again(call, row.id, home)
        found += [one] if one else []
    return found


async def _again(call: Call, row: str, home: str) -> rules.Given | None:
    """An answer whose key went since it was read: it moved to the person's other account, or they were erased."""
    now = await store.answer_again(call.tx, row)
    keys = await call.people.keyring.existing_of([(now.person, home)]) if now else {}
    return opened(keys[now.person, home], now, home) if now and keys else None


async def _pictures(
    call: Call, checkin: Checkin, look: Look, languages: Sequence[str]
) -> Mapping[str, Picture | None]:
    """Planned against done, in the words of one language or of both; none without such numbers."""
    wanted = {}
    for one in languages:
        rows, words = bars(call.words_in(one), checkin, look), bar_words(checkin, one)
        if rows:
            wanted[one] = Drawing(checkin.title, tuple(rows), words, bars_in_words(checkin.title, rows, words))
    return dict(zip(wanted, await draw(list(wanted.values())), strict=True))
