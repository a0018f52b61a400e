"""One life of the bot: the real outbox, sender, adapter and discord.py on a durable file, without the features."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot import tables as t
from bot.app import App
from bot.cards import Card
from bot.core import Core
from bot.errors import PlatformError
from bot.spaces import Place
from bot.words import Md
from tests.faults.birth import Womb
from tests.faults.broken import ADAPTERS
from tests.faults.clocks import BotClock, Time
from tests.faults.plan import Do
from tests.faults.steps import Steps

PLENTY = 1_000_000  # the pace is not what is tried here
LOOK = 0.05  # seconds
LONG = "A line of a text that is too long for one message of Discord. " * 45


@dataclass(frozen=True)
class Life:
    """What a life is given, as it goes through a pipe."""

    folder: str
    api_url: str
    gateway_url: str
    token: str
    places: list[list[str]]  # server, channel
    account: str  # of the person who is written to
    time: Time
    acts: list[Do]
    kill_step: int | None
    adapter: str
    last: bool

    def to_line(self) -> str:
        """As one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Life:
        """From one line."""
        raw = json.loads(line)
        return cls(**{**raw, "time": Time(**raw["time"]), "acts": [Do(**one) for one in raw["acts"]]})


async def live(life: Life, womb: Womb) -> None:
    """Until it is killed; the last one until nothing is under way, and then it writes down how everything stands."""
    core = await womb.open(Path(life.folder), BotClock(life.time))
    await _settle_in(core, life.places)
    app = App(core, [lambda built: ADAPTERS[life.adapter](built, life.token, api_url=life.api_url,
                     gateway_url=life.gateway_url, per_second=PLENTY, per_channel=PLENTY)])  # fmt: skip
    steps = Steps(life.kill_step)
    asyncio.get_running_loop().set_task_factory(steps)
    acts = asyncio.create_task(_act(core, life))
    serving = [asyncio.create_task(_serve(app)), steps.start(app.senders[0].run())]
    while not (life.last and acts.done() and await _is_quiet(core)):
        await asyncio.sleep(LOOK)
        core.outbox.wake()
        for task in (acts, *serving):
            if task.done():
                task.result()
    await _write_down(core, Path(life.folder))
    os._exit(0)


async def _serve(app: App) -> None:
    """The adapter; a platform that fails is started again, as the app's own supervisor does."""
    while True:
        try:
            await app.adapters[0].run()
        except PlatformError:
            await asyncio.sleep(LOOK)


async def _settle_in(core: Core, places: Sequence[Sequence[str]]) -> None:
    """One organization for each channel, once."""
    async with core.db.write() as tx:
        if await core.spaces.channels(tx, "calls"):
            return
        for number, (space, channel) in enumerate(places):
            name = f"{'abcdefghij'[number] * 5} Tenants {number * 7919}"
            made = await core.spaces.add(tx, name, core.clock.now(), policy="auto")
            own = await core.spaces.connect(tx, made.id, Place("discord", space=space, channel=channel), name,
                                            core.clock.now())  # fmt: skip
            await core.spaces.set_channel(tx, own, "calls", channel, "calls", "en")


async def _act(core: Core, life: Life) -> None:
    passed = 0.0
    for one in sorted(life.acts, key=lambda act: act.after):
        await asyncio.sleep(one.after - passed)
        passed = one.after
        await _do(core, one, life.account)


async def _do(core: Core, act: Do, account: str) -> None:
    """One act in one transaction: either all of its rows are there, or none."""
    now = core.clock.now()
    card = Card(Md(f"{act.code} version {act.version}.\n\n{LONG if act.kind == 'long' else ''}"), code=act.code)
    async with core.db.write() as tx:
        if act.kind == "withdraw":
            await core.outbox.withdraw(tx, act.code, now)
        elif act.kind == "whisper":
            await core.outbox.whisper(tx, "discord", account, card, now, subject=act.code)
        else:
            for channel in await core.spaces.channels(tx, "calls"):
                if act.kind == "edit":
                    await core.outbox.edit(tx, act.code, channel.id, card, act.version, now)
                else:
                    until = now + timedelta(hours=act.hours)
                    await core.outbox.post(tx, channel, card, subject=act.code, now=now, expires_at=until)


async def _is_quiet(core: Core) -> bool:
    async with core.db.read() as tx:
        return await core.outbox.queued(tx, "discord") == 0


async def _write_down(core: Core, folder: Path) -> None:
    async with core.db.read() as tx:
        rows = [vars(row) for row in await tx.all(select(t.delivery).order_by(t.delivery.c.seq))]
    kept = ("id", "seq", "subject", "version", "kind", "address", "state", "reason", "tries")
    (folder / "rows.json").write_text(json.dumps([{name: row[name] for name in kept} for row in rows]))
