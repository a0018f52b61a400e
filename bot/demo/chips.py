"""Where the story's call landed: one line for each organization, read from the outbox's own rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.core import Core
from bot.db import Row, Tx, metadata
from bot.demo.stage import Stage
from bot.landing import Landing
from bot.spaces import Organization
from bot.text import parse, to_plain
from bot.words import LANGUAGES

Data = dict[str, Any]
DECIDED = ("declined", "never", "late", "nowhere", "left")  # standings of a copy that was not, or is no more, posted
TROUBLE = ("failed", "unknown", "outdated", "standing")


async def chips(stage: Stage, code: str) -> list[Data]:
    """`name, state` (a key), `said` and `why` in each language, for the twelve in their order. `code`: of the call."""
    core, found = stage.core, []
    async with core.db.read() as tx:
        known = {one.name: one for one in await core.spaces.all(tx)}
        standing = await _standing(core, tx, code)
        for home in stage.groups:
            one = known.get(home.name)
            copy, landing = standing.get(one.id, (None, None)) if one else (None, None)
            found.append({"name": home.name, **await _say(core, tx, one, copy, landing)})
    return found


async def _standing(core: Core, tx: Tx, code: str) -> dict[str, tuple[Row, Landing | None]]:
    """Each organization's copy of the call, and what became of its delivery."""
    calls, copies = metadata.tables["alert"], metadata.tables["alert_copy"]
    call = await tx.value(select(calls.c.id).where(calls.c.code == code))
    if not call:
        return {}
    landed = {one.channel: one for one in await core.outbox.landed(tx, call)}
    rows = await tx.all(select(copies).where(copies.c.alert == call))
    return {row.organization: (row, landed.get(row.channel)) for row in rows}


async def _say(core: Core, tx: Tx, home: Organization | None, copy: Row | None, landing: Landing | None) -> Data:
    if home is None or home.state == "waiting":
        return _chip("waiting", core.words.everywhere("demo.page.waiting"))
    if home.state == "left":
        return _chip("left", core.words.everywhere("alerts.state.left"))
    if copy is None:
        return _chip("rule", core.words.everywhere(f"demo.page.policy_{home.policy}"))
    state = _state(copy.standing, landing)
    said = core.words.everywhere(f"alerts.state.{state}")
    if state not in TROUBLE or landing is None:
        return _chip(state, said)
    key = await _reason(core, tx, home, landing)
    return _chip(state, said, {one: to_plain(parse(core.words.say(one, key))) for one in LANGUAGES})


def _state(standing: str, landing: Landing | None) -> str:
    """One word, as in the list of where a call landed."""
    if standing == "lapsed":
        return "expired"
    return standing if standing in DECIDED else landing.state if landing else "sent"


def _chip(state: str, said: Data, why: Data | None = None) -> Data:
    return {"state": state, "said": said, "why": why or {}}


async def _reason(core: Core, tx: Tx, home: Organization, landing: Landing) -> str:
    """The key of what went wrong and how it is mended."""
    for channel in await core.spaces.channels(tx, "calls", [home.id]):
        missing = await core.services.adapters[channel.platform].problems(channel.address)
        if channel.id == landing.channel and missing:
            return f"permission.{missing[0]}"
    key = f"reason.{landing.reason}"
    return key if core.words.has(key) else "reason.platform"
