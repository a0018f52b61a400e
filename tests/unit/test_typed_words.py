"""What a typed line means."""

from __future__ import annotations

import pytest

from bot.registry import Registry, discover
from bot.words import Words
from tests.laws.sources import ROOT

REGISTRY = Registry(discover(), Words.load(ROOT))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("mydata", "mydata.show"), ("mydata erase", "mydata.erase"), ("misdatos borrar", "mydata.erase"),
        ("MISDATOS", "mydata.show"), ("convocatoria donde A-7KQ2", "alerts.where"), ("orgs", "orgs.list"),
    ],
)  # fmt: skip
def test_either_language_is_understood(typed: str, name: str) -> None:
    """h8: with or without accents and capitals."""
    match = REGISTRY.match(typed)
    assert match is not None
    assert match.name == name


@pytest.mark.parametrize("typed", ["mydata stopp", "misdatos parar", "nonsense"])
def test_a_slip_behind_a_groups_word_is_no_other_command(typed: str) -> None:
    """h9: who writes `mydata stopp` is asked what they meant, not shown something else."""
    assert REGISTRY.match(typed) is None
