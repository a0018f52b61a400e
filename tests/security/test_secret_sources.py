"""F2 and 6.8: credentials of systemd first, then a file nobody else can read, then the environment with a warning."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot import logs
from bot.config import from_values
from bot.errors import ConfigError
from bot.secrets import Secrets, database_url


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    credentials, files = tmp_path / "credentials", tmp_path / "secrets"
    credentials.mkdir()
    files.mkdir()
    return credentials, files


def keep(folder: Path, value: str, mode: int) -> None:
    path = folder / "discord_token"
    path.write_text(value + "\n")
    path.chmod(mode)


def test_the_order_is_credentials_file_environment(places: tuple[Path, Path]) -> None:
    """6.8"""
    credentials, files = places
    environ = {"CAUSEWAY_SECRET_DISCORD_TOKEN": "from the environment"}
    secrets = Secrets(files, environ)
    assert secrets.read("discord_token") == "from the environment"
    keep(files, "from the file", 0o400)
    assert secrets.read("discord_token") == "from the file"
    environ["CREDENTIALS_DIRECTORY"] = str(credentials)
    assert secrets.read("discord_token") == "from the file"
    keep(credentials, "from systemd", 0o440)
    assert secrets.read("discord_token") == "from systemd"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused(mode: int, places: tuple[Path, Path]) -> None:
    """E4"""
    keep(places[1], "value", mode)
    with pytest.raises(ConfigError) as caught:
        Secrets(places[1], {}).read("discord_token")
    assert caught.value.key == "config.file_open"
    assert caught.value.params["mode"] == f"{mode:04o}"


def test_the_environment_is_used_with_a_warning(places: tuple[Path, Path], caplog: pytest.LogCaptureFixture) -> None:
    """6.8"""
    with caplog.at_level(logging.WARNING):
        Secrets(places[1], {"CAUSEWAY_SECRET_DISCORD_TOKEN": "a value"}).read("discord_token")
    assert "environment" in caplog.text
    assert "a value" not in caplog.text


def test_a_missing_secret_says_where_it_belongs(places: tuple[Path, Path]) -> None:
    with pytest.raises(ConfigError) as caught:
        Secrets(places[1], {}).read("matrix_token")
    assert caught.value.params["file"] == str(places[1] / "matrix_token")


def test_what_is_written_is_for_the_owner_only_and_comes_back(tmp_path: Path) -> None:
    """E4: files 0600 in a folder 0700."""
    secrets = Secrets(tmp_path / "secrets", {})
    path = secrets.write("discord_token", "value")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    secrets.write("discord_token", "newer")
    assert secrets.read("discord_token") == "newer"
    assert [found.name for found in path.parent.iterdir()] == ["discord_token"]


def test_a_made_secret_is_made_once(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, {})
    assert secrets.make("master_key") == secrets.make("master_key")


def test_every_secret_read_is_hidden_from_the_logs(places: tuple[Path, Path]) -> None:
    """F3"""
    keep(places[1], "opensesame", 0o600)
    value = Secrets(places[1], {}).read("discord_token")
    assert logs.redact(f"it was {value} again") == "it was [secret] again"


def test_the_password_of_postgresql_comes_from_its_secret(tmp_path: Path) -> None:
    """F2: the address in the settings never carries it."""
    values = {"database": {"url": "postgresql://bot@db/causeway"}}
    settings = from_values(values, tmp_path)
    assert database_url(settings, settings.database.url) == "postgresql://bot@db/causeway"
    Secrets.of(settings).write("database_password", "p@ss/word")
    assert database_url(settings, settings.database.url) == "postgresql://bot:p%40ss%2Fword@db/causeway"
