"""The command line speaks in sentences, in the language of the terminal, and ends with the right exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.session import language_of


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_an_error_is_one_sentence_and_exit_code_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """h11: never a traceback."""
    code, out, err = run(capsys, "--language", "en", "--config", str(tmp_path / "no.toml"), "config", "check")
    assert (code, out) == (1, "")
    assert err.startswith("There is no ")
    assert len(err.splitlines()) == 1


def test_the_same_error_in_spanish(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """h8: the person who runs the bot is addressed in their language too."""
    _code, _out, err = run(capsys, "--language", "es", "--config", str(tmp_path / "no.toml"), "config", "check")
    assert err.startswith("No existe ")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "version")
    assert code == 0
    assert out.startswith("causeway ")


def test_a_right_file_is_said_to_be_right(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[bot]\nname = "Puente"\n')
    code, out, _err = run(capsys, "--language", "es", "--config", str(tmp_path / "config.toml"), "config", "check")
    assert code == 0
    assert "Puente" in out


@pytest.mark.parametrize(
    ("environ", "language"),
    [({}, "en"), ({"LANG": "es_MX.UTF-8"}, "es"), ({"LANG": "C"}, "en"), ({"LANG": "es_ES", "LC_ALL": "en"}, "en")],
)
def test_the_language_is_the_terminals(environ: dict[str, str], language: str) -> None:
    """h8"""
    assert language_of(environ) == language
