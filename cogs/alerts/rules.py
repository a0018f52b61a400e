"""Pure decisions about a call to action: what a policy means, until when, who is counted, what no text may hold."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

TITLE, ASK, PLACE, ACCESS, LINK, LINE = 80, 600, 120, 300, 300, 200  # most characters of each field
AUTHORED = 1500  # characters of everything the author writes (SECURITY G7)
ONE_MESSAGE = 1960  # a copy with its code fits one message of 2,000 characters (FACTS 35)
HEAD = 120  # title, time and place stand in the first so many characters: what a phone's notice shows
WAKES, SLEEPS = 9, 21  # local hours
LEAD = timedelta(hours=3)  # before the action, when nothing held is posted any more
DRAFTS_KEPT = timedelta(days=7)
TEXTS_KEPT = timedelta(days=365)
ANSWERS_KEPT = timedelta(days=60)  # after answers close; sums stay as long as the text
SUM_FROM = 5  # a smaller sum is not shown in copies (WORDS-AND-DEFAULTS)
TIMED, UNTIMED = ("in", "maybe", "cant"), ("done",)
YES = ("in", "done")
WAITING = "wait"  # said yes, and waits for a place
TOLD = (*YES, WAITING)  # who hears of another time or place
PLACES = 100_000  # most places of a call

ASKED = ("auto", "hold")  # standings of copies that wait for a yes, if they did not leave yet
NOT_ASKED = ("never", "nowhere", "late")  # standings of which there is no delivery
ENDED = (*NOT_ASKED, "declined", "lapsed", "left")
HERE = ("own", "auto", "hold", "accepted", "silence")  # standings of a copy that stands, will stand, or is asked about

_PING = re.compile(r"(?<![\w.])@\s?(everyone|here|room|channel|all)\b(?!\.\w)", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][a-z0-9-]{0,20}(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """What a call says. `language` is that of `title` and `ask`; `other_*` the other language's text, if there is one.

    `starts_at` is UTC, None for an ask without a time; `zone` the one in which people meant it; `places` 0: no limit.
    """

    title: str
    ask: str
    language: str
    zone: str
    place: str = ""
    link: str = ""
    access: str = ""
    starts_at: datetime | None = None
    date_only: bool = False
    other_title: str = ""
    other_ask: str = ""
    other_access: str = ""
    topic: str = ""  # of policies.rules.TOPICS, or "" for none
    places: int = 0

    @property
    def limit(self) -> int:
        """How many people can come; 0: as many as want to. An ask without a time has room for everybody."""
        return self.places if self.timed else 0

    @property
    def timed(self) -> bool:
        """Whether there is a time at all (else people answer *I did it*)."""
        return self.starts_at is not None

    @property
    def other(self) -> str:
        """The other language."""
        return "es" if self.language == "en" else "en"

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which there is a text, the original first."""
        return (self.language, self.other) if self.other_title and self.other_ask else (self.language,)

    @property
    def authored(self) -> int:
        """Characters that the author wrote."""
        return sum(len(getattr(self, one.name)) for one in fields(self) if one.name in _WRITTEN)

    def to_json(self) -> str:
        """As the table keeps it."""
        moment = self.starts_at.isoformat() if self.starts_at else None
        return json.dumps({**asdict(self), "starts_at": moment}, ensure_ascii=False)

    @staticmethod
    @lru_cache(maxsize=128)  # a crowd answers one call
    def from_json(text: str) -> Content:
        """From the table."""
        raw = json.loads(text)
        moment = raw.pop("starts_at")
        return Content(**raw, starts_at=datetime.fromisoformat(moment) if moment else None)


def imprint(content: Content) -> str:
    """16 hex digits of SHA-256 over the text in all languages, time and place: what a yes was said to (SECURITY 6.5).

    Spaces and the way a letter is composed do not count; everything that a reader can see does.
    """
    plain = {**asdict(content), "starts_at": content.starts_at and content.starts_at.astimezone(UTC).isoformat()}
    seen = {key: " ".join(unicodedata.normalize("NFC", str(value)).split()) for key, value in plain.items()}
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:16]


