"""Lists for spreadsheets: no cell is run as a formula (SECURITY G8)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet takes a cell that begins like this for a formula (ASVS 1.2.10), full-width forms too.
FORMULA = "=+-@\t\r\n|%＝＋－＠｜％"


def write_csv(rows: Iterable[Sequence[str]]) -> str:
    """A list for spreadsheets: every cell quoted, none of them a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs: ' in front of what begins a formula, or of a ' that must come back."""
    return f"'{cell}" if cell[:1] and (cell[0] in FORMULA or cell[0] == "'") else cell
