"""Single stories of the outbox that the state machine tells only now and then."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot import tables as t
from bot.cards import Card
from bot.clock import MovableClock
from bot.core import Core
from bot.deliveries import Copy, Delivery
from bot.errors import Revoked
from bot.platforms.base import Sent
from bot.sender import Sender
from bot.spaces import Channel
from bot.words import Md
from tests.machines.forgetful import ForgetfulWorld, UnluckyAdapter

CHANNEL = Channel("c", "org", "home", "forms", "home/north", "calls", "north", "en")


class Desk:
    """A channel, and a sender whose next deliveries meet these faults."""

    def __init__(self, core: Core, clock: MovableClock) -> None:
        self.core, self.clock, self.faults = core, clock, deque[str]()
        self.world = ForgetfulWorld(clock)
        self.world.add_space("home", "Home", "forms", ("north",))
        self.adapter = UnluckyAdapter(core, self.world, self.faults)
        self.sender = Sender(core.db, core.outbox, core.people, clock, self.adapter)

    async def post(self, text: str, subject: str = "A-1") -> None:
        async with self.core.db.write() as tx:
            await self.core.outbox.post(tx, CHANNEL, Card(Md(text)), subject=subject, now=self.clock.now())

    async def edit(self, text: str) -> None:
        async with self.core.db.write() as tx:
            await self.core.outbox.edit(tx, "A-1", "c", Card(Md(text)), 2, self.clock.now())

    async def send(self, *faults: str, after: int = 0) -> None:
        self.clock.move(timedelta(seconds=after))
        self.faults.extend(faults)
        await self.sender.drain()

    def standing(self) -> list[str]:
        return [one.text for one in self.world.channels["home/north"].standing()]


@pytest.fixture
def desk(core: Core, clock: MovableClock) -> Desk:
    return Desk(core, clock)


async def test_copies_that_are_written_together_stand_as_if_each_was_written_alone(desk: Desk) -> None:
    """Column by column; only the ids differ, and the place in line goes on."""
    now = desk.clock.now()
    until, card = now + timedelta(hours=5), Card(Md("at the library"))
    outbox, channels = desk.core.outbox, [replace(CHANNEL, id=f"c{one}") for one in range(30)]
    async with desk.core.db.write() as tx:
        for one in channels:
            await outbox.post(tx, one, card, subject="A-1", now=now, urgent=True, silent=True, expires_at=until)
        await outbox.post(tx, CHANNEL, card, subject="A-1", now=now, urgent=True, held=True)
        together = [Copy(one, card, silent=True, expires_at=until) for one in channels]
        await outbox.post_all(tx, [*together, Copy(CHANNEL, card, held=True)], subject="A-2", now=now)
    async with desk.core.db.read() as tx:
        rows = await tx.all(select(t.delivery).order_by(t.delivery.c.seq))
    own = ("id", "seq", "subject", "turn")
    alone, both = ([{k: v for k, v in vars(row).items() if k not in own} for row in rows if row.subject == subject]
                   for subject in ("A-1", "A-2"))  # fmt: skip
    assert alone == both
    assert len(both) == 31
    assert len({row.id for row in rows}) == 62


async def test_a_sum_that_failed_never_brings_the_old_text_back(desk: Desk) -> None:
    """n3: the place was corrected while the sum waited for its second try."""
    await desk.post("at the library")
    await desk.send()
    async with desk.core.db.write() as tx:
        card = Card(Md("at the library, 5 say yes"))
        await desk.core.outbox.tally(tx, "A-1", lambda _: card, desk.clock.now(), lambda _: timedelta())
    await desk.send("lost")
    await desk.edit("at City Hall")
    await desk.send(after=300)
    assert desk.standing() == ["at City Hall"]


async def test_a_correction_of_a_copy_whose_answer_was_lost_is_shown(desk: Desk) -> None:
    """FACTS 30: sent again with the same nonce, the old text would come back and stay."""
    await desk.post("at the library")
    await desk.send("lost")
    await desk.edit("at City Hall")
    await desk.send(after=30)
    await desk.send(after=30)
    assert desk.standing() == ["at City Hall"]


async def test_a_correction_whose_answer_was_lost_is_not_forgotten_by_what_follows(desk: Desk) -> None:
    """a9: it may be an event that nobody would know to take back. It goes again, at once, and under its own name."""
    await desk.post("at the library")
    await desk.send()
    await desk.edit("at City Hall")
    await desk.send("lost")
    await desk.edit("at the harbour")
    await desk.edit("at the bridge")
    async with desk.core.db.write() as tx:
        await desk.core.outbox.withdraw(tx, "A-1", desk.clock.now())
    await desk.send()
    async with desk.core.db.read() as tx:
        rows = await tx.all(select(t.delivery).order_by(t.delivery.c.seq))
    assert [(row.kind, row.state, row.tries) for row in rows] == [
        ("post", "sent", 1), ("edit", "sent", 2), ("edit", "withdrawn", 0), ("edit", "withdrawn", 0),
        ("redact", "sent", 1),
    ]  # fmt: skip
    assert desk.standing() == []


async def corrected_on_the_way(desk: Desk) -> None:
    """The copy is away while a correction is written, and comes back unsent."""
    await desk.post("version 1")
    sending = asyncio.create_task(desk.send("waits"))
    await desk.adapter.reached.wait()
    await desk.edit("version 2")
    desk.faults.append("limited")
    desk.adapter.go_on.set()
    await sending


async def test_a_correction_made_while_the_copy_was_away_does_not_come_back_after_a_newer_one(desk: Desk) -> None:
    """n3: the copy came back unsent, was corrected a second time before it left, and the first correction waited."""
    await corrected_on_the_way(desk)
    await desk.edit("version 3")
    await desk.send(after=10)
    assert desk.standing() == ["version 3"]
    async with desk.core.db.read() as tx:
        rows = await tx.all(select(t.delivery.c.kind, t.delivery.c.state).order_by(t.delivery.c.seq))
    assert [(row.kind, row.state) for row in rows] == [("post", "sent"), ("edit", "withdrawn")]


async def test_what_is_taken_back_before_it_left_takes_its_corrections_along(desk: Desk) -> None:
    """n3: else *Where it landed* would tell of a correction that failed."""
    await corrected_on_the_way(desk)
    async with desk.core.db.write() as tx:
        await desk.core.outbox.withdraw(tx, "A-1", desk.clock.now())
    await desk.send(after=10)
    assert desk.standing() == []
    async with desk.core.db.read() as tx:
        assert {row.state for row in await tx.all(select(t.delivery.c.state))} == {"withdrawn"}


async def test_a_copy_whose_answer_was_lost_is_taken_back_where_it_stands(desk: Desk) -> None:
    await desk.post("at the library")
    await desk.send("lost")
    async with desk.core.db.write() as tx:
        await desk.core.outbox.withdraw(tx, "A-1", desk.clock.now())
    await desk.send(after=61)
    await desk.send(after=61)
    assert desk.standing() == []
    assert list(desk.world.put.values()) == [1]


@pytest.mark.parametrize("comes", [True, False])
async def test_what_is_taken_back_may_come_after_the_first_look(desk: Desk, comes: bool) -> None:
    """n3: a platform may carry out a request after it was looked for; it is believed to be absent a minute later."""
    await desk.post("at the library")
    await desk.send("late")
    async with desk.core.db.write() as tx:
        await desk.core.outbox.withdraw(tx, "A-1", desk.clock.now())
    await desk.send(after=5)
    async with desk.core.db.read() as tx:
        [landing] = await desk.core.outbox.landed(tx, "A-1")
    assert landing.state == "withdrawing"
    if comes:
        await desk.adapter.arrive()
    await desk.send(after=61)
    await desk.send(after=61)
    assert desk.standing() == []
    assert list(desk.world.put.values()) == [1] * comes
    async with desk.core.db.read() as tx:
        [landing] = await desk.core.outbox.landed(tx, "A-1")
    assert landing.state == "withdrawn"


@pytest.mark.parametrize("why", ["taken back", "denied"])
async def test_a_minute_is_waited_once_however_often_looking_fails(desk: Desk, why: str) -> None:
    """Else a platform that fails now and then would keep a copy, and all behind it, waiting for as long."""
    await desk.post("at the library")
    await desk.send("late")
    if why == "taken back":
        async with desk.core.db.write() as tx:
            await desk.core.outbox.withdraw(tx, "A-1", desk.clock.now())
    denied = ["denied"] * 3 if why == "denied" else []
    await desk.send(*denied, after=5)
    desk.adapter.looks.append("away")
    await desk.send(after=61)
    await desk.send(after=61)
    async with desk.core.db.read() as tx:
        [landing] = await desk.core.outbox.landed(tx, "A-1")
    assert landing.state == ("failed" if denied else "withdrawn")


async def test_a_token_that_dies_while_it_is_looked_for_is_no_reason_to_ask_a_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FACTS 26: the row stays in line for the day of the new token."""

    async def dead(_delivery: Delivery) -> Sent:
        raise Revoked

    await desk.post("at the library")
    await desk.send("late")
    monkeypatch.setattr(desk.adapter, "find", dead)
    with pytest.raises(Revoked):
        await desk.send("denied", after=5)
    async with desk.core.db.read() as tx:
        [landing] = await desk.core.outbox.landed(tx, "A-1")
    assert (landing.state, landing.reason) == ("queued", "revoked")


