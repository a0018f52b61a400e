"""Where secret values come from, and how they are written down.

Order (SECURITY 6.8): `$CREDENTIALS_DIRECTORY/<name>` (systemd: readable by the service only, never on disk in the
clear) -> a file of that name in `secrets_dir`, mode 0400 or 0600 -> `CAUSEWAY_SECRET_<NAME>` in the environment, with
a warning, because unit files and child processes show it. Every value read is told to the logs, which hide it.
"""

from __future__ import annotations

import base64
import logging
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from bot import logs
from bot.config import PREFIX, Settings
from bot.errors import ConfigError

_log = logging.getLogger(__name__)


class Secrets:
    """The secrets of one installation, by name."""

    def __init__(self, secrets_dir: Path, environ: Mapping[str, str] | None = None) -> None:
        self.secrets_dir = secrets_dir
        self._environ = os.environ if environ is None else environ

    @classmethod
    def of(cls, settings: Settings) -> Secrets:
        """The secrets that these settings name."""
        return cls(settings.bot.secrets_dir)

    def find(self, name: str) -> str | None:
        """The value, or None where nobody has it. Raises ConfigError when its file is open to others."""
        value = self._from_credentials(name) or self._from_file(name) or self._from_environment(name)
        if value:
            logs.hide(value)
        return value

    def read(self, name: str) -> str:
        """The value; a ConfigError says where it was looked for."""
        value = self.find(name)
        if value is None:
            raise ConfigError("config.no_secret", name=name, file=str(self.secrets_dir / name))
        return value

    def write(self, name: str, value: str) -> Path:
        """Keeps a value in `secrets_dir` (0700) as a file of mode 0600; the file is never wider, not for an instant."""
        logs.hide(value)
        self.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return write_private(self.secrets_dir / name, value + "\n")

    def make(self, name: str) -> str:
        """The value of that name, else a new one of 32 random bytes as base64, kept at once."""
        value = self.find(name)
        if value is None:
            value = base64.b64encode(secrets.token_bytes(32)).decode()
            self.write(name, value)
        return value

    def _from_credentials(self, name: str) -> str | None:
        directory = self._environ.get("CREDENTIALS_DIRECTORY")
        return _text(Path(directory) / name) if directory else None

    def _from_file(self, name: str) -> str | None:
        path = self.secrets_dir / name
        if path.exists():
            refuse_open_file(path)
        return _text(path)

    def _from_environment(self, name: str) -> str | None:
        value = self._environ.get(f"{PREFIX}SECRET_{name.upper()}")
        if value:
            _log.warning("secret %s comes from the environment, which child processes and unit files show", name)
        return value


def master_key(settings: Settings) -> bytes:
    """The 32 bytes that wrap all keys; ConfigError when missing or damaged."""
    name = settings.database.master_key_secret
    try:
        key = base64.b64decode(Secrets.of(settings).read(name), validate=True)
    except ValueError as wrong:
        raise ConfigError("config.master_key", name=name) from wrong
    if len(key) != 32:
        raise ConfigError("config.master_key", name=name)
    return key


def database_url(settings: Settings, url: str) -> str:
    """A database address with PostgreSQL's password filled in from its secret, if there is one."""
    parts = urlsplit(url)
    if parts.scheme != "postgresql" or parts.password:
        return url
    password = Secrets.of(settings).find(settings.database.password_secret)
    if password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def write_private(path: Path, text: str) -> Path:
    """Writes a file that only its owner may read: made as 0600 beside the old one, which it replaces in one step."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)
    return path


def refuse_open_file(path: Path) -> None:
    """ConfigError when anybody but the owner may read or write the file (SECURITY E4)."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigError("config.file_open", file=str(path), mode=f"{mode:04o}")


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (PermissionError, UnicodeDecodeError) as wrong:
        raise ConfigError("config.secret_unreadable", file=str(path)) from wrong
