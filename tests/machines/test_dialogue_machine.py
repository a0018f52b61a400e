"""A half-filled form under any order of answers, slips, back, skip, show and kills: what was typed is kept."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from bot import tables as t
from bot.cards import Outcome
from bot.clock import MovableClock
from bot.core import Core
from bot.db import Database
from bot.dialogue import newest
from bot.feature import Call, Entry, Feature, Field, Kind, Services, UserError
from bot.keys import Keyring
from bot.outbox import Outbox
from bot.people import People
from bot.platforms.base import Act
from bot.registry import Registry
from bot.runner import Runner
from bot.spaces import Place, Spaces
from bot.words import Words
from tests.laws.sources import ROOT
from tests.machines import template
from tests.machines.crashing import CrashingDatabase, Killed, copy_of

EXAMPLES = int(os.environ.get("EXAMPLES", "12"))
KEYS = ("who", "color", "number", "where", "why", "more")
ANSWERS = {"who": "Ana", "color": "red", "number": "7", "where": "Library", "why": "because", "more": "nothing else"}
TOO_LONG = "x" * 300
SLIPS = {**dict.fromkeys(KEYS, TOO_LONG), "color": "purple", "number": "seven", "where": "Library?"}
REQUIRED = {"who", "color", "where"}
PLACE = Place("lines", channel="direct/ana", direct=True)


async def no_question_mark(_call: Call, value: str) -> str:
    if value.endswith("?"):
        raise UserError("core.missing", field="where")
    return value


def filled(given: dict[str, str]) -> dict[str, str]:
    """What was typed: a field that was skipped is kept as empty."""
    return {key: value for key, value in given.items() if value}


def form_feature(done: list[dict[str, str]]) -> Feature:
    async def finish(call: Call, **values: str) -> None:
        if values["why"] == "break":
            raise RuntimeError("a handler that breaks")
        done.append(values)
        call.say("core.submit")

    fields = (
        Field("who"), Field("color", Kind.CHOICE, options=("red", "green")),
        Field("number", Kind.NUMBER, required=False), Field("where", check=no_question_mark),
        Field("why", required=False, page=2), Field("more", required=False, page=2),
    )  # fmt: skip
    return Feature("survey", entries=(Entry("fill", finish, fields=fields, form=True),))


def sentences() -> Words:
    words = Words.load(ROOT)
    for language in words.sentences.values():
        assert isinstance(language, dict)
        own = {f"survey.fill.{key}.label": key.title() for key in KEYS}
        options = {f"survey.fill.color.{one}": one for one in ("red", "green")}
        titles = {"survey.word": "survey", "survey.fill.word": "fill", "survey.fill.title": "Survey"}
        language.update(titles | own | options)
    return words


WORDS = sentences()


class DialogueMachine(RuleBasedStateMachine):
    """One person in a direct room; the model is what each field ought to hold and which is asked."""

    @initialize()
    def start(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = MovableClock(stopped=True)
        main, keys = copy_of(template.folder, Path(self.folder.name))
        self.db = CrashingDatabase(main)
        self.keyring = Keyring(Database(f"sqlite:///{keys}"), b"m" * 32, self.clock)
        self.wait(self.db.open())
        self.wait(self.keyring.open())
        self.done: list[dict[str, str]] = []
        self.finished = 0
        self.given: dict[str, str] = {}
        self.at = -1  # index of the field that is asked; -1: no form
        self.boot()

    def boot(self) -> None:
        people, spaces = People(self.keyring), Spaces(self.keyring)
        registry = Registry((form_feature(self.done),), WORDS)
        services = Services(WORDS, people, spaces, Outbox(people), {}, lambda: registry.features)
        runner = Runner(self.db, services, registry, self.clock)
        self.core = Core(
            None, self.db, self.keyring, WORDS, people, spaces, services.outbox, services, registry, runner, self.clock
        )  # fmt: skip

    def wait(self, step: Any) -> Any:
        return self.loop.run_until_complete(step)

    @property
    def act(self) -> Act:
        return Act("lines", "ana", PLACE, "event", language="en", stepwise=True)

    def type(self, text: str) -> Outcome:
        outcome = self.wait(self.core.runner.reply(self.act, text))
        assert outcome is not None, "a form is open, so the line is an answer"
        return outcome  # type: ignore[no-any-return]

    # -- what the person does ---------------------------------------------------------------------------------------

    @precondition(lambda self: self.at < 0)
    @rule()
    def begin(self) -> None:
        self.wait(self.core.runner.typed(self.act, "survey.fill", ""))
        self.given, self.at = {}, 0

    @precondition(lambda self: self.at >= 0)
    @rule()
    def answer(self) -> None:
        key = KEYS[self.at]
        self.type(ANSWERS[key])
        self.given[key] = ANSWERS[key]
        self.go_on()

    @precondition(lambda self: self.at >= 0)
    @rule()
    def slip(self) -> None:
        """One sentence, the same question again, nothing else changed."""
        outcome = self.type(SLIPS[KEYS[self.at]])
        assert outcome.says

    @precondition(lambda self: self.at >= 0)
    @rule()
    def skip(self) -> None:
        key = KEYS[self.at]
        self.type("skip")
        if key not in REQUIRED or self.given.get(key):
            self.go_on()

    @precondition(lambda self: self.at >= 0)
    @rule(word=st.sampled_from(["back", "atrás", "BACK"]))
    def back(self, word: str) -> None:
        self.type(word)
        self.at = max(0, self.at - 1)

    @precondition(lambda self: self.at >= 0)
    @rule()
    def show(self) -> None:
        shown = "\n".join(str(say.card.text) for say in self.type("show").says)
        assert all(value in shown for value in self.given.values())

    @precondition(lambda self: self.at >= 0)
    @rule(word=st.sampled_from(["cancel", "cancelar"]), sure=st.booleans())
    def cancel(self, word: str, sure: bool) -> None:
        if sure:
            self.type(word)
            self.at = -1

    @precondition(lambda self: KEYS[self.at] == "why")
    @rule()
    def break_the_handler(self) -> None:
        """The bot's own fault at the very end costs nobody what they typed."""
        self.type("break")
        self.given["why"], self.at = "break", self.at + 1
        outcome = self.type("skip")
        assert [choice.token[:2] for say in outcome.says for choice in say.card.choices] == ["f."]

    # -- death ------------------------------------------------------------------------------------------------------

    @rule()
    def restart(self) -> None:
        self.wait(self._next_process())

    @precondition(lambda self: self.at >= 0)
    @rule(calls=st.integers(1, 12), after=st.booleans())
    def die_while_answering(self, calls: int, after: bool) -> None:
        """Either the answer counts or it does not; nothing in between, and no earlier answer is lost."""
        self.db.fuse.light(calls, after)
        died = self.wait(self._die())
        self.db.fuse.left = -1
        key = KEYS[self.at]
        found = self.wait(self._form())
        kept = found is not None and found.asking == key and filled(found.given) == self.given
        if not died or not kept:
            self.given[key] = ANSWERS[key]
            self.go_on()

    async def _die(self) -> bool:
        try:
            await self.core.runner.reply(self.act, ANSWERS[KEYS[self.at]])
        except Killed:
            await self._next_process()
            return True
        return False

    async def _next_process(self) -> None:
        await self.db.reopen()
        self.boot()

    def go_on(self) -> None:
        self.at += 1
        if self.at == len(KEYS):
            self.at, self.finished = -1, self.finished + 1
            if self.given.get("why") == "break":
                self.at, self.finished = len(KEYS) - 1, self.finished - 1

    # -- what must hold ---------------------------------------------------------------------------------------------

    async def _form(self) -> Any:
        async with self.db.write() as tx:
            return await newest(await self.core.runner._call(tx, self.act))

    @invariant()
    def the_row_is_what_was_typed(self) -> None:
        if not hasattr(self, "loop"):
            return
        form = self.wait(self._form())
        if self.at < 0:
            assert form is None
        else:
            assert form.asking == KEYS[self.at]
            assert filled(form.given) == self.given

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.wait(self._end())
            self.loop.close()
            self.folder.cleanup()

    async def _end(self) -> None:
        try:
            async with self.db.read() as tx:
                rows = await tx.all(select(t.form.c.given))
            typed = [text.encode() for text in ANSWERS.values() if len(text) > 4]
            assert not [row for row in rows for text in typed if text in bytes(row.given)], "sealed"
        finally:
            await self.db.close()
            await self.keyring.close()


TestDialogue = DialogueMachine.TestCase
TestDialogue.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=25, deadline=None, derandomize=EXAMPLES == 12
)  # fmt: skip
