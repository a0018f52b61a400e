"""F2: the settings file holds names of secrets; a value that looks like one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import example, load
from bot.config_values import looks_like_a_secret
from bot.errors import ConfigError

# Put together here, so that no scanner takes this file for a leak.
DISCORD = ".".join(["MTIzNDU2Nzg5MDEyMzQ1Njc4", "GhIjKl", "abcdefghijklmnopqrstuvwxyz0123456789AB"])
SYNAPSE = "syt_" + "Ym90_" + "kQzXwVuTsRqPoNmLkJiH_1a2B3c"
TOKENS = [DISCORD, SYNAPSE, "mct_" + "9fVb3LbQwErTyUiOpAsDfGh1_x", "q7Jx3dR5" * 5, "postgresql://bot:hunter2@db/causeway"]


@pytest.mark.parametrize("value", TOKENS)
def test_a_token_in_the_file_is_refused_without_being_repeated(value: str, tmp_path: Path) -> None:
    """F2"""
    file = tmp_path / "config.toml"
    file.write_text(f'[database]\nurl = "{value}"\n')
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert caught.value.key == "config.looks_like_a_secret"
    assert caught.value.params["setting"] == "database.url"
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "America/Argentina/ComodRivadavia", "/srv/causeway/backups/of-the-second-disk-2026", "https://matrix.example.org",
        "postgresql://bot@db.example.org:5432/causeway", "@causeway:example.org",
        "Coalición de los pueblos del río 2026",
    ],
)  # fmt: skip
def test_ordinary_values_are_not_taken_for_secrets(value: str) -> None:
    assert not looks_like_a_secret(value)


def test_a_token_under_an_unknown_key_is_refused_too(tmp_path: Path) -> None:
    """F2: the most likely mistake is `token = "..."`."""
    file = tmp_path / "config.toml"
    file.write_text(f'[discord]\ntoken = "{DISCORD}"\n')
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert caught.value.key == "config.looks_like_a_secret"


def test_the_example_names_secrets_and_holds_none() -> None:
    assert not any(looks_like_a_secret(line.partition(" = ")[2].strip('"')) for line in example().splitlines())
