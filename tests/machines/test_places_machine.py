"""Places under any order of presses, cancels, erasures, merges and raises: never too many, in order, each told once."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from bot import tables as t
from bot.app import App, build_core
from bot.clock import MovableClock
from bot.erasure import erase
from bot.people import Person
from bot.platforms.base import Act
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from bot.scope import Scope
from bot.spaces import Place
from cogs.alerts import answers, store
from cogs.alerts.answering import store as replies
from cogs.alerts.going.store import alert_line, plan_fill
from cogs.alerts.rules import Content, joined
from cogs.alerts.rules import Given as Answer
from tests.machines import template

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
PEOPLE = [f"p{number}" for number in range(7)]
people = st.sampled_from(PEOPLE)


class PlacesMachine(RuleBasedStateMachine):
    """One call with places; the model is who has one, and the line."""

    @initialize(places=st.integers(1, 3))
    def start(self, places: int) -> None:
        self.loop, self.folder = asyncio.new_event_loop(), tempfile.TemporaryDirectory()
        self.places, self.inside, self.line = places, set[str](), list[str]()
        self.moved_up: list[str] = []  # in this order, one entry a promotion
        self.said: dict[str, tuple[int, str]] = {}  # what somebody answered last, and when
        self.erased: dict[str, int] = {}  # how often somebody was erased: a new row then, with a clean sheet
        self.steps = 0
        self.wait(self._build())

    def wait(self, step: object) -> object:
        return self.loop.run_until_complete(step)  # type: ignore[arg-type]

    async def _build(self) -> None:
        for name in ("main.db", "keys.db"):
            shutil.copy2(template.folder / name, Path(self.folder.name) / name)
        self.clock = MovableClock(START, stopped=True)
        main, keys = (f"sqlite:///{self.folder.name}/{name}" for name in ("main.db", "keys.db"))
        core = await build_core(main, keys, b"m" * 32, clock=self.clock)
        self.world = World()
        self.world.add_space("home", "Home", "forms", ("calls",))
        self.app = App(core, [partial(RehearsalAdapter, world=self.world, style="forms")])
        content = Content("What", "Ask.", "en", "UTC", starts_at=START + timedelta(days=9), places=self.places)
        async with core.db.write() as tx:
            home = await core.spaces.add(tx, "Home", START)
            await core.spaces.connect(tx, home.id, Place("forms", space="home"), "Home", START)
            self.scope = Scope(organization=home.id)
            self.alert = await store.add_draft(tx, self.scope, content, START)
            await store.change(tx, self.scope, self.alert.id, state="sent", sent_at=START, closes_at=content.starts_at)

    # -- what people do ----------------------------------------------------------------------------------------------

    @rule(who=people, value=st.sampled_from(["in", "in", "in", "cant", "maybe"]))
    def press(self, who: str, value: str) -> None:
        self.steps += 1
        self.clock.move(timedelta(seconds=1))
        self.wait(self._press(who, value))
        before = self.said.get(who, (0, ""))[1]
        if value != "in":
            self._goes(who)
        elif before not in ("in", "wait"):
            free = len(self.inside) < self.places and not self.line
            value = "in" if free else "wait"
            (self.inside.add if free else self.line.append)(who)
        else:
            value = before
        if value != before:
            self.said[who] = (self.steps, value)

    async def _press(self, who: str, value: str) -> None:
        place = Place("forms", space="home", channel="home/calls")
        act = Act("forms", who, place, f"e{self.steps}", "en")
        values = {"code": self.alert.code, "value": value}
        outcome = await self.app.core.runner.command(act, "alerts.answer", values)
        assert outcome.says, outcome

    def _goes(self, who: str) -> None:
        self.inside.discard(who)
        if who in self.line:
            self.line.remove(who)

    @rule(who=people)
    def is_erased(self, who: str) -> None:
        self.wait(self._erase(who))
        self._goes(who)
        self.said.pop(who, None)
        self.moved_up = [one for one in self.moved_up if one != who]

    async def _erase(self, who: str) -> None:
        core = self.app.core
        async with core.db.write() as tx:
            person = await core.people.find(tx, "forms", who)
            if person.known:
                await erase(core.people, core.registry.features, tx, Person(person.id))

    @rule(by=st.integers(1, 2))
    def places_are_raised(self, by: int) -> None:
        self.places += by
        self.wait(self._raise())

    async def _raise(self) -> None:
        async with self.app.core.db.write() as tx:
            found = await store.of_id(tx, self.alert.id)
            assert found is not None
            await store.rewrite(tx, self.scope, found, replace(found.content, places=self.places))
            await plan_fill(tx, found.id, self.clock.now())

    @precondition(lambda self: len(self.said) > 1)
    @rule(old=people, new=people)
    def two_accounts_become_one(self, old: str, new: str) -> None:
        """As `/mydata link` tells the feature; the absorbed one starts afresh, as a new account."""
        if old == new or old not in self.said or new not in self.said:
            return
        self.wait(self._merge(old, new))
        first, second = self.said.pop(old), self.said[new]
        later = max(first, second)
        value = joined(Answer(first[1]), Answer(second[1]), Answer(later[1])).value
        ahead = min((self.line.index(one) for one in (old, new) if one in self.line), default=0)
        spots = [one for one in self.line if one not in (old, new)]
        ahead -= sum(one in (old, new) for one in self.line[:ahead])
        self._goes(old)
        self._goes(new)
        if value == "in":
            self.inside.add(new)
        elif value == "wait":
            spots.insert(ahead, new)
        self.line = spots
        self.said[new] = (later[0], value)
        self.moved_up = [one for one in self.moved_up if one != old]

    async def _merge(self, old: str, new: str) -> None:
        core = self.app.core
        async with core.db.write() as tx:
            ids = [(await core.people.find(tx, "forms", one)).id for one in (old, new)]
            await answers.merged(tx, core.keyring, *ids)

    @rule()
    def time_goes_by(self) -> None:
        self.wait(self.app.jobs.run_due())
        while self.line and len(self.inside) < self.places:
            who = self.line.pop(0)
            self.inside.add(who)
            self.moved_up.append(who)
            self.said[who] = (self.said[who][0], "in")

    # -- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def the_rows_say_the_same(self) -> None:
        if hasattr(self, "app"):
            self.wait(self._check())

    async def _check(self) -> None:
        core = self.app.core
        async with core.db.read() as tx:
            ids = {(await core.people.find(tx, "forms", one)).id: one for one in PEOPLE}
            total = await replies.total(tx, self.alert.id)
            rows = await tx.all(select(alert_line).order_by(alert_line.c.number))
            notices = await tx.all(select(t.delivery).where(t.delivery.c.kind == "direct").order_by(t.delivery.c.seq))
        assert total.yes <= self.places
        assert total.yes == len(self.inside)
        assert total.counts.get("wait", 0) == len(self.line)
        assert [ids[row.person] for row in rows] == self.line
        told = [ids[row.person] for row in notices if row.person in ids]
        assert [one for one in told if one in self.moved_up] == self.moved_up
        assert all(n >= 0 for n in total.counts.values())

    def teardown(self) -> None:
        if hasattr(self, "app"):
            self.wait(self.app.close())
            self.loop.close()
            self.folder.cleanup()


TestPlaces = PlacesMachine.TestCase
TestPlaces.settings = settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True)
