"""What the papers and the screens tell people to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import typer
from typer.main import get_command

from bot.cli import build
from tests.laws.sources import ROOT, files

WORD = r"([a-z][a-z-]+)"
TYPED = re.compile(rf"(?:`|\n|sudo |bin/|: |, |\. )causeway (?:--\w+ \w+ )?{WORD}(?: {WORD})?(?=[`\n .,:)\"]|$)")
MADE = re.compile(r"(?:[`\n]|sudo |&& )make ([a-z]+)")
PAPERS = [path for path in files() if path.suffix == ".md" or (path.suffix == ".toml" and "locales" in path.parts)]


def commands() -> dict[str, set[str]]:
    """Every command of the command line, with the commands of each group."""
    root = get_command(build())
    groups: dict[str, set[str]] = {}
    for name, command in getattr(root, "commands", {}).items():
        groups[name] = set(getattr(command, "commands", {}))
    return groups


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_command_that_people_are_told_to_type_exists() -> None:
    """DESIGN 7: docs are tested."""
    known = commands()
    assert {"demo", "run", "init", "check", "db", "code", "config", "version"} <= known.keys()
    wrong = []
    for path in PAPERS:
        for name, inside in TYPED.findall(text_of(path)):
            if name not in known or (inside and known[name] and inside not in known[name]):
                wrong.append(f"{path}: causeway {name} {inside}")
    assert not wrong


def test_every_make_target_in_the_papers_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(Path("Makefile")), re.MULTILINE))
    code = re.compile(r"`[^`]*`|```.*?```", re.DOTALL)
    wanted = {
        (str(path), target)
        for path in PAPERS
        if path.suffix == ".md"
        for piece in code.findall(text_of(path))
        for target in MADE.findall(piece)
    }
    assert {(path, target) for path, target in wanted if target not in targets} == set()


def test_the_command_line_says_what_each_command_does() -> None:
    root = get_command(build())
    assert isinstance(root, typer.core.TyperGroup)
    assert [name for name, command in root.commands.items() if not (command.help or command.hidden)] == []
