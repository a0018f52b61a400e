"""`causeway init`: eight questions, each checked when it is answered; then everything is written at once.

Nothing is written before the last answer, so stopping half-way leaves nothing behind. Run again it proposes what is
there already: that is how a new token is put in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.config import from_values
from bot.errors import CausewayError, UserError
from bot.platforms.discord import Application
from bot.platforms.matrix.session import Account
from bot.setup import discord, matrix
from bot.setup import readings as r
from bot.setup.asking import Asker, Questions, Text

QUESTIONS = 8
ANSWERS = frozenset({
    "name", "languages", "zone", "discord_token", "matrix_user", "matrix_homeserver", "matrix_password",
    "matrix_token", "matrix_device", "organizations", "kind", "backup", "backup_keys",
})  # fmt: skip
Read = TypeVar("Read")
SKIP = {"", "-", "skip", "saltar", "no"}


@dataclass(frozen=True)
class Answers:
    """Everything that was answered and checked. `None`: skipped, or kept as it is."""

    name: str
    languages: tuple[str, ...]
    zone: str
    discord_token: str | None
    discord: Application | None
    matrix: Account | None
    organizations: list[r.Listed]
    kind: str
    data_to: Path | None
    keys_to: Path | None


async def ask_everything(asker: Asker, text: Text, present: Mapping[str, Mapping[str, Any]]) -> Answers:
    """The eight questions. `present`: the settings file as it stands, for the proposals."""
    q = Questions(asker, text, QUESTIONS)
    bot, backup = present.get("bot", {}), present.get("backup", {})
    name = await q.ask("name", _now(r.read_name), default=bot.get("name", "Causeway"))
    languages = await q.ask("languages", _now(r.read_languages), default=", ".join(bot.get("languages", ())) or "1")
    zone = await q.ask("zone", _now(r.read_zone), default=bot.get("zone") or r.own_zone())
    api_url = from_values(present, Path()).discord.api_url  # the environment may point at another server too
    token, application = await _discord(q, api_url)
    account = await _matrix(q, present.get("matrix", {}))
    organizations = await q.ask("organizations", _now(_organizations))
    kind = await q.ask("kind", _now(r.read_kind), default=bot.get("kind", "1"))
    data_to, keys_to = await _backup(q, backup)
    return Answers(name, languages, zone, token, application, account, organizations, kind, data_to, keys_to)


async def _discord(q: Questions, api_url: str) -> tuple[str | None, Application | None]:
    async def read(said: str) -> tuple[str | None, Application | None]:
        if said.casefold() in SKIP:
            return None, None
        if not discord.looks_like_a_token(said):
            raise UserError("setup.discord_token_shape")
        found = await discord.look(said, api_url)
        if not found.public:
            raise UserError("setup.discord_private", name=found.name)
        return said.removeprefix("Bot "), found

    token, application = await q.ask("discord_token", read, secret=True)
    if application is not None:
        q.tell("setup.discord_works", name=application.name)
    return token, application


async def _matrix(q: Questions, present: Mapping[str, Any]) -> Account | None:
    async def read_user(said: str) -> str:
        if said.casefold() in SKIP:
            return ""
        if not matrix.is_user_id(said):
            raise UserError("setup.matrix_user_shape")
        return said

    user = await q.ask("matrix_user", read_user)
    if not user:
        return None
    server = await _homeserver(q, user, present.get("homeserver", ""))
    account = await _matrix_secret(q, user, server)
    q.tell("setup.matrix_works", device=account.device_id)
    return account


async def _homeserver(q: Questions, user: str, present: str) -> str:
    """Asked only where it cannot be found: the eighth part of one question, and rarely."""

    async def read(said: str) -> str:
        return said.rstrip("/") if said else await matrix.find_homeserver(user)

    try:
        stated = present or q.given("matrix_homeserver")
        return stated or await matrix.find_homeserver(user)
    except CausewayError:
        return await q.ask("matrix_homeserver", read, counted=False, server=user.partition(":")[2])


async def _matrix_secret(q: Questions, user: str, server: str) -> Account:
    async def read(said: str) -> Account:
        secret, device = said or q.given("matrix_token"), q.given("matrix_device")
        if not secret:
            raise UserError("setup.matrix_needs_secret")
        return await matrix.join(user, secret, server, device)

    return await q.ask("matrix_password", read, secret=True, counted=False, user=user)


async def _backup(q: Questions, present: Mapping[str, Any]) -> tuple[Path | None, Path | None]:
    async def read(said: str) -> Path | None:
        return None if said.casefold() in SKIP else r.read_folder(said)

    data_to = await q.ask("backup", read, default=str(present.get("data_to", "")))
    if data_to is None:
        q.tell("setup.backup_later")
        return None, None

    async def read_other(said: str) -> Path | None:
        folder = await read(said)
        if folder == data_to:
            raise UserError("config.same_folder")
        return folder

    keys_to = await q.ask("backup_keys", read_other, default=str(present.get("keys_to", "")), counted=False)
    return data_to, keys_to


def _organizations(said: str) -> list[r.Listed]:
    return [] if said.casefold() in SKIP else r.read_organizations(Path(said))


def _now(read: Callable[[str], Read]) -> Callable[[str], Awaitable[Read]]:
    """A reading that needs no network, in the form of those that do."""

    async def later(said: str) -> Read:
        return read(said)

    return later
