"""A real Synapse on loopback: for the adapter's tests, for the kill tests and for the benchmarks.

As a fixture: `from tests.rigs.synapse import synapse` (session-scoped). As a process of its own:

    python -m tests.rigs.synapse --port 8008          # prints one line of JSON, serves until SIGTERM

Ready in about 2.5 s (the signing key is written here, so the server does not make one). Message rate limits are
Synapse's own; `user()` lifts them for each person it makes unless `limited=True`.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.rigs.matrix_user import MatrixUser, request

SERVER_NAME = "rig.example"
SECRET = "rig-registration-secret"
PASSWORD = "a long password for the rig"

_CONFIG = """\
server_name: {name}
report_stats: false
pid_file: {home}/homeserver.pid
media_store_path: {home}/media
signing_key_path: {home}/signing.key
log_config: {home}/log.yaml
registration_shared_secret: {secret}
macaroon_secret_key: {secret}
trusted_key_servers: []
listeners:
  - {{port: {port}, bind_addresses: ['127.0.0.1'], type: http, x_forwarded: false, resources: [{{names: [client]}}]}}
{more}database: {{name: sqlite3, args: {{database: {home}/homeserver.db}}}}
bcrypt_rounds: 4
caches: {{sync_response_cache_duration: 0s}}
alias_creation_rules: [{{user_id: '@noalias*', action: deny}}, {{user_id: '*', action: allow}}]
presence: {{enabled: false}}
user_directory: {{enabled: false}}
stats: {{enabled: false}}
rc_login:
  address: {{per_second: 1000, burst_count: 1000}}
  account: {{per_second: 1000, burst_count: 1000}}
  failed_attempts: {{per_second: 1000, burst_count: 1000}}
rc_registration: {{per_second: 1000, burst_count: 1000}}
rc_joins:
  local: {{per_second: 1000, burst_count: 1000}}
  remote: {{per_second: 1000, burst_count: 1000}}
rc_invites:
  per_room: {{per_second: 1000, burst_count: 1000}}
  per_user: {{per_second: 1000, burst_count: 1000}}
  per_issuer: {{per_second: 1000, burst_count: 1000}}
"""
_LOG = """\
version: 1
disable_existing_loggers: false
handlers: {none: {class: logging.NullHandler}}
root: {level: CRITICAL, handlers: [none]}
"""


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _in_memory() -> str | None:
    """Where files never wait for a disk, if this machine has such a place: the server's speed is not what we test."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


_FEDERATION = """\
tls_certificate_path: {home}/tls.crt
tls_private_key_path: {home}/tls.key
federation_verify_certificates: false
ip_range_blacklist: []
federation_ip_range_blacklist: []
"""


