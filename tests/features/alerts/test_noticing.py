"""What is pointed out before sending: a call much like it, many calls in a week; nobody is kept from anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import MovableClock
from bot.feature import fold
from cogs.alerts.noticing.rules import ALIKE, likeness, week_of
from cogs.alerts.rules import Content
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import code_in, connect, send, write
from tests.features.alerts.test_later import plain

BOARD = Content("Pack the school board", "Bring a sign and a friend to the hearing on Tuesday at five.", "en", "UTC")
OTHERS = [
    Content("Call the water office", "Ask when the pipes on Elm Street are mended; say that you rent.", "en", "UTC"),
    Content("Rent strike hearing", "Meet us at the court house; children are welcome, bring water.", "en", "UTC"),
    Content("Food line on Saturday", "Six people are needed to carry boxes from nine until noon.", "en", "UTC"),
]
words = st.lists(st.text("abcdefghij", min_size=1, max_size=6), min_size=3, max_size=20).map(" ".join)


@given(words, words)
def test_the_same_words_are_found_in_any_order_and_case(title: str, ask: str) -> None:
    """Shouted or with accents, and never only nearly."""
    one = Content(title, ask, "en", "UTC")
    shuffled = " ".join(sorted(ask.upper().split()))
    assert likeness(one, replace(one, ask=shuffled), fold) == 1
    assert likeness(one, replace(one, ask=ask.replace("a", "á")), fold) == 1


@given(words, words, words, words)
def test_likeness_goes_both_ways(a: str, b: str, c: str, d: str) -> None:
    one, other = Content(a, b, "en", "UTC"), Content(c, d, "en", "UTC")
    assert likeness(one, other, fold) == likeness(other, one, fold)
    assert 0 <= likeness(one, other, fold) <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"ask": "Bring a sign and a friend to the hearing on Wednesday at six."}, {"title": "Pack the board"},
        {"place": "City Hall"}, {"ask": "Please bring a sign and a friend to the hearing on Tuesday at five!"},
    ],
)  # fmt: skip
def test_another_day_or_greeting_is_still_alike(change: dict[str, Any]) -> None:
    assert likeness(BOARD, replace(BOARD, **change), fold) >= ALIKE


@pytest.mark.parametrize("other", OTHERS, ids=[one.title for one in OTHERS])
def test_another_action_is_not(other: Content) -> None:
    assert likeness(BOARD, other, fold) < ALIKE / 2


def test_texts_without_a_common_language_are_not_compared() -> None:
    spanish = replace(BOARD, language="es")
    assert likeness(BOARD, spanish, fold) == 0
    both = replace(spanish, title="Llenemos", ask="Trae algo", other_title=BOARD.title, other_ask=BOARD.ask)
    assert likeness(BOARD, both, fold) == 1


def test_a_week_begins_on_the_senders_monday() -> None:
    """Also in the week in which the clocks change: New York, November 1, 2026."""
    sunday = datetime(2026, 11, 2, 3, tzinfo=UTC)  # still Sunday evening there
    assert week_of(sunday, "America/New_York").astimezone(UTC) == datetime(2026, 10, 26, 4, tzinfo=UTC)
    assert week_of(sunday, "Europe/Madrid").astimezone(UTC) == datetime(2026, 11, 1, 23, tzinfo=UTC)


async def test_a_call_much_like_it_is_pointed_out_for_three_days(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5: by code, title and sender, in the asker's language; it can be sent all the same."""
    sender, other = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors", policy="auto")
    code = await send(house, sender)
    seen = await write(house, other, when="in 6 days at 5pm")
    assert f"Looks much like {code}, Pack the school board" in plain(seen.text).replace("*", "")
    assert "by Riverside Tenants: it stands in 2 of the same spaces" in plain(seen.text)
    sent = await house.press(other.moderator, other.space, "desk", seen, "Send")
    assert "Sent as" in plain(sent.text)
    clock.move(timedelta(days=3, minutes=1))
    assert "Looks much like" not in plain((await write(house, other, when="in 6 days at 5pm")).text)


async def test_it_is_pointed_out_in_spanish(house: RehearsalHouse) -> None:
    """h8"""
    sender = await connect(house, "Inquilinas del Río", language="es")
    draft = await write(house, sender, "convocatoria nueva", when="mañana a las 5 de la tarde")
    sent = await house.press(sender.moderator, sender.space, "desk", draft, "Enviar")
    code = code_in(sent.text)
    seen = await write(house, sender, "convocatoria nueva", when="mañana a las 6 de la tarde")
    assert f"Se parece mucho a {code}" in plain(seen.text)


async def test_a_call_that_never_came_to_us_is_not_named(house: RehearsalHouse) -> None:
    """A2: that there was one is said, not what it was or whose."""
    sender = await connect(house, "Riverside Tenants")
    await connect(house, "Valley Choir", policy="auto")
    closed = await connect(house, "Quiet Union", policy="never")
    code = await send(house, sender)
    text = plain((await write(house, closed)).text)
    assert "A call much like this one went to" in text
    assert "Looks much like" not in text
    assert code not in text


async def test_the_sixth_call_of_a_week_is_pointed_out(house: RehearsalHouse) -> None:
    """a5: in as many spaces as have five already."""
    sender = await connect(house, "Riverside Tenants")
    for one in ("water", "rent", "food", "school", "buses"):
        assert "Many calls" not in plain((await write(house, sender)).text)
        await send(house, sender, what=f"About {one}", ask=f"Come for {one}.")
    await connect(house, "Hill Neighbors", policy="auto")  # where none of them stands
    text = plain((await write(house, sender)).text)
    assert "at least number 6 of this week in 1 space" in text
