"""New people through the real bot on the rehearsal, with a moved clock, outages and restarts: is anybody forgotten?

People start, share, undo, withdraw and answer; greeters take somebody, write, forget, pass on, give back and pause;
organizations leave; the bot is away for hours and is built anew on its databases. At every moment at which it runs:

- `without_owner_or_wait`: somebody whom nobody has and who is not told what they wait for. Looked up in the rows for
  everybody at every moment, and in what `/request` says to whoever's request changed since the moment before;
- `late_escalations`: a deadline that is over, by day, and nothing was done about it.
"""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import App, build_core, keep_house
from bot.cards import Outcome
from bot.clock import MovableClock
from bot.platforms.base import Act
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from bot.spaces import Organization, Place
from cogs.welcome import rules as asked
from cogs.welcome.directory import store as directory
from cogs.welcome.directory.store import Profile
from cogs.welcome.handoff import rules, store
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.handoff.texts import when
from cogs.welcome.store import welcome_case, welcome_handoff

TITLE = "New people with forgetful greeters, outages and departing organizations: an owner or a visible wait, always"

START = datetime(2026, 11, 23, 14, tzinfo=UTC)
STEP = timedelta(hours=6)
ZONES = ("America/New_York", "America/Chicago", "America/Los_Angeles")
AFTER = 20 * 4  # moments after the last one came: weeks in which requests are taken, lost and chosen again
SAID = {"offered": "was asked", "claimed": "has taken you on", "introduced": "welcomes you"}
NOBODY_HAS = ("Nobody has your request", "we tell you when there is a local group")


@dataclass
class Home:
    """An organization with its greeters' accounts."""

    organization: Organization
    space: str
    greeters: tuple[str, ...]


@dataclass
class Town:
    """Everything that outlives the bot, and what was counted."""

    folder: Path
    dice: random.Random
    clock: MovableClock = field(default_factory=lambda: MovableClock(START, stopped=True))
    world: World = field(default_factory=World)
    homes: list[Home] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)  # person id -> account
    seen: dict[str, tuple[Any, ...]] = field(default_factory=dict)  # case -> what it was at the last look
    counts: dict[str, int] = field(default_factory=dict)
    app: App | None = None

    def count(self, what: str, n: int = 1) -> None:
        """So many more of something."""
        self.counts[what] = self.counts.get(what, 0) + n

    @property
    def running(self) -> App:
        """The bot."""
        assert self.app is not None
        return self.app


async def run(newcomers: int = 2_000, organizations: int = 20, a_day: int = 500, seed: int = 1) -> dict[str, Any]:
    """So many new people, `a_day` of them a day."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), random.Random(seed))
        await begin(town)
        try:
            for number in range(organizations):
                town.homes.append(await founded(town, number))
            await _live(town, newcomers, max(1, a_day // 4))
        finally:
            await town.running.close()
    usual = {"moments_checked": 0, "without_owner_or_wait": 0, "late_escalations": 0}
    return {"newcomers": len(town.people), **usual, **town.counts, "seconds": round(time.perf_counter() - began)}


# -- the bot and the organizations ----------------------------------------------------------------------------------


async def begin(town: Town) -> None:
    """Builds the bot on what stands in the databases."""
    if town.app is not None:
        await town.app.close()
        town.count("restarts")
    core = await build_core(
        f"sqlite:///{town.folder}/main.db", f"sqlite:///{town.folder}/keys.db", b"m" * 32, clock=town.clock
    )
    town.app = App(core, [partial(RehearsalAdapter, world=town.world, style="lines")])


async def founded(town: Town, number: int) -> Home:
    """An organization that takes new people, with a channel for its greeters and three of them."""
    core, now, space = town.running.core, town.clock.now(), f"space-{number}"
    town.world.add_space(space, f"Group {number}", "lines", ("desk",))
    async with core.db.write() as tx:
        name = f"{chr(65 + number % 26) * 4} Group {number * 37}"
        made = await core.spaces.add(tx, name, now, zone=ZONES[number % 3])
        own = await core.spaces.connect(tx, made.id, Place("lines", space=space), made.name, now)
        await core.spaces.set_channel(tx, own, "greeters", f"{space}/desk", "desk", "en")
        await directory.save(tx, _profile(made.id), now)
        greeters = tuple(f"greeter-{number}-{at}" for at in range(3))
        for one in greeters:
            person = await core.people.keep(tx, "lines", one, "en", now)
            await core.spaces.grant(tx, person.id, made.id, "greeter", now)
        organization = await core.spaces.get(tx, made.id)
    home = Home(organization, space, greeters)
    for one in greeters:
        await types(town, one, "welcome.greeter", home, name=one.title(), languages="both")
    return home


def _profile(organization: str) -> Profile:
    return Profile(
        organization=organization, line_en="We meet on Mondays", line_es="", languages="both", activities=("doors",),
        free=(), place="", state="", reach="national", most=0, link="https://example.org/join", open=True,
    )  # fmt: skip


async def types(town: Town, account: str, entry: str, home: Home | None = None, /, **values: str) -> Outcome:
    """Somebody types a command: in their organization's channel, or in the direct room."""
    return await town.running.core.runner.command(_act(town, account, home), entry, values)