_WRITTEN = ("title", "ask", "place", "link", "access", "other_title", "other_ask", "other_access")


# -- where it may land ----------------------------------------------------------------------------------------------


def stand(own: bool, policy: str, has_channel: bool) -> str:
    """What happens to a call in an organization: own | auto | hold | never | nowhere."""
    if not own and policy == "never":
        return "never"
    if not has_channel:
        return "nowhere"
    return "own" if own else policy


def rebind(standing: str, policy: str) -> str:
    """The standing of a copy that is not delivered, once its organization has another policy toward others.

    What was settled stays settled, and a yes stays a yes unless the organization now takes nothing at all.
    """
    if standing in ("own", *ENDED):
        return standing
    if standing in ("accepted", "silence"):
        return "never" if policy == "never" else standing
    return policy


def hold_until(now: datetime, zone: str, starts_at: datetime | None, hours: int) -> datetime | None:
    """Until when a receiver can say yes: so many waking hours, at latest 3 h before the action. None: too late."""
    end = after_waking_hours(now, zone, hours)
    if starts_at is not None:
        end = min(end, starts_at - LEAD)
    return end if end > now else None


def after_waking_hours(now: datetime, zone: str, hours: float) -> datetime:
    """The moment when so many hours between 9 and 21 (local) have gone by."""
    left, at = timedelta(hours=hours), _awake(now.astimezone(ZoneInfo(zone)))
    while True:
        end = _at_hour(at, SLEEPS)
        # Real time, not wall time: on the night the clocks change no hour is given or taken.
        span = end.astimezone(UTC) - at.astimezone(UTC)
        if left <= span:
            return at.astimezone(UTC) + left
        left, at = left - span, _at_hour(at + timedelta(days=1), WAKES)


def _awake(local: datetime) -> datetime:
    if local.hour < WAKES:
        return _at_hour(local, WAKES)
    return local if local.hour < SLEEPS else _at_hour(local + timedelta(days=1), WAKES)


def _at_hour(local: datetime, hour: int) -> datetime:
    return datetime.combine(local.date(), time(hour), local.tzinfo)


def is_quiet(now: datetime, zone: str) -> bool:
    """Whether people there may sleep: then a call is posted without a sound."""
    return not WAKES <= now.astimezone(ZoneInfo(zone)).hour < SLEEPS


def useful_until(now: datetime, content: Content) -> datetime:
    """After this a copy that is still in line is not posted any more: the action began, or three days went by."""
    if content.starts_at is None:
        return now + timedelta(days=3)
    return content.starts_at + (timedelta(days=1) if content.date_only else timedelta())


def answers_close(content: Content, sent_at: datetime) -> datetime:
    """Until when people can answer: 6 h after it began (a day without an hour: its end), else 90 days."""
    if content.starts_at is None:
        return sent_at + timedelta(days=90)
    return content.starts_at + timedelta(hours=24 if content.date_only else 6)


# -- counting -------------------------------------------------------------------------------------------------------


ALSO = "+"  # before a tally's answer: of people who are counted in the sum through another organization


class Given(NamedTuple):
    """What somebody answered, through which organization first ("": the direct room), and whether they say they went.

    `also`: further organizations through which they spoke. Each has them among its own numbers, as if it alone had
    them; the sum has them once (n4).
    """

    value: str = ""
    organization: str = ""
    went: str = ""  # went | absent, once they were asked
    also: tuple[str, ...] = ()

    def through(self, organization: str) -> Given:
        """The same, spoken through this organization too; "" for the direct room."""
        if not organization or organization == self.organization:
            return self
        if not self.organization:
            return self._replace(organization=organization)
        return self._replace(also=tuple(sorted({*self.also, organization})))

    def moves(self, by: int) -> list[tuple[str, str, int]]:
        """What this answer adds to the tallies (1) or takes out of them (-1)."""
        homes = [("", self.organization), *((ALSO, one) for one in self.also)]
        return [(mark + value, home, by) for value in (self.value, self.went) if value for mark, home in homes]


