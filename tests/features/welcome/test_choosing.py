"""Which organizations somebody is shown, why, and what there is to do where none fits."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from cogs.welcome import choosing, store
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import code_in, plain
from tests.features.welcome.newcomers import changes, opens, told


async def test_each_organization_says_its_line_its_languages_and_why(house: RehearsalHouse) -> None:
    """c2 c4: turf first, then the nearest, then the whole country; a closed one is not there."""
    await opens(house, "Belen Neighbors", turf=("87031",))
    await opens(house, "Socorro Tenants", place="87801", languages="es", activities=("food",), line_en="")
    await opens(house, "Country Network", place="", state="", reach="national", languages="en")
    await opens(house, "Closed Circle", open=False)
    seen = await told(house, await house.new_person("Ana"), place="87031", spoken="es", activity="food")
    shown = plain(seen.texts[-1])
    assert shown.index("Belen Neighbors: We knock on doors") < shown.index("Socorro Tenants: Tocamos puertas")
    assert "In English and Spanish. Why: at home in your ZIP code; speaks Spanish; meets in the evening." in shown
    assert "In Spanish. Why: nearest in your state, about 52 miles; speaks Spanish; does: food and mutual aid" in shown
    assert "Country Network" in shown
    assert "works everywhere in the country" in shown
    assert "Closed Circle" not in shown
    assert seen.choices == ["Belen Neighbors", "Socorro Tenants", "Country Network", "None of these"]


async def test_who_is_full_is_shown_last_and_says_so(house: RehearsalHouse) -> None:
    """c5: and not at all where three others fit."""
    full = await opens(house, "Belen Neighbors", turf=("87031",), most=1)
    await hand_over(house, full.organization.id)
    for name in ("Socorro Tenants", "Isleta Workers"):
        await opens(house, name, place="87801")
    ana = await house.new_person("Ana")
    shown = plain((await told(house, ana, place="87031")).texts[-1])
    assert shown.rindex("Belen Neighbors") > shown.rindex("Socorro Tenants")
    assert "They are full right now" in shown
    await opens(house, "Valencia Mutual Aid", place="87801")
    assert "Belen Neighbors" not in (await told(house, ana, place="87031")).texts[-1]


async def hand_over(house: RehearsalHouse, organization: str) -> None:
    """Somebody is with an organization already."""
    now = house.app.core.clock.now()
    row = {column.name: "" for column in store.welcome_handoff.c} | {
        "id": organization, "organization": organization, "state": "claimed", "value": b"", "misses": 0,
        "offered_at": now, "keep_until_at": now, "until_at": None, "claimed_at": None, "introduced_at": None,
        "done_at": None,
    }  # fmt: skip
    async with house.app.core.db.write() as tx:
        await tx.run(store.SYSTEM.insert(store.welcome_handoff), [row])


async def test_digits_that_several_share_are_one_question(house: RehearsalHouse) -> None:
    """c3: two organizations or the ZIP code, then it is settled."""
    await opens(house, "Belen Neighbors", turf=("87002", "87031"))
    await opens(house, "Corrales Tenants", turf=("87048",))
    ana = await house.new_person("Ana")
    seen = await told(house, ana, place="870")
    assert "which is nearer to you?" in plain(seen.texts[-1])
    assert seen.choices == ["Belen Neighbors", "Corrales Tenants", "Give my ZIP code", "None of these"]
    page = await house.press(ana, "", "", seen, "Give my ZIP code")
    wrong = await house.fill(ana, page, zip_code="8703")
    assert "five digits" in wrong.text
    settled = await house.fill(ana, wrong, zip_code="87048")
    assert "which is nearer" not in settled.text
    assert settled.choices == ["Corrales Tenants", "Belen Neighbors", "None of these"]


async def test_no_group_and_none_of_these_end_in_one_thing_to_do(house: RehearsalHouse) -> None:
    """c20: the nearest public listing with its source and date, never as if it had joined."""
    ana = await house.new_person("Ana")
    nobody = await told(house, ana, place="87031")
    in_the_state = await told(house, ana, place="New Mexico")
    for said, name in ((nobody.text, "Santa Fe DSA (Santa Fe, NM)"), (in_the_state.text, "New Mexico Working")):
        assert "There is no local group here yet" in plain(said)
        assert f"One thing to do now: {name}" in plain(said)
        assert "by way of" in plain(said)
        assert "a public listing, not part of this coalition. From: " in plain(said)
    assert "as of 2023-09" in plain(nobody.text)
    assert nobody.choices == ["Tell me if one opens", "Change my answers"]
    await opens(house, "Belen Neighbors", turf=("87031",))
    seen = await house.press(ana, "", "", await told(house, ana, place="87031"), "None of these")
    assert "None of these: that is fine" in plain(seen.text)
    assert "One thing to do now" in plain(seen.text)


async def test_an_organization_that_joined_is_no_public_listing(house: RehearsalHouse) -> None:
    """It has a profile of its own, or does not want to be shown."""
    await opens(house, "Santa Fe DSA", open=False)
    seen = await told(house, await house.new_person("Ana"), place="87031")
    assert "Santa Fe DSA" not in plain(seen.text)


async def test_who_waits_is_told_once_when_a_local_one_opens(house: RehearsalHouse, clock: MovableClock) -> None:
    """c20: kept for 180 days instead of 30, said so; a national one is no reason to write."""
    ana = await house.new_person("Ana", language="es")
    seen = await told(house, ana, "es", place="87031")
    kept = await house.press(ana, "", "", seen, "Avísame si abre una")
    assert "durante 180 días" in plain(kept.text)
    clock.move(timedelta(days=100))
    national = await opens(house, "Country Network", place="", state="", reach="national")
    local = await opens(house, "Belen Neighbors", turf=("87031",))
    before = len(await house.direct(ana))
    for one in (national, local, local):
        await look(house, one.organization.id)
    [told_once] = (await house.direct(ana))[before:]
    assert "Ya hay una organización local" in plain(told_once.text)
    assert "Belen Neighbors" in plain(told_once.text)
    assert "Country Network" not in plain(told_once.text)


async def look(house: RehearsalHouse, organization: str) -> None:
    """What is due after a profile was saved."""
    from bot.feature import Call

    core = house.app.core
    async with core.db.write() as tx:
        call = Call(core.services, "welcome", tx, core.clock.now())
        await choosing.opened(call, organization)
        await call.keep_choices()
    await house.settle()


async def test_without_a_place_it_asks_for_one_before_it_waits(house: RehearsalHouse) -> None:
    """c2: somebody who left the place empty is not left waiting for nothing."""
    ana = await house.new_person("Ana")
    seen = await told(house, ana, place="")
    assert seen.choices == ["Change my answers"]
    assert "Add the first three digits" in plain(seen.texts[-1])
    code = code_in(seen.text, "N")
    assert "Add the first three digits" in (await house.command(ana, "", "", "welcome later", code=code)).text


async def test_a_closed_organization_cannot_be_chosen_from_an_old_card(house: RehearsalHouse) -> None:
    """c2: the button is older than the decision."""
    member = await opens(house, "Belen Neighbors", turf=("87031",))
    ana = await house.new_person("Ana")
    seen = await told(house, ana, place="87031")
    await changes(house, member, open=False)
    assert "takes no new people right now" in (await house.press(ana, "", "", seen, "Belen Neighbors")).text
