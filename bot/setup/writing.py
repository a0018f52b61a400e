"""Writing what was answered: secrets, settings, database, organizations, and the first coordinator's one-time code."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import backup
from bot.app import build_core
from bot.audit import append
from bot.clock import Clock
from bot.config import Settings, from_values, load, written
from bot.core import Core
from bot.db import Tx
from bot.errors import UserError
from bot.secrets import Secrets, database_url, master_key, write_private
from bot.setup.readings import Listed

if TYPE_CHECKING:  # the wizard brings both chat libraries: 27 MB that `causeway run` on Discord alone never needs
    from bot.setup.wizard import Answers

Values = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Written:
    """What there is now. `code` is None where the coalition has a coordinator already."""

    settings: Settings
    code: str | None
    added: int
    there_already: tuple[str, ...]


def present(config: Path) -> Values:
    """The settings file as plain values; {} where there is none. A broken file is an error: it is somebody's work."""
    if not config.exists():
        return {}
    load(config)
    return tomllib.loads(config.read_text(encoding="utf-8"))


async def write_everything(answers: Answers, config: Path, before: Mapping[str, Mapping[str, Any]]) -> Written:
    """Secrets first, then the settings that name them (all 0600), then the database."""
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    values = values_of(answers, before)
    settings = from_values(values, config.resolve().parent)
    _write_secrets(answers, settings)
    write_private(config, written(values))
    async with opened(settings) as core, core.db.write() as tx:
        now = core.clock.now()
        added, there = await _add_organizations(core, tx, answers, now)
        code = await first_code(core, tx, now)
    return Written(settings, code, added, tuple(there))


def values_of(answers: Answers, before: Mapping[str, Mapping[str, Any]]) -> Values:
    """The settings to write: what was answered over what stood in the file."""
    values: Values = {section: dict(keys) for section, keys in before.items()}
    bot = {"name": answers.name, "languages": list(answers.languages), "zone": answers.zone, "kind": answers.kind}
    _over(values, "bot", bot)
    if answers.discord is not None:
        _over(values, "discord", {"enabled": True, "application_id": str(answers.discord.id)})
    if answers.matrix is not None:
        account = answers.matrix
        _over(values, "matrix", {"enabled": True, "homeserver": account.homeserver, "user_id": account.user_id,
                                 "device_id": account.device_id})  # fmt: skip
    if answers.data_to is not None and answers.keys_to is not None:
        _over(values, "backup", {"data_to": str(answers.data_to), "keys_to": str(answers.keys_to)})
    return values


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Core]:
    """The bot without its platforms, on this installation's databases (brought up to date); closed afterwards."""
    backup.refuse_what_does_not_fit(settings)
    url, keyring = (database_url(settings, one) for one in (settings.database.url, settings.database.keyring_url))
    core = await build_core(url, keyring, master_key(settings), clock=Clock(), settings=settings)
    try:
        yield core
    finally:
        await core.keyring.close()
        await core.db.close()


async def first_code(core: Core, tx: Tx, now: datetime) -> str | None:
    """A code that makes whoever sends it to the bot a coordinator; None when there is one already."""
    if await core.spaces.holders(tx, "", "coordinator"):
        return None
    await append(tx, core.keyring, now, "core.coordinator_code")
    return await core.spaces.new_code(tx, "", now)


def _over(values: Values, section: str, new: dict[str, Any]) -> None:
    values[section] = values.get(section, {}) | new


def _write_secrets(answers: Answers, settings: Settings) -> None:
    secrets = Secrets.of(settings)
    secrets.make(settings.database.master_key_secret)
    if answers.discord_token is not None:
        secrets.write(settings.discord.token_secret, answers.discord_token)
    if answers.matrix is not None:
        secrets.make(settings.matrix.pickle_key_secret)
        secrets.write(settings.matrix.token_secret, answers.matrix.access_token)


async def _add_organizations(core: Core, tx: Tx, answers: Answers, now: datetime) -> tuple[int, list[str]]:
    there: list[str] = []
    for one in answers.organizations:
        try:
            await core.spaces.add(tx, one.name, now, **_columns(one, answers))
        except UserError:  # same or look-alike name: the file was read before, or names somebody twice
            there.append(one.name)
    return len(answers.organizations) - len(there), there


def _columns(one: Listed, answers: Answers) -> dict[str, str]:
    spoken = "both" if len(answers.languages) > 1 else answers.languages[0]
    return {"zone": answers.zone, "language": spoken} | one.values