async def presses(town: Town, account: str, token: str) -> Outcome:
    """Somebody answers a choice in the direct room."""
    return await town.running.core.runner.press(_act(town, account, None), token)


def _act(town: Town, account: str, home: Home | None) -> Act:
    place = Place("lines", channel=f"direct/{account}", direct=True)
    if home is not None:
        place = Place("lines", space=home.space, channel=f"{home.space}/desk")
    return Act("lines", account, place, town.world.new_id(), language="en", stepwise=True)


# -- one moment after the other -------------------------------------------------------------------------------------


async def _live(town: Town, newcomers: int, each_time: int) -> None:
    moments = newcomers // each_time + AFTER
    for moment in range(moments):
        town.clock.move(STEP)
        await _trouble(town, moment)
        await town.running.jobs.run_due()
        for _ in range(min(each_time, newcomers - len(town.people))):
            await _comes(town)
        await _everybody_acts(town)
        await town.running.jobs.run_due()
        await _look(town)
        if moment % 4 == 0:
            await keep_house(town.running.core)


async def _trouble(town: Town, moment: int) -> None:
    """Now and then the bot is away, is built anew, or an organization leaves."""
    chance = town.dice.random()
    if chance < 0.02:
        town.clock.move(timedelta(hours=town.dice.randint(1, 60)))
        town.count("outages")
        await begin(town)
    elif chance < 0.06:
        await begin(town)
    if moment % 30 == 29 and len(town.homes) > 5:
        gone = town.homes.pop(town.dice.randrange(len(town.homes)))
        await town.running.core.end_organization(gone.organization)
        town.count("organizations_left")


async def _comes(town: Town) -> None:
    """Somebody answers the questions and mostly shares with one organization."""
    account = f"person-{len(town.people)}"
    given = {"name": account.title(), "activity": town.dice.choice(asked.ACTIVITIES), "place": "", "spoken": "en"}
    await types(town, account, "welcome.ask", language="en", age="yes", free="varies", **given)
    async with town.running.core.db.read() as tx:
        person = await town.running.core.people.find(tx, "lines", account)
        code = await tx.value(store.SYSTEM.select(welcome_case, welcome_case.c.code).where(
            welcome_case.c.person == person.id
        ))  # fmt: skip
    town.people[person.id] = account
    if town.dice.random() < 0.9:
        await shares(town, account, str(code))


async def shares(town: Town, account: str, code: str) -> None:
    """Reads the consent card and presses its first button."""
    home = town.dice.choice(town.homes)
    shown = await types(town, account, "welcome.share", code=code, organization=home.organization.code)
    choices = shown.says[-1].card.choices
    if choices and town.dice.random() < 0.95:
        await presses(town, account, choices[0].token)


async def _everybody_acts(town: Town) -> None:
    async with town.running.core.db.read() as tx:
        rows = await tx.all(store.SYSTEM.select(welcome_handoff).where(welcome_handoff.c.state.in_(rules.OPEN)))
        loose = await tx.all(store.SYSTEM.select(welcome_case).where(welcome_case.c.state == "asked"))
    homes = {home.organization.id: home for home in town.homes}
    for row in rows:
        if row.organization in homes:
            await _about(town, store.to_handoff(row), homes[row.organization])
    for case in loose:
        if town.dice.random() < 0.01:
            await shares(town, town.people[case.person], case.code)


