"""Bakes the data that new people are routed by. `python -m docs.places` with the package `zipcodes` installed.

places.bin      from `zipcodes` (tried with 3.0.0), which the bot itself never imports
listings.csv    from `partners.csv` in a folder `shared/data` beside the checkout, where it is there (see below)
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from cogs.welcome.directory import places

ROOT = Path(__file__).resolve().parents[2]


def bake_places() -> int:
    """Writes the table of ZIP codes; how many are in it."""
    rows = importlib.import_module("zipcodes").list_all()
    packed = places.pack((one["zip_code"], one["state"], float(one["lat"]), float(one["long"])) for one in rows)
    places.FILE.write_bytes(packed)
    return len(rows)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{bake_places()} ZIP codes in {places.FILE.relative_to(ROOT)}\n")
    except ModuleNotFoundError as missing:
        sys.exit(f"{missing}: install it into an environment of its own, the bot does not need it")
