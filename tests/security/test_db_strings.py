"""E1, D2, F3: after a walk, no account and no private word is readable in any file, log or room."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot import logs
from bot.backup import copy
from tests.conformance.house import RehearsalHouse
from tests.security.walking import ANA, BEN, TYPED, Walked, walk

CANARIES = [ANA, BEN, TYPED, "Mod River", "Mod Hill"]


def found_in(data: bytes) -> list[str]:
    """Which canaries are readable there, in any of the ways in which text is stored."""
    ways = ("utf-8", "utf-16-le", "utf-16-be")
    return [one for one in CANARIES if any(one.encode(way).lower() in data.lower() for way in ways)]


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """The log at DEBUG, through the product's own formatter."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, old = logging.StreamHandler(stream), root.level
    handler.setFormatter(logs.formatter())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(old)


async def test_no_account_and_no_private_word_is_readable_in_the_files(house: RehearsalHouse, tmp_path: Path) -> None:
    """E1: main.db, its write-ahead log, the keyring, and a back-up of both."""
    await walk(house)
    (tmp_path / "backup").mkdir()
    for name in ("main", "keys"):
        copy(tmp_path / f"{name}.db", tmp_path / "backup" / f"{name}.db")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"main.db", "main.db-wal", "keys.db"}
    assert {str(path): found for path in files if (found := found_in(path.read_bytes()))} == {}


async def test_nobody_is_named_in_a_log(house: RehearsalHouse) -> None:
    """F3: the whole walk at DEBUG, libraries included."""
    with everything_logged() as stream:
        await walk(house)
    assert found_in(stream.getvalue().encode()) == []


async def test_nothing_private_stands_in_a_room(house: RehearsalHouse) -> None:
    """D2: rooms hold public text and sums only."""
    await walk(house)
    posts = [one for channel in house.world.channels.values() if not channel.direct_with for one in channel.messages]
    assert posts
    everything = "\n".join("\n".join([one.text, one.html, *one.versions]) for one in posts)
    assert found_in(everything.encode()) == []


async def test_no_row_number_and_no_internal_id_is_shown(house: RehearsalHouse) -> None:
    """A5: people see short random codes only."""
    walked: Walked = await walk(house)
    seen = await house.command(walked.sender.moderator, walked.sender.space, "desk", "action where", code=walked.code)
    messages = [one for channel in house.world.channels.values() for one in channel.messages]
    shown = "\n".join([seen.text, *(one.text for one in messages)])
    assert not re.search(r"\b[0-9a-f]{20}\b|\b\d{15,21}\b", shown)
