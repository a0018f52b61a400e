"""C2: what people type for a place. Only ASCII digits are ever looked up, and nothing of it breaks anything.

The package `zipcodes`, from which the table is made, ends the whole process on some of these.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from cogs.welcome import choosing, door
from cogs.welcome.directory.places import Atlas, atlas
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import code_in
from tests.features.welcome.newcomers import asked, told
from tests.features.welcome.test_door import case

HOSTILE = [
    "２２０４１", "٢٢٠٤١", "२२०४१", "²²⁰⁴¹", "2204é", "22041\x00", "\x00", "\u202e14022\u202c", "22041\u200b", "22 041",
    "-2204", "+22041", "2.2e4", "0x5619", "220410", "Ⅻ", "' OR 1=1 --", "🏠" * 30,
]  # fmt: skip
KEPT = re.compile(r"(?:[0-9]{3}|[0-9]{5}|[A-Z]{2})?", re.ASCII)
LOOKED_UP = re.compile(r"[0-9]{3}|[0-9]{5}", re.ASCII)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that is looked up in the table while the test runs."""
    found: list[str] = []
    table = atlas()

    class Watched:
        def where(self, place: str) -> Any:
            found.append(place)
            return Atlas.where(table, place)

    for module in (door, choosing):
        monkeypatch.setattr(module, "atlas", Watched)
    return found


def test_there_are_eighteen_of_them() -> None:
    assert len(set(HOSTILE)) == 18


@pytest.mark.parametrize("typed", HOSTILE, ids=ascii)
async def test_a_place_is_understood_or_asked_again(
    house: RehearsalHouse, looked_up: list[str], typed: str
) -> None:
    """C2: never an error of ours, and never other digits than ASCII in a look-up."""
    ana = await house.new_person("Ana")
    seen = await house.fill(ana, await asked(house, ana), name="Ana", activity="food", place=typed)
    assert "went wrong" not in seen.text
    assert all(LOOKED_UP.fullmatch(one) for one in looked_up)
    if not seen.asked:
        assert KEPT.fullmatch((await case(house, ana)).given.place)


@pytest.mark.parametrize("typed", HOSTILE, ids=ascii)
async def test_a_zip_code_is_five_digits_or_asked_again(
    house: RehearsalHouse, looked_up: list[str], typed: str
) -> None:
    """C2 c3: the same for the one question."""
    ana = await house.new_person("Ana")
    code = code_in((await told(house, ana)).text, "N")
    page = await house.command(ana, "", "", "welcome zip", code=code)
    seen = await house.fill(ana, page, zip_code=typed)
    assert "went wrong" not in seen.text
    assert all(LOOKED_UP.fullmatch(one) for one in looked_up)
    assert KEPT.fullmatch((await case(house, ana)).given.place)
