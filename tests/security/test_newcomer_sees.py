"""C1: what a newcomer's account can obtain from every command is a list that somebody has read.

After a change on purpose: `python -m tests.security.newcomer_sees`, and read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path

from bot.registry import discover
from tests.security.newcomer_sees import CANARIES, GOLDEN, seen


async def test_a_newcomer_sees_what_is_on_the_list_and_nothing_else(tmp_path: Path) -> None:
    """C1: every entry of the registry is on it; no member, no plan, no other newcomer is."""
    found = await seen(tmp_path)
    assert set(found) == {f"{feature.name}.{entry.name}" for feature in discover() for entry in feature.entries}
    text = json.dumps(found, ensure_ascii=False)
    assert [canary for canary in CANARIES if canary in text] == []
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    changed = {name: found[name] for name in found if found[name] != golden.get(name)}
    assert changed == {}
    assert set(golden) == set(found)
