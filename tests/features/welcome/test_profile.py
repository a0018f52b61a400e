"""What an organization decides about new people, and how they then see it."""

from __future__ import annotations

import pytest

from cogs.welcome.directory import store
from tests.conformance.house import RehearsalHouse, Seen
from tests.conformance.test_checkins import plain
from tests.features.alerts.coalition import Member, connect
from tests.features.welcome.newcomers import told

FILLED = {
    "line_en": "We knock on doors", "line_es": "Tocamos puertas", "languages": "both",
    "activities": "Doors, comida; housing", "centre": "87031", "free": "tardes, weekends", "most": "5",
    "link": "example.org/join", "taking": "yes",
}  # fmt: skip


async def written(house: RehearsalHouse, member: Member, **fields: str) -> Seen:
    """The form, filled in; both pages."""
    seen = await house.command(member.moderator, member.space, "desk", "welcome profile")
    return await house.fill(member.moderator, seen, **{**FILLED, **fields})


async def test_words_of_both_languages_are_read_and_shown_back(house: RehearsalHouse) -> None:
    """c2: two pages; the answer is what new people will see; the form opens with what stands there."""
    member = await connect(house, "River Tenants")
    shown = plain((await written(house, member)).text)
    assert "You take new people now" in shown
    assert "River Tenants: We knock on doors" in shown
    async with house.app.core.db.read() as tx:
        kept = await store.profile_of(tx, member.organization.id)
    assert kept is not None
    assert (kept.activities, kept.free) == (("doors", "food", "housing"), ("evenings", "weekends"))
    assert (kept.place, kept.state, kept.reach, kept.most) == ("87031", "NM", "local", 5)
    assert kept.link == "https://example.org/join"
    again = (await house.command(member.moderator, member.space, "desk", "welcome profile")).handle
    assert next(one.value for one in again.blanks if one.key == "activities") == "doors, food, housing"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("line_en", "See https://example.org", "a field of its own"),
        ("activities", "doors, singing", "I do not know singing"),
        ("centre", "870", "I do not understand 870"),
        ("centre", "２２０４１", "I do not understand"),
        ("free", "at dawn", "I do not know at dawn"),
        ("most", "501", "from 0 (no limit) to 500"),
        ("link", "javascript:alert(1)", "no complete domain name"),
        ("link", "http://example.org", "https"),
    ],
)
async def test_what_cannot_be_read_is_asked_again(house: RehearsalHouse, field: str, typed: str, said: str) -> None:
    """G5 c2: the field is named, nothing is kept."""
    member = await connect(house, "River Tenants")
    assert said in plain((await written(house, member, **{field: typed})).text)
    async with house.app.core.db.read() as tx:
        assert await store.profile_of(tx, member.organization.id) is None


@pytest.mark.parametrize(
    ("centre", "kept"), [("nuevo méxico", ("", "NM", "state")), ("Nacional", ("", "", "national"))]
)
async def test_a_state_or_the_whole_country_is_a_place_too(
    house: RehearsalHouse, centre: str, kept: tuple[str, str, str]
) -> None:
    """c2: statewide and national, in either language."""
    member = await connect(house, "River Tenants")
    await written(house, member, centre=centre, line_en="", most="", link="", free="")
    async with house.app.core.db.read() as tx:
        profile = await store.profile_of(tx, member.organization.id)
    assert profile is not None
    assert (profile.place, profile.state, profile.reach) == kept


async def test_one_line_at_least_is_needed(house: RehearsalHouse) -> None:
    """c2: nobody is shown a name alone."""
    member = await connect(house, "River Tenants")
    assert "one line about you" in (await written(house, member, line_en="", line_es="")).text


async def test_who_is_closed_or_has_no_profile_is_not_shown(house: RehearsalHouse) -> None:
    """c2: the organization decides, at once."""
    member = await connect(house, "River Tenants")
    ana = await house.new_person("Ana")
    for taking, seen_then in (("", False), ("yes", True), ("no", False)):
        if taking:
            await written(house, member, taking=taking)
        assert ("River Tenants" in (await told(house, ana, place="87031")).texts[-1]) is seen_then


async def test_opening_a_profile_tells_who_waited(house: RehearsalHouse) -> None:
    """c20: through the form, as people do it."""
    member = await connect(house, "River Tenants")
    ana = await house.new_person("Ana")
    await house.press(ana, "", "", await told(house, ana, place="87031"), "Tell me if one opens")
    before = len(await house.direct(ana))
    await written(house, member, taking="no")
    await house.settle()
    assert len(await house.direct(ana)) == before
    await written(house, member)
    await house.settle()
    assert "There is a local organization now" in plain((await house.direct(ana))[-1].text)
    await house.app.core.end_organization(member.organization)
    assert "River Tenants" not in (await told(house, ana, place="87031")).texts[-1]
