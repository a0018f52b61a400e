"""Lists of organizations: only a name is needed, nothing becomes a formula, what went out comes back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.__main__ import main
from bot.app import build_core
from bot.core import Core
from bot.sheets import harmless, write_csv
from cogs.orgs import export_csv, import_csv, rules
from cogs.orgs.rules import Listed, Problem, bare, read_csv
from tests.laws.sources import ROOT

PARTNERS = ROOT.parent / "shared" / "data" / "partners.csv"
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
NAMES = CELL.map(str.strip).filter(lambda name: bool(name.strip()))
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%x", "＝1", "＠x", "\tx", "'=x", "''x")


def names(text: str) -> list[str]:
    return [one.name for one in read_csv(text)[0]]


@pytest.mark.parametrize(
    "text",
    [
        "Local 12\nHill Neighbors\n",
        "name\nLocal 12\nHill Neighbors",
        "\ufeffNombre;Tipo\r\nLocal 12;sindicato\r\nHill Neighbors;\r\n",
        "kind,Organización,other\n,Local 12,x\n\n,Hill Neighbors,y",
        '"name"\t"state"\n"Local 12"\t"TX"\n"Hill Neighbors"\n',
    ],
)
def test_a_list_needs_only_names(text: str) -> None:
    """h3: with or without heading, in either language, commas, semicolons or tabs."""
    assert names(text) == ["Local 12", "Hill Neighbors"]
    assert read_csv(text)[1] == []


def test_every_column_is_understood_in_both_languages() -> None:
    """h3 h8"""
    english = read_csv("name,kind,state,language\nA,Nonprofit (c3),ga,Spanish\nB,Union,,both\nC,Party,NY,English")
    spanish = read_csv(
        "nombre,tipo,estado,idioma\nA,Sin fines de lucro,GA,español\nB,Sindicato,,ambos\nC,partido,NY,inglés"
    )
    assert english == spanish
    assert english[0][0] == Listed("A", "nonprofit", "GA", "es", 2)
    assert [(one.kind, one.language) for one in english[0][1:]] == [("union", "both"), ("party", "en")]


def test_problems_name_their_rows() -> None:
    """h3: rows as a spreadsheet counts them; the good ones are taken."""
    listed, problems = read_csv(f"name,kind,language\nA,chorus,\n,party,\n{'x' * 121},,\nB,,Klingon\n")
    assert [one.name for one in listed] == ["A", "B"]
    assert problems == [
        Problem("csv_kind", 2, "chorus"), Problem("csv_row_without_name", 3),
        Problem("csv_name_too_long", 4, "x" * 40), Problem("csv_language", 5, "Klingon"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "csv_empty"),
        ("\n ,\n", "csv_empty"),
        ("a,b\n1,2", "csv_no_name"),
        ('name\n"open', "csv_not_a_list"),
        ("name\n" + "x" * 200_000, "csv_not_a_list"),
        ("name\n" + "x\n" * 5001, "csv_too_long"),
        ("x" * 2_000_001, "csv_too_long"),
    ],
)
def test_what_is_no_list_is_one_sentence(text: str, key: str) -> None:
    """C2 G7"""
    listed, problems = read_csv(text)
    assert listed == []
    assert [one.key for one in problems] == [key]


def test_many_rows_of_one_problem_are_one_remark() -> None:
    rows = [Problem("csv_kind", row, "chorus") for row in range(2, 22)]
    [(_, _, shown)] = rules.summed(rows)
    assert shown == "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 + 8"


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_is_a_formula(cell: str) -> None:
    """G8: ASVS v5.0.0-1.2.10"""
    assert harmless(cell) == f"'{cell}"
    assert bare(harmless(cell)) == cell
    assert write_csv([[cell]]).startswith("\"'")


@given(st.lists(st.tuples(NAMES, st.sampled_from(rules.KINDS), st.sampled_from(["", "TX", "NY"]),
                          st.sampled_from(["", "en", "es", "both"])), min_size=1, max_size=8))  # fmt: skip
def test_what_is_written_is_read_back_the_same(rows: list[tuple[str, str, str, str]]) -> None:
    """h3 G8: any name, and no cell that a spreadsheet would run."""
    text = write_csv([rules.HEADING, *rows])
    listed, problems = read_csv(text)
    assert problems == []
    assert [(one.name, one.kind, one.state, one.language) for one in listed] == rows
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] and cell[0] in rules.FORMULA]


@given(st.text(max_size=300))
def test_any_text_is_read_without_breaking(text: str) -> None:
    """C2"""
    listed, _ = read_csv(text)
    assert all(one.name and len(one.name) <= rules.LONGEST_NAME for one in listed)


# -- into the database ----------------------------------------------------------------------------------------------


async def open_core(folder: Path) -> Core:
    return await build_core(f"sqlite:///{folder}/main.db", f"sqlite:///{folder}/keys.db", b"m" * 32)


async def close(core: Core) -> None:
    await core.db.close()
    await core.keyring.close()


async def test_a_list_is_taken_twice_without_doubles(tmp_path: Path) -> None:
    """h3: reading the same file again changes nothing; a look-alike is said, not added."""
    core = await open_core(tmp_path)
    text = "name,kind,state\nLocal 12,union,TX\n=Hill Neighbors,,ZZ\nHill Neighbors,,\nHill Nieghbors!,,\n"
    done = await import_csv(core, text)
    again = await import_csv(core, await export_csv(core))
    assert (done.added, done.there) == (2, 0)
    problems = [(one.key, one.row) for one in done.problems]
    assert problems == [("csv_state", 3), ("csv_looks_like", 4), ("csv_looks_like", 5)]
    assert (again.added, again.there, again.problems) == (0, 2, [])
    async with core.db.read() as tx:
        found = {one.name: (one.kind, one.region, one.zone, one.state) for one in await core.spaces.all(tx)}
    await close(core)
    assert found["Local 12"] == ("union", "TX", "America/Chicago", "waiting")
    assert found["=Hill Neighbors"][1] == ""


@pytest.mark.skipif(not PARTNERS.exists(), reason=f"the list of partners is not at hand ({PARTNERS.name})")
async def test_the_collected_list_of_partners_is_taken_whole(tmp_path: Path) -> None:
    """h3: 288 organizations with other columns; honest neighbours are no look-alikes (C5)."""
    core = await open_core(tmp_path)
    done = await import_csv(core, PARTNERS.read_text(encoding="utf-8"))
    async with core.db.read() as tx:
        found = {one.name: one for one in await core.spaces.all(tx)}
    await close(core)
    assert done.added == len(found) == 288
    assert {one.key for one in done.problems} == {"csv_kind"}
    assert found["Working Families Party"].kind == "party"
    assert found["Yolo County DSA"].zone == "America/Los_Angeles"


def test_lists_go_in_and_out_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """h3 h8: `causeway orgs import FILE`, `causeway orgs export`, remarks in the terminal's language."""
    (tmp_path / "secrets").mkdir(mode=0o700)
    key = tmp_path / "secrets" / "master_key"
    key.write_text("bW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW0=\n")
    key.chmod(0o600)
    (tmp_path / "config.toml").write_text('[bot]\nname = "Puente"\n')
    (tmp_path / "list.csv").write_text("nombre;tipo\nLocal 12;coro\n")

    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--language", "es", "--config", str(tmp_path / "config.toml"), "orgs", *words])
        return int(ended.value.code or 0), capsys.readouterr().out

    code, said = run("import", str(tmp_path / "list.csv"))
    assert code == 0
    assert "1 agregadas" in said
    assert "«coro»" in said
    code, listed = run("export")
    assert code == 0
    assert names(listed) == ["Local 12"]
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    code, said = run("import", str(tmp_path / "list.csv"))
    assert code == 1
    assert "nombre" in said
