"""The meeting guide on paper: one self-contained page in both languages, and the same as a table. Pure functions."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape as html_escape

from bot.feature import Speaker, as_plain
from cogs.checkins.guides import PARTS, part_lines
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look

# A spreadsheet runs a cell that begins like this (SECURITY G8).
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠｜％")
_STYLE = """
body{font:17px/1.5 sans-serif;color:#111;background:#fff;max-width:42rem;margin:1rem auto;padding:0 1rem}
h1{font-size:1.35rem;margin:1rem 0 .25rem}h2{font-size:1.05rem;margin:.9rem 0 .2rem}
ul{margin:.2rem 0;padding-left:1.2rem}section+section{border-top:2px solid #111;margin-top:1.2rem}
@media print{body{font-size:11pt;margin:0}section+section{break-before:page;border:0}}
""".strip()


@dataclass(frozen=True)
class Section:
    """One part of the meeting: its heading, its minutes, what the debrief says on it."""

    heading: str
    minutes: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Guide:
    """The guide in one language, as plain text."""

    language: str
    title: str
    sections: tuple[Section, ...]


def guide_of(speak: Speaker, checkin: Checkin, look: Look) -> Guide:
    """The guide in the speaker's language."""
    found = []
    for part, minutes in PARTS:
        lines = [_line(as_plain(one)) for one in part_lines(speak, checkin, look, part)]
        found.append(Section(speak.label(f"page.{part}"), minutes, tuple(lines)))
    total = sum(minutes for _, minutes in PARTS)
    return Guide(speak.language, as_plain(speak("page.title", title=checkin.title, n=total)), tuple(found))


def _line(text: str) -> str:
    return text.strip().removeprefix("-").removeprefix("•").removeprefix(">").strip()


def guide_html(guides: Sequence[Guide]) -> str:
    """One file that needs nothing else: no script, no address, every word made literal."""
    sections = "\n".join(_section(one) for one in guides)
    title = html_escape(guides[0].title)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{guides[0].language}">\n<head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style></head>\n<body>\n{sections}\n</body>\n</html>\n"
    )


def _section(guide: Guide) -> str:
    parts = "\n".join(_part(at, one) for at, one in enumerate(guide.sections, 1))
    return f'<section lang="{guide.language}">\n<h1>{html_escape(guide.title)}</h1>\n{parts}\n</section>'


def _part(at: int, section: Section) -> str:
    lines = "".join(f"<li>{html_escape(one)}</li>" for one in section.lines)
    return f"<h2>{at}. {html_escape(section.heading)} ({section.minutes} min)</h2>\n<ul>{lines}</ul>"


def guide_csv(guides: Sequence[Guide]) -> str:
    """The same as a table: language, part, minutes, text. No cell can be run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("language", "part", "minutes", "text"))
    for guide in guides:
        for section in guide.sections:
            for line in section.lines:
                writer.writerow((guide.language, safe_cell(section.heading), section.minutes, safe_cell(line)))
    return out.getvalue()


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
