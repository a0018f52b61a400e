"""What one person told when they wanted to start: kept, found again, changed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
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
    if before is not None:
        return await retold(call, before, given), True
    row, person = new_id(), call.person.id
    sealed = await call.seal(person, "", given.to_json(), TABLE, row, GIVEN)
    via = await call.seal(person, "", json.dumps(asdict(call.place)), TABLE, row, VIA)
    until = call.now + rules.CASE_KEPT
    code = await store.add_case(
        call.tx, id=row, person=person, given=sealed, via=via, made_at=call.now, keep_until_at=until
    )
    return Case(row, code, person, given, call.place, "asked", False, call.now, until), False


async def retold(call: Call, case: Case, given: rules.Given) -> Case:
    """The same case with other answers; it is kept for as long as a new one would be."""
    until = max(case.keep_until_at, call.now + rules.CASE_KEPT)
    sealed = await call.seal(case.person, "", given.to_json(), TABLE, case.id, GIVEN)
    await change(call, case, given=sealed, keep_until_at=until)
    return replace(case, given=given, keep_until_at=until)


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
