"""Lists of who is at home where: read, refused with row numbers, written again."""

from __future__ import annotations

import pytest

from cogs.welcome.directory import store
from cogs.welcome.directory.table import Imported, export_csv, import_csv, read
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import connect
from tests.laws.sources import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "turf.csv"


@pytest.mark.parametrize(
    "text",
    [
        "zip,chapter\n01001,River\n",
        "\ufeffOrganización;Código postal\r\nRiver;1001\r\n",  # a spreadsheet ate the zero
        'state\tname\tZIP Code\n"MA"\t"River"\t"01001"\n',
    ],
)
def test_a_list_in_either_language_is_read(text: str) -> None:
    """c2: commas, semicolons or tabs; columns in any order."""
    rows, problems = read(text)
    assert [(code, name) for _, code, name in rows] == [("01001", "River")]
    assert problems == []


def test_what_is_wrong_is_said_with_its_rows() -> None:
    """c2: other digits than ASCII never reach a look-up."""
    rows, problems = read("zip,chapter\n01001,River\n２２０４１,River\n00000,River\nabc,River\n01002,\n")
    assert [row[1] for row in rows] == ["01001"]
    assert [(one.key, one.row) for one in problems] == [
        ("turf_zip", 3), ("turf_zip", 4), ("turf_zip", 5), ("turf_nobody", 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key"), [("", "turf_heading"), ("a,b\n1,2", "turf_heading"), ('zip,chapter\n"x', "turf_not_a_list")]
)
def test_a_list_that_is_none_is_refused_whole(text: str, key: str) -> None:
    assert [one.key for one in read(text)[1]] == [key]


async def test_the_example_goes_in_and_comes_out(house: RehearsalHouse) -> None:
    """c2: unknown organizations are listed once with all their rows; a second import changes nothing."""
    core = house.app.core
    river = await connect(house, "River Tenants")
    text = EXAMPLE.read_text(encoding="utf-8")
    first = await import_csv(core, text)
    assert (first.added, first.there, first.organizations) == (4, 0, 1)
    [unknown] = [params for key, params in first.sentences() if key == "welcome.turf_unknown"]
    assert unknown == {"said": "Hill Workers", "rows": "6, 7, 8"}
    second = await import_csv(core, text)
    assert (second.added, second.there) == (0, 4)
    out = await export_csv(core)
    assert len(read(out)[0]) == 4
    assert (await import_csv(core, out)).there == 4
    async with core.db.read() as tx:
        assert {home for _, home in await store.all_turf(tx)} == {river.organization.id}


async def test_the_next_list_replaces_an_organizations_turf_and_no_others(house: RehearsalHouse) -> None:
    """c2: who is not named keeps theirs."""
    core = house.app.core
    river, hill = await connect(house, "River Tenants"), await connect(house, "Hill Workers")
    await import_csv(core, EXAMPLE.read_text(encoding="utf-8"))
    done: Imported = await import_csv(core, "zip,chapter\n87031,River Tenants\n")
    assert (done.added, done.there) == (0, 1)
    async with core.db.read() as tx:
        turf = await store.all_turf(tx)
    assert [code for code, home in turf if home == river.organization.id] == ["87031"]
    assert len([code for code, home in turf if home == hill.organization.id]) == 3
