"""What a line of the audit costs, and how long a verification takes, beside the same on Python's bare sqlite3."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.app import build_core
from bot.audit import append, canonical, key_of, link_of
from bot.core import Core
from bot.drivers import PRAGMAS
from bot.witness import Verifier

TITLE = "The audit: a line in the transaction of an act, and verifying the chain, against bare sqlite3"
PORTION = 1000  # lines in one transaction: the commit is the act's, not the line's
ACTOR, OWNER, ACT, CODE = "a" * 32, "b" * 32, "alerts.sent", "A-7KQ2"
COLUMNS = "seq, made_at, actor, organization, act, object, result, details, rolled_up, link"


async def run(lines: int = 100_000, **_options: Any) -> dict[str, Any]:
    """CPU microseconds a line and seconds to verify them all (wall too: what a person waits), ours and bare."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        core = await build_core(f"sqlite:///{path}/main.db", f"sqlite:///{path}/keys.db", b"m" * 32)
        added = await _append(core, lines)
        waited, verified = await _verify(core, lines)
        key = key_of(core.keyring)
        await core.keyring.close()
        await core.db.close()
        bare_added, bare_verified = _bare(path / "bare.db", key, lines)
    return {
        "lines": lines,
        "append_cpu_us": round(added / lines * 1e6, 1),
        "bare_append_cpu_us": round(bare_added / lines * 1e6, 1),
        "verify_s": round(waited, 2),
        "verify_cpu_s": round(verified, 2),
        "bare_verify_cpu_s": round(bare_verified, 2),
        "verify_cpu_ratio": round(verified / bare_verified, 2),
    }


def _portions(lines: int) -> Iterable[range]:
    return (range(first, min(first + PORTION, lines)) for first in range(0, lines, PORTION))


async def _append(core: Core, lines: int) -> float:
    now, used = core.clock.now(), time.process_time()
    for portion in _portions(lines):
        async with core.db.write() as tx:
            for n in portion:
                await append(
                    tx, core.keyring, now, ACT, actor=ACTOR, organization=OWNER, code=CODE, details={"spaces": n}
                )
    return time.process_time() - used


async def _verify(core: Core, lines: int) -> tuple[float, float]:
    started, used = time.perf_counter(), time.process_time()
    async with core.db.read() as tx:
        report = await Verifier(key_of(core.keyring)).run(tx)
    assert (report.lines, report.findings) == (lines, [])
    return time.perf_counter() - started, time.process_time() - used


def _bare(path: Path, key: bytes, lines: int) -> tuple[float, float]:
    """The same chain in one thread, without our door, our triggers and our rows."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"CREATE TABLE audit ({COLUMNS}, PRIMARY KEY (seq))")
    used = time.process_time()
    for portion in _portions(lines):
        connection.execute("BEGIN IMMEDIATE")
        for n in portion:
            _bare_line(connection, key, n)
        connection.execute("COMMIT")
    added, used = time.process_time() - used, time.process_time()
    link = ""
    for row in connection.execute(f"SELECT {COLUMNS} FROM audit ORDER BY seq"):
        link = link_of(key, link, canonical(*row[:-1]))
        assert link == row[-1]
    verified = time.process_time() - used
    connection.close()
    return added, verified


def _bare_line(connection: sqlite3.Connection, key: bytes, n: int) -> None:
    found = connection.execute("SELECT seq, link FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, before = (found[0] + 1, found[1]) if found else (1, "")
    line = (seq, 1_800_000_000_000, ACTOR, OWNER, ACT, CODE, "done", f'{{"spaces":{n}}}', None)
    link = link_of(key, before, canonical(*line))
    connection.execute("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?,?)", (*line, link))
