"""The figures' command line: what it finds, what can be set, and that one object is printed. Heavy ones are not run."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import discover, flattened, main, options_of

ROOT = Path(__file__).resolve().parents[2]
FOUND = discover()


def test_what_is_to_be_measured_is_there() -> None:
    """Issue 2, section 5: `delivery`, `intake`, `footprint`; a module without a title is a part of another."""
    assert {"delivery", "footprint", "intake", "store"} <= set(FOUND)
    assert not {"rigs", "crowd", "bare_bot", "delivery_matrix"} & set(FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_every_figure_says_what_it_is_and_what_can_be_set(name: str) -> None:
    benchmark = FOUND[name]
    assert isinstance(benchmark.TITLE, str)
    assert inspect.iscoroutinefunction(benchmark.run)
    options = options_of(benchmark)
    assert json.loads(json.dumps(options)) == options
    assert all(isinstance(usual, int | float | str) for usual in options.values())


def test_one_benchmark_prints_exactly_one_object() -> None:
    command = [sys.executable, "-m", "benchmarks", "store", "--json", "--presses", "20"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    figures: dict[str, Any] = json.loads(printed)
    assert printed.count("\n") == 1
    assert figures["presses"] == 20
    assert all(figures[name] > 0 for name in ("cpu_ms", "wall_ms", "engine_cpu_ms", "engine_wall_ms", "cpu_ratio"))


@pytest.mark.parametrize("asked", [["nothing"], ["store", "--pressses", "2"], ["--presses", "2"]], ids=" ".join)
def test_what_cannot_be_asked_for_is_refused(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(asked)
    assert refused.value.code == 2
    assert capsys.readouterr().out == ""


def test_figures_are_named_by_their_way() -> None:
    assert list(flattened({"a": {"b": 1, "c": {"d": 2}}, "e": 3})) == [("a.b", 1), ("a.c.d", 2), ("e", 3)]
