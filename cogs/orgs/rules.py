"""What can be decided about organizations without asking anybody: permissions, lists, kinds, roles, pages."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

LETTER_LIFE = timedelta(days=7)  # of a connection code; the same as bot.spaces keeps it
MODERATOR_CODE_LIFE = timedelta(days=1)
PAGE = 20  # organizations in one answer
LONGEST_NAME = 120
MOST_ROWS = 5000
ROWS_NAMED = 12  # of one problem; the others are counted
MOST_CHARACTERS = 2_000_000

# What the bot asks of a Discord server, bit by bit (SECURITY F1, FACTS 34):
# https://discord.com/developers/docs/topics/permissions
PERMISSIONS = {
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
}
FOR_NEWCOMERS = {"create_private_threads": 1 << 36, "send_messages_in_threads": 1 << 38}
INVITE = "https://discord.com/oauth2/authorize?client_id={id}&permissions={bits}&scope=bot+applications.commands"

KINDS = ("group", "nonprofit", "union", "party")
ROLES = ("moderator", "sender", "greeter")


def permission_bits(newcomers: bool) -> int:
    """The permissions integer of the link: 117760, with private threads 343597501440."""
    return sum(PERMISSIONS.values()) + (sum(FOR_NEWCOMERS.values()) if newcomers else 0)


def invite_link(application: str, newcomers: bool) -> str:
    """The link with which a partner adds the bot to a Discord server."""
    return INVITE.format(id=application, bits=permission_bits(newcomers))


def read_platform_role(text: str) -> str | None:
    """A role of a partner's own platform as it is kept: a Discord role (`<@&id>` or its id), `level:50` or `level:100`.

    None for anything else: Matrix calls these two levels moderators and administrators, others have no name.
    """
    typed = text.strip()
    if found := re.fullmatch(r"(?:<@&)?([0-9]{15,20})>?", typed, re.ASCII):
        return found[1]
    found = re.fullmatch(r"(?:level|nivel)?[ :]*(50|100)", typed.casefold(), re.ASCII)
    return f"level:{found[1]}" if found else None


def pages(count: int) -> int:
    """How many pages a list of so many organizations has; at least one."""
    return max(1, -(-count // PAGE))


# -- lists of organizations (CSV) -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """One organization of a list. Only the name is required; `row` is its line's number, the heading being row 1."""

    name: str
    kind: str = "group"
    state: str = ""
    language: str = ""
    row: int = 0


@dataclass(frozen=True)
class Problem:
    """What is wrong with a list: a key under `orgs.`, and the row (0: the whole list)."""

    key: str
    row: int = 0
    said: str = ""


COLUMNS = {
    "name": ("name", "nombre", "organization", "organizations", "organizacion", "organizaciones"),
    "kind": ("kind", "type", "tipo", "clase"),
    "state": ("state", "states", "estado", "estados", "region"),
    "language": ("language", "languages", "idioma", "idiomas", "lengua"),
}
HEADING = ("name", "kind", "state", "language")
_KIND_WORDS = (
    ("nonprofit", ("c3", "nonprofit", "non-profit", "sin fines de lucro", "sin fin de lucro")),
    ("party", ("party", "partido")),
    ("union", ("union", "sindicato", "sindical")),
)
_LANGUAGES = {
    "en": ("en", "english", "ingles"),
    "es": ("es", "spanish", "espanol"),
    "both": ("both", "ambos", "en es", "es en", "english spanish", "ingles espanol", "bilingual", "bilingue"),
}
# A spreadsheet takes a cell that begins like this for a formula (SECURITY G8, ASVS 1.2.10), full-width forms too.
FORMULA = "=+-@\t\r\n|%＝＋－＠｜％"


