"""What can be decided about new people without asking anybody: what is asked, how long things take, what may pass."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

# What somebody would like to do; never what they believe (SECURITY 2).
ACTIVITIES = ("doors", "phones", "housing", "workplace", "food", "events", "translating", "tech", "unsure")
SPOKEN = ("en", "es", "both", "another")  # a key "other" would read as a plural in the locales
FREE = ("days", "evenings", "weekends", "varies")
NAME = 40  # characters of the name to use
SHOWN = 3  # organizations shown to a person

CASE_KEPT = timedelta(days=30)  # of answers that went nowhere (SECURITY 6.6)
WAIT_KEPT = timedelta(days=180)  # of somebody who wants to hear when there is a local group; said when they ask for it
UNTAKEN_KEPT = timedelta(days=7)  # of a package that nobody took
TAKEN_KEPT = timedelta(days=30)  # of one that was taken
PROOF_KEPT = timedelta(days=365)
COUNTS_KEPT = timedelta(days=365)


@dataclass(frozen=True)
class Given:
    """What somebody told. `place`: "" | three digits | a ZIP code | two letters of a state."""

    name: str
    activity: str
    place: str = ""
    spoken: str = ""  # of SPOKEN, or ""
    free: str = ""  # of FREE, or ""
    language: str = "en"  # the button they pressed

    def to_json(self) -> str:
        """As it is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Given:
        """As it was sealed."""
        return cls(**json.loads(text))