@dataclass(frozen=True)
class Sum:
    """How many people answered what, and from how many organizations those came who said yes."""

    counts: Mapping[str, int]
    organizations: int
    of: tuple[str, ...] = YES

    @property
    def yes(self) -> int:
        """*I'm in* and *I did it* together."""
        return sum(self.counts.get(value, 0) for value in self.of)


def add_up(tallies: Iterable[tuple[str, str, int]], of: tuple[str, ...] = YES) -> Sum:
    """The sum of (organization or "", answer, count); `of`: the answers whose people and organizations are meant."""
    counts: dict[str, int] = {}
    present = set()
    for organization, value, n in tallies:
        if value.startswith(ALSO):
            continue
        counts[value] = counts.get(value, 0) + n
        if n > 0 and value in of and organization:
            present.add(organization)
    return Sum(counts, len(present), of)


def free_places(content: Content, total: Sum) -> int:
    """How many more can come."""
    return max(0, (content.limit or PLACES) - total.yes)


def joined(one: Given, other: Given, later: Given) -> Given:
    """Of two answers that turn out to be one person's, one of them the `later`: what counts.

    A yes is not lost to its own echo: where both said yes, a place is better than waiting for one.
    """
    for home in (one.organization, *one.also, other.organization, *other.also):
        later = later.through(home)
    if not {one.value, other.value} <= {"in", WAITING}:
        return later
    value = "in" if "in" in (one.value, other.value) else WAITING
    return later._replace(value=value, went=later.went or one.went or other.went)


def sum_is_shown(content: Content, before: str, after: str, total: Sum) -> bool:
    """Whether an answer changes what stands in the copies: a sum from five on, or how many places are left."""
    if not {before, after} & set(YES):
        return False
    return total.yes >= SUM_FROM - 1 or (content.limit > 0 and total.yes >= content.limit - 1)


def answers_for(content: Content) -> tuple[str, ...]:
    """What can be answered."""
    return TIMED if content.timed else UNTIMED


def pace(seconds_per_message: float) -> timedelta:
    """How long copies wait for a newer sum: 30 s, 5 minutes where each message costs seconds (FACTS 6)."""
    return timedelta(seconds=30) if seconds_per_message < 1 else timedelta(minutes=5)


# -- versions -------------------------------------------------------------------------------------------------------


def changes(old: Content, new: Content) -> tuple[str, ...]:
    """Which parts differ: title, ask, time, place, link, access, places."""
    pairs: Sequence[tuple[str, tuple[str, ...]]] = (
        ("title", ("title", "other_title")), ("ask", ("ask", "other_ask")), ("time", ("starts_at", "date_only")),
        ("place", ("place",)), ("link", ("link",)), ("access", ("access", "other_access")), ("places", ("places",)),
    )  # fmt: skip
    return tuple(key for key, names in pairs if any(getattr(old, one) != getattr(new, one) for one in names))


def must_be_told(changed: Sequence[str]) -> bool:
    """Whether those who said yes need a new message."""
    return bool({"time", "place"} & set(changed))


# -- what no text may hold ------------------------------------------------------------------------------------------


def objection(text: str) -> tuple[str, str]:
    """(key of the sentence, what it is about) when a text tries to ping everybody or brings tags; else ("", "")."""
    if found := _PING.search(text):
        return "no_ping", found[0]
    if found := _TAG.search(text):
        return "no_tags", found[0][:40]
    return "", ""


def fit_head(title: str, when: str, place: str) -> str:
    """The place as it fits behind title and time in the first 120 characters, cut at a word with an ellipsis."""
    room = HEAD - len(title) - (len(when) + 3 if when else 0) - 3
    if len(place) <= room:
        return place
    cut = place[: max(room - 1, 0)]
    kept = cut.rpartition(" ")[0] if " " in cut[len(cut) // 2 :] else cut
    return f"{kept}…" if kept else ""
