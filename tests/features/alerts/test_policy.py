"""n1: no space ever shows what its policy forbids; a changed policy binds what is not delivered."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.app import App, build_core
from bot.clock import MovableClock
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member, code_in, connect, stop_window, write
from tests.features.alerts.test_receiving import set_policy
from tests.features.conftest import NOON

POLICIES = st.sampled_from(["auto", "hold", "never"])
SPACES = st.integers(0, 1)
TOPIC = st.sampled_from(["", "housing"])
WINDOW = 120  # seconds
DECIDED = st.sampled_from(["auto", "hold", "never", "usual"])


class Sovereignty(RuleBasedStateMachine):
    """Two receivers change their minds in any order while calls are sent, accepted, declined, stopped and corrected."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.codes: list[str] = []
        # (space, code): what may stand there because its policy or its moderators allowed it, and the latter alone.
        self.allowed: set[tuple[int, str]] = set()
        self.accepted: set[tuple[int, str]] = set()
        self.words: set[str] = set()  # calls that have their second person
        self.window = 0
        self.runner.run(self._open())

    @initialize(window=st.sampled_from([0, WINDOW]))
    def a_yes_can_be_stopped_for_so_long(self, window: int) -> None:
        self.window = window
        stop_window(self.house, window)

    async def _open(self) -> None:
        folder, world, self.clock = Path(self.folder.name), World(), MovableClock(NOON, stopped=True)
        core = await build_core(
            f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32, clock=self.clock
        )
        app = App(core, [partial(RehearsalAdapter, world=world, style="forms")])
        self.house = RehearsalHouse(app, world, "forms", None)
        self.sender = await connect(self.house, "Riverside Tenants")
        self.members = [await connect(self.house, name) for name in ("Hill Neighbors", "Valley Choir")]
        self.policies = ["hold", "hold"]
        self.decided: list[dict[tuple[bool, str], str]] = [{}, {}]  # (for this sender, topic) -> mode
        self.topics: dict[str, str] = {}

    def teardown(self) -> None:
        self.runner.run(self.house.app.close())
        self.runner.close()
        self.folder.cleanup()

    # -- what happens -----------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.codes) < 3)
    @rule(delivered=st.booleans(), topic=TOPIC)
    def a_call_is_sent(self, delivered: bool, topic: str) -> None:
        code = self.runner.run(self._send(delivered, topic))
        self.codes.append(code)
        self.topics[code] = topic
        if delivered:  # with it goes everything else that was due
            for one in self.codes:
                self._deliverable(one)

    async def _send(self, delivered: bool, topic: str) -> str:
        desk = (self.sender.moderator, self.sender.space, "desk")
        seen = await write(self.house, self.sender)
        if topic:
            asked = await self.house.press(*desk, seen, "Topic")
            seen = await self.house.fill(self.sender.moderator, asked, topic=topic)
        sent = await self.house.press(*desk, seen, "Send")
        if delivered:
            await self.house.settle()
        return code_in(sent.text)

    @rule(at=SPACES, policy=POLICIES)
    def a_policy_changes(self, at: int, policy: str) -> None:
        self.policies[at] = policy
        self.runner.run(set_policy(self.house, self.members[at], policy))
        self._bind_what_is_under_way(at)

    @rule(at=SPACES, sender=st.booleans(), topic=TOPIC, mode=DECIDED)
    def a_sender_or_topic_is_decided(self, at: int, sender: bool, topic: str, mode: str) -> None:
        if not sender and not topic:
            return
        self.decided[at].pop((sender, topic), None)
        if mode != "usual":
            self.decided[at][sender, topic] = mode
        self.runner.run(self._decide_about(self.members[at], sender, topic, mode))
        self._bind_what_is_under_way(at)

    async def _decide_about(self, member: Member, sender: bool, topic: str, mode: str) -> None:
        whose = self.sender.organization.code if sender else ""
        seen = await self.house.command(member.moderator, member.space, "desk", "incoming rule")
        given = {"sender": whose, "topic": topic or "all", "mode": mode, "hours": "", "silence": ""}
        assert "Calls of others" in (await self.house.fill(member.moderator, seen, **given)).text

    def _policy(self, at: int, code: str) -> str:
        """What binds a call, in the words of the issue: both, else the stricter of either, else the usual one."""
        own, topic = self.decided[at], self.topics[code]
        if topic and (True, topic) in own:
            return own[True, topic]
        loose = [own[key] for key in {(True, ""), (False, topic)} if key in own]
        return max(loose, key=["auto", "hold", "never"].index) if loose else self.policies[at]

    def _bind_what_is_under_way(self, at: int) -> None:
        for code in self.codes:
            if not self._stands(at, code):
                self._bind(at, code, self._policy(at, code))

    def _bind(self, at: int, code: str, policy: str) -> None:
        """What is not delivered follows the new policy; only a yes outlives *ask us first*."""
        if policy == "never":
            self.accepted.discard((at, code))
        if policy != "auto" and (at, code) not in self.accepted:
            self.allowed.discard((at, code))

    def _stands(self, at: int, code: str) -> bool:
        shown = self.runner.run(self.house.messages(self.members[at].space, "calls"))
        return any(code in copy.text for copy in shown)

    @precondition(lambda self: self.codes)
    @rule(at=SPACES, word=st.sampled_from(["accept", "decline"]), data=st.data())
    def moderators_decide(self, at: int, word: str, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(self.codes))
        text = self.runner.run(self._decide(self.members[at], word, code))
        if "goes out" in text or "It leaves at" in text:
            assert self._policy(at, code) == "hold" or code not in self.words, "only what is asked can be accepted"
            self.words.add(code)
            self.allowed.add((at, code))
            self.accepted.add((at, code))

    async def _decide(self, member: Member, word: str, code: str) -> str:
        desk = (member.moderator, member.space, "desk")
        seen = await self.house.command(*desk, f"action {word}", code=code)
        if "Accept for us" in seen.choices:  # the second person reads the text before she says yes
            seen = await self.house.press(*desk, seen, "Accept for us")
        return seen.text

    @precondition(lambda self: self.codes and self.window)
    @rule(who=st.integers(-1, 1), data=st.data())
    def somebody_stops_it(self, who: int, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(self.codes))
        self.everything_due_is_delivered(0)  # the card with the button too
        said = self.runner.run(self._press_newest(self.sender if who < 0 else self.members[who], "Stop", code))
        if "Stopped" in said:
            assert code in self.words, "only what is to leave can be stopped"
            self.words.discard(code)
            for at in range(len(self.members)):
                assert not self._stands(at, code), "it had not left"
                self.accepted.discard((at, code))
                self.allowed.discard((at, code))
            self.everything_due_is_delivered(WINDOW + 1)

    @precondition(lambda self: self.codes and self.window)
    @rule(data=st.data())
    def its_senders_ask_again(self, data: st.DataObject) -> None:
        self.everything_due_is_delivered(0)
        self.runner.run(self._press_newest(self.sender, "Ask again", data.draw(st.sampled_from(self.codes))))

    async def _press_newest(self, member: Member, label: str, code: str) -> str:
        """What is said to a press on the newest card in their moderators' channel that has this button."""
        shown = await self.house.messages(member.space, "desk")
        cards = [one for one in shown if code in one.text and label in str(one.choices)]
        return (await self.house.press(member.moderator, member.space, "desk", cards[-1], label)).text if cards else ""

    @rule(seconds=st.sampled_from([0, WINDOW // 2, WINDOW + 1]))
    def everything_due_is_delivered(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))
        self.runner.run(self.house.settle())
        for code in self.codes:
            self._deliverable(code)

    def _deliverable(self, code: str) -> None:
        if code not in self.words:  # nobody of another organization said yes yet
            return
        self.allowed |= {(at, code) for at in range(len(self.members)) if self._policy(at, code) == "auto"}

    # -- what must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def nothing_stands_that_was_never_allowed(self) -> None:
        for at in range(len(self.members)):
            for code in self.codes:
                assert (at, code) in self.allowed or not self._stands(at, code)

    @invariant()
    def nothing_stands_twice(self) -> None:
        for member in (self.sender, *self.members):
            shown = self.runner.run(self.house.messages(member.space, "calls"))
            codes = [code for code in self.codes for copy in shown if code in copy.text]
            assert len(codes) == len(set(codes))


TestSovereignty = Sovereignty.TestCase
TestSovereignty.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
