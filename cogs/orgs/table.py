"""Lists of organizations in and out: hooks `read_csv` and `write_csv`, for the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.feature import Call, Organization, UserError, check_text, fold, write_csv
from cogs.orgs import rules
from cogs.orgs.letters import zone_for
from cogs.orgs.rules import Listed, Problem


@dataclass
class Imported:
    """What came of a list: how many are new, how many were there already (same name), and what is wrong."""

    added: int = 0
    there: int = 0
    problems: list[Problem] = field(default_factory=list)

    def sentences(self) -> list[tuple[str, dict[str, Any]]]:
        """(key, parameters) of what is to be said: the sums, then each remark once with all its rows."""
        remarks = [(f"orgs.{key}", {"said": said, "rows": rows}) for key, said, rows in rules.summed(self.problems)]
        return [("orgs.csv_done", {"added": self.added, "there": self.there, "problems": len(remarks)}), *remarks]


async def import_csv(core: Any, text: str) -> Imported:
    """Adds every organization of a list, in one transaction; those that are there stay untouched. Nobody is asked in.

    `core` is bot.core.Core. A row that cannot be taken is a problem with its number; all others are added.
    """
    async with core.db.write() as tx:
        return await add_listed(Call(core.services, "orgs", tx, core.clock.now()), text)


async def export_csv(core: Any) -> str:
    """Every organization as a list that `import_csv` reads, with how it stands beside it."""
    async with core.db.read() as tx:
        found = await core.spaces.all(tx)
    heading = (*rules.HEADING, "zone", "code", "standing")
    return write_csv([heading, *(_row(one) for one in found)])


def _row(one: Organization) -> tuple[str, ...]:
    return (one.name, one.kind, one.region, one.language, one.zone, one.code, one.state)


async def add_listed(call: Call, text: str) -> Imported:
    """`import_csv` inside a transaction that is open already."""
    listed, problems = rules.read_csv(text)
    done = Imported(problems=list(problems))
    known = {fold(one.name) for one in await call.spaces.all(call.tx)}
    for one in listed:
        if fold(one.name) in known:
            done.there += 1
        elif await _add(call, one, done):
            known.add(fold(one.name))
    return done


async def _add(call: Call, one: Listed, done: Imported) -> bool:
    try:
        name = await check_text(call, one.name, rules.LONGEST_NAME, False)
        given = {"kind": one.kind, "language": one.language, **_place(call, one, done)}
        made = await call.spaces.add(call.tx, name, call.now, **{key: value for key, value in given.items() if value})
        await call.record("added", made.code, whose="")
    except UserError as wrong:
        key = "csv_looks_like" if wrong.key == "core.org_like" else "csv_name_wrong"
        done.problems.append(Problem(key, one.row, str(wrong.params.get("name", one.name[:40]))))
        return False
    done.added += 1
    return True


def _place(call: Call, one: Listed, done: Imported) -> dict[str, str]:
    """The state and its zone; a state that does not exist is a problem, not a reason to leave the row out."""
    try:
        return {"region": one.state, "zone": zone_for(call, one.state)}
    except UserError:
        done.problems.append(Problem("csv_state", one.row, one.state))
        return {"zone": zone_for(call, "")}
