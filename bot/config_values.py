"""Values of the settings file: how they are written, how addresses become absolute, and what looks like a secret."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

# Discord's three dotted parts; the prefixes of Synapse, MAS and GitHub; PEM; long runs of letters and digits.
_TOKEN_SHAPES = re.compile(
    r"[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}|\b(?:syt|syr|mct|mat|mcr|ghp|xox[abp])_[\w-]{16,}|-----BEGIN|"
    r"(?=[A-Za-z0-9+/_=-]*\d)(?=[A-Za-z0-9+/_=-]*[A-Za-z])[A-Za-z0-9+_=-]{32,}"
)


def secrets_in(values: Mapping[str, object], place: str = "") -> Iterator[str]:
    """Places (`discord.token`) whose value looks like a token or is an address with a password in it."""
    for key, value in values.items():
        here = f"{place}.{key}" if place else key
        if isinstance(value, Mapping):
            yield from secrets_in(value, here)
        elif isinstance(value, str) and looks_like_a_secret(value):
            yield here


def looks_like_a_secret(value: str) -> bool:
    """Whether a settings value looks like a token or carries a password."""
    if "://" in value and urlsplit(value).password:
        return True
    return any(_TOKEN_SHAPES.search(part) for part in value.split("/"))


def absolute_url(url: str, folder: Path, default: Path) -> str:
    """A database address as `sqlite:////absolute/path` or `postgresql://...`; empty means the SQLite file `default`.

    A relative SQLite path (`sqlite:///data/main.db`) is put under `folder`; `sqlite:////var/x.db` is absolute.
    """
    if not url:
        return f"sqlite:///{default}"
    scheme, _, rest = url.partition("://")
    if scheme.split("+")[0] == "sqlite":
        return f"sqlite:///{folder / Path(rest.removeprefix('/')).expanduser()}"
    return f"postgresql://{rest}" if scheme.startswith("postgres") else url


def toml_value(value: object) -> str:
    """One value as TOML. Text, numbers, yes/no, lists of them, paths; None is written as empty text."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    return json.dumps(str(value), ensure_ascii=False)


def wrapped(text: str) -> list[str]:
    """A description as lines of at most 110 characters."""
    return textwrap.wrap(" ".join(text.split()), 110)