def read_csv(text: str) -> tuple[list[Listed], list[Problem]]:
    """The organizations of a list with a heading in either language, and what is wrong, with row numbers.

    A list of one column needs no heading. Columns that nobody knows are left alone; a kind that is not known is a
    problem of its row and the organization is taken as a group.
    """
    if len(text) > MOST_CHARACTERS:
        return [], [Problem("csv_too_long")]
    try:
        rows = read_cells(text.removeprefix("\ufeff"))
    except csv.Error:
        return [], [Problem("csv_not_a_list")]
    if not rows:
        return [], [Problem("csv_empty")]
    columns = _columns(rows[0][1])
    if "name" in columns:
        rows = rows[1:]
    elif max(len(row) for _, row in rows) == 1:
        columns = {"name": 0}
    else:
        return [], [Problem("csv_no_name", 1)]
    if len(rows) > MOST_ROWS:
        return [], [Problem("csv_too_long")]
    return _listed(rows, columns)


def summed(problems: Iterable[Problem]) -> list[tuple[str, str, str]]:
    """(key, what was said, its rows) of each different problem, in the order in which they came."""
    rows: dict[tuple[str, str], list[int]] = {}
    for one in problems:
        rows.setdefault((one.key, one.said), []).append(one.row)
    return [(key, said, _few(found)) for (key, said), found in rows.items()]


def _few(rows: Sequence[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:ROWS_NAMED])
    return shown if len(rows) <= ROWS_NAMED else f"{shown} + {len(rows) - ROWS_NAMED}"


def read_cells(text: str) -> list[tuple[int, list[str]]]:
    """Rows with something in them, numbered as a spreadsheet numbers them. Half the world writes semicolons."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    numbered = [(number, [bare(cell) for cell in row]) for number, row in enumerate(read, 1)]
    return [(number, row) for number, row in numbered if any(cell.strip() for cell in row)]


def _columns(heading: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(heading):
        for column, names in COLUMNS.items():
            if plain(cell) in names:
                found.setdefault(column, at)
    return found


def _listed(rows: Iterable[tuple[int, list[str]]], columns: dict[str, int]) -> tuple[list[Listed], list[Problem]]:
    listed, problems = [], []
    for number, row in rows:
        given = {column: row[at].strip() for column, at in columns.items() if at < len(row)}
        name = given.get("name", "")
        if not name:
            problems.append(Problem("csv_row_without_name", number))
            continue
        if len(name) > LONGEST_NAME:
            problems.append(Problem("csv_name_too_long", number, name[:40]))
            continue
        read = {key: reader(given.get(key, "")) for key, reader in _READERS.items()}
        problems += [Problem(f"csv_{key}", number, given[key][:40]) for key, value in read.items() if value is None]
        kind, state, language = (read[key] or "" for key in ("kind", "state", "language"))
        listed.append(Listed(name, kind or "group", state, language, number))
    return listed, problems


def read_kind(text: str) -> str | None:
    """One of KINDS from words in either language; "group" for nothing, None for a word that is not known."""
    typed = plain(text)
    if typed in {"", "group", "grupo"}:
        return "group"
    known = (kind for kind, words in _KIND_WORDS if any(word in typed for word in words))
    return next(known, None)


def read_state(text: str) -> str | None:
    """Two capital letters, of the first state named ("GA, SC" is a chapter across a border); None for other words."""
    first = re.split(r"[,;/ ]+", text.strip())[0].upper()
    return first if re.fullmatch(r"(?:[A-Z]{2})?", first, re.ASCII) else None


def read_language(text: str) -> str | None:
    """en, es, both, or "" for nothing; None for another word."""
    typed = " ".join(re.split(r"[^a-z]+", plain(text))).replace(" and ", " ").replace(" y ", " ").strip()
    if not typed:
        return ""
    return next((language for language, words in _LANGUAGES.items() if typed in words), None)


_READERS = {"kind": read_kind, "state": read_state, "language": read_language}


def bare(cell: str) -> str:
    """A cell as it was before `write_csv` made it harmless."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and (cell[1] in FORMULA or cell[1] == "'") else cell


def plain(text: str) -> str:
    """A word for comparing: small letters, no accents, single spaces."""
    spread = unicodedata.normalize("NFKD", text.replace("_", " "))
    return " ".join("".join(one for one in spread if not unicodedata.combining(one)).casefold().split())
