"""What every test gets. Keep it tiny: fixtures of one subject live in that subject's folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot.logs import LEAST_LEVEL

pytest_plugins = ["tests.rigs.canaries", "tests.rigs.postgres", "tests.rigs.synapse"]

# The longest first: two cores then end at about the same time.
SLOW = ("kill", "faults", "adapters", "conformance", "setup", "machines", "rehearsal", "spikes", "store")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts the folders; within a folder the order stays."""
    here = Path(__file__).parent
    items.sort(key=lambda item: _rank(item.path.relative_to(here).parts[0]))


def _rank(folder: str) -> int:
    return SLOW.index(folder) if folder in SLOW else len(SLOW)


def _log_plainly() -> None:
    """structlog's own tracebacks are drawn with rich, which costs seconds each where Hypothesis traces every line."""
    drawn = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, drawn])


_log_plainly()


@pytest.fixture(autouse=True)
def _nobody_elses_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine the tests run on must not reach them."""
    import os

    for name in os.environ:
        if name.startswith("CAUSEWAY_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """What a test does to the loggers ends with it; a command sets up those of the process that it runs in."""
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in ("", *LEAST_LEVEL)}
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()
    _log_plainly()
