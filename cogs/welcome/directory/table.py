"""Who is at home where, in and out as a list: `zip,chapter`. For the command line (`causeway welcome import FILE`)."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.feature import Call, fold, write_csv
from cogs.orgs import Problem, read_cells, summed
from cogs.welcome.directory import store
from cogs.welcome.directory.places import atlas
from cogs.welcome.directory.rules import is_digits

HEADING = ("zip", "chapter")
COLUMNS: dict[str, tuple[str, ...]] = {
    "zip": ("zip", "zip code", "zipcode", "codigo postal", "cp"),
    "chapter": ("chapter", "organization", "name", "organizacion", "nombre"),
}
MOST_CHARACTERS = 10_000_000
Rows = list[tuple[int, str, str]]  # row of the list, ZIP code, name as it stands there


@dataclass
class Imported:
    """What came of a list: rows that are new, rows that were there already, organizations, and what is wrong."""

    added: int = 0
    there: int = 0
    organizations: int = 0
    problems: list[Problem] = field(default_factory=list)

    def sentences(self) -> list[tuple[str, dict[str, Any]]]:
        """(key, parameters) of what is to be said: the sums, then each remark once with its rows."""
        remarks = [(f"welcome.{key}", {"said": said, "rows": rows}) for key, said, rows in summed(self.problems)]
        sums = {"added": self.added, "there": self.there, "n": self.organizations, "problems": len(remarks)}
        return [("welcome.turf_done", sums), *remarks]


def read(text: str) -> tuple[Rows, list[Problem]]:
    """The rows of a list with a heading in either language, and what is wrong, by row."""
    if len(text) > MOST_CHARACTERS:
        return [], [Problem("turf_too_long")]
    try:
        cells = read_cells(text.removeprefix("\ufeff"))
    except csv.Error:
        return [], [Problem("turf_not_a_list")]
    columns = _columns(cells[0][1]) if cells else {}
    if set(columns) != set(COLUMNS):
        return [], [Problem("turf_heading", 1)]
    rows = [(number, _cell(row, columns["zip"]), _cell(row, columns["chapter"])) for number, row in cells[1:]]
    right = [(number, _zip(code), name) for number, code, name in rows]
    problems = [Problem("turf_zip", number, code[:20]) for number, code, _ in rows if not _zip(code)]
    problems += [Problem("turf_nobody", number) for number, _, name in rows if not name]
    return [row for row in right if row[1] and row[2]], problems


def _columns(heading: list[str]) -> dict[str, int]:
    named = {fold(cell): at for at, cell in reversed(list(enumerate(heading)))}
    found = {column: [named[name] for name in names if name in named] for column, names in COLUMNS.items()}
    return {column: at[0] for column, at in found.items() if at}


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _zip(typed: str) -> str:
    """Five digits of a place that exists; spreadsheets eat the zeros in front. "" for anything else."""
    code = typed.zfill(5) if is_digits(typed) and 3 <= len(typed) <= 5 else ""
    return code if code and atlas().where(code) else ""


async def import_csv(core: Any, text: str) -> Imported:
    """Sets the turf of every organization that a list names, in one transaction; all others keep theirs.

    `core` is bot.core.Core. A row that cannot be taken is a problem with its number; all others count.
    """
    async with core.db.write() as tx:
        return await set_listed(Call(core.services, "welcome", tx, core.clock.now()), text)


async def set_listed(call: Call, text: str) -> Imported:
    """`import_csv` inside a transaction that is open already."""
    rows, problems = read(text)
    done = Imported(problems=list(problems))
    known = {fold(one.name): one.id for one in await call.spaces.all(call.tx) if one.state != "left"}
    done.problems += [Problem("turf_unknown", number, name[:60]) for number, _, name in rows if fold(name) not in known]
    turf: dict[str, set[str]] = defaultdict(set)
    for _, code, name in rows:
        if fold(name) in known:
            turf[known[fold(name)]].add(code)
    before = set(await store.all_turf(call.tx))
    for organization, codes in turf.items():
        there = {(code, organization) for code in codes} & before
        done.there, done.added = done.there + len(there), done.added + len(codes) - len(there)
        await _set(call, organization, codes)
    done.organizations = len(turf)
    return done


async def _set(call: Call, organization: str, codes: Iterable[str]) -> None:
    await store.set_turf(call.tx, organization, _with_states(codes))
    profile = await store.profile_of(call.tx, organization)
    if profile is not None and profile.open:
        await call.not_at("opened", organization)
        await call.at(call.now, "opened", organization)


def _with_states(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for code in sorted(codes):
        where = atlas().where(code)
        if where is not None:
            yield code, where.state


async def export_csv(core: Any) -> str:
    """Everybody's turf as a list that `import_csv` reads."""
    async with core.db.read() as tx:
        names = {one.id: one.name for one in await core.spaces.all(tx)}
        rows = [(code, names[home]) for code, home in await store.all_turf(tx) if home in names]
    return write_csv([HEADING, *rows])
