"""h2: `causeway audit verify` and `export`, as whoever runs the bot types them."""

from __future__ import annotations

import asyncio
import base64
import csv
import io
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.app import build_core
from bot.audit import Head, append, head
from bot.clock import MovableClock
from bot.secrets import write_private

MASTER = b"m" * 32


async def fill(folder: Path) -> tuple[Head, str]:
    """Thirty lines of an organization and of the coalition; the end of the chain, and the organization's code."""
    clock = MovableClock(stopped=True)
    url = f"sqlite:///{folder}/var"
    core = await build_core(f"{url}/main.db", f"{url}/keyring.db", MASTER, clock=clock)
    async with core.db.write() as tx:
        river = await core.spaces.add(tx, "River Tenants", clock.now())
        for n in range(30):
            clock.move(timedelta(minutes=1))
            owner, act = (river.id, "alerts.sent") if n % 2 else ("", "orgs.added")
            await append(tx, core.keyring, clock.now(), act, organization=owner, code="A-7KQ2", details={"n": n})
        found = await head(tx)
    await core.keyring.close()
    await core.db.close()
    assert found is not None
    return found, river.code


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Head, str]:
    monkeypatch.chdir(tmp_path)
    for name in ("secrets", "var"):
        (tmp_path / name).mkdir(mode=0o700)
    write_private(tmp_path / "secrets" / "master_key", base64.b64encode(MASTER).decode())
    write_private(tmp_path / "config.toml", "")
    return (tmp_path, *asyncio.run(fill(tmp_path)))


def causeway(*words: str, language: str = "en") -> int:
    """Runs the command line; its exit code."""
    try:
        main(["--language", language, *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def tamper(folder: Path, *statements: str) -> None:
    """With the file in one's hands."""
    connection = sqlite3.connect(folder / "var" / "main.db")
    for name in ("update", "delete", "replace"):
        connection.execute(f"DROP TRIGGER audit_{name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


Installed = tuple[Path, Head, str]
Capture = pytest.CaptureFixture[str]


def test_an_intact_record_is_said_to_be_intact(installed: Installed, capsys: Capture) -> None:
    """h2, with what could be compared, and what cannot be seen without log rooms."""
    folder, end, _ = installed
    (folder / "pasted.txt").write_text(f"Sello de la semana: `{end}`. Deja esta línea\nSeal of the week: {end}. Leave")
    assert causeway("audit", "verify") == 0
    assert "--witness" in capsys.readouterr().out
    assert causeway("audit", "verify", "--witness", "pasted.txt") == 0
    said = capsys.readouterr().out
    assert f"Intact: 30 lines, each fits the one before. The last one is {end}" in said
    assert "2 lines from the log rooms were compared" in said


@pytest.mark.parametrize(
    ("statement", "english", "spanish"),
    [
        ("UPDATE audit SET details = '{}' WHERE seq = 9", "CHANGED: line 9", "CAMBIADA: la línea 9"),
        ("DELETE FROM audit WHERE seq = 9", "MISSING: lines 9 to 9", "FALTAN: las líneas 9 a 9"),
        ("DELETE FROM audit WHERE seq > 20", "CUT: a log room shows line 30", "CORTADA: una sala de registro"),
    ],
)
def test_a_finding_is_a_sentence_and_exit_code_1(
    installed: Installed, capsys: Capture, statement: str, english: str, spanish: str
) -> None:
    """h2, h8, h11"""
    folder, end, _ = installed
    (folder / "pasted.txt").write_text(str(end))
    tamper(folder, statement)
    for language, sentence in (("en", english), ("es", spanish)):
        assert causeway("audit", "verify", "--witness", "pasted.txt", language=language) == 1
        assert sentence in capsys.readouterr().out


def test_many_findings_are_summed_up(installed: Installed, capsys: Capture) -> None:
    folder, _, _ = installed
    tamper(folder, "UPDATE audit SET actor = 'x'")
    assert causeway("audit", "verify") == 1
    said = capsys.readouterr().out
    assert "... and 10 more." in said
    assert "Not intact: 30 findings" in said


def test_a_file_without_a_line_of_a_log_room_is_refused(installed: Installed, capsys: Capture) -> None:
    """h11: nobody believes that something was compared when nothing was."""
    folder, _, _ = installed
    (folder / "other.txt").write_text("hello")
    for name in ("other.txt", "none.txt"):
        assert causeway("audit", "verify", "--witness", name) == 1
        assert name in capsys.readouterr().err


def test_the_record_as_a_list(installed: Installed, capsys: Capture) -> None:
    """G8: all, or one organization's; no cell is a formula."""
    _, end, code = installed
    assert causeway("audit", "export") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert (len(rows), rows[0][0], rows[-1][-1][:16]) == (31, "line", end.mark)
    assert causeway("audit", "export", "--organization", code) == 0
    own = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {(row["organization"], row["in_words"]) for row in own} == {(code, "Call to action sent")}
    assert len(own) == 15
    assert causeway("audit", "export", "--organization", "O-ZZZZ") == 1
