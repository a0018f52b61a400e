"""The outbox under any order of acts, faults and kills: never lost, never doubled, in order, taken back means gone."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from bot import tables as t
from bot.cards import Card
from bot.clock import MovableClock
from bot.core import Core
from bot.db import Database, Row
from bot.feature import Services
from bot.keys import Keyring
from bot.outbox import Outbox
from bot.people import People
from bot.registry import Registry
from bot.runner import Runner
from bot.sender import Sender
from bot.spaces import Channel, Spaces
from bot.words import Md, Words
from tests.machines import template
from tests.machines.crashing import CrashingDatabase, Killed, copy_of
from tests.machines.forgetful import ForgetfulWorld, UnluckyAdapter
from tests.rigs.introducing import Two, meet, near, two_people

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = ("north", "south")
EXAMPLES = int(os.environ.get("EXAMPLES", "30"))  # more by hand: EXAMPLES=1000
names = st.sampled_from(NAMES)
any_number = st.integers(0, 3)
waits = st.sampled_from([0, 1, 31, 61, 600, 90_000])
FAULTS = ("", "lost", "lost", "limited", "killed before", "killed after")


class Copy:
    """What one copy ought to show."""

    def __init__(self, total: int) -> None:
        self.version, self.total = 1, total


class OutboxMachine(RuleBasedStateMachine):
    """Two channels of one organization; the bot and its platform misbehave in every way they can."""

    @initialize()
    def start(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = MovableClock(START, stopped=True)
        self.world = ForgetfulWorld(self.clock)
        self.world.add_space("home", "Home", "forms", NAMES)
        for name in ("Noa", "Gael"):
            self.world.add_person(name, name, "en", "forms")
            self.world.spaces["home"].members.add(name)
        self.faults: deque[str] = deque()
        self.copies: dict[tuple[str, str], Copy] = {}
        self.subjects: list[str] = []
        self.total = 0
        self.removed: set[str] = set()
        main, keys = copy_of(template.folder, Path(self.folder.name))
        self.db = CrashingDatabase(main)
        self.keyring = Keyring(Database(f"sqlite:///{keys}"), b"m" * 32, self.clock)
        self.wait(self.db.open())
        self.wait(self.keyring.open())
        self.boot()
        self.two: Two = self.loop.run_until_complete(two_people(self.core, "forms", "Noa", "Gael"))

    def boot(self) -> None:
        people, spaces, words = People(self.keyring), Spaces(self.keyring), Words({"en": {}, "es": {}})
        self.outbox = Outbox(people)
        registry = Registry((), words)
        services = Services(words, people, spaces, self.outbox, {}, lambda: ())
        runner = Runner(self.db, services, registry, self.clock)
        core = Core(
            None, self.db, self.keyring, words, people, spaces, self.outbox, services, registry, runner, self.clock
        )  # fmt: skip
        self.core, blind = core, getattr(getattr(self, "adapter", None), "blind", False)
        self.adapter = UnluckyAdapter(core, self.world, self.faults)
        self.adapter.blind = blind
        services.adapters = {"forms": self.adapter}
        self.sender = Sender(self.db, self.outbox, people, self.clock, self.adapter)

    def wait(self, step: object) -> object:
        return self.loop.run_until_complete(step)  # type: ignore[arg-type]

    def card(self, subject: str, copy: Copy) -> Card:
        return Card(Md(f"{subject} version {copy.version} total {copy.total}"))

    def channel(self, name: str) -> Channel:
        return Channel(f"c-{name}", "org", "home", "forms", f"home/{name}", "calls", name, "en")

    # -- what the bot is asked to do --------------------------------------------------------------------------------

    @rule(later=st.booleans())
    def post(self, later: bool) -> None:
        subject = f"A-{len(self.subjects)}"
        self.subjects.append(subject)
        self.wait(self._post(subject, timedelta(seconds=120 if later else 0)))

    async def _post(self, subject: str, after: timedelta) -> None:
        now = self.clock.now()
        async with self.db.write() as tx:
            for name in NAMES:
                copy = self.copies[subject, name] = Copy(self.total)
                card = self.card(subject, copy)
                await self.outbox.post(tx, self.channel(name), card, subject=subject, now=now, due_at=now + after)

    @precondition(lambda self: self.subjects)
    @rule(number=any_number)
    def edit(self, number: int) -> None:
        self.wait(self._edit(self.subjects[-1 - number % len(self.subjects)]))

    async def _edit(self, subject: str) -> None:
        async with self.db.write() as tx:
            for name in NAMES:
                copy = self.copies[subject, name]
                copy.version, copy.total = copy.version + 1, self.total
                card = self.card(subject, copy)
                await self.outbox.edit(tx, subject, f"c-{name}", card, copy.version, self.clock.now())

    @precondition(lambda self: self.subjects)
    @rule(number=any_number)
    def count(self, number: int) -> None:
        self.wait(self._count(self.subjects[-1 - number % len(self.subjects)]))

    async def _count(self, subject: str) -> None:
        self.total += 1

        def newest(channel: str) -> Card:
            copy = self.copies[subject, channel.removeprefix("c-")]
            copy.total = self.total
            return self.card(subject, copy)

        async with self.db.write() as tx:
            await self.outbox.tally(tx, subject, newest, self.clock.now(), lambda _platform: timedelta(seconds=30))

    @precondition(lambda self: self.subjects)
    @rule(number=any_number)
    def take_back(self, number: int) -> None:
        self.wait(self._take_back(self.subjects[-1 - number % len(self.subjects)]))

    async def _take_back(self, subject: str) -> None:
        async with self.db.write() as tx:
            await self.outbox.withdraw(tx, subject, self.clock.now())

    @rule()
    def tell(self) -> None:
        self.wait(self._tell())

    async def _tell(self) -> None:
        async with self.db.write() as tx:
            await self.outbox.whisper(tx, "forms", "ana", Card(Md("hello")), self.clock.now())

    @rule(name=names)
    def introduce(self, name: str) -> None:
        """Two people, or nothing at all where no place can be made now."""
        before = self.count_meetings()
        met = self.wait(meet(self.core, self.two, [near("forms", f"home/{name}")]))
        assert self.count_meetings() - before == bool(met)

    def count_meetings(self) -> int:
        async def count() -> int:
            async with self.db.read() as tx:
                return len(await tx.all(select(t.delivery.c.id).where(t.delivery.c.kind == "meet")))

        return self.loop.run_until_complete(count())

    # -- what the platform does -------------------------------------------------------------------------------------

    @rule(name=names, number=any_number)
    def they_remove_one(self, name: str, number: int) -> None:
        standing = self.world.channels[f"home/{name}"].standing()
        if standing:
            message = standing[number % len(standing)]
            message.removed_by = "them"
            self.removed.add(message.nonce)
            self.wait(self.core.message_removed("forms", f"home/{name}", message.id))

    @rule(trouble=st.sampled_from(["away", "blind", *NAMES]))
    def trouble_begins_or_ends(self, trouble: str) -> None:
        """The platform is away, its history is closed, or writing in a channel is forbidden."""
        if trouble == "away":
            self.world.down ^= {"forms"}
        elif trouble == "blind":
            self.adapter.blind = not self.adapter.blind
        else:
            self.world.channels[f"home/{trouble}"].missing ^= {"send", "threads"}

    # -- time, sending and death ------------------------------------------------------------------------------------

    @rule(seconds=waits, faults=st.lists(st.sampled_from(FAULTS), max_size=3))
    def send(self, seconds: int, faults: list[str]) -> None:
        self.clock.move(timedelta(seconds=seconds))
        self.faults.extend(faults)
        self.wait(self._send())

    @rule(seconds=waits, calls=st.integers(1, 40), after=st.booleans())
    def send_and_die(self, seconds: int, calls: int, after: bool) -> None:
        self.clock.move(timedelta(seconds=seconds))
        self.db.fuse.light(calls, after)
        self.wait(self._send())

    async def _send(self) -> None:
        try:
            await self.sender.drain()
        except Killed:
            await self._next_process()
        self.faults.clear()
        self.db.fuse.left = -1

    async def _next_process(self) -> None:
        await self.db.reopen()
        self.boot()

    # -- what must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def nothing_stands_twice(self) -> None:
        assert all(times == 1 for times in getattr(self, "world", ForgetfulWorld(MovableClock())).put.values())

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        try:
            self.wait(self._heal())
            self.check()
        finally:
            self.wait(self.db.close())
            self.wait(self.keyring.close())
            self.loop.close()
            self.folder.cleanup()

    async def _heal(self) -> None:
        """The platform is well again: everything that can still happen happens."""
        self.faults.clear()
        self.world.down.clear()
        self.adapter.blind = False
        for name in NAMES:
            self.world.channels[f"home/{name}"].missing.clear()
        for _ in range(40):
            self.clock.move(timedelta(seconds=61))
            await self._send()
            async with self.db.read() as tx:
                self.rows = await tx.all(select(t.delivery).order_by(t.delivery.c.seq))
            if not [row for row in self.rows if row.state in {"queued", "sending"}]:
                return
        raise AssertionError("something is still in line")

    def check(self) -> None:
        self.nothing_stands_twice()
        for row in self.rows:
            if row.kind == "post":
                self.check_copy(row)
            elif row.kind == "direct":
                assert row.private is None
                assert row.state in {"sent", "unknown", "expired"}
                assert row.state != "sent" or self.world.put.get(row.id) == 1
            elif row.kind == "meet":
                self.check_meeting(row)
        self.check_order()

    def check_meeting(self, row: Row) -> None:
        """Brought together once, or told otherwise in the same transaction: one of the two in any case."""
        assert row.private is None
        room = self.world.channels.get(self.world.meeting_address(row.id))
        told = [one for one in self.rows if one.kind == "direct" and one.subject == row.subject and one.seq > row.seq]
        if row.state == "sent":
            assert room is not None
            assert len(room.messages) == 1
        else:
            assert row.state in {"failed", "expired", "unknown"}
            assert told
        unmet = [one for one in self.rows if one.kind == "meet" and one.state != "sent"]
        assert len([one for one in self.rows if one.kind == "direct" and one.subject == row.subject]) == len(unmet)

    def check_copy(self, post: Row) -> None:
        same = [row for row in self.rows if row.subject == post.subject and row.channel == post.channel]
        shown = [one for one in self.world.channels[post.address].messages if one.nonce == post.id]
        standing = [one for one in shown if not one.removed_by]
        story = [(row.kind, row.state, row.reason) for row in same]
        taken_back = [row for row in same if row.kind == "redact"]
        if post.state in {"expired", "withdrawn", "failed"}:
            assert not standing, story
        if post.state == "removed":
            assert not standing, story
        if post.state == "sent" and not taken_back and post.id not in self.removed:
            assert len(standing) == 1, story
            edits = [row for row in same if row.kind in {"edit", "tally"}]
            if not [row for row in edits if row.state in {"failed", "expired", "unknown"}]:
                expected = self.card(post.subject, self.copies[post.subject, post.channel.removeprefix("c-")]).text
                assert standing[0].text == expected, story
        if post.state == "sent" and [row for row in taken_back if row.state == "sent"]:
            assert not standing, story

    def check_order(self) -> None:
        """First in, first out: by number, where they were due when they were written."""
        for name in NAMES:
            address = f"home/{name}"
            prompt = [row for row in self.rows if row.kind == "post" and row.address == address]
            prompt = [row for row in prompt if row.expires_at and row.due_at == row.made_at]
            ids = [row.id for row in prompt]
            shown = [one.nonce for one in self.world.channels[address].messages if one.nonce in ids]
            assert shown == [one for one in ids if one in shown]


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None, derandomize=EXAMPLES == 30)

