"""Signing in once, and the nio client that everything else uses.

Device id and token are kept together for ever: the server recognises a repeated send by (user, device id, room,
transaction), so another device id would double messages (FACTS 5). The password is used for one request and not
kept.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nio import AsyncClient, AsyncClientConfig
from nio.store import DefaultStore

from bot.errors import ConfigError
from bot.platforms.matrix.calls import CLIENT_API, Json, ask, call

PUBLIC_PICKLE_KEY = "DEFAULT_KEY"  # nio's default: a word that anybody can read in its source (FACTS 17)
_SHORTEST_KEY = 16


@dataclass(frozen=True, repr=False)
class Account:
    """The bot's sign-in at one homeserver. Never logged: `repr` leaves the token out."""

    homeserver: str
    user_id: str
    device_id: str
    access_token: str

    def __repr__(self) -> str:
        return f"Account({self.user_id} on {self.device_id})"


def check_pickle_key(key: str | None) -> str:
    """The key that locks nio's store; refuses none, nio's public default, and anything shorter than 16 characters."""
    if not key or key == PUBLIC_PICKLE_KEY or len(key) < _SHORTEST_KEY:
        raise ConfigError("config.matrix_pickle_key")
    return key


class Store(DefaultStore):  # type: ignore[misc]
    """nio notes the newly encrypted rooms at every sync, also when there are none: 0.6 ms of the loop each time."""

    def save_encrypted_rooms(self, rooms: set[str]) -> None:
        """Writes only what there is."""
        if rooms:
            super().save_encrypted_rooms(rooms)


def _config(pickle_key: str, encrypted: bool) -> AsyncClientConfig:
    # max_limit_exceeded=0: nio would sleep and retry each send by itself and lose the order (FACTS 7).
    return AsyncClientConfig(
        max_limit_exceeded=0,
        max_timeouts=1,
        request_timeout=30,
        encryption_enabled=encrypted,
        pickle_key=pickle_key,
        store=Store,
        store_sync_tokens=False,
    )


def own_store(folder: Path, account: Account) -> Path:
    """The file in which nio keeps this device's keys."""
    return folder / f"{account.user_id}_{account.device_id}.db"


def _make_private(folder: Path, account: Account) -> None:
    """The store is made readable to its owner only before SQLite opens it: -wal and -shm then are too (SECURITY E4)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(own_store(folder, account), os.O_CREAT | os.O_RDWR, 0o600))


def open_client(account: Account, folder: Path | None, pickle_key: str | None) -> AsyncClient:
    """The nio client of this account, not yet connected. `folder=None` switches encryption off (plain rooms only)."""
    key = check_pickle_key(pickle_key)
    if folder is not None:
        _make_private(folder, account)
    store = "" if folder is None else str(folder)
    client = AsyncClient(
        account.homeserver, account.user_id, account.device_id, store, _config(key, folder is not None)
    )
    client.restore_login(account.user_id, account.device_id, account.access_token)
    return client


async def sign_in(homeserver: str, user_id: str, password: str, device_name: str) -> Account:
    """Log in once as a new device. Servers allow about five of these, then minutes of waiting (FACTS 22)."""
    client = AsyncClient(homeserver, user_id, config=_config("unused: no store is opened", encrypted=False))
    try:
        made = await call(client.login(password, device_name))
    finally:
        await client.close()
    return Account(homeserver, made.user_id, made.device_id, made.access_token)


async def adopt_token(homeserver: str, access_token: str, device_id: str | None, folder: Path | None) -> Account:
    """An account from an access token that an administrator issued.

    Refused when the token belongs to another device than stated, and when its device already has keys that are not
    in our folder: a lost store on the same device is broken for good (FACTS 19).
    """
    client = AsyncClient(homeserver, config=_config("unused: no store is opened", encrypted=False))
    client.access_token = access_token
    try:
        who = await ask(client, "GET", f"{CLIENT_API}/account/whoami")
        account = Account(homeserver, who["user_id"], str(who.get("device_id", "")), access_token)
        if not account.device_id or device_id not in (None, "", account.device_id):
            raise ConfigError("config.matrix_other_device", found=account.device_id or "-")
        if (folder is None or not own_store(folder, account).exists()) and await _has_keys(client, account):
            raise ConfigError("config.matrix_device_has_keys", device=account.device_id)
    finally:
        await client.close()
    return account


async def _has_keys(client: AsyncClient, account: Account) -> bool:
    body: Json = {"device_keys": {account.user_id: [account.device_id]}}
    answer = await ask(client, "POST", f"{CLIENT_API}/keys/query", body)
    return account.device_id in answer.get("device_keys", {}).get(account.user_id, {})
