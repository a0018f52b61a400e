"""Settings: from a TOML file and the environment, checked before anything starts.

    settings = load(Path("config.toml"))
    settings.bot.zone, settings.database.url, settings.discord.api_url

* `CAUSEWAY_SECTION__KEY` in the environment wins over the file (lists as JSON: `CAUSEWAY_BOT__LANGUAGES='["es"]'`).
* A key nobody knows is an error that names the nearest key: a typing mistake must not silently mean the default.
* The file holds names of secrets, never their values (`bot.secrets`); what looks like a token is refused (SECURITY F2).
* Relative paths are relative to the file; after `load` every path and every SQLite address is absolute.
* `example()` prints the whole file with each setting's description; a test compares it with `config.example.toml`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config_errors import first_mistake, nearest
from bot.config_values import absolute_url, secrets_in, toml_value, wrapped
from bot.errors import ConfigError

PREFIX = "CAUSEWAY_"
Language = Literal["en", "es"]
# TOML has no word for "nothing": an empty text means it.
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
SECRET_NAME = r"^[a-z][a-z0-9_]{0,40}$"


class Section(BaseModel):
    """A table of the TOML file. Its docstrings become the comments of `config.example.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class BotSection(Section):
    """Who the bot is here."""

    name: str = Field("Causeway", min_length=1, max_length=32)
    """What people call the bot in this coalition. At most 32 characters, so that it fits every platform's display
    name."""
    coalition: str = Field("", max_length=80)
    """The name of the coalition in letters to partners. Empty: "our coalition", in each language."""
    kind: Literal["organizations", "members"] = "organizations"
    """"organizations": a table of autonomous organizations, one delegate speaks for each. "members": one membership in
    several chapters, everybody answers for themselves."""
    languages: tuple[Language, ...] = Field(("en", "es"), min_length=1)
    """The languages spoken here, the first one is the default: "en", "es"."""
    zone: str = "America/New_York"
    """The time zone of an organization that has not chosen its own (a name like "America/Chicago")."""
    data_dir: Path = Path("var")
    """Where databases and the Matrix key store live. Made with mode 0700; only the bot's user may read it."""
    secrets_dir: Path = Path("secrets")
    """One file per secret, mode 0400 or 0600. systemd's credentials come first, the environment last
    (`bot.secrets`)."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            near = nearest(zone, sorted(available_timezones())) if zone else "America/New_York"
            raise PydanticCustomError("zone", "no such zone", {"zone": zone[:40], "nearest": near[:40]})
        return zone


class DatabaseSection(Section):
    """Where things are kept. SQLite is right for one process; PostgreSQL buys the second."""

    url: str = ""
    """Empty: a SQLite file main.db in data_dir. Or sqlite:///path, or postgresql://user@host/name without a
    password."""
    keyring_url: str = ""
    """The keys that make the data readable, apart from them. Empty: keyring.db in data_dir. Back it up to another
    place."""
    password_secret: str = Field("database_password", pattern=SECRET_NAME)
    """Name of the secret with PostgreSQL's password; not asked for with SQLite."""
    master_key_secret: str = Field("master_key", pattern=SECRET_NAME)
    """Name of the secret with the master key (32 bytes as base64). `causeway init` makes it. Without it nothing is
    readable."""


class DiscordSection(Section):
    """Discord. No privileged intents: the bot reads no messages there."""

    enabled: bool = False
    """Whether the bot signs in to Discord."""
    token_secret: str = Field("discord_token", pattern=SECRET_NAME)
    """Name of the secret with the bot's token."""
    application_id: str = Field("", pattern=r"^[0-9]{0,20}$")
    """The application's number, for the link with which partners add the bot. `causeway init` writes it."""
    newcomers: bool = False
    """Whether that link also asks for private threads, which welcoming new people needs."""
    api_url: str = ""
    """Empty: Discord itself. Another address points the same code at a compatible server."""
    gateway_url: str = ""
    """Empty: Discord itself. Set together with api_url."""


class MatrixSection(Section):
    """Matrix. A plain account; keep its device for ever: the device is what makes sending safe to repeat."""

    enabled: bool = False
    """Whether the bot signs in to Matrix."""
    homeserver: str = ""
    """Address of the homeserver, with https://."""
    user_id: str = ""
    """The bot's account, @bot:example.org."""
    device_id: str = ""
    """The device made by `causeway init`. Never change it by hand: a lost key store needs a new sign-in."""
    token_secret: str = Field("matrix_token", pattern=SECRET_NAME)
    """Name of the secret with the access token of that device."""
    pickle_key_secret: str = Field("matrix_pickle_key", pattern=SECRET_NAME)
    """Name of the secret that encrypts the key store."""


class BackupSection(Section):
    """Back-ups, made while the bot runs. The keys go to another place than the data, or the pair is worth nothing."""

    data_to: OptionalPath = None
    """Folder for back-ups of the data. Empty: no back-ups, and `causeway check` reminds."""
    keys_to: OptionalPath = None
    """Folder for back-ups of the keys: another disk, another machine, another person."""
    hour: int = Field(3, ge=0, le=23)
    """Local hour of the nightly back-up."""
    keep_days: int = Field(30, ge=1, le=365)
    """How long back-ups of the data are kept, in days."""
    keep_key_days: int = Field(7, ge=1, le=30)
    """How long back-ups of the keys are kept, in days: after that, an erased person is unreadable everywhere."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.data_to is not None and self.data_to == self.keys_to:
            raise PydanticCustomError("same_folder", "data and keys in one folder")
        return self


class PrivacySection(Section):
    """What is published about people."""

    people_together: int = Field(5, ge=3, le=1000)
    """Fewest people behind any figure of a check-in (k). Never below 3. A check-in keeps the number with which it was
    opened, because its first line promised it."""


class DeliverySection(Section):
    """The pace of sending. The defaults are measured; lower is kinder, higher draws refusals."""

    discord_per_second: int = Field(49, ge=1, le=50)
    """Requests per second to all of Discord. 49 reaches 97 % of the limit with at most one refusal; a flat 50 lost
    messages."""
    discord_channel_messages: int = Field(4, ge=1, le=5)
    """Messages into one Discord channel per 5 seconds."""
    stop_window: int = Field(120, ge=0, le=3600)
    """Seconds between the second person's yes and the moment when a call leaves for other organizations: enough to
    see a typo and press *Stop*."""
    matrix_in_flight: int = Field(8, ge=1, le=32)
    """Requests at once to one homeserver. Above 8 only the waiting time grows."""
    matrix_limit_lifted: bool = False
    """Whether the homeserver's administrator lifted the bot's rate limit (docs/run.md). Without it, 100 rooms take
    7.5 minutes."""


class LogsSection(Section):
    """What is written while the bot runs. Tokens, accounts and contact data are taken out of every line."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least level that is written. The chat libraries never go below INFO: their DEBUG lines print bodies and
    tokens."""
    file: OptionalPath = None
    """Empty: standard error. A file is made with mode 0600, changed every midnight (UTC) and kept for 14 days."""
    format: Literal["auto", "json", "console"] = "auto"
    """"json": one object per line. "console": for eyes. "auto": console in a terminal."""


class Settings(BaseSettings):
    """Every setting of one installation. Frozen; made by `load` (a file) or `from_values` (tests, the demo)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, use_attribute_docstrings=True
    )

    bot: BotSection = BotSection()
    database: DatabaseSection = DatabaseSection()
    discord: DiscordSection = DiscordSection()
    matrix: MatrixSection = MatrixSection()
    backup: BackupSection = BackupSection()
    privacy: PrivacySection = PrivacySection()
    delivery: DeliverySection = DeliverySection()
    logs: LogsSection = LogsSection()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """The environment first, then the file. No .env file: it would be one more place for a secret to leak from."""
        return env_settings, init_settings


def load(path: Path | None = None) -> Settings:
    """Settings from `path`, else from $CAUSEWAY_CONFIG, else from ./config.toml. Raises ConfigError with a
    sentence."""
    chosen = path or Path(os.environ.get(f"{PREFIX}CONFIG", "config.toml"))
    try:
        values = tomllib.loads(chosen.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError("config.no_file", file=str(chosen)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ConfigError("config.not_toml", file=chosen.name, said=str(wrong)) from wrong
    for place in secrets_in(values):
        raise ConfigError("config.looks_like_a_secret", file=chosen.name, setting=place)
    return from_values(values, chosen.resolve().parent)


def from_values(values: Mapping[str, Any], folder: Path) -> Settings:
    """Settings from plain values (as in the TOML file) plus the environment; relative paths are put under
    `folder`."""
    _refuse_unknown_sections(os.environ)
    try:
        settings = Settings(**values)
    except ValidationError as wrong:
        raise first_mistake(wrong, keys()) from wrong
    return anchored(settings, folder.resolve())


def keys() -> dict[str, tuple[str, ...]]:
    """Every section and its keys, in the order of the file."""
    return {name: tuple(section.model_fields) for name, section in _sections().items()}


def anchored(settings: Settings, folder: Path) -> Settings:
    """The same settings with every path absolute and both database addresses filled in."""
    changes: dict[str, Section] = {}
    for name in _sections():
        section = getattr(settings, name)
        paths = {key: folder / value.expanduser() for key, value in section if isinstance(value, Path)}
        changes[name] = section.model_copy(update=paths)
    data_dir = changes["bot"].data_dir  # type: ignore[attr-defined]
    database = settings.database
    changes["database"] = database.model_copy(update={
        "url": absolute_url(database.url, folder, data_dir / "main.db"),
        "keyring_url": absolute_url(database.keyring_url, folder, data_dir / "keyring.db"),
    })  # fmt: skip
    return settings.model_copy(update=changes)


def example() -> str:
    """The text of `config.example.toml`: every section, every setting with its description and default."""
    return written({})


def written(values: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of a settings file with these values; everything else stands at its default, described."""
    lines = ["# Settings of Causeway. Made by `causeway config example`; every value here is the default.", ""]
    if values:
        lines[0] = "# Settings of Causeway. Made by `causeway init`; change what you like, then run `causeway check`."
    for name, section in _sections().items():
        lines += [f"# {line}" for line in wrapped(section.__doc__ or "")] + [f"[{name}]"]
        for key, field in section.model_fields.items():
            value = values.get(name, {}).get(key, field.default)
            lines += [*(f"# {line}" for line in wrapped(field.description or "")), f"{key} = {toml_value(value)}"]
        lines.append("")
    return "\n".join(lines)


def _sections() -> dict[str, type[Section]]:
    fields = Settings.model_fields.items()
    return {name: cast(type[Section], field.annotation) for name, field in fields}


def _refuse_unknown_sections(environ: Mapping[str, str]) -> None:
    """pydantic only looks at variables of sections it knows; a misspelt section would be ignored in silence."""
    for variable in environ:
        section, double, _key = variable.removeprefix(PREFIX).lower().partition("__")
        if variable.startswith(PREFIX) and double and section not in keys():
            raise ConfigError("config.unknown_section", section=section, nearest=nearest(section, keys()))
