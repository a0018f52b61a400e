"""6.1 as a property: whatever a greeter can read of somebody, an active consent names the organization and the fields.

Give, undo, withdraw, expire, re-route, pick up, give back and pass on, in any order, through the real commands.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from benchmarks.newcomers import Home, Town, begin, founded, presses, types
from bot.app import keep_house
from bot.db import Row
from cogs.welcome.handoff import store
from cogs.welcome.store import welcome_case, welcome_consent

NAME = "Quetzalcoatl"
EXAMPLES = int(os.environ.get("EXAMPLES", "6"))  # more by hand: EXAMPLES=300
FIELDS = ("", "activity", "spoken,free", "activity,spoken,free")
SHOWN = {"Would like to:": "activity", "Speaks:": "spoken", "Free:": "free", "Name:": "name", "About where:": "place"}
homes = st.sampled_from([0, 1])
hours = st.sampled_from([1, 13, 25, 80, 200, 800])


class ConsentMachine(RuleBasedStateMachine):
    """One newcomer, two organizations, two greeters each."""

    @initialize()
    def start(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.town = Town(Path(self.folder.name), random.Random(1))
        self.wait(self.arrive())

    def wait(self, step: object) -> object:
        return self.loop.run_until_complete(step)  # type: ignore[arg-type]

    async def arrive(self) -> None:
        await begin(self.town)
        self.town.homes = [await founded(self.town, number) for number in range(2)]
        await types(
            self.town, "ana", "welcome.ask",
            language="en", age="yes", name=NAME, activity="doors", place="22041", spoken="en", free="days",
        )  # fmt: skip
        async with self.town.running.core.db.read() as tx:
            self.code = str(await tx.value(store.SYSTEM.select(welcome_case, welcome_case.c.code)))

    @rule(home=homes, fields=st.sampled_from(FIELDS))
    def give(self, home: int, fields: str) -> None:
        self.wait(self.share(self.town.homes[home], fields))

    async def share(self, home: Home, fields: str) -> None:
        given = {"code": self.code, "organization": home.organization.code, "fields": fields}
        shown = await types(self.town, "ana", "welcome.share", **given)
        if choices := shown.says[-1].card.choices:
            await presses(self.town, "ana", choices[0].token)

    @rule(what=st.sampled_from(["undo", "withdraw", "enough"]))
    def take_back(self, what: str) -> None:
        self.wait(types(self.town, "ana", f"welcome.{what}", code=self.code))

    @rule(home=homes, greeter=homes)
    def pick_up(self, home: int, greeter: int) -> None:
        place = self.town.homes[home]
        self.wait(types(self.town, place.greeters[greeter], "welcome.claim", place, code=self.code))

    @rule(home=homes, greeter=homes, what=st.sampled_from(["release", "pass", "connected", "write", "deleted"]))
    def greeter_acts(self, home: int, greeter: int, what: str) -> None:
        place = self.town.homes[home]
        more = {"write": {"text": "Hello!"}, "connected": {"value": "yes"}}.get(what, {})
        given = {"code": self.code, **more}
        self.wait(types(self.town, place.greeters[greeter], f"welcome.{what}", place, **given))

    @rule(hours=hours, at_night=st.booleans())
    def time_goes_by(self, hours: int, at_night: bool) -> None:
        self.town.clock.move(timedelta(hours=hours))
        if at_night:
            self.wait(keep_house(self.town.running.core))
        self.wait(self.town.running.jobs.run_due())

    @invariant()
    def nothing_is_read_without_consent(self) -> None:
        self.wait(self.look())

    async def look(self) -> None:
        active = await self.active()
        for home in self.town.homes:
            covered = {field for row in active.get(home.organization.id, []) for field in row.fields.split(",")}
            for greeter in home.greeters:
                outcome = await types(self.town, greeter, "welcome.mine", code=self.code)
                text = "\n".join(str(say.card.text) for say in outcome.says)
                read = {field for words, field in SHOWN.items() if words in text}
                assert (NAME in text) <= ("name" in covered), text
                assert read <= covered, (read, covered)

    async def active(self) -> dict[str, list[Row]]:
        now, found = self.town.clock.now(), dict[str, list[Row]]()
        async with self.town.running.core.db.read() as tx:
            for row in await tx.all(store.SYSTEM.select(welcome_consent)):
                if row.withdrawn_at is None and row.expires_at > now:
                    found.setdefault(row.organization, []).append(row)
        return found

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.wait(self.town.running.close())
            self.loop.close()
            self.folder.cleanup()


TestConsentGate = ConsentMachine.TestCase
TestConsentGate.settings = settings(max_examples=EXAMPLES, stateful_step_count=15, deadline=None)
