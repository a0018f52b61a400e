"""What somebody who just came can obtain from every command: `python -m tests.security.newcomer_sees` writes it anew.

Walked on the rehearsal: a newcomer with a case of their own, in the direct room and in an organization's open channel,
tries every entry of the registry with codes of everything that others made.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bot.app import App, build_core
from bot.cards import Outcome
from bot.clock import MovableClock
from bot.feature import Entry
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from cogs.alerts.store import alert
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import code_in, open_checkin, plain
from tests.features.alerts.coalition import Member, send, write
from tests.features.conftest import NOON
from tests.features.welcome.newcomers import opens, told
from tests.security.test_idor_matrix import NAMING, values

GOLDEN = Path(__file__).parent / "golden" / "newcomer_sees.json"
# What nobody but their owners may read: a member, another newcomer, a plan that was not sent.
CANARIES = ("Canary Member", "Canary Newcomer", "Canary Plan", "canary answer")
AT_THE_END = ("mydata.erase", "mydata.stop", "mydata.link")  # they change who asks
CODES = re.compile(r"\b[A-Z]{1,2}-[2-9A-HJ-NP-Z]{4}\b|\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b")
MARKS = re.compile(r"\b[0-9a-f]{8}\b")  # of a version: keyed, so another in every walk


@dataclass
class Scene:
    """Where the newcomer stands, and what others made."""

    house: RehearsalHouse
    member: Member
    newcomer: str
    codes: list[str]


async def build(folder: Path, world: World) -> App:
    """The bot on a clock that stands still."""
    urls = (f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db")
    core = await build_core(*urls, b"m" * 32, clock=MovableClock(NOON, stopped=True))
    return App(core, [partial(RehearsalAdapter, world=world, style=style) for style in ("forms", "lines")])


async def prepare(house: RehearsalHouse) -> Scene:
    """Two organizations with a call, a draft, a check-in with an answer and a newcomer of their own; then ours."""
    member = await opens(house, "River Tenants", turf=("87031",))
    await opens(house, "Hill Workers", place="87801")
    codes = [await send(house, member), await open_checkin(house, member)]
    await write(house, member, what="Canary Plan")
    async with house.app.core.db.read() as tx:
        codes.append(str(await tx.value(select(alert.c.code).where(alert.c.state == "draft"))))
    person = await house.new_person("Canary Member")
    await house.fill(person, await house.press(person, member.space, "calls", await newest(house, member), "Answer"),
                     q1="yes", q2="canary answer", quote="no")  # fmt: skip
    other = await house.new_person("Canary Newcomer")
    codes.append(code_in((await told(house, other, name="Canary Newcomer", place="87031")).text, "N"))
    newcomer = await house.new_person("Ana")
    await told(house, newcomer, place="87031")
    return Scene(house, member, newcomer, codes)


async def newest(house: RehearsalHouse, member: Member) -> object:
    """The newest card in the open channel."""
    return (await house.messages(member.space, "calls"))[-1]


async def walk(scene: Scene) -> dict[str, dict[str, list[str]]]:
    """Entry -> place -> every different thing that was said, asked or offered."""
    entries = dict(scene.house.app.core.registry)
    names = sorted(entries, key=lambda name: (name in AT_THE_END, name))
    return {name: await _entry(scene, name, entries[name]) for name in names}


async def _entry(scene: Scene, name: str, entry: Entry) -> dict[str, list[str]]:
    found = {}
    tried = scene.codes if {one.key for one in entry.fields} & NAMING else [""]
    for place in ("direct room", "open channel"):
        where = "" if place == "direct room" else f"{scene.member.space}/lounge"
        said: dict[str, None] = {}
        for code in tried:
            act = scene.house.adapter.act(scene.newcomer, where)
            outcome = await scene.house.app.core.runner.command(act, name, values(entry, code))
            said.update(dict.fromkeys(_read(outcome)))
        found[place] = list(said)
    return found


def _read(outcome: Outcome) -> list[str]:
    lines = [plain(str(say.card.text)) for say in outcome.says]
    lines += [f"[{choice.label}]" for say in outcome.says for choice in say.card.choices]
    if outcome.form is not None:
        lines.append(f"form: {outcome.form.title}")
        lines += [f"{one.label} = {one.value}" if one.value else one.label for one in outcome.form.blanks]
        lines += [f"- {option.label}" for one in outcome.form.blanks for option in (*one.options, *one.likely)]
    return [MARKS.sub("MARK", CODES.sub("CODE", line)) for line in lines]


async def seen(folder: Path) -> dict[str, dict[str, list[str]]]:
    """The whole walk on fresh databases in a folder."""
    world = World()
    house = RehearsalHouse(await build(folder, world), world, "forms", partial(build, folder))
    try:
        return await walk(await prepare(house))
    finally:
        await house.app.close()


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        GOLDEN.write_text(json.dumps(asyncio.run(seen(Path(place))), indent=1, ensure_ascii=False) + "\n")