def _write_certificate(home: Path, host: str) -> None:
    """A self-signed certificate; two servers of the rig do not check each other's (FACTS 24)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=2))
    certificate = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    (home / "tls.crt").write_bytes(certificate.public_bytes(pem))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (home / "tls.key").write_bytes(key.private_bytes(pem, *plain))


class Synapse:
    """One server. `start`, `stop`, `kill` and `restart` are synchronous; the data survives until `erase`."""

    def __init__(self, port: int | None = None, home: Path | None = None, *, federated: bool = False) -> None:
        self.port = port or free_port()
        self.tls_port = free_port() if federated else 0
        name = f"localhost:{self.tls_port}" if federated else SERVER_NAME
        self.home = home or Path(tempfile.mkdtemp(prefix="causeway-synapse-", dir=_in_memory()))
        self.name = name
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._admin: MatrixUser | None = None
        self._write_files()

    def _write_files(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        key = self.home / "signing.key"
        if not key.exists():
            key.write_text(f"ed25519 a_rig {base64.b64encode(os.urandom(32)).decode().rstrip('=')}\n")
        (self.home / "log.yaml").write_text(_LOG)
        config = _CONFIG.format(
            name=self.name, home=self.home, secret=SECRET, port=self.port, more=self._second_listener()
        )
        (self.home / "homeserver.yaml").write_text(config)

    def _second_listener(self) -> str:
        """The lines for talking to other servers of the rig, if this one does."""
        if not self.tls_port:
            return ""
        _write_certificate(self.home, "localhost")
        resources = "resources: [{names: [federation]}]"
        listener = f"  - {{port: {self.tls_port}, bind_addresses: ['127.0.0.1'], type: http, tls: true, {resources}}}\n"
        return listener + _FEDERATION.format(home=self.home)

    def start(self, patience: float = 60.0) -> "Synapse":
        """Start and wait until /health answers; raises RuntimeError with the server's own last words otherwise."""
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self.home / "homeserver.yaml")]
        with (self.home / "output.txt").open("wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=self.home)
        end = time.monotonic() + patience
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError("Synapse did not start: " + (self.home / "output.txt").read_text()[-2000:])
            time.sleep(0.05)
        return self

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def stop(self, sig: signal.Signals = signal.SIGTERM) -> None:
        """End the process; the data stay, so `start` continues."""
        if self._process is not None:
            self._process.send_signal(sig)
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        self.stop(signal.SIGKILL)

    def hang(self) -> None:
        """Takes connections and answers nothing, until `go_on`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answers again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop, then start on the same data and port."""
        self.stop()
        self.start()

    def erase(self) -> None:
        """Remove the data."""
        shutil.rmtree(self.home, ignore_errors=True)

    async def user(self, name: str, *, admin: bool = False, limited: bool = False) -> MatrixUser:
        """A new person on this server; a random ending keeps names apart. `limited` leaves Synapse's default
        rate limits on.
        """
        made = await self._register(f"{name}-{secrets.token_hex(3)}", admin)
        if not limited:
            await self.lift_limits(made.user_id)
        return made

    async def lift_limits(self, user_id: str) -> None:
        """What an administrator does for a bot: no message and room-making limits for this account."""
        await self.limit(user_id, 0, 0)

    async def limit(self, user_id: str, per_second: int, burst: int) -> None:
        """Another limit for this account; 0 and 0 lift it."""
        admin = await self._administrator()
        wanted = {"messages_per_second": per_second, "burst_count": burst}
        await admin.call("POST", f"/_synapse/admin/v1/users/{user_id}/override_ratelimit", wanted)

    async def restore_limits(self, user_id: str) -> None:
        """Put the server's default limits back on this account."""
        admin = await self._administrator()
        await admin.call("DELETE", f"/_synapse/admin/v1/users/{user_id}/override_ratelimit")

    async def revoke(self, user: MatrixUser) -> None:
        """End the session of this access token, as an administrator or a logout elsewhere would."""
        await user.call("POST", "/_matrix/client/v3/logout", {})

    async def _administrator(self) -> MatrixUser:
        if self._admin is None:
            self._admin = await self._register(f"admin-{secrets.token_hex(3)}", admin=True)
        return self._admin

    async def _register(self, name: str, admin: bool = False) -> MatrixUser:
        path = f"{self.url}/_synapse/admin/v1/register"
        nonce = (await request("GET", path))["nonce"]
        role = b"admin" if admin else b"notadmin"
        signed = b"\x00".join([nonce.encode(), name.encode(), PASSWORD.encode(), role])
        mac = hmac.new(SECRET.encode(), signed, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": PASSWORD, "admin": admin, "mac": mac, "displayname": name}
        answer = await request("POST", path, body)
        return MatrixUser(self.url, answer["user_id"], answer["device_id"], answer["access_token"], PASSWORD)


@pytest.fixture(scope="session")
def synapse() -> Iterator[Synapse]:
    """One server for the whole session of tests."""
    server = Synapse().start()
    yield server
    server.stop()
    server.erase()


def main() -> None:
    """Serve until a signal; the first line on standard output is JSON: url, server_name, secret, home."""
    options = argparse.ArgumentParser(description="A real Synapse on loopback, for tests and benchmarks.")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--home", type=Path, default=None)
    chosen = options.parse_args()
    server = Synapse(chosen.port or None, chosen.home).start()
    facts: dict[str, Any] = {"url": server.url, "server_name": server.name, "secret": SECRET, "home": str(server.home)}
    print(json.dumps(facts), flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    server.stop()
    if chosen.home is None:
        server.erase()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
