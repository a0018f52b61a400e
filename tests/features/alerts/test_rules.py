"""What a call may do, decided with plain values."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.alerts import rules
from cogs.alerts.answering.store import pack, unpack
from cogs.alerts.landing.rules import own
from cogs.alerts.policies.rules import HOLD
from cogs.alerts.rules import Content, Given

NEW_YORK = "America/New_York"
CONTENT = Content("Pack the board", "Bring a sign.", "en", NEW_YORK)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


def new_york(*when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("own", "policy", "has_channel", "standing"),
    [
        (True, "never", True, "own"), (True, "hold", False, "nowhere"), (False, "auto", True, "auto"),
        (False, "hold", True, "hold"), (False, "never", True, "never"), (False, "never", False, "never"),
        (False, "auto", False, "nowhere"),
    ],
)  # fmt: skip
def test_the_receivers_policy_decides(own: bool, policy: str, has_channel: bool, standing: str) -> None:
    """a3: an organization's policy is toward others, never toward itself."""
    assert rules.stand(own, policy, has_channel) == standing


def test_an_imprint_holds_what_a_reader_sees() -> None:
    """6.5: every field that is shown counts, in each language; spaces, composed letters and the zone's clock do not."""
    at = new_york(2026, 12, 1, 17)
    plain = replace(CONTENT, title="Reunión", starts_at=at)
    same = replace(plain, title=" Reunio\u0301n ", starts_at=at.astimezone(ZoneInfo(NEW_YORK)))
    assert rules.imprint(same) == rules.imprint(plain)
    for field in ("title", "ask", "place", "link", "access", "other_title", "other_ask", "other_access"):
        changed: Any = {field: "Something else"}
        assert rules.imprint(replace(plain, **changed)) != rules.imprint(plain)
    assert rules.imprint(replace(plain, starts_at=at + timedelta(minutes=1))) != rules.imprint(plain)


@pytest.mark.parametrize(
    ("standing", "policy", "then"),
    [
        ("hold", "never", "never"), ("hold", "auto", "auto"), ("auto", "hold", "hold"), ("auto", "never", "never"),
        ("accepted", "hold", "accepted"), ("accepted", "never", "never"), ("own", "never", "own"),
        ("declined", "auto", "declined"), ("lapsed", "auto", "lapsed"), ("never", "auto", "never"),
    ],
)  # fmt: skip
def test_another_policy_binds_what_is_not_settled(standing: str, policy: str, then: str) -> None:
    """n1: a yes stays a yes unless nothing is taken any more."""
    assert rules.rebind(standing, policy) == then


@pytest.mark.parametrize(
    ("asked", "until"),
    [
        ((2026, 11, 23, 10, 0), (2026, 11, 23, 16, 0)),
        ((2026, 11, 23, 18, 0), (2026, 11, 24, 12, 0)),
        ((2026, 11, 23, 23, 30), (2026, 11, 24, 15, 0)),
        ((2026, 11, 23, 5, 0), (2026, 11, 23, 15, 0)),
        ((2026, 11, 23, 15, 0), (2026, 11, 23, 21, 0)),
        ((2026, 10, 31, 18, 0), (2026, 11, 1, 12, 0)),  # the night on which clocks go back
    ],
)
def test_six_waking_hours_are_given(asked: tuple[int, ...], until: tuple[int, ...]) -> None:
    """a3: nobody is expected to answer at night."""
    assert rules.hold_until(new_york(*asked), NEW_YORK, None, HOLD) == new_york(*until)


def test_nothing_is_held_until_after_the_rally() -> None:
    """a3: at latest three hours before; less than that is no time to ask."""
    now = new_york(2026, 11, 23, 10, 0)
    assert rules.hold_until(now, NEW_YORK, now + timedelta(hours=5), HOLD) == now + timedelta(hours=2)
    assert rules.hold_until(now, NEW_YORK, now + timedelta(hours=3), HOLD) is None


@given(moments, st.sampled_from([NEW_YORK, "America/Los_Angeles", "America/Phoenix", "UTC"]))
def test_a_deadline_is_awake_and_at_least_six_hours_away(now: datetime, zone: str) -> None:
    """a3: over all days and both nights on which clocks change."""
    until = rules.after_waking_hours(now, zone, HOLD)
    local = until.astimezone(ZoneInfo(zone))
    assert until - now >= timedelta(hours=HOLD)
    assert until - now <= timedelta(hours=19)
    assert rules.WAKES <= local.hour <= rules.SLEEPS


