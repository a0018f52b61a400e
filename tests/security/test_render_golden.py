"""G3: hostile texts, drawn for both platforms, are kept in a file that a person has read.

After a wanted change: `python -m tests.security.test_render_golden` writes the file anew; read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.text import escape, gate, parse, to_discord, to_matrix
from tests.security.hostile import TEXTS, faults_on_discord, faults_on_matrix

GOLDEN = Path(__file__).parent / "golden" / "renderings.json"


def drawn(text: str) -> dict[str, dict[str, str]]:
    """A text as a person typed it: once made literal, once read as our small Markdown."""
    clean = gate(text, limit=1500)
    return {"literal": _both(escape(clean)), "markdown": _both(clean)}


def _both(markdown: str) -> dict[str, str]:
    doc = parse(markdown)
    body, html = to_matrix(doc)
    return {"discord": to_discord(doc), "matrix body": body, "matrix html": html}


def test_there_are_at_least_forty_hostile_texts() -> None:
    """G3."""
    assert len(TEXTS) >= 40


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_drawn_as_it_was_read(name: str) -> None:
    """G3: any change of a rendering is seen by a person."""
    assert drawn(TEXTS[name]) == json.loads(GOLDEN.read_text(encoding="utf-8"))[name]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("way", ["literal", "markdown"])
def test_nothing_hostile_is_left_on_either_platform(name: str, way: str) -> None:
    """G1, G3, G4, G5."""
    result = drawn(TEXTS[name])[way]
    assert not faults_on_discord(result["discord"])
    assert not faults_on_matrix(result["matrix html"])


if __name__ == "__main__":
    everything = {name: drawn(text) for name, text in TEXTS.items()}
    GOLDEN.write_text(json.dumps(everything, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