async def test_an_answer_removed_by_moderators_stops_nobody_elses_messages(desk: Desk) -> None:
    core, now = desk.core, desk.clock.now()
    async with core.db.write() as tx:
        await core.outbox.answer(tx, "forms", "home/north", Card(Md("help")), "", now)
    await desk.send()
    [message] = desk.world.channels["home/north"].messages
    async with core.db.write() as tx:
        await core.outbox.whisper(tx, "forms", "ana", Card(Md("for Ana")), now)
    await core.message_removed("forms", "home/north", message.id)
    await desk.send()
    assert [one.text for one in desk.world.direct("ana").standing()] == ["for Ana"]


async def test_an_answer_that_was_lost_still_knows_what_it_answers(desk: Desk) -> None:
    """a11: why it waits is one thing, what it replies to another."""
    core = desk.core
    async with core.db.write() as tx:
        await core.outbox.answer(tx, "forms", "home/north", Card(Md("yes")), "$question", desk.clock.now())
    await desk.send("lost")
    async with core.db.read() as tx:
        row = await tx.one(select(t.delivery))
    assert row is not None
    assert row.reason
    assert (await core.outbox.open(row)).thread == "$question"


async def test_a_damaged_row_does_not_stand_in_the_way_of_others(desk: Desk) -> None:
    await desk.post("damaged", "A-1")
    async with desk.core.db.write() as tx:
        await tx.run(update(t.delivery).values(card="{"))
    await desk.post("whole", "A-2")
    await desk.send()
    assert desk.standing() == ["whole"]


async def test_a_dead_token_is_not_asked_with_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """FACTS 26: it stops and tells; the row stays in line for the day of the new token."""
    asked = []

    async def refuse(delivery: Delivery) -> Sent:
        asked.append(delivery.id)
        raise Revoked

    monkeypatch.setattr(desk.adapter, "deliver", refuse)
    for subject in ("A-1", "A-2", "A-3"):
        await desk.post("a call", subject)
    with pytest.raises(Revoked):
        await desk.send()
    assert len(asked) == 1
    async with desk.core.db.read() as tx:
        assert {row.state for row in await tx.all(select(t.delivery.c.state))} == {"queued"}
