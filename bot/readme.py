"""The parts of the READMEs made from the code: the table of commands. `causeway docs` writes them, a law compares.

A part stands between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

from pathlib import Path

from bot.feature import Entry
from bot.registry import Registry
from bot.words import Words

HEADS = {
    "en": ("Discord", "Matrix", "what it does", "who"),
    "es": ("Discord", "Matrix", "qué hace", "quién"),
}
WHO = {
    "en": {
        "anyone": "anybody",
        "manager": "who manages the server or room",
        "sender": "who may send",
        "moderator": "moderators",
        "coordinator": "coordinators",
    },
    "es": {
        "anyone": "cualquiera",
        "manager": "quien gestiona el servidor o la sala",
        "sender": "quien puede enviar",
        "moderator": "quien modera",
        "coordinator": "coordinación",
    },
}


def command_table(registry: Registry, words: Words, language: str) -> str:
    """Every entry as a row of a Markdown table, by its typed word."""
    rows = [_row(registry, words, language, name, entry) for name, entry in registry]
    head = HEADS[language]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *sorted(rows)]
    return "\n".join(lines)


def _row(registry: Registry, words: Words, language: str, name: str, entry: Entry) -> str:
    typed = registry.command(name, language)
    about = words.label(language, f"{name}.about")
    return f"| `/{typed}` | `!{typed}` | {about} | {WHO[language][entry.level.value]} |"


def replace_part(text: str, name: str, body: str) -> str:
    """The text with what stands between the part's two marks replaced. ValueError when a mark is missing."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    head, rest = text.split(start, 1)
    tail = rest.split(end, 1)[1]
    return f"{head}{start}\n{body}\n{end}{tail}"


def refresh(root: Path, registry: Registry, words: Words) -> dict[Path, str]:
    """Each README's path and the text it should have."""
    files = {"en": root / "README.md", "es": root / "README.es.md"}
    return {
        path: replace_part(path.read_text(encoding="utf-8"), "commands", command_table(registry, words, language))
        for language, path in files.items()
    }
