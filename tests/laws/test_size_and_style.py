"""DESIGN 7: short functions, short files, and a reason wherever a rule is bent."""

from __future__ import annotations

import ast
import re
import statistics

import pytest

from tests.laws.sources import Source, sources

MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_COG = 250
MEDIAN_FUNCTION = 8
LONG_FUNCTION = 40
PYTHON = sources("bot", "cogs", "migrations", "tests", "benchmarks")


@pytest.mark.parametrize("source", PYTHON, ids=lambda source: str(source.path))
def test_no_file_is_over_400_lines(source: Source) -> None:
    """DESIGN 7"""
    assert source.text.count("\n") <= MOST_LINES_IN_A_FILE


def test_a_newcomer_can_read_a_feature_in_one_sitting() -> None:
    """DESIGN 1: what people can say and what we answer, under 250 lines."""
    front = [source for source in sources("cogs") if source.path.stem == "__init__"]
    lengths = {str(source.path): source.text.count("\n") for source in front}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES_IN_A_COG} == {}


def function_lengths(*folders: str) -> dict[str, int]:
    """Lines of each function without its docstring and decorators."""
    found = {}
    for source in sources(*folders):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                words = ast.get_docstring(node, clean=False)
                lines = (node.end_lineno or node.lineno) - node.lineno + 1 - (words.count("\n") + 1 if words else 0)
                found[f"{source.path}:{node.lineno} {node.name}"] = lines
    return found


@pytest.mark.parametrize("folders", [("bot", "cogs"), ("tests",)], ids=["product", "tests"])
def test_functions_are_short(folders: tuple[str, ...]) -> None:
    """DESIGN 7: median at most 8 lines, 95 % at most 40."""
    lengths = function_lengths(*folders)
    assert statistics.median(lengths.values()) <= MEDIAN_FUNCTION
    long = {name: lines for name, lines in lengths.items() if lines > LONG_FUNCTION}
    assert len(long) <= 0.05 * len(lengths), long


def test_a_broad_except_gives_its_reason() -> None:
    """A comment on its line or on the line below; tidying up and raising again needs none."""
    silent = []
    for source in sources("bot", "cogs", "migrations", "benchmarks"):
        lines = source.text.splitlines()
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ExceptHandler) or not _is_broad(node) or _raises_again(node):
                continue
            if "#" not in lines[node.lineno - 1] + lines[node.lineno]:
                silent.append(f"{source.path}:{node.lineno}")
    assert not silent


def _is_broad(node: ast.ExceptHandler) -> bool:
    return node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})


def _raises_again(node: ast.ExceptHandler) -> bool:
    last = node.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_nothing_is_left_half_done() -> None:
    """No reminder to finish something later: it is done or it is written down as not done."""
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise Not" + r"ImplementedError")
    left = [
        f"{source.path}:{number}"
        for source in PYTHON
        for number, line in enumerate(source.text.splitlines(), 1)
        if marks.search(line)
    ]
    assert not left


def test_every_public_name_of_the_house_is_described() -> None:
    """DESIGN 7: public docstrings say shapes, units and errors."""
    bare = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in sources("bot", "cogs")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_") and not ast.get_docstring(node)
        and node in source.tree.body
    ]  # fmt: skip
    assert not bare


def test_every_module_says_what_it_is_for() -> None:
    bare = [str(source.path) for source in sources("bot", "cogs") if source.text and not ast.get_docstring(source.tree)]
    assert not bare


def test_features_and_adapters_are_tested_without_mocks() -> None:
    """DESIGN 7: features run on the rehearsal adapter, adapters run against servers."""
    imported = [(source.path, module) for source in sources("tests") for module, _line in source.imports()]
    assert not [path for path, module in imported if module.startswith("unittest.mock")]