def test_a_call_at_night_makes_no_sound() -> None:
    """a19: quiet hours are the receiver's."""
    late = new_york(2026, 11, 23, 22, 0)
    assert rules.is_quiet(late, NEW_YORK)
    assert not rules.is_quiet(late, "America/Los_Angeles")


def test_sums_name_organizations_only_by_number() -> None:
    """a12: an answer from the direct room counts, but comes from no organization."""
    total = rules.add_up([("o1", "in", 3), ("o2", "in", 1), ("", "in", 2), ("o3", "cant", 4), ("o4", "in", 0)])
    assert (total.yes, total.organizations) == (6, 2)


spoken = st.lists(st.tuples(st.sampled_from(["in", "cant", "wait"]), st.sampled_from(["", "a", "b", "c"])), max_size=6)


def _answered(words: list[tuple[str, str]]) -> Given:
    found = Given()
    for value, home in words:
        found = found.through(home)._replace(value=value)
    return found


@given(st.lists(spoken, max_size=5))
def test_a_person_is_once_in_the_sum_and_among_the_numbers_of_each_they_spoke_through(
    everybody: list[list[tuple[str, str]]],
) -> None:
    """n4: for any people and any order; an organization's numbers are those of its own people's newest word."""
    answers = [_answered(words) for words in everybody]
    tallies = [(home, value, n) for one in answers for value, home, n in one.moves(1)]
    assert sum(rules.add_up(tallies).counts.values()) == sum(bool(words) for words in everybody)
    for home in "abc":
        its = [words[-1][0] for words in everybody if home in {through for _, through in words}]
        assert own(tallies, home) == Counter(its)
    undone = [(home, value, n) for one in answers for by in (1, -1) for value, home, n in one.moves(by)]
    assert not any(own(undone, home) for home in "abc")
    assert [unpack(pack(one)) for one in answers] == answers


@given(spoken, spoken)
def test_two_accounts_of_one_person_keep_every_organization_they_spoke_through(
    first: list[tuple[str, str]], second: list[tuple[str, str]]
) -> None:
    """h10 n4: linking them takes nobody out of an organization's numbers."""
    one, other = _answered(first), _answered(second)
    found = rules.joined(one, other, other)
    homes = {home for _, home in (*first, *second)} - {""}
    assert {found.organization, *found.also} - {""} == homes
    assert (found.organization == "") == (not homes)


def test_only_time_and_place_need_a_new_message() -> None:
    """1.5: a typo in the ask wakes nobody."""
    moved = replace(CONTENT, starts_at=new_york(2026, 11, 28, 17, 0), ask="Bring two signs.")
    assert rules.changes(CONTENT, moved) == ("ask", "time")
    assert rules.must_be_told(("ask", "time"))
    assert not rules.must_be_told(("ask", "link"))


def test_a_call_survives_its_row() -> None:
    """a7: text in, the same text out."""
    full = replace(CONTENT, starts_at=new_york(2026, 11, 28, 17, 0), other_title="Llenemos la junta", other_ask="Trae.")
    assert Content.from_json(full.to_json()) == full
    assert full.languages == ("en", "es")


@pytest.mark.parametrize(
    "text", ["hi @everyone", "@room", "@ Here now", "wake @ALL", "<b>now</b>", "<script src=x>", "a</div>"]
)
def test_pings_and_tags_are_refused(text: str) -> None:
    """6: with a sentence instead of a surprise."""
    assert rules.objection(text)[0]


@pytest.mark.parametrize("text", ["write to me@here.org", "2 < 3 > 1", "i <3 you", "at 5 @ city hall", "<https://a.org>"])
def test_plain_words_are_not_taken_for_them(text: str) -> None:
    """6: no false alarm."""
    assert rules.objection(text) == ("", "")


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


@given(st.lists(words, min_size=1, max_size=20).map(" ".join), st.lists(words, min_size=1, max_size=20).map(" ".join))
def test_title_time_and_place_fit_the_first_120_characters(title: str, place: str) -> None:
    """1.3: what a phone's notice shows."""
    title, place, when = title[: rules.TITLE], place[: rules.PLACE], "Wed, Nov 25, 10:00 PM Arizona"
    shown = rules.fit_head(title, when, place)
    assert len(f"{title} · {when} · {shown}") <= rules.HEAD or not shown
    assert shown == place or shown.endswith("…") or not shown


def test_slow_platforms_are_edited_less_often() -> None:
    """1.4: a sum is not worth the send budget."""
    assert rules.pace(0.02) == timedelta(seconds=30)
    assert rules.pace(5.0) == timedelta(minutes=5)
