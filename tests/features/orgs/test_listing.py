"""`/orgs`: who is connected and who waits."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse
from tests.features.orgs.office import connect, coordinator, letter, plain, public_in, secret_in


async def test_everybody_sees_who_is_there_and_only_coordinators_see_letters(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """Issue 1.2: states in words; since when a letter waits, and the code to ask again with."""
    office = await coordinator(house)
    partner = await connect(house, office, "Riverside Tenants")
    waiting = public_in(await letter(house, office, "Hill Neighbors"))
    seen = plain((await house.command(partner.moderator, partner.space, "desk", "orgs")).text)
    assert "Riverside Tenants: connected" in seen
    assert "Hill Neighbors: waiting" in seen
    assert waiting not in seen
    inside = plain((await house.command(office, "", "", "orgs")).text)
    assert f"Hill Neighbors ({waiting}): waiting, letter open since" in inside
    clock.move(timedelta(days=8))
    inside = plain((await house.command(office, "", "", "orgs")).text)
    assert f"is over: org code {waiting}" in inside


async def test_a_code_in_the_list_is_never_one_that_connects(house: RehearsalHouse) -> None:
    """A2: only the HMAC of a connection code is kept; the list cannot show it."""
    office = await coordinator(house)
    code = secret_in(await letter(house, office, "Hill Neighbors"))
    assert code not in (await house.command(office, "", "", "orgs")).text


async def test_a_long_list_has_pages_of_twenty(house: RehearsalHouse) -> None:
    """FACTS 35: longer lists are paged."""
    office = await coordinator(house)
    async with house.app.core.db.write() as tx:
        for number in range(45):
            await house.app.core.spaces.add(tx, f"Local {number + 100}", house.app.core.clock.now())
    seen = await house.command(office, "", "", "orgs")
    assert "Page 1 of 3" in plain(seen.text)
    assert seen.text.count("Local") == 20
    seen = await house.press(office, "", "", seen, "More")
    seen = await house.press(office, "", "", seen, "More")
    assert "Page 3 of 3" in plain(seen.text)
    assert seen.text.count("Local") == 5
    assert not seen.choices
    beyond = await house.command(office, "", "", "orgs", page="99")
    assert "Page 3 of 3" in plain(beyond.text)


async def test_somebody_who_only_looks_is_not_kept(house: RehearsalHouse) -> None:
    """h10: looking leaves no trace."""
    person = await house.new_person("Eve")
    seen = await house.command(person, "", "", "orgs")
    assert "No organization yet" in seen.text
    async with house.app.core.db.read() as tx:
        assert not (await house.app.core.people.find(tx, house.platform, person)).known
