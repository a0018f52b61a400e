"""How long it takes to find three organizations for somebody among 10,000, from the database to the card's facts.

The organizations are made up: half of them local with turf of twenty ZIP codes, some statewide, some national, spread
over the country as its ZIP codes are. Asked by people with a ZIP code, three digits, a state, and nothing.
"""

from __future__ import annotations

import random
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import quantiles
from typing import Any

from bot.app import build_core
from bot.core import Core
from bot.feature import Call
from cogs.welcome.directory import store
from cogs.welcome.directory.finding import find, group_of, wish_of
from cogs.welcome.directory.places import FILE, atlas, unpack
from cogs.welcome.directory.rules import order
from cogs.welcome.directory.store import Profile, Shown
from cogs.welcome.rules import ACTIVITIES, Given

TITLE = "Matching a new person among many organizations"
LOOK_UPS = 20_000


async def run(organizations: int = 10_000, people: int = 400, seed: int = 1) -> dict[str, Any]:
    """Milliseconds a person, as waited and as CPU time; `rules_ms` (CPU): the decision alone, over all of them."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        core = await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32)
        profiles = await _fill(core, organizations, dice)
        asked = [_given(dice, kind) for kind in ("zip", "digits", "state", "nothing") for _ in range(people // 4)]
        took = [await _time(core, one) for one in asked]
        await core.db.close()
        await core.keyring.close()
    groups = [group_of(Shown(one, "", "", (), False)) for one in profiles]
    alone = [_timed(lambda one=one: order(wish_of(one), groups)) for one in asked[:20]]
    return {
        "organizations": organizations, "people": len(asked), **_spread([wall for wall, _ in took]),
        **_spread([cpu for _, cpu in took], "cpu_"), "rules_ms": round(max(alone), 1),
        **_table(dice),
    }  # fmt: skip


async def _fill(core: Core, many: int, dice: random.Random) -> list[Profile]:
    codes, now, profiles = atlas().zips, core.clock.now(), []
    async with core.db.write() as tx:
        for number in range(many):
            made = f"{number:020x}"
            at = dice.randrange(len(codes) - 20)
            where = atlas().where(f"{codes[at]:05}")
            assert where is not None
            reach = dice.choices(("local", "state", "national"), (90, 9, 1))[0]
            profile = Profile(
                made, "line", "línea", dice.choice(("en", "es", "both")), tuple(dice.sample(ACTIVITIES, 2)),
                ("evenings",), where.zip if reach == "local" else "", where.state if reach != "national" else "",
                reach, 0, "", True,
            )  # fmt: skip
            await _organization(tx, made, number, now)
            await store.save(tx, profile, now)
            profiles.append(profile)
            if reach == "local" and dice.random() < 0.5:
                await store.set_turf(tx, made, [(f"{code:05}", where.state) for code in codes[at : at + 20]])
    return profiles


async def _organization(tx: Any, made: str, number: int, now: Any) -> None:
    from bot import tables as t
    from bot.db import insert

    await tx.run(
        insert(t.organization), id=made, code=f"O{number}", name=f"Organization {number}", kind="group",
        state="connected", zone="UTC", language="both", who_sends="managers", policy="hold", made_at=now,
    )  # fmt: skip


def _given(dice: random.Random, kind: str) -> Given:
    code = f"{dice.choice(atlas().zips):05}"
    where = atlas().where(code)
    assert where is not None
    place = {"zip": code, "digits": code[:3], "state": where.state, "nothing": ""}[kind]
    return Given("Ana", dice.choice(ACTIVITIES), place, dice.choice(("en", "es", "both")), "evenings")


async def _time(core: Core, given: Given) -> tuple[float, float]:
    async with core.db.read() as tx:
        call = Call(core.services, "welcome", tx, core.clock.now())
        began, used = time.perf_counter(), time.process_time()
        await find(call, given)
        return (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000


def _timed(work: Any) -> float:
    """CPU milliseconds: other work on the machine does not count."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _spread(took: list[float], kind: str = "") -> dict[str, float]:
    cuts = quantiles(took, n=100)
    return {f"{kind}p50_ms": round(cuts[49], 2), f"{kind}p99_ms": round(cuts[98], 2)}


def _table(dice: random.Random) -> dict[str, float]:
    """The table of places: a look-up in microseconds, reading it in milliseconds, what it holds in memory."""
    codes = [f"{dice.choice(atlas().zips):05}" for _ in range(LOOK_UPS)]
    look_ups = _timed(lambda: [atlas().where(code) for code in codes])
    packed = Path(FILE).read_bytes()
    read = _timed(lambda: unpack(packed))
    tracemalloc.start()
    held = unpack(packed)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {
        "places": len(held.zips), "place_us": round(look_ups * 1000 / LOOK_UPS, 2), "places_read_ms": round(read, 1),
        "places_mb": round(memory / 1e6, 2), "places_file_kb": round(len(packed) / 1000),
    }  # fmt: skip
