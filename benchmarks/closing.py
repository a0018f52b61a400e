"""Closing a check-in that very many answered, while others go on pressing buttons.

The answers are written straight into the tables, sealed as the bot seals them; what is measured begins at the command
to close and ends when the debrief is frozen and its copies are in the outbox. Beside it people answer a call to action
`PRESSES` times a second whether or not the last press is done, so waiting counts.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from benchmarks.press import bot_with, call_with_answers
from benchmarks.rigs import add_organizations, progress
from bot.app import App
from bot.db import Database, insert
from bot.keys import Key, derive, kek_of, key_table
from bot.platforms.base import Act
from bot.spaces import Place
from cogs.checkins import answering, store
from cogs.checkins.store import Checkin

TITLE = "Closing 100,000 answers of 200 organizations, and the longest wait of a press beside it"
ORGANIZATIONS = 200
SMALL = 120  # of them have 1 to 4 people, and count together
PRESSES = 20  # a second
MASTER = b"b" * 32
_events = count(1)
Said = tuple[str, str, dict[str, str]]  # person, organization, answers


async def run(answers: int = 100_000) -> dict[str, Any]:
    """`seconds` from the command to the frozen debrief; `longest_other_act_ms` in it, `longest_alone_ms` before it.

    `memory_mb` is what the process grew by while it closed, at its peak; `blocks` are published.
    """
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / name}" for name in ("main.db", "keys.db")]
        async with bot_with(*urls) as app:
            tokens = await call_with_answers(app)
            checkin = await _opened(app)
            progress(f"writing {answers:,} answers")
            await _fill(app, checkin, urls[1], answers)
            alone = await _beside(app, tokens, asyncio.sleep(3))
            before, began = _memory("VmRSS"), time.perf_counter()
            _forget_the_peak()
            progress("closing")
            closing = await _beside(app, tokens, _close(app, checkin))
            seconds = time.perf_counter() - began
            grown = _memory("VmHWM") - before
            closed = await _read(app, checkin.id)
    assert closed.state == "closed"
    return {
        "answers": answers, "seconds": round(seconds, 2), "longest_other_act_ms": round(max(closing), 1),
        "other_acts": len(closing), "longest_alone_ms": round(max(alone), 1),
        "memory_mb": round(grown, 1), "blocks": len(closed.published.blocks),
    }  # fmt: skip


def _memory(line: str) -> float:
    """MB of this process; Linux tells it in kB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(one.split()[1]) for one in status.splitlines() if one.startswith(f"{line}:")) / 1024


def _forget_the_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5): the peak starts anew from now


async def _opened(app: App) -> Checkin:
    """A check-in of everybody's members, through the front door."""
    core, now = app.core, app.core.clock.now()
    places = [(f"s{number}", f"s{number}/calls") for number in range(ORGANIZATIONS)]
    await add_organizations(core, "forms", places, policy="auto")
    async with core.db.write() as tx:
        person = await core.people.keep(tx, "forms", "sender", "en", now)
        await core.spaces.grant(tx, person.id, "", "coordinator", now)
    form = (await core.runner.command(_sender(), "checkins.open", {})).form
    assert form is not None
    given = {"who": "everybody", "subject": "October", "template": "numbers", "questions": "doors", "days": "3"}
    await core.runner.submit(_sender(), form.token, given)
    async with core.db.read() as tx:
        return store.to_checkin(await _only(tx))


async def _only(tx: Any) -> Any:
    [row] = await tx.all(store.SYSTEM.select(store.checkin))
    return row


async def _read(app: App, cycle: str) -> Checkin:
    async with app.core.db.read() as tx:
        found = await store.of_id(tx, cycle)
    assert found is not None
    return found


def _sender() -> Act:
    place = Place("forms", "server", "server/calls")
    return Act("forms", "sender", place, f"c{next(_events)}", "en", manages=True)


# -- answers --------------------------------------------------------------------------------------------------------


async def _fill(app: App, checkin: Checkin, keys_url: str, answers: int) -> None:
    """Everybody's key and sealed answer, some thousand a transaction."""
    core, now = app.core, app.core.clock.now()
    async with core.db.read() as tx:
        homes = [one.id for one in await core.spaces.all(tx, "connected")]
    circles = {home: core.keyring.index("checkin circle", f"{checkin.id}|{home}") for home in homes}
    ring = Database(keys_url)
    await ring.open()
    try:
        for some in _batches(_people(homes, answers)):
            made = [_sealed(checkin, circles[one[1]], now, one) for one in some]
            async with ring.write() as tx:
                await tx.run(insert(key_table), [key for key, _ in made])
            async with core.db.write() as tx:
                await tx.run(insert(store.checkin_answer), [row for _, row in made])
    finally:
        await ring.close()


def _batches(people: Iterator[Said]) -> Iterator[list[Said]]:
    while some := list(islice(people, 5_000)):
        yield some


def _sealed(checkin: Checkin, circle: str, now: datetime, one: Said) -> tuple[Any, Any]:
    """The rows of one person's key and of their answer."""
    (person, home, said), raw, row = one, secrets.token_bytes(32), secrets.token_hex(16)
    wrapped = aes_key_wrap(derive(MASTER, "causeway wrap v1"), raw)
    key = {"person": person, "organization": home, "wrapped": wrapped, "kek": kek_of(MASTER), "made_at": now}
    cipher, text = Key(f"{person}@{home}", AESGCM(raw)), store.pack_answer(said, False)
    value = cipher.seal(text, answering.TABLE, row, answering.COLUMN)
    answer = {"checkin": checkin.id, "circle": circle, "person": person, "value": value, "made_at": now}
    return key, {"id": row, **answer}


def _people(homes: list[str], answers: int) -> Iterator[Said]:
    """(person, organization, what they say): the small organizations first, the others share the rest."""
    dice, number = random.Random(1), 0
    small, large = homes[:SMALL], homes[SMALL:]
    order = [home for home in small for _ in range(dice.randint(1, 4))]
    while number < answers:
        home = order[number] if number < len(order) else large[number % len(large)]
        said = {"q1": str(dice.randint(0, 40)), "q2": str(dice.randint(0, 40)), "q3": "Start earlier, bring water."}
        yield f"person{number:026d}", home, said
        number += 1


# -- closing --------------------------------------------------------------------------------------------------------


async def _close(app: App, checkin: Checkin) -> None:
    await app.core.runner.command(_sender(), "checkins.close", {"code": checkin.code})
    await app.jobs.run_due()


async def _beside(app: App, tokens: list[str], work: Any) -> list[float]:
    """Milliseconds of each press while some work is done."""
    times: list[float] = []

    async def press(due: float, number: int) -> None:
        act = Act("forms", f"p{number % 50}", Place("forms", "server", "server/calls"), f"b{next(_events)}", "en")
        await app.core.runner.press(act, tokens[number % 3])
        times.append((time.perf_counter() - due) * 1000)

    done, start = asyncio.ensure_future(work), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in count():
            due = start + number / PRESSES
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if done.done():
                break
            group.create_task(press(due, number))
    await done
    return times
