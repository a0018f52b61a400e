"""What happens to hand-offs when people or organizations go, when two accounts become one person, and at night."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.feature import KeyGone, Organization
from cogs.welcome import store as cases_store
from cogs.welcome.cases import GIVEN, VIA
from cogs.welcome.cases import TABLE as CASE
from cogs.welcome.handoff import consent, store
from cogs.welcome.handoff.store import COLUMN, TABLE, Handoff
from cogs.welcome.handoff.texts import GREETER, NAME

SEALED = (GIVEN, VIA)


async def kept(tx: Any, person: str) -> dict[str, int]:
    """How much is kept about somebody, as a newcomer and as a greeter."""
    cases = await cases_store.cases_of(tx, person)
    handoffs, consents = await store.of_person(tx, person), await store.consents_of(tx, person)
    return {
        "welcome.kept_requests": len(cases), "welcome.kept_handoffs": len(handoffs),
        "welcome.kept_consents": len(consents), "welcome.kept_greeter": len(await store.greeters_of(tx, person)),
    }  # fmt: skip


async def left(tx: Any, organization: Organization, now: datetime) -> None:
    """An organization is out: its keys are gone already. Everybody it had is told and may choose again."""
    for handoff in await store.open_rows(tx, organization.id):
        await _bereave(tx, handoff, "left")
    await store.end_consents(tx, organization.id, now)


async def purge(tx: Any, now: datetime) -> None:
    """Before the nightly retention takes packages away: whoever is still waiting is told."""
    for handoff in await store.over(tx, now):
        await _gone(tx, handoff)
        await _bereave(tx, handoff, "over")
        await store.end_consent(tx, handoff.consent, now)


async def _bereave(tx: Any, handoff: Handoff, why: str) -> None:
    await store.soon(tx, "bereft", handoff.case, json.dumps({"organization": handoff.organization, "why": why}))


async def _gone(tx: Any, handoff: Handoff) -> None:
    row = await store.greeter_of(tx, handoff.organization, handoff.greeter) if handoff.greeter else None
    args = {"code": handoff.code, "greeter": row.id if row else ""}
    await store.soon(tx, "gone", handoff.subject, json.dumps(args))


async def erased(tx: Any, keyring: Any, person: str) -> None:
    """Somebody is erased. As a newcomer: package and proofs go. As a greeter: their people go back to all greeters."""
    for handoff in await store.of_person(tx, person):
        if handoff.is_open:
            await _gone(tx, handoff)
        await store.forget(tx, handoff.id)
    await store.forget_consents(tx, person)
    await cases_store.forget_cases(tx, person)
    for handoff in await store.touched_by(tx, person):
        await store.change(tx, handoff, greeter="", **({"state": "offered"} if handoff.is_open else {}))
        await store.soon(tx, "look", handoff.id)
    for row in await store.greeters_of(tx, person):
        await store.forget_greeter(tx, row.id)


async def merged(tx: Any, keyring: Any, old: str, new: str) -> None:
    """Two accounts became one person: everything sealed under the old one is sealed anew, proofs are made anew."""
    await _move_cases(tx, keyring, old, new)
    for handoff in await store.of_person(tx, old):
        sealed = await _under(keyring, handoff.value, (TABLE, handoff.id, COLUMN), old, new, handoff.organization)
        await store.change(tx, handoff, person=new, value=sealed)
    for row in await store.consents_of(tx, old):
        proof = consent.proof_of(keyring, {**vars(row), "person": new})
        await store.move_consent(tx, row.id, new, proof)
    for handoff in await store.touched_by(tx, old):
        await store.change(tx, handoff, greeter=new)
    for row in await store.greeters_of(tx, old):
        await _move_greeter(tx, keyring, row, old, new)


async def _move_cases(tx: Any, keyring: Any, old: str, new: str) -> None:
    """Where both had an open request, one that nobody has yet ends: nobody has two."""
    open_now = [row for row in await cases_store.cases_of(tx, new) if row.state != "ended"]
    for row in await cases_store.cases_of(tx, old):
        given, via = [await _under(keyring, getattr(row, one), (CASE, row.id, one), old, new, "") for one in SEALED]
        over = open_now and row.state in {"asked", "waiting"}
        state = "ended" if over else row.state
        await cases_store.change_case(tx, row.id, person=new, given=given, via=via, state=state)


async def _move_greeter(tx: Any, keyring: Any, row: Any, old: str, new: str) -> None:
    """Where both were greeters of one organization the kept person's name stays."""
    if await store.greeter_of(tx, row.organization, new):
        await store.forget_greeter(tx, row.id)
        return
    name = await _under(keyring, row.name, (GREETER, row.id, NAME), old, new, row.organization)
    await store.change_greeter(tx, row.id, person=new, name=name)


async def _under(keyring: Any, sealed: bytes, place: tuple[str, str, str], old: str, new: str, home: str) -> bytes:
    """A sealed value under another person's key; nothing where it is shredded or cannot be read any more."""
    if not sealed:
        return b""
    with suppress(KeyGone):
        text = (await keyring.existing(old, home)).open(bytes(sealed), *place)
        key = await (keyring.of_member(new, home) if home else keyring.of_person(new))
        return bytes(key.seal(text, *place))
    return b""
