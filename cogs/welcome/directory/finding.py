"""From what somebody told to the organizations they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from bot.feature import Call
from cogs.welcome.directory import store
from cogs.welcome.directory.places import atlas
from cogs.welcome.directory.rules import Fit, Group, Where, Wish, is_ambiguous, order, shown
from cogs.welcome.directory.store import Shown
from cogs.welcome.rules import SHOWN, Given
from cogs.welcome.store import open_people

NOWHERE = Where()
LOOKED_AT = 12  # of those who fit best: how many are asked whether they are full


@dataclass(frozen=True)
class Found:
    """Up to three organizations for somebody, the best first, and whether a ZIP code would tell them apart."""

    where: Where
    fits: tuple[tuple[Fit, Shown], ...]
    ambiguous: bool = False

    @property
    def has_local(self) -> bool:
        """Whether one of them is in the person's own area and takes people now."""
        return any(fit.is_local and not fit.full for fit, _ in self.fits)


def where_of(given: Given) -> Where:
    """Where they are, as far as they said."""
    return atlas().where(given.place) or NOWHERE


def wish_of(given: Given) -> Wish:
    """What is looked for. Whoever told no language is looked for in the one of the button they pressed."""
    spoken = {"both": frozenset({"en", "es"}), "another": frozenset[str]()}
    languages = spoken.get(given.spoken, frozenset({given.spoken or given.language}))
    return Wish(where_of(given), languages, given.activity, given.free)


def group_of(one: Shown, state: str = "") -> Group:
    """An organization as the rules see it."""
    profile, here = one.profile, atlas()
    languages = ("en", "es") if profile.languages == "both" else (profile.languages,)
    states = frozenset({profile.state} | ({state} if one.at_home else set()))
    return Group(
        profile.organization, profile.reach, states, here.spot(profile.place) if profile.place else None,
        frozenset(languages), frozenset(profile.activities), frozenset(profile.free),
        {code: here.spot(code) for code in one.turf}, profile.most,
    )  # fmt: skip


async def find(call: Call, given: Given, without: frozenset[str] = frozenset(), only: str = "") -> Found:
    """Up to three organizations that fit, none of `without`. `only`: whether this one fits."""
    wish = wish_of(given)
    prefix, state = wish.where.prefix, wish.where.state
    known = {one.profile.organization: one for one in await store.near(call.tx, prefix, state, only)}
    groups = [group_of(one, state) for one in known.values() if one.profile.organization not in without]
    fits = order(wish, groups)[:LOOKED_AT]
    best = shown(fits, await full_ones(call, fits), SHOWN)
    pairs = tuple((fit, known[fit.group.id]) for fit in best)
    return Found(wish.where, pairs, is_ambiguous(wish.where, best))


async def full_ones(call: Call, fits: list[Fit]) -> set[str]:
    """Those that have as many open people as they said they can welcome at once."""
    limited = {fit.group.id: fit.group.most for fit in fits if fit.group.most}
    held = await open_people(call.tx, list(limited))
    return {one for one, most in limited.items() if held.get(one, 0) >= most}
