"""Settings: what is accepted, what is refused, and the sentence that comes with it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.config import Settings, example, from_values, keys, load, written
from bot.errors import ConfigError


def refusal(values: dict[str, Any], folder: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        from_values(values, folder)
    return caught.value


def test_an_empty_file_is_a_whole_installation(tmp_path: Path) -> None:
    """h11: every setting has a default that works."""
    (tmp_path / "config.toml").write_text("")
    settings = load(tmp_path / "config.toml")
    assert settings.database.url == f"sqlite:///{tmp_path}/var/main.db"
    assert settings.database.keyring_url == f"sqlite:///{tmp_path}/var/keyring.db"
    assert not settings.discord.enabled
    assert not settings.matrix.enabled


def test_the_example_holds_every_setting_at_its_default(tmp_path: Path) -> None:
    """h11: the example is a file one can start from."""
    assert from_values(tomllib.loads(example()), tmp_path) == from_values({}, tmp_path)
    found = tomllib.loads(example())
    assert {name: tuple(section) for name, section in found.items()} == keys()


def test_every_setting_is_described() -> None:
    """h11: nobody has to read the source to fill in the file."""
    for name in keys():
        section: Any = Settings.model_fields[name].annotation
        assert section.__doc__, name
        missing = [key for key, field in section.model_fields.items() if not field.description]
        assert not missing


def test_written_values_come_back(tmp_path: Path) -> None:
    values: dict[str, dict[str, Any]] = {"bot": {"name": 'El "puente"', "languages": ["es"]}, "backup": {"hour": 9}}
    settings = from_values(tomllib.loads(written(values)), tmp_path)
    assert settings.bot.name == 'El "puente"'
    assert settings.bot.languages == ("es",)
    assert settings.backup.hour == 9


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_BOT__NAME", "From outside")
    monkeypatch.setenv("CAUSEWAY_BOT__LANGUAGES", '["es"]')
    settings = from_values({"bot": {"name": "From the file", "coalition": "River towns"}}, tmp_path)
    assert settings.bot.name == "From outside"
    assert settings.bot.languages == ("es",)
    assert settings.bot.coalition == "River towns"


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    values = {"bot": {"data_dir": "data", "secrets_dir": "/run/keys"}, "database": {"url": "sqlite:///data/x.db"}}
    settings = from_values(values, tmp_path)
    assert settings.bot.data_dir == tmp_path / "data"
    assert settings.bot.secrets_dir == Path("/run/keys")
    assert settings.database.url == f"sqlite:///{tmp_path}/data/x.db"
    assert settings.database.keyring_url == f"sqlite:///{tmp_path}/data/keyring.db"


@pytest.mark.parametrize(
    ("written_url", "meant"),
    [
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("sqlite+aiosqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("postgres://bot@db/causeway", "postgresql://bot@db/causeway"),
        ("postgresql+asyncpg://bot@db/causeway", "postgresql://bot@db/causeway"),
    ],
)
def test_database_addresses_may_be_written_in_every_usual_way(written_url: str, meant: str, tmp_path: Path) -> None:
    assert from_values({"database": {"url": written_url}}, tmp_path).database.url == meant


def test_settings_cannot_be_changed_after_they_are_read(tmp_path: Path) -> None:
    settings = from_values({}, tmp_path)
    with pytest.raises(ValidationError):
        setattr(settings.bot, "name", "Other")  # noqa: B010  mypy already refuses the plain form


@pytest.mark.parametrize(
    ("values", "key", "params"),
    [
        ({"bot": {"naem": "x"}}, "config.unknown_key", {"word": "naem", "nearest": "name"}),
        ({"discrod": {}}, "config.unknown_section", {"section": "discrod", "nearest": "discord"}),
        ({"bot": {"hour": 1}}, "config.other_section", {"word": "hour", "belongs": "backup"}),
        ({"bot": {"zone": "America/Chigaco"}}, "config.zone", {"nearest": "America/Chicago"}),
        ({"backup": {"hour": "many"}}, "config.want_number", {"setting": "backup.hour"}),
        ({"discord": {"enabled": "perhaps"}}, "config.want_yes_no", {"setting": "discord.enabled"}),
        ({"delivery": {"discord_per_second": 51}}, "config.want_at_most", {"le": "50"}),
        ({"backup": {"keep_days": 0}}, "config.want_at_least", {"ge": "1"}),
        ({"privacy": {"people_together": 2}}, "config.want_at_least", {"ge": "3"}),
        ({"bot": {"name": "x" * 33}}, "config.want_shorter", {"max_length": "32"}),
        ({"bot": {"languages": ["fr"]}}, "config.want_one_of", {"setting": "bot.languages"}),
        ({"discord": {"token_secret": "My Token"}}, "config.want_secret_name", {"setting": "discord.token_secret"}),
        ({"backup": {"data_to": "b", "keys_to": "b"}}, "config.same_folder", {"setting": "backup"}),
        ({"bot": 3}, "config.value", {"setting": "bot"}),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_wanted(
    values: dict[str, Any], key: str, params: dict[str, str], tmp_path: Path
) -> None:
    """h11: an unknown key is an error that names the nearest key."""
    error = refusal(values, tmp_path)
    assert error.key == key
    assert params.items() <= error.params.items()


@pytest.mark.parametrize("variable", ["CAUSEWAY_BTO__NAME", "CAUSEWAY_BOT__NAEM"])
def test_a_misspelt_variable_is_refused_like_a_misspelt_key(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "x")
    assert refusal({}, tmp_path).key in {"config.unknown_section", "config.unknown_key"}


def test_a_missing_file_and_a_broken_one_have_their_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as missing:
        load(tmp_path / "config.toml")
    assert missing.value.key == "config.no_file"
    (tmp_path / "config.toml").write_text("[bot\n")
    with pytest.raises(ConfigError) as broken:
        load(tmp_path / "config.toml")
    assert broken.value.key == "config.not_toml"


def test_the_file_is_found_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text('[bot]\nname = "Puente"\n')
    monkeypatch.setenv("CAUSEWAY_CONFIG", str(tmp_path / "mine.toml"))
    assert load().bot.name == "Puente"
