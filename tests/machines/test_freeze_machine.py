"""n18: under any order of sending, stopping, wishing and time, nothing goes into a channel while it is stopped."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.app import App, build_core
from bot.clock import MovableClock
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, connect, write
from tests.features.conftest import NOON

DAY = timedelta(hours=24)
HOMES, SEATS = st.integers(0, 1), st.integers(0, 1)


class Stopping(RuleBasedStateMachine):
    """Two organizations with two moderators each; the second of the first one also moderates the other."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.stopped = False
        self.wish: tuple[int, str] | None = None  # (home, person) of the first of two
        self.wished_at = NOON
        self.runner.run(self._open())
        self.stood = self._standing()

    async def _open(self) -> None:
        folder, world = Path(self.folder.name), World()
        self.clock = MovableClock(NOON, stopped=True)
        core = await build_core(
            f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32, clock=self.clock
        )
        app = App(core, [partial(RehearsalAdapter, world=world, style="forms")])
        self.house = RehearsalHouse(app, world, "forms", None)
        self.members = [await connect(self.house, name, policy="auto") for name in ("Hill Neighbors", "Valley Choir")]
        # The same person twice: in their own organization, and as the second moderator of the other one.
        self.seats = [
            [self.members[0].moderator, await self._also(self.members[0], self.members[1].moderator)],
            [self.members[1].moderator, await self._also(self.members[1], await self.house.new_person("Noor"))],
        ]

    async def _also(self, member: Member, account: str) -> str:
        core = self.house.app.core
        async with core.db.write() as tx:
            person = await core.people.keep(tx, "forms", account, None, NOON)
            await core.spaces.grant(tx, person.id, member.organization.id, "moderator", NOON)
        return account

    def teardown(self) -> None:
        self.runner.run(self.house.app.close())
        self.runner.close()
        self.folder.cleanup()

    def _say(self, home: int, seat: int, words: str) -> str:
        member = self.members[home]
        seen = self.runner.run(self.house.command(self.seats[home][seat], member.space, "desk", words))
        return seen.text

    # -- what people do ---------------------------------------------------------------------------------------------

    @rule(home=HOMES)
    def a_call_is_sent(self, home: int) -> None:
        self.runner.run(self._send(self.members[home]))

    async def _send(self, member: Member) -> None:
        seen = await write(self.house, member)
        await self.house.press(member.moderator, member.space, "desk", seen, "Send")

    @rule()
    def everything_due_is_delivered(self) -> None:
        self.runner.run(self.house.settle())
        if not self.stopped:
            self.stood = self._standing()

    @rule(home=HOMES, seat=SEATS)
    def somebody_stops_everything(self, home: int, seat: int) -> None:
        self.runner.run(self.house.settle())
        if not self.stopped:
            self.stood = self._standing()
        assert "stopped" in self._say(home, seat, "stopall")
        self.stopped, self.wish = True, None

    @precondition(lambda self: self.stopped)
    @rule(home=HOMES, seat=SEATS)
    def somebody_wants_to_start_again(self, home: int, seat: int) -> None:
        person = self.seats[home][seat]
        fresh = self.wish is not None and self.clock.now() - self.wished_at <= DAY
        second = fresh and self.wish is not None and self.wish[0] != home and self.wish[1] != person
        said = self._say(home, seat, "startagain")
        assert ("Sending goes on" in said) == second
        if second:
            self.stopped, self.wish = False, None
        else:
            self.wish, self.wished_at = (home, person), self.clock.now()

    @rule(hours=st.sampled_from([1, 25]))
    def time_goes_by(self, hours: int) -> None:
        self.clock.move(timedelta(hours=hours))

    # -- what must hold ---------------------------------------------------------------------------------------------

    def _standing(self) -> list[int]:
        return [len(self.runner.run(self.house.messages(one.space, "calls"))) for one in self.members]

    @invariant()
    def nothing_new_stands_while_it_is_stopped(self) -> None:
        if self.stopped:
            assert self._standing() == self.stood


TestStopping = Stopping.TestCase
TestStopping.settings = settings(
    max_examples=10, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
