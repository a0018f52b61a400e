"""The parts of the pages made from the code: commands, tables. `causeway docs` writes them, a law compares.

A part stands between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

from pathlib import Path

from bot.db import metadata
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
        "greeter": "people who welcome new people",
        "moderator": "moderators",
        "coordinator": "coordinators",
    },
    "es": {
        "anyone": "cualquiera",
        "manager": "quien gestiona el servidor o la sala",
        "sender": "quien puede enviar",
        "greeter": "quien recibe a personas nuevas",
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


def data_table() -> str:
    """Every table as a row: who owns its rows, who may read them, which columns are sealed, when they are erased."""
    lines = ["| table | rows of | who may read | sealed | erased |", "|---|---|---|---|---|"]
    for table in metadata.sorted_tables:
        info, sealed = table.info, [column.name for column in table.c if column.info.get("sealed")]
        lines.append(
            f"| `{table.name}` | {info['owner']} | {info['readers']} | {', '.join(sealed) or '-'} | {info['erased']} |"
        )
    return "\n".join([*lines[:2], *sorted(lines[2:])])


def replace_part(text: str, name: str, body: str) -> str:
    """The text with what stands between the part's two marks replaced. ValueError when a mark is missing."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    head, rest = text.split(start, 1)
    tail = rest.split(end, 1)[1]
    return f"{head}{start}\n{body}\n{end}{tail}"


def refresh(root: Path, registry: Registry, words: Words) -> dict[Path, str]:
    """Each page's path and the text it should have. The features must be imported: their tables are listed too."""
    files = {"en": root / "README.md", "es": root / "README.es.md"}
    pages = {
        path: replace_part(path.read_text(encoding="utf-8"), "commands", command_table(registry, words, language))
        for language, path in files.items()
    }
    privacy = root / "docs" / "privacy.md"
    pages[privacy] = replace_part(privacy.read_text(encoding="utf-8"), "tables", data_table())
    return pages
