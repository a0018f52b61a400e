"""Bakes the data that new people are routed by. `python -m docs.places` with the package `zipcodes` installed.

places.bin      from `zipcodes` (tried with 3.0.0), which the bot itself never imports
listings.csv    from `partners.csv` in a folder `shared/data` beside the checkout, where it is there (see below)
"""

from __future__ import annotations

import csv
import importlib
import io
import sys
from pathlib import Path

from cogs.welcome.directory import listings, places

ROOT = Path(__file__).resolve().parents[2]
JOINED = ("local_chapter", "state_chapter", "national_org", "national_party")
Row = dict[str, str]


def bake_places() -> int:
    """Writes the table of ZIP codes; how many are in it."""
    rows = importlib.import_module("zipcodes").list_all()
    packed = places.pack((one["zip_code"], one["state"], float(one["lat"]), float(one["long"])) for one in rows)
    places.FILE.write_bytes(packed)
    return len(rows)


def bake_listings(table: Path) -> int:
    """Writes the public listings; how many there are. The columns of `table` are described beside it."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    looked_up = {row["name"]: row["website"] for row in rows if row["website_confidence"] == "sourced"}
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(listings.HEADING)
    made = [line for row in rows if fits(row) and (line := listed(row, looked_up))]
    lines.writerows(sorted(made))
    listings.FILE.write_text(out.getvalue(), encoding="utf-8")
    return len(made)


def fits(row: Row) -> bool:
    """Sure enough, dated, an organization that people join, and not known to have ended."""
    over = any(word in row["status"] for word in ("ended", "last sign"))
    return row["confidence"] == "high" and row["as_of"] != "" and row["kind"] in JOINED and not over


def listed(row: Row, looked_up: dict[str, str]) -> list[str]:
    """A row of the file; [] for one without a page that was looked up."""
    own = looked_up.get(row["name"], "")
    through = "" if own else row["parent"]
    link = own or looked_up.get(through, "")
    states = "" if row["kind"].startswith("national") else row["states"]
    place = [row["city"], row["lat"], row["lon"]] if states else ["", "", ""]
    return [row["name"], states, *place, link, through, row["source"], row["as_of"]] if link else []


def find() -> Path | None:
    """The compiled list, in a folder `shared/data` beside the checkout."""
    paths = [parent / "shared" / "data" / "partners.csv" for parent in ROOT.parents]
    return next((path for path in paths if path.is_file()), None)


def main() -> None:
    """Makes what can be made here, and says what cannot."""
    try:
        sys.stdout.write(f"{bake_places()} ZIP codes in {places.FILE.relative_to(ROOT)}\n")
    except ModuleNotFoundError as missing:
        sys.stdout.write(f"{missing}: install it into an environment of its own, the bot does not need it\n")
    table = find()
    if table is None:
        sys.stdout.write("partners.csv is not beside the checkout: the listings stay as they are\n")
    else:
        sys.stdout.write(f"{bake_listings(table)} listings in {listings.FILE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
