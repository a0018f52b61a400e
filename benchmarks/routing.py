"""Are people sent to the right organization? Measured on real turf: who is at home in which ZIP code.

The truth is a published table of 24,371 ZIP codes of 207 chapters (CC BY 4.0, published by Maine DSA). It is no part of
this project: it is looked for beside the checkout (`shared/data`), or in the folder that `CAUSEWAY_DATA` names.

Two ways to place a chapter, and no ZIP code is ever routed by its own row:

- by **centre**: one ZIP code, the one of the chapter's turf that is nearest to the middle of it (the median point), as
  an organization's profile holds it, and the states in which it has more than one ZIP code. Figures `first_full_zip`,
  `in_three_full_zip`: no turf row is used to decide.
- by **turf**: all its rows but the one that is tested. Figures `first_three_digits` (only the first three digits are
  told), `first_full_zip_with_turf` and `in_three_full_zip_with_turf`.
"""

from __future__ import annotations

import csv
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from cogs.welcome.directory.places import atlas
from cogs.welcome.directory.rules import Group, Spot, Where, Wish, miles, order

TITLE = "Routing of new people against real turf"
TABLE = "dsa_chapter_zips_cc-by.csv"
ROOT = Path(__file__).resolve().parents[1]
Truth = Mapping[str, str]


async def run(first: int = 0) -> dict[str, Any]:
    """Shares of ZIP codes whose own chapter comes first, or among three. `first`: only so many ZIP codes; 0: all."""
    truth = read(find())
    began = time.perf_counter()
    homes = {code: where for code in truth if (where := atlas().where(code)) and where.zip and where.spot}
    tested = list(homes)[: first or None]
    figures = {
        "zips": len(tested), "chapters": len(set(truth.values())),
        **by_centre(truth, homes, tested), **by_turf(truth, homes, tested),
    }  # fmt: skip
    return {**figures, "seconds": round(time.perf_counter() - began, 1)}


def find() -> Path:
    """The table of the truth; ends with a sentence when it is not there."""
    folders = [Path(os.environ["CAUSEWAY_DATA"])] if "CAUSEWAY_DATA" in os.environ else []
    folders += [parent / "shared" / "data" for parent in ROOT.parents]
    found = next((folder / TABLE for folder in folders if (folder / TABLE).is_file()), None)
    if found is None:
        raise SystemExit(f"{TABLE} is not here: put it into shared/data beside the checkout, or name its folder in "
                         "CAUSEWAY_DATA. It is published by Maine DSA under CC BY 4.0.")  # fmt: skip
    return found


def read(path: Path) -> Truth:
    """ZIP code -> chapter."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["zip"]: row["chapter"] for row in csv.DictReader(file)}


def by_centre(truth: Truth, homes: Mapping[str, Where], tested: list[str]) -> dict[str, float]:
    """Every chapter has one point and its state."""
    turf: dict[str, list[Where]] = defaultdict(list)
    for code, where in homes.items():
        turf[truth[code]].append(where)
    groups = [Group(name, "local", _states(turf[name]), centre.spot) for name, centre in _centres(turf)]
    answers = {code: [fit.group.id for fit in order(Wish(homes[code]), groups)[:3]] for code in tested}
    return {
        "first_full_zip": share(answers[code][:1].count(truth[code]) for code in tested),
        "in_three_full_zip": share(answers[code].count(truth[code]) for code in tested),
    }


def _states(places: list[Where]) -> frozenset[str]:
    """Those with at least two ZIP codes: a chapter is not in a state by the row that is tested alone."""
    counted = Counter(one.state for one in places)
    return frozenset(state for state, n in counted.items() if n > 1)


def _centres(turf: Mapping[str, list[Where]]) -> Iterator[tuple[str, Where]]:
    for name, places in turf.items():
        spots = [one.spot for one in places if one.spot]
        middle = Spot(median(one.lat for one in spots), median(one.lon for one in spots))
        yield name, min(places, key=lambda one: miles(middle, one.spot) if one.spot else 1e9)


def by_turf(truth: Truth, homes: Mapping[str, Where], tested: list[str]) -> dict[str, float]:
    """Every chapter has its rows in the same three digits, without the one that is tested."""
    shared: dict[str, dict[str, dict[str, Spot | None]]] = defaultdict(lambda: defaultdict(dict))
    for code, where in homes.items():
        shared[code[:3]][truth[code]][code] = where.spot
    by_digits, by_zip, in_three = [], [], []
    for code in tested:
        groups = list(_others(shared[code[:3]], code))
        where = homes[code]
        three = replace(atlas().where(code[:3]) or where, zip="")
        by_digits.append(_first(three, groups) == [truth[code]])
        found = [fit.group.id for fit in order(Wish(where), groups)[:3]]
        by_zip.append(found[:1] == [truth[code]])
        in_three.append(truth[code] in found)
    return {
        "first_three_digits": share(by_digits),
        "first_full_zip_with_turf": share(by_zip),
        "in_three_full_zip_with_turf": share(in_three),
    }


def _others(near: Mapping[str, Mapping[str, Spot | None]], code: str) -> Iterator[Group]:
    for name, rows in near.items():
        turf = {zip_code: spot for zip_code, spot in rows.items() if zip_code != code}
        yield Group(name, "local", turf=turf)


def _first(where: Where, groups: list[Group]) -> list[str]:
    return [fit.group.id for fit in order(Wish(where), groups)[:1]]


def share(hits: Any) -> float:
    """Hits of all, to three places."""
    found = [int(one) for one in hits]
    return round(sum(found) / len(found), 3)
