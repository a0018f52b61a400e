"""Cross-signing, which nio does not have and newer clients require of every device they write to (FACTS 18).

Three Ed25519 keys: the master key signs the self-signing and the user-signing key, the self-signing key signs our
device, our device signs the master key. The first upload needs only the access token; replacing the keys needs a
password, so the seeds are kept, sealed, beside nio's store, and belong into the back-up with the keys.
"""

from __future__ import annotations

import logging
import os
import secrets
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nio import AsyncClient
from nio.api import Api

from bot.errors import ConfigError
from bot.platforms.matrix.calls import CLIENT_API, Json, Undone, ask

log = logging.getLogger(__name__)

USAGES = ("master", "self_signing", "user_signing")
_NONCE = 12


def _plain64(data: bytes) -> str:
    return b64encode(data).decode().rstrip("=")


@dataclass(frozen=True, repr=False)
class Signer:
    """One Ed25519 key, made from its 32-byte seed."""

    seed: bytes

    @property
    def public(self) -> str:
        """The public key in unpadded base64, as Matrix names it."""
        return _plain64(Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def sign(self, thing: Json) -> str:
        """The signature over the canonical JSON of `thing` without its signatures."""
        bare = {key: value for key, value in thing.items() if key not in ("signatures", "unsigned")}
        text = Api.to_canonical_json(bare).encode()
        return _plain64(Ed25519PrivateKey.from_private_bytes(self.seed).sign(text))


Seeds = dict[str, Signer]


def new_seeds() -> Seeds:
    """Three fresh keys, one for each of `USAGES`."""
    return {usage: Signer(secrets.token_bytes(32)) for usage in USAGES}


def _sealer(pickle_key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, b"causeway matrix cross-signing seeds").derive(pickle_key.encode()))


def seed_file(folder: Path, user_id: str) -> Path:
    """Where the sealed seeds of this account are."""
    return folder / f"{user_id}.cross-signing"


def save_seeds(folder: Path, user_id: str, seeds: Seeds, pickle_key: str) -> None:
    """Write them sealed, readable to the owner only, whole or not at all."""
    nonce = os.urandom(_NONCE)
    plain = b"".join(seeds[usage].seed for usage in USAGES)
    sealed = nonce + _sealer(pickle_key).encrypt(nonce, plain, user_id.encode())
    target = seed_file(folder, user_id)
    draft = target.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
        out.write(sealed)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(target)


def load_seeds(folder: Path, user_id: str, pickle_key: str) -> Seeds | None:
    """The seeds, None when there are none; a `ConfigError` when our key does not open them."""
    path = seed_file(folder, user_id)
    if not path.exists():
        return None
    sealed = path.read_bytes()
    try:
        plain = _sealer(pickle_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], user_id.encode())
    except InvalidTag as fault:
        raise ConfigError("config.matrix_pickle_key") from fault
    return {usage: Signer(plain[32 * place : 32 * place + 32]) for place, usage in enumerate(USAGES)}


def _public_part(user_id: str, usage: str, seeds: Seeds) -> Json:
    """The object that the server publishes for one of the three keys, signed by the master key where it must be."""
    public = seeds[usage].public
    part: Json = {"user_id": user_id, "usage": [usage], "keys": {f"ed25519:{public}": public}}
    if usage != "master":
        master = seeds["master"]
        part["signatures"] = {user_id: {f"ed25519:{master.public}": master.sign(part)}}
    return part


async def cross_sign(client: AsyncClient, folder: Path, pickle_key: str, password: str | None = None) -> bool:
    """Make this device one that its account vouches for; safe to call at every start, after keys were uploaded.

    False when the server holds other keys than ours and no password was given to replace them: encryption still
    works, but clients that write only to signed devices will leave us out.
    """
    seeds = load_seeds(folder, client.user_id, pickle_key)
    published = await _published_master(client)
    if seeds is None:
        seeds = new_seeds()
        if published is None or password is not None:
            save_seeds(folder, client.user_id, seeds, pickle_key)
    if published != seeds["master"].public and not await _publish(client, seeds, published, password):
        return False
    return await _sign_each_other(client, seeds)


async def _published_master(client: AsyncClient) -> str | None:
    answer = await ask(client, "POST", f"{CLIENT_API}/keys/query", {"device_keys": {client.user_id: []}})
    keys = answer.get("master_keys", {}).get(client.user_id, {}).get("keys", {})
    return next(iter(keys.values()), None)


async def _publish(client: AsyncClient, seeds: Seeds, published: str | None, password: str | None) -> bool:
    """Upload the three public keys; False when the server wants a password that nobody gave."""
    body: Json = {f"{usage}_key": _public_part(client.user_id, usage, seeds) for usage in USAGES}
    path = f"{CLIENT_API}/keys/device_signing/upload"
    try:
        await ask(client, "POST", path, body)
    except Undone as wants:
        if password is None:
            log.warning("matrix: cross-signing keys could not be %s", "replaced" if published else "uploaded")
            return False
        who = {"type": "m.id.user", "user": client.user_id}
        body["auth"] = {"type": "m.login.password", "identifier": who, "password": password, "session": wants.session}
        await ask(client, "POST", path, body)
    return True


async def _sign_each_other(client: AsyncClient, seeds: Seeds) -> bool:
    """The self-signing key signs our device; our device signs the master key."""
    me, device = client.user_id, str(client.device_id)
    olm = client.olm
    assert olm is not None
    ours = _device_keys(client)
    signer = seeds["self_signing"]
    ours["signatures"] = {me: {f"ed25519:{signer.public}": signer.sign(ours)}}
    master = _public_part(me, "master", seeds)
    master["signatures"] = {me: {f"ed25519:{device}": olm.sign_json(master)}}
    answer = await ask(
        client, "POST", f"{CLIENT_API}/keys/signatures/upload", {me: {device: ours, seeds["master"].public: master}}
    )
    if answer.get("failures"):
        log.error("matrix: the server did not take the signatures of our device")
    return not answer.get("failures")


def _device_keys(client: AsyncClient) -> Json:
    """Our device's public keys exactly as nio uploads them."""
    olm = client.olm
    assert olm is not None
    keys = olm.account.identity_keys
    return {
        "algorithms": olm._algorithms,
        "device_id": olm.device_id,
        "user_id": olm.user_id,
        "keys": {
            f"curve25519:{olm.device_id}": keys["curve25519"],
            f"ed25519:{olm.device_id}": keys["ed25519"],
        },
    }
