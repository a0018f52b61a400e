"""How far a call is: a sentence with numbers and a time, edited a few times, then what needs somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App, build_core
from bot.clock import MovableClock
from bot.deliveries import Delivery
from bot.errors import Limited
from bot.platforms.base import Sent
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from cogs.alerts.landing.rules import EVERY, Way, minutes, next_look
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send
from tests.features.alerts.test_later import plain
from tests.features.alerts.test_versions import correct, take_back

SPACES = 20
EACH = 15.0  # seconds that a message takes there


@dataclass
class Gate:
    """How many calls the slow platform still takes before the clock is moved."""

    left: int = 0


class SlowAdapter(RehearsalAdapter):
    """A rehearsal that takes one message in 15 seconds into channels for calls."""

    gate: Gate

    async def deliver(self, delivery: Delivery) -> Sent:
        if delivery.address.endswith("/calls") and self.gate.left <= 0:
            raise Limited(EACH)
        sent = await super().deliver(delivery)
        self.gate.left -= delivery.address.endswith("/calls")
        return sent

    def seconds_for(self, messages: int) -> float:
        return messages * EACH


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def slow(clock: MovableClock, tmp_path: Path, gate: Gate) -> AsyncIterator[RehearsalHouse]:
    """The rehearsal on a platform whose pace takes minutes for twenty spaces."""

    async def build(world: World) -> App:
        url, keys = (f"sqlite:///{tmp_path}/{name}" for name in ("main.db", "keys.db"))
        core = await build_core(url, keys, b"m" * 32, clock=clock)
        adapter = type("Gated", (SlowAdapter,), {"gate": gate})
        return App(core, [partial(adapter, world=world, style="forms")])

    world = World()
    built = RehearsalHouse(await build(world), world, "forms", build)
    yield built
    await built.app.close()


async def crowd(house: RehearsalHouse) -> list[Member]:
    """A sender, and nineteen organizations that post at once."""
    names = [f"{word} {kind}" for kind in ("Tenants", "Workers") for word in WORDS]
    return [await connect(house, name, policy="auto") for name in names]


WORDS = ["Acorn", "Birch", "Cedar", "Dahlia", "Ember", "Fennel", "Ginger", "Hazel", "Indigo", "Juniper"]


async def go_on(house: RehearsalHouse, clock: MovableClock, gate: Gate, taken: int = 2) -> None:
    """Half a minute in which so many are taken."""
    clock.move(EVERY)
    gate.left = taken
    await house.settle()
    await house.settle()


async def told(house: RehearsalHouse, sender: Member) -> Any:
    [one] = await house.messages(sender.space, "desk")
    return one


async def test_progress_is_a_sentence_with_numbers_edited_at_quarters(
    slow: RehearsalHouse, clock: MovableClock, gate: Gate
) -> None:
    """a10: one message, at most six texts in ten minutes, over a restart; its last sentence names what failed."""
    sender, *others = await crowd(slow)
    await slow.forbid(others[3].space, "calls")
    code = await send(slow, sender)
    # Ten minutes: the cards in moderators' channels stand in the same line.
    assert "posted in 0 of 20 channels, about 10 minutes more" in plain((await told(slow, sender)).text)
    read: list[str] = []
    for step in range(12):
        await go_on(slow, clock, gate)
        if step == 3:
            await slow.restart()
        read.append(plain((await told(slow, sender)).text))
    middle = [text for text in dict.fromkeys(read) if " more" in text]
    assert 3 <= len(middle) <= 4
    assert all("of 20 channels, about " in text for text in middle[:2])
    message = await told(slow, sender)
    assert len(message.versions) <= 5
    last = plain(message.text)
    assert "posted in 19 of 20 channels" in last
    assert "1 space needs somebody" in last
    assert others[3].organization.name in last
    assert "I cannot write in this channel" in last
    assert "Where it landed" in [label for label, _ in message.choices]
    assert not any(block in text for text in [*read, *message.versions] for block in "█▓▒░■□▰▱")
    for _ in range(4):
        await go_on(slow, clock, gate)
    assert len((await told(slow, sender)).versions) == len(message.versions)
    assert code in plain(last)


async def test_a_short_one_says_nothing_unless_something_failed(house: RehearsalHouse, clock: MovableClock) -> None:
    """a10: within a minute there is nothing to follow; what did not arrive is said once."""
    sender = await connect(house, "Riverside Tenants")
    await send(house, sender)
    clock.move(timedelta(minutes=5))
    await house.settle()
    assert not await house.messages(sender.space, "desk")
    willing = await connect(house, "Northside Workers", policy="auto")
    await house.forbid(willing.space, "calls")
    await send(house, sender)
    clock.move(timedelta(minutes=5))
    await house.settle()
    clock.move(timedelta(hours=2))
    await house.settle()
    text = plain((await told(house, sender)).text)
    assert "posted in 1 of 2 channels" in text
    assert "Northside Workers (#calls): Did not arrive: I cannot write" in text


async def test_a_call_taken_back_or_corrected_half_way(slow: RehearsalHouse, clock: MovableClock, gate: Gate) -> None:
    """a9: a correction lets it go on, with the new text; once it is taken back nobody follows it any more."""
    sender, *_ = await crowd(slow)
    code = await send(slow, sender)
    await go_on(slow, clock, gate, 6)
    await correct(slow, sender, code)
    await go_on(slow, clock, gate, 6)
    assert "of 20 channels" in plain((await told(slow, sender)).text)
    await take_back(slow, sender, code)
    for _ in range(3):
        await go_on(slow, clock, gate, 60)
    assert not await slow.messages(sender.space, "desk")
    standing = [one for name, one in slow.world.channels.items() if name.endswith("/calls")]
    assert not [one for channel in standing for one in channel.standing() if one.author == "bot"]


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 50))
def test_a_quarter_is_only_reached_once_it_is_done(done: int, under_way: int, missed: int) -> None:
    """a10: four quarters, the last one only when nothing is under way."""
    way = Way(done, under_way, missed)
    assert 0 <= way.quarter <= 4
    assert (way.quarter == 4) is (under_way == 0)
    assert Way(done + 1, max(under_way - 1, 0), missed).quarter >= way.quarter


@given(st.floats(0, 1e6), st.integers(0, 10**6))
def test_looks_come_at_most_every_half_minute(seconds: float, waited: int) -> None:
    """a10: and less than a minute is not called zero minutes."""
    assert next_look(timedelta(seconds=waited)) >= EVERY
    assert (minutes(seconds) >= 1) is (seconds >= 60)
