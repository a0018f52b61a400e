"""a9: who is claimed first when a thousand are in line, also after a restart."""

from __future__ import annotations

from collections import deque

from sqlalchemy import select

from bot import tables as t
from bot.cards import Card
from bot.clock import MovableClock
from bot.core import Core
from bot.outbox import Outbox
from bot.sender import Sender
from bot.spaces import Channel
from bot.words import Md
from tests.machines.forgetful import ForgetfulWorld, UnluckyAdapter

ROOMS = 300


class Line:
    """Channels enough that none waits for itself, and a sender."""

    def __init__(self, core: Core, clock: MovableClock) -> None:
        self.core, self.clock, self.faults = core, clock, deque[str]()
        self.world = ForgetfulWorld(clock)
        self.world.add_space("home", "Home", "forms", tuple(map(str, range(ROOMS))))
        self.adapter = UnluckyAdapter(core, self.world, self.faults)
        self.outbox = core.outbox
        self.sender = Sender(core.db, self.outbox, core.people, clock, self.adapter)

    async def post(self, subject: str, rooms: range, *, urgent: bool = True) -> None:
        async with self.core.db.write() as tx:
            for number in rooms:
                room = Channel(f"c{number}", "org", "home", "forms", f"home/{number}", "calls", str(number), "en")
                await self.outbox.post(
                    tx, room, Card(Md(subject)), subject=subject, now=self.clock.now(), urgent=urgent
                )  # fmt: skip

    def restart(self) -> None:
        """What was only in memory is gone."""
        self.outbox = Outbox(self.core.people)
        self.sender = Sender(self.core.db, self.outbox, self.core.people, self.clock, self.adapter)

    async def arrived(self) -> list[str]:
        """The subjects of all copies, first come first."""
        async with self.core.db.read() as tx:
            rows = await tx.all(select(t.delivery.c.id, t.delivery.c.subject))
        subject = {row.id: row.subject for row in rows}
        return [subject[one] for one in self.world.put]


async def test_a_small_call_is_through_before_half_of_the_big_one_before_it(core: Core, clock: MovableClock) -> None:
    line = Line(core, clock)
    await line.post("big", range(260))
    await line.post("small", range(260, 280))
    await line.sender.drain()
    arrived = await line.arrived()
    last = len(arrived) - arrived[::-1].index("small")
    assert last <= 2 * 20 + line.adapter.in_flight
    assert len(arrived) == 280


async def test_what_waits_for_calls_goes_last_and_an_urgent_call_overtakes_it(core: Core, clock: MovableClock) -> None:
    line = Line(core, clock)
    await line.post("calm", range(200), urgent=False)
    await line.post("urgent", range(200, 210))
    await line.sender.drain()
    arrived = await line.arrived()
    assert arrived[:10] == ["urgent"] * 10


async def test_after_a_restart_the_newest_call_still_shares(core: Core, clock: MovableClock) -> None:
    line = Line(core, clock)
    await line.post("early", range(100))
    await line.sender.drain()
    await line.post("big", range(100, 250))
    line.restart()
    await line.sender._recover()  # as `run` and `drain` begin: before it whoever comes is numbered from nothing
    await line.post("small", range(250, 290))
    await line.sender.drain()
    arrived = (await line.arrived())[100:]
    assert "big" in arrived[:3]
    assert len(arrived) - arrived[::-1].index("small") <= 2 * 40 + line.adapter.in_flight
