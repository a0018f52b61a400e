"""What every test gets. Keep it tiny: fixtures of one subject live in that subject's folder."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.rigs.postgres", "tests.rigs.synapse"]


@pytest.fixture(autouse=True)
def _nobody_elses_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine the tests run on must not reach them."""
    import os

    for name in os.environ:
        if name.startswith("CAUSEWAY_"):
            monkeypatch.delenv(name)
