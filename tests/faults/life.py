"""One life of the bot: the real outbox, sender, adapter and its library on a durable file, without the features."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot import tables as t
from bot.app import App
from bot.cards import Card
from bot.core import Core
from bot.errors import PlatformError
from bot.platforms.base import Adapter
from bot.platforms.discord.adapter import DiscordAdapter
from bot.platforms.matrix.adapter import MatrixAdapter, Options
from bot.platforms.matrix.session import Account
from bot.spaces import Place
from bot.words import Md
from tests.faults.birth import Womb
from tests.faults.broken import broken
from tests.faults.clocks import BotClock, Time
from tests.faults.plan import Do
from tests.faults.steps import Steps
from tests.faults.world import Door

PLENTY = 1_000_000  # the pace is not what is tried here
LOOK = 0.05  # seconds
PICKLE_KEY = "a key of the faults, long enough"
LINE = "A line of a text that is too long for one message. "
LONG = {"discord": 60, "matrix": 600}  # such lines


@dataclass(frozen=True)
class Life:
    """What a life is given, as it goes through a pipe."""

    folder: str
    door: Door
    time: Time
    acts: list[Do]
    kill_step: int | None
    broken: str  # which promise its adapter breaks; "" for none
    last: bool

    def to_line(self) -> str:
        """As one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Life:
        """From one line."""
        raw = json.loads(line)
        acts = [Do(**one) for one in raw["acts"]]
        return cls(**{**raw, "door": Door(**raw["door"]), "time": Time(**raw["time"]), "acts": acts})


async def live(life: Life, womb: Womb) -> None:
    """Until it is killed; the last one until nothing is under way, and then it writes down how everything stands."""
    core = await womb.open(Path(life.folder), BotClock(life.time))
    await _settle_in(core, life.door)
    app = App(core, [lambda built: broken(_adapter(built, life), life.broken)])
    steps = Steps(life.kill_step)
    asyncio.get_running_loop().set_task_factory(steps)
    acts = asyncio.create_task(_act(core, life))
    serving = [asyncio.create_task(_serve(app)), steps.start(app.senders[0].run())]
    while not (life.last and acts.done() and await _is_quiet(core, life.door.platform)):
        await asyncio.sleep(LOOK)
        core.outbox.wake()
        for task in (acts, *serving):
            if task.done():
                task.result()
    await _write_down(core, Path(life.folder))
    os._exit(0)


def _adapter(core: Core, life: Life) -> Adapter:
    """The one of this platform, without a pace of its own."""
    keys = life.door.keys
    if life.door.platform == "discord":
        return DiscordAdapter(core, **keys, per_second=PLENTY, per_channel=PLENTY)
    # What stands in the channels is compared with what was written: rooms are in the clear.
    options = Options(encrypt_direct=False, lifted=True)
    return MatrixAdapter(core, Account(**keys), Path(life.folder) / "keys", PICKLE_KEY, options)


async def _serve(app: App) -> None:
    """The adapter; a platform that fails is started again, as the app's own supervisor does."""
    while True:
        try:
            await app.adapters[0].run()
        except PlatformError:
            await asyncio.sleep(LOOK)


async def _settle_in(core: Core, door: Door) -> None:
    """One organization for each channel, once."""
    async with core.db.write() as tx:
        if await core.spaces.channels(tx, "calls"):
            return
        for number, (space, channel) in enumerate(door.places):
            name = f"{'abcdefghij'[number] * 5} Tenants {number * 7919}"
            made = await core.spaces.add(tx, name, core.clock.now(), policy="auto")
            place = Place(door.platform, space=space, channel=channel)
            own = await core.spaces.connect(tx, made.id, place, name, core.clock.now())
            await core.spaces.set_channel(tx, own, "calls", channel, "calls", "en")


async def _act(core: Core, life: Life) -> None:
    passed = 0.0
    for one in sorted(life.acts, key=lambda act: act.after):
        await asyncio.sleep(one.after - passed)
        passed = one.after
        await _do(core, one, life.door)


async def _do(core: Core, act: Do, door: Door) -> None:
    """One act in one transaction: either all of its rows are there, or none."""
    now = core.clock.now()
    more = LINE * LONG[door.platform] if act.kind == "long" else ""
    card = Card(Md(f"{act.code} version {act.version}.\n\n{more}"), code=act.code)
    async with core.db.write() as tx:
        if act.kind == "withdraw":
            await core.outbox.withdraw(tx, act.code, now)
        elif act.kind == "whisper":
            await core.outbox.whisper(tx, door.platform, door.account, card, now, subject=act.code)
        else:
            for channel in await core.spaces.channels(tx, "calls"):
                if act.kind == "edit":
                    await core.outbox.edit(tx, act.code, channel.id, card, act.version, now)
                else:
                    until = now + timedelta(hours=act.hours)
                    await core.outbox.post(tx, channel, card, subject=act.code, now=now, expires_at=until)


async def _is_quiet(core: Core, platform: str) -> bool:
    async with core.db.read() as tx:
        return await core.outbox.queued(tx, platform) == 0


async def _write_down(core: Core, folder: Path) -> None:
    async with core.db.read() as tx:
        rows = [vars(row) for row in await tx.all(select(t.delivery).order_by(t.delivery.c.seq))]
    kept = ("id", "seq", "subject", "version", "kind", "address", "state", "reason", "tries")
    (folder / "rows.json").write_text(json.dumps([{name: row[name] for name in kept} for row in rows]))
