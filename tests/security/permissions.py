"""Who may use which entry, as a table: `python -m tests.security.permissions` writes the golden file anew."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from bot.access import may
from bot.feature import Level
from bot.platforms.base import Act
from bot.registry import discover
from bot.spaces import Organization, Place

GOLDEN = Path(__file__).parent / "golden" / "permissions.csv"
HOME, OTHER = "home", "other"
# name -> (manages the place where they stand, roles)
PEOPLE: dict[str, tuple[bool, set[tuple[str, str]]]] = {
    "member": (False, set()),
    "manager_of_the_server": (True, set()),
    "sender": (False, {(HOME, "sender")}),
    "greeter": (False, {(HOME, "greeter")}),
    "moderator": (False, {(HOME, "moderator")}),
    "moderator_elsewhere": (False, {(OTHER, "moderator"), (OTHER, "sender")}),
    "coordinator": (False, {("", "coordinator")}),
}


def home(state: str = "connected", who_sends: str = "managers") -> Organization:
    """The organization in whose place they stand."""
    return Organization(HOME, "O-1", "Home", "group", state, "UTC", "en", who_sends, "hold")


def allowed(level: Level, person: str, organization: Organization | None) -> bool:
    """What the gate says."""
    manages, roles = PEOPLE[person]
    return may(level, Act("forms", "a", Place("forms", "s", "c"), "e", manages=manages), organization, frozenset(roles))


def table() -> str:
    """One line for each entry: its level, what else it asks, and yes or no for each kind of person."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["entry", "level", "anywhere", "strangers", "leaves_a_trace", *PEOPLE])
    for feature in discover():
        for entry in feature.entries:
            answers = ["yes" if allowed(entry.level, person, home()) else "no" for person in PEOPLE]
            flags = ["yes" if flag else "no" for flag in (entry.anywhere, entry.strangers, entry.keeps)]
            lines.writerow([f"{feature.name}.{entry.name}", entry.level.value, *flags, *answers])
    return out.getvalue()


if __name__ == "__main__":
    GOLDEN.write_text(table(), encoding="utf-8")
