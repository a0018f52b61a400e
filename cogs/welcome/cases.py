"""What one person told when they wanted to start: kept, found again, changed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.feature import Call, KeyGone, Missing, Place, new_id, read_code
from cogs.welcome import rules, store

TABLE, GIVEN, VIA = "welcome_case", "given", "via"


@dataclass(frozen=True)
class Case:
    """One person's wish to start. `via`: where they pressed; None when that cannot be read."""

    id: str
    code: str
    person: str
    given: rules.Given
    via: Place | None
    state: str
    tell_me: bool
    made_at: datetime
    keep_until_at: datetime


async def keep(call: Call, given: rules.Given) -> tuple[Case, bool]:
    """The asker's case with these answers, and whether it was there before: nobody has two open ones."""
    before = await newest(call)
    row = before.id if before else new_id()
    person = call.person.id
    values: dict[str, Any] = {GIVEN: await call.seal(person, "", given.to_json(), TABLE, row, GIVEN)}
    if before:
        await change(call, before, keep_until_at=max(before.keep_until_at, call.now + rules.CASE_KEPT), **values)
    else:
        via = await call.seal(person, "", json.dumps(asdict(call.place)), TABLE, row, VIA)
        until = call.now + rules.CASE_KEPT
        await store.add_case(call.tx, id=row, person=person, via=via, made_at=call.now, keep_until_at=until, **values)
    kept = await of_id(call, row)
    assert kept is not None
    return kept, before is not None


async def own(call: Call, code: str) -> Case:
    """The asker's own case. Missing for anybody else's, an ended or an unreadable one."""
    row = await store.case_of_code(call.tx, call.scope, read_code(code)) if call.person.known else None
    found = await _read(call, row)
    if found is None or found.state == "ended":
        raise Missing
    return found


async def newest(call: Call) -> Case | None:
    """The asker's open case."""
    return await _read(call, await store.newest_case(call.tx, call.scope)) if call.person.known else None


async def of_id(call: Call, case: str) -> Case | None:
    """For due work, which nobody asks; None when it is gone or cannot be read any more."""
    return await _read(call, await store.case_of_id(call.tx, case))


async def waiting(call: Call) -> list[Case]:
    """Those who want to hear when there is a local group."""
    found = [await _read(call, row) for row in await store.waiting_cases(call.tx, call.now)]
    return [one for one in found if one is not None]


async def change(call: Call, case: Case, **columns: Any) -> None:
    """Sets columns: state, tell_me, keep_until_at."""
    await store.change_case(call.tx, case.id, **columns)


async def _read(call: Call, row: Any) -> Case | None:
    if row is None or row.keep_until_at <= call.now:
        return None
    try:
        given = rules.Given.from_json(await call.unseal(row.person, "", row.given, TABLE, row.id, GIVEN))
        via = Place(**json.loads(await call.unseal(row.person, "", row.via, TABLE, row.id, VIA)))
    except KeyGone:  # they were erased
        return None
    tell = bool(row.tell_me)
    return Case(row.id, row.code, row.person, given, via, row.state, tell, row.made_at, row.keep_until_at)
