"""Who is shown to whom: plain decisions about places and organizations. Nothing here reads a file or a database."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import asin, cos, radians, sin, sqrt

MILES_AROUND_EARTH = 2 * 3958.8  # twice the mean radius


@dataclass(frozen=True, slots=True)
class Spot:
    """A point, in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Where:
    """Where somebody is, as far as they said: a ZIP code, its first three digits, a state, or nothing."""

    zip: str = ""
    prefix: str = ""
    state: str = ""
    spot: Spot | None = None


def is_digits(text: str) -> bool:
    """Whether a text is ASCII digits alone: others make some libraries panic (SECURITY C2)."""
    return text.isascii() and text.isdigit()


def miles(one: Spot, other: Spot) -> float:
    """Miles between two points, along the ground."""
    lat, lon = radians(other.lat - one.lat), radians(other.lon - one.lon)
    chord = sin(lat / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(lon / 2) ** 2
    return MILES_AROUND_EARTH * asin(min(1.0, sqrt(chord)))


# -- who fits -------------------------------------------------------------------------------------------------------

HOME, SHARED, NEAR, STATE, NATIONAL = range(5)  # ranks, the best first
STEP = 10.0  # miles: nearer than this makes no difference to somebody who has to travel anyway
FAR = 60.0  # miles: beyond this a group is in the state, but not local
SAME_AREA = 15.0  # miles: two groups this close to the middle of three digits, or of a state, are not told apart
LANGUAGE_POINTS, ACTIVITY_POINTS, TIME_POINTS = 4, 2, 1


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for. `languages`: any of them will do; empty where we have nothing to say about it."""

    where: Where
    languages: frozenset[str] = frozenset()
    activity: str = ""
    free: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One organization that takes new people. `states`: of its centre, and those in which it has turf. `turf`: its ZIP
    codes with the same first three digits as the wish, with their points."""

    id: str
    reach: str  # local | state | national
    states: frozenset[str] = frozenset()
    spot: Spot | None = None
    languages: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    turf: Mapping[str, Spot | None] = field(default_factory=dict)
    most: int = 0  # open people at once; 0: no limit


@dataclass(frozen=True, slots=True)
class Fit:
    """One organization for one wish: its rank, how far (miles), what it shares with the wish, whether it is full."""

    group: Group
    rank: int
    miles: float | None = None
    speaks: tuple[str, ...] = ()
    does: str = ""
    meets: str = ""
    full: bool = False

    @property
    def points(self) -> int:
        """What counts inside an equal rank."""
        return LANGUAGE_POINTS * bool(self.speaks) + ACTIVITY_POINTS * bool(self.does) + TIME_POINTS * bool(self.meets)

    @property
    def is_local(self) -> bool:
        """Whether it is a group in the person's own area."""
        return self.rank <= SHARED or (self.rank == NEAR and (self.miles is None or self.miles <= FAR))


def order(wish: Wish, groups: Iterable[Group]) -> list[Fit]:
    """Every group that fits, the best first; in an order that depends on nothing but the wish and the groups."""
    ranked = (_rank(wish.where, group) for group in groups)
    fits = [_explained(wish, *found) for found in ranked if found is not None]
    return sorted(fits, key=_key)


def _key(fit: Fit) -> tuple[int, int, int, float, int, str]:
    far = fit.miles if fit.miles is not None else 0.0
    step = int(far / STEP) if fit.rank == NEAR else 0
    return fit.rank, step, -fit.points, far, -len(fit.group.turf), fit.group.id


def _rank(where: Where, group: Group) -> tuple[Group, int, float | None] | None:
    """Turf first (the ZIP code, then its first three digits), then by distance in the state, statewide, national."""
    if where.zip and where.zip in group.turf:
        return group, HOME, None
    if where.prefix and any(code.startswith(where.prefix) for code in group.turf):
        return group, SHARED, _nearest(where.spot, group.turf.values()) if where.zip else None
    if group.reach == "national":
        return group, NATIONAL, None
    if where.state not in group.states:
        return None
    if group.reach == "state":
        return group, STATE, None
    return group, NEAR, _nearest(where.spot, (group.spot,))


def _nearest(spot: Spot | None, others: Iterable[Spot | None]) -> float | None:
    return min((miles(spot, one) for one in others if one), default=None) if spot else None


def _explained(wish: Wish, group: Group, rank: int, far: float | None) -> Fit:
    speaks = tuple(sorted(wish.languages & group.languages))
    does = wish.activity if wish.activity in group.activities else ""
    meets = wish.free if wish.free in group.free else ""
    return Fit(group, rank, far, speaks, does, meets)


def shown(fits: Sequence[Fit], full: Container[str], limit: int) -> list[Fit]:
    """At most `limit` of them; who is full now comes last, or not at all where enough others fit."""
    free = [fit for fit in fits if fit.group.id not in full][:limit]
    rest = [replace(fit, full=True) for fit in fits if fit.group.id in full]
    return [*free, *rest][:limit]


def is_ambiguous(where: Where, fits: Sequence[Fit]) -> bool:
    """Whether a ZIP code would tell which of the shown is nearer: three digits or a state that several share."""
    if where.zip or not (where.prefix or where.state):
        return False
    best = [fit for fit in fits if fit.rank == fits[0].rank and not fit.full]
    if len(best) < 2 or best[0].rank not in (SHARED, NEAR):
        return False
    first, second = (fit.miles for fit in best[:2])
    return first is None or second is None or second - first <= SAME_AREA
