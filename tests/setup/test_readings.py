"""h11: answers are read the way people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import UserError
from bot.setup import readings
from bot.setup.readings import Listed


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("chicago", "America/Chicago"), ("New York", "America/New_York"), ("Nueva York", "America/New_York"),
        ("TX", "America/Chicago"), ("nuevo méxico", "America/Denver"), ("America/Puerto_Rico", "America/Puerto_Rico"),
        ("puerto rico", "America/Puerto_Rico"), ("Ciudad de México", "America/Mexico_City"),
    ],
)  # fmt: skip
def test_a_zone_is_a_city_or_a_state(typed: str, zone: str) -> None:
    """WORDS-AND-DEFAULTS: nobody types zone names."""
    assert readings.read_zone(typed) == zone


def test_an_unknown_place_is_said_back() -> None:
    with pytest.raises(UserError) as caught:
        readings.read_zone("Atlantis")
    assert caught.value.params["said"] == "Atlantis"


@pytest.mark.parametrize(
    ("typed", "languages"),
    [("1", ("en", "es")), ("2", ("en",)), ("3", ("es",)), ("español e inglés", ("es", "en")), ("ES, en", ("es", "en"))],
)
def test_languages_are_a_number_or_words(typed: str, languages: tuple[str, ...]) -> None:
    assert readings.read_languages(typed) == languages


@pytest.mark.parametrize("typed", ["", "4", "klingon", "1 2"])
def test_other_languages_are_refused(typed: str) -> None:
    with pytest.raises(UserError):
        readings.read_languages(typed)


@pytest.mark.parametrize("typed", ["", "x" * 33, "\u200b\u200b"])
def test_a_name_has_1_to_32_characters_that_can_be_seen(typed: str) -> None:
    with pytest.raises(UserError):
        readings.read_name(typed)


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("River Tenants\nTransit Riders\n", [Listed("River Tenants", {}), Listed("Transit Riders", {})]),
        ("name\nRiver Tenants\n", [Listed("River Tenants", {})]),
        ("\ufeffNombre;Idioma\nInquilinas;español\n", [Listed("Inquilinas", {"language": "es"})]),
        ("Name,Language\nRiver Tenants,en es\n\n", [Listed("River Tenants", {"language": "both"})]),
        ("name,kind,notes\nRiver,union,secret\n", [Listed("River", {"kind": "union"})]),
        ('name,zone\n"Tenants, River",denver\n', [Listed("Tenants, River", {"zone": "America/Denver"})]),
    ],
)
def test_organizations_are_read_as_spreadsheets_write_them(text: str, listed: list[Listed], tmp_path: Path) -> None:
    """Issue 2, 1.2: only the name is required."""
    file = tmp_path / "orgs.csv"
    file.write_text(text, encoding="utf-8")
    assert readings.read_organizations(file) == listed


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "setup.file_empty"), ("name\n", "setup.file_empty"), ("name,language\n,es\n", "setup.line_wrong"),
        ("name,language\nRiver,klingon\n", "setup.line_wrong"), ("name,state\nRiver,ZZ\n", "setup.line_wrong"),
        ("name,kind\nRiver,army\n", "setup.line_wrong"), ("x\n" * 1001, "setup.file_empty"),
    ],
)  # fmt: skip
def test_a_bad_file_names_its_line(text: str, key: str, tmp_path: Path) -> None:
    file = tmp_path / "orgs.csv"
    file.write_text(text)
    with pytest.raises(UserError) as caught:
        readings.read_organizations(file)
    assert caught.value.key == key


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "orgs.xlsx").write_bytes(b"PK\x03\x04\xff\xfe")
    for name in ("orgs.xlsx", "missing.csv"):
        with pytest.raises(UserError) as caught:
            readings.read_organizations(tmp_path / name)
        assert caught.value.key == "setup.file_unreadable"


def test_this_machines_zone_is_proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    zones = tmp_path / "zoneinfo" / "America"
    zones.mkdir(parents=True)
    (zones / "Denver").touch()
    (tmp_path / "localtime").symlink_to(zones / "Denver")
    assert readings.own_zone(tmp_path / "localtime") == "America/Denver"
    assert readings.own_zone(tmp_path / "nothing") == "America/New_York"
    monkeypatch.setenv("TZ", "America/Chicago")
    assert readings.own_zone(tmp_path / "localtime") == "America/Chicago"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError):
        readings.read_folder(str(tmp_path / "file" / "inside"))
    assert readings.read_folder(str(tmp_path / "new")).stat().st_mode & 0o777 == 0o700
