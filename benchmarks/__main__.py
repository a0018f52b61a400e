"""The command line of the figures.

python -m benchmarks                            all of them as a table (what `make bench` prints)
python -m benchmarks NAME [--option value]      one as a table
python -m benchmarks NAME --json                one as exactly one JSON object on standard output

Progress and logs go to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
import json
import pkgutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from rich.console import Console
from rich.table import Table

from bot import logs
from bot.config import LogsSection

HERE = Path(__file__).resolve().parent
Figures = dict[str, Any]


def discover() -> dict[str, Any]:
    """The benchmarks by name, sorted: the modules beside this file that have a TITLE."""
    names = sorted(one.name for one in pkgutil.iter_modules([str(HERE)]) if not one.name.startswith("_"))
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "TITLE")}


def options_of(benchmark: Any) -> Figures:
    """What can be set, with the usual values: the keyword arguments of its `run`."""
    kinds = inspect.Parameter
    given = inspect.signature(benchmark.run).parameters.values()
    return {one.name: one.default for one in given if one.kind is not kinds.VAR_KEYWORD}


def flattened(figures: Figures, above: str = "") -> Iterator[tuple[str, Any]]:
    """Rows of (dotted name, figure)."""
    for name, figure in figures.items():
        if isinstance(figure, dict):
            yield from flattened(figure, f"{above}{name}.")
        else:
            yield f"{above}{name}", figure


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what was asked for; 1 when one of all failed."""
    found = discover()
    chosen, rest = _parser(found).parse_known_args(arguments)
    if chosen.name is None:
        if rest:
            _parser(found).error(f"{rest[0]} needs the name of a benchmark")
        return _all(found)
    options = vars(_option_parser(chosen.name, found[chosen.name]).parse_args(rest))
    logs.set_up(LogsSection(level="WARNING"), sys.stderr)
    figures = asyncio.run(found[chosen.name].run(**options))
    if chosen.json:
        print(json.dumps(figures))
    else:
        _print({chosen.name: (found[chosen.name].TITLE, figures)})
    return 0


def _parser(found: dict[str, Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", choices=list(found))
    parser.add_argument("--json", action="store_true")
    return parser


def _option_parser(name: str, benchmark: Any) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {name}", description=benchmark.TITLE)
    for option, usual in options_of(benchmark).items():
        parser.add_argument(f"--{option.replace('_', '-')}", type=type(usual), default=usual)
    return parser


def _all(found: dict[str, Any]) -> int:
    """Each in a process of its own, so that none inherits another's memory or library addresses."""
    done, failed = {}, False
    for name, benchmark in found.items():
        print(f"{name}: {benchmark.TITLE}", file=sys.stderr, flush=True)
        started = time.monotonic()
        command = [sys.executable, "-m", "benchmarks", name, "--json"]
        with Popen(command, stdout=PIPE, cwd=HERE.parent, text=True) as process:
            printed, _ = process.communicate()
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        failed = failed or process.returncode != 0
        figures = json.loads(printed) if process.returncode == 0 else {"failed": process.returncode}
        done[name] = (benchmark.TITLE, figures)
    _print(done)
    return int(failed)


def _print(done: dict[str, tuple[str, Figures]]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    for name, (title, figures) in done.items():
        table = Table("figure", "value", title=f"{name}: {title}", title_justify="left", min_width=60)
        for row, figure in flattened(figures):
            table.add_row(row, str(figure))
        console.print(table)


if __name__ == "__main__":
    sys.exit(main())
