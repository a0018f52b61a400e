"""Who is shown to whom, for any organizations and any wish; and the table of places."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace
from fnmatch import fnmatch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogs.welcome.directory.listings import everywhere, listings, nearest
from cogs.welcome.directory.places import atlas, pack, unpack
from cogs.welcome.directory.rules import (
    HOME,
    NATIONAL,
    NEAR,
    SHARED,
    STATE,
    Fit,
    Group,
    Spot,
    Where,
    Wish,
    is_ambiguous,
    miles,
    order,
    shown,
)
from cogs.welcome.directory.states import STATES, name_of, read_state
from cogs.welcome.rules import SHOWN
from tests.laws.sources import ROOT, files

SPOTS = st.builds(Spot, st.floats(25, 49), st.floats(-124, -67))
ZIPS = ["87001", "87002", "87031", "88001"]
SOME = st.sampled_from(["en", "es"])
WHERE = st.one_of(
    st.just(Where()),
    st.builds(Where, st.just(""), st.just(""), st.sampled_from(["NM", "TX"])),
    st.builds(lambda code, spot: Where(code, code[:3], "NM", spot), st.sampled_from(ZIPS), st.none() | SPOTS),
    st.builds(lambda spot: Where("", "870", "NM", spot), st.none() | SPOTS),
)
GROUPS = st.lists(
    st.builds(
        Group, st.uuids().map(str), st.sampled_from(["local", "state", "national"]),
        st.sets(st.sampled_from(["NM", "TX"])).map(frozenset), st.none() | SPOTS, st.sets(SOME).map(frozenset),
        st.sets(st.sampled_from(["doors", "food"])).map(frozenset), st.sets(st.just("days")).map(frozenset),
        st.dictionaries(st.sampled_from(ZIPS), st.none() | SPOTS),
    ),
    max_size=12, unique_by=lambda one: one.id,
)  # fmt: skip
# The first example loads the library's tables: on a busy machine that is all a health check sees.
ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WISHES = st.builds(Wish, WHERE, st.sets(SOME).map(frozenset), st.sampled_from(["", "food"]), st.sampled_from(["days"]))


@ANY_SPEED
@given(WISHES, GROUPS, st.randoms())
def test_turf_comes_before_distance_and_the_order_is_stable(
    wish: Wish, groups: list[Group], dice: random.Random
) -> None:
    """c2: whatever order they come in, the answer is the same; ranks never go back."""
    fits = order(wish, groups)
    dice.shuffle(groups)
    assert [fit.group.id for fit in order(wish, groups)] == [fit.group.id for fit in fits]
    assert [fit.rank for fit in fits] == sorted(fit.rank for fit in fits)
    for fit in fits:
        at_home = wish.where.zip in fit.group.turf if wish.where.zip else False
        assert (fit.rank == HOME) == at_home
        if fit.rank in (NEAR, STATE):
            assert wish.where.state in fit.group.states


@ANY_SPEED
@given(WISHES, GROUPS, st.sets(st.integers(0, 11)))
def test_at_most_three_are_shown_and_the_full_ones_last(wish: Wish, groups: list[Group], numbers: set[int]) -> None:
    """c5: who is full is shown only where fewer than three others fit."""
    fits = order(wish, groups)
    full = {groups[at].id for at in numbers if at < len(groups)}
    best = shown(fits, full, SHOWN)
    assert len(best) <= SHOWN
    assert [fit.full for fit in best] == sorted(fit.full for fit in best)
    free = [fit for fit in fits if fit.group.id not in full]
    assert [fit.group.id for fit in best if not fit.full] == [fit.group.id for fit in free[:SHOWN]]
    if len(free) >= SHOWN:
        assert not any(fit.full for fit in best)


@ANY_SPEED
@given(WISHES, GROUPS)
def test_a_whole_zip_code_is_never_asked_again(wish: Wish, groups: list[Group]) -> None:
    """c3: one question, then it is settled; it is only asked where two are equally near."""
    best = shown(order(wish, groups), set(), SHOWN)
    if is_ambiguous(wish.where, best):
        assert not wish.where.zip
        assert best[0].rank == best[1].rank in (SHARED, NEAR)


def test_inside_an_equal_rank_what_is_shared_decides() -> None:
    """c4: language, then activity, then time; a state away counts more than all of them."""
    wish = Wish(Where(state="NM"), frozenset({"es"}), "food", "days")
    here = Group("", "local", frozenset({"NM"}))
    groups = [
        replace(here, id="1"), replace(here, id="2", free=frozenset({"days"})),
        replace(here, id="3", activities=frozenset({"food"})), replace(here, id="4", languages=frozenset({"es"})),
        Group("5", "national", languages=frozenset({"es"}), activities=frozenset({"food"})),
    ]  # fmt: skip
    assert [fit.group.id for fit in order(wish, groups)] == ["4", "3", "2", "1", "5"]
    assert order(wish, groups)[-1].rank == NATIONAL


def test_a_group_far_away_is_not_called_local() -> None:
    """c20: *no local group yet* is an answer of its own."""
    group = Group("1", "local")
    assert [Fit(group, NEAR, far).is_local for far in (None, 59.0, 61.0)] == [True, True, False]
    assert [Fit(group, rank).is_local for rank in (HOME, SHARED, STATE, NATIONAL)] == [True, True, False, False]


# -- places ---------------------------------------------------------------------------------------------------------


def test_a_place_is_found_by_its_zip_code_by_three_digits_or_by_its_state() -> None:
    """c2"""
    found = atlas().where("87031")
    assert found is not None
    assert found.spot is not None
    assert (found.zip, found.prefix, found.state) == ("87031", "870", "NM")
    assert miles(found.spot, Spot(34.8, -106.73)) < 5
    assert atlas().where("870") is not None
    assert atlas().where("TX") == Where(state="TX")
    assert atlas().where("") == Where()


def test_an_unknown_zip_code_is_taken_for_its_first_digits() -> None:
    """c2: new ones are made, and the table is of a day; digits that nobody has are said to be wrong."""
    found = atlas().where("87099")
    assert found is not None
    assert (found.zip, found.prefix, found.state) == ("", "870", "NM")
    assert atlas().where("00000") is None


def test_every_place_of_the_table_has_a_state_and_nearly_every_a_point() -> None:
    """42,789 ZIP codes of `zipcodes` 3.0.0; a military post has no point."""
    here = atlas()
    assert len(here.zips) == 42_789
    assert list(here.zips) == sorted(set(here.zips))
    points = sum(1 for lat, lon in zip(here.lats, here.lons, strict=True) if lat or lon)
    assert points > 41_000


@ANY_SPEED
@given(st.lists(st.tuples(st.integers(0, 99999), st.sampled_from(["NM", "TX"]), st.floats(-89, 89)), max_size=20))
def test_what_is_packed_comes_out_again(rows: list[tuple[int, str, float]]) -> None:
    """Within half a thousandth of a degree."""
    unique = {f"{code:05}": (state, lat) for code, state, lat in rows}
    read = unpack(pack((code, state, lat, lat / 2) for code, (state, lat) in unique.items()))
    for code, (state, lat) in unique.items():
        found = read.where(code)
        assert found is not None
        assert found.state == state
        assert abs((found.spot or Spot(0, 0)).lat - lat) <= 0.00051


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError):
        unpack(b"zip,state\n")


@pytest.mark.parametrize("typed", ["NM", "nm", " New Mexico ", "nuevo mexico", "N.M.", "NUEVO MÉXICO"])
def test_states_are_read_as_people_write_them(typed: str) -> None:
    """c2 h8: letters or names, both languages, with or without accents."""
    assert read_state(typed) == "NM"


def test_every_states_name_leads_back_to_it() -> None:
    assert all(read_state(name_of(state, language)) == state for state in STATES for language in ("en", "es"))
    assert read_state("Atlantis") == ""


# -- public listings ------------------------------------------------------------------------------------------------


def test_every_listing_has_a_page_a_source_and_a_date() -> None:
    """c20: facts, never as if they had joined."""
    assert len(listings()) > 200
    assert all(one.link.startswith("https://") and one.source and one.as_of and one.name for one in listings())


def test_there_is_a_listing_for_every_place() -> None:
    """c16: never a dead end."""
    for state in STATES:
        assert nearest(Where(state=state), listings()) is not None
    assert nearest(Where(), listings()) in everywhere(listings())
    found = nearest(atlas().where("87501") or Where(), listings())
    assert found is not None
    assert found.name == "Santa Fe DSA"


def test_the_data_files_are_in_the_package() -> None:
    """A wheel without them could not place anybody."""
    globs = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    data = [path for path in files() if path.parts[0] == "cogs" and path.suffix != ".py"]
    assert {path.suffix for path in data} >= {".bin", ".csv", ".toml"}
    assert [path for path in data if not any(fnmatch(path.name, one) for one in globs)] == []
