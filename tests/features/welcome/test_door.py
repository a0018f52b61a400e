"""The door on the rehearsal: the language is the button, the age comes first, one open case for each person."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import Missing
from cogs.welcome import cases, store
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import code_in, plain
from tests.features.welcome.newcomers import ANSWERS, asked, told


async def rows(house: RehearsalHouse) -> list[Any]:
    """All cases."""
    async with house.app.core.db.read() as tx:
        return await tx.all(store.SYSTEM.select(store.welcome_case))


async def case(house: RehearsalHouse, person: str) -> cases.Case:
    """Somebody's open case, unsealed."""
    core = house.app.core
    async with core.db.write() as tx:
        call = await core.runner._call(tx, house.adapter.act(person))
        found = await cases.newest(call)
    assert found is not None
    return found


async def test_the_button_is_the_language(house: RehearsalHouse) -> None:
    """c1: an English app, a Spanish button: everything from there on is in Spanish."""
    ana = await house.new_person("Ana", language="en")
    act = house.adapter.act(ana)
    outcome = await house.app.core.runner.command(act, "welcome.start", {"language": "es"})
    assert "¿Tienes 18 años o más?" in str(outcome.says[0].card.text)
    page = (await house.app.core.runner.press(act, outcome.says[0].card.choices[0].token)).form
    assert page is not None
    assert page.blanks[0].label == "Nombre que quieres usar"
    done = await house.app.core.runner.submit(act, page.token, ANSWERS)
    assert "Gracias, Ana" in plain(str(done.says[0].card.text))
    assert (await case(house, ana)).given.language == "es"


async def test_only_a_name_and_a_wish_are_required(house: RehearsalHouse) -> None:
    """c1 c2: place, languages and time may stay empty."""
    ana = await house.new_person("Ana")
    page = (await asked(house, ana)).handle
    assert [one.key for one in page.blanks if one.required] == ["name", "activity"]
    await told(house, ana, place="", spoken="", free="", activity="unsure")
    given = (await case(house, ana)).given
    assert (given.name, given.activity, given.place, given.spoken, given.free) == ("Ana", "unsure", "", "", "")


async def test_asking_again_changes_the_same_case(house: RehearsalHouse) -> None:
    """c1: nothing is doubled, and it is said."""
    ana = await house.new_person("Ana")
    first = await told(house, ana)
    page = (await asked(house, ana)).handle
    assert {one.key: one.value for one in page.blanks} == ANSWERS
    second = await told(house, ana, place="New Mexico")
    assert code_in(first.text, "N") == code_in(second.text, "N")
    assert "Changed" in second.text
    assert len(await rows(house)) == 1
    assert (await case(house, ana)).given.place == "NM"


async def test_typing_the_questions_asks_the_age_first(house: RehearsalHouse) -> None:
    """C7: nobody comes past it, and nothing is kept of who tries."""
    ana = await house.new_person("Ana")
    for given in ({}, {"language": "en"}, {"age": "no"}):
        seen = await house.command(ana, "", "", "welcome ask", **given)
        assert "First we ask" in seen.text
    async with house.app.core.db.read() as tx:
        assert not (await house.app.core.people.find(tx, house.platform, ana)).known


async def test_somebody_elses_case_reads_like_none(house: RehearsalHouse) -> None:
    """A2: `own` finds only the asker's."""
    ana, ben = await house.new_person("Ana"), await house.new_person("Ben")
    code = code_in((await told(house, ana)).text, "N")
    await told(house, ben, name="Ben")
    async with house.app.core.db.write() as tx:
        call = await house.app.core.runner._call(tx, house.adapter.act(ana))
        assert (await cases.own(call, code.lower().replace("-", ""))).given.name == "Ana"
        call = await house.app.core.runner._call(tx, house.adapter.act(ben))
        with pytest.raises(Missing):
            await cases.own(call, code)
