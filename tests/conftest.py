"""What every test gets. Keep it tiny: fixtures of one subject live in that subject's folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

pytest_plugins = ["tests.rigs.postgres", "tests.rigs.synapse"]


@pytest.fixture(autouse=True)
def _nobody_elses_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine the tests run on must not reach them."""
    import os

    for name in os.environ:
        if name.startswith("CAUSEWAY_"):
            monkeypatch.delenv(name)


@pytest.fixture
def own_logs() -> Iterator[None]:
    """What a test does to the root logger ends with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