async def _about(town: Town, handoff: Handoff, home: Home) -> None:
    """What happens to one open hand-off at one moment: mostly nothing."""
    chance, account = town.dice.random(), town.people[handoff.person]
    if chance < 0.01:
        await types(town, account, town.dice.choice(("welcome.undo", "welcome.withdraw")), code=handoff.code)
    elif chance < 0.15 and (handoff.state == "offered" or handoff.passing):
        await types(town, town.dice.choice(home.greeters), "welcome.claim", home, code=handoff.code)
    elif chance < 0.18 and handoff.state in rules.HELD:
        await _greeter_acts(town, handoff, home)
    elif chance < 0.19 and handoff.state == "introduced":
        value = town.dice.choice(("yes", "yes", "later", "no", "enough"))
        reason = town.dice.choice(rules.LOST_FOR_NEWCOMER) if value == "no" else ""
        await types(town, account, "welcome.connected", code=handoff.code, value=value, reason=reason)


async def _greeter_acts(town: Town, handoff: Handoff, home: Home) -> None:
    """Whoever has them writes, gives back, passes on, asks for time, pauses, or says that they met."""
    held = [one for one in home.greeters if await _is(town, one, handoff.greeter)]
    greeter = held[-1]
    what = town.dice.choice(("introduce", "introduce", "release", "pass", "more", "pause", "connected"))
    more = {"introduce": {"text": "Hello!"}, "connected": {"value": "yes"}}.get(what, {})
    await types(town, greeter, f"welcome.{what}", **({} if what == "pause" else {"code": handoff.code}), **more)
    if what == "pause":
        await types(town, greeter, "welcome.pause")


async def _is(town: Town, account: str, person: str) -> bool:
    async with town.running.core.db.read() as tx:
        return (await town.running.core.people.find(tx, "lines", account)).id == person


# -- looking --------------------------------------------------------------------------------------------------------


async def _look(town: Town) -> None:
    """Everybody's rows; and what `/request` says to those for whom something changed."""
    now, newest = town.clock.now(), await _newest(town)
    async with town.running.core.db.read() as tx:
        cases = await tx.all(store.SYSTEM.select(welcome_case))
    for case in cases:
        handoff = newest.get(case.id)
        is_open = handoff is not None and handoff.is_open
        town.count("moments_checked")
        town.count("without_owner_or_wait", 0 if _is_seen(case, handoff, now) else 1)
        if handoff is not None and is_open:
            town.count("late_escalations", int(_is_late(town, handoff, now)))
        state = (case.state, handoff and (handoff.id, handoff.state, handoff.greeter, handoff.until_at))
        if town.seen.get(case.id) != state and case.state != "ended":
            town.seen[case.id] = state
            await _read_request(town, town.people[case.person], handoff if is_open else None)


async def _newest(town: Town) -> dict[str, Handoff]:
    """The newest hand-off of each case; an open one before any other."""
    async with town.running.core.db.read() as tx:
        rows = await tx.all(store.SYSTEM.select(welcome_handoff).order_by(welcome_handoff.c.offered_at))
    found: dict[str, Handoff] = {}
    for row in rows:
        handoff = store.to_handoff(row)
        if handoff.case not in found or handoff.is_open or not found[handoff.case].is_open:
            found[handoff.case] = handoff
    return found


def _is_seen(case: Any, handoff: Handoff | None, now: datetime) -> bool:
    """Whether somebody has the person, may take them until a time that is not over, or the person can choose."""
    if handoff is not None and handoff.is_open:
        return handoff.until_at is not None and (handoff.until_at > now) and (
            handoff.state == "offered" or bool(handoff.greeter)
        )  # fmt: skip
    return case.state in {"asked", "waiting", "ended"}


def _is_late(town: Town, handoff: Handoff, now: datetime) -> bool:
    zones = {home.organization.id: home.organization.zone for home in town.homes}
    over = handoff.until_at is not None and handoff.until_at <= now
    return over and rules.is_awake(now, zones.get(handoff.organization, "UTC"))


async def _read_request(town: Town, account: str, handoff: Handoff | None) -> None:
    """What the person reads says the same as the rows."""
    outcome = await types(town, account, "welcome.request")
    text = "\n".join(str(say.card.text) for say in outcome.says).replace("\\", "")
    town.count("requests_read")
    if handoff is None:
        town.count("without_owner_or_wait", int(not any(one in text for one in NOBODY_HAS)))
        return
    home = next(one for one in town.homes if one.organization.id == handoff.organization)
    until = when(handoff.until, home.organization.zone, "en")
    said = "asked the other greeters" if handoff.passing else SAID[handoff.state]
    town.count("without_owner_or_wait", int(not (said in text and until in text)))
