"""Finding a homeserver and signing in there as a new device; the password is used once and not kept."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp

from bot import logs
from bot.errors import CausewayError, ConfigError, Denied, Limited, PlatformError
from bot.platforms.matrix.session import Account, adopt_token, sign_in

DEVICE_NAME = "Causeway"
_USER = re.compile(r"@[a-z0-9._=/+-]+:[\w.-]+(?::\d+)?", re.IGNORECASE)
_TOKEN = re.compile(r"(syt|mct|mat)_\w{8,}")
_WAIT = aiohttp.ClientTimeout(total=20)


def is_user_id(text: str) -> bool:
    """`@bot:example.org`."""
    return _USER.fullmatch(text.strip()) is not None


def is_token(text: str) -> bool:
    """Whether a secret is an access token rather than a password, by the prefixes of Synapse and MAS."""
    return _TOKEN.match(text.strip()) is not None


async def find_homeserver(user_id: str) -> str:
    """The homeserver's address: what the server's well-known file says, else the server itself."""
    server = user_id.strip().partition(":")[2]
    for scheme in ("https", "http") if _is_here(server) else ("https",):
        found = await _well_known(f"{scheme}://{server}")
        if found or await _answers(f"{scheme}://{server}"):
            return found or f"{scheme}://{server}"
    raise CausewayError("setup.matrix_no_server", server=server)


async def join(user_id: str, secret: str, homeserver: str, device_id: str = "", store: Path | None = None) -> Account:
    """Signs in with a password (a new device), or takes an access token. CausewayError with a sentence."""
    logs.hide(secret)
    try:
        if is_token(secret) or device_id:
            return await adopt_token(homeserver, secret.strip(), device_id or None, store)
        return await sign_in(homeserver, user_id.strip(), secret, DEVICE_NAME)
    except ConfigError:
        raise
    except Limited as wait:
        raise CausewayError("setup.matrix_wait", minutes=max(1, round(wait.retry_after / 60))) from wait
    except (Denied, PlatformError) as wrong:
        refused = wrong.reason in {"denied", "revoked"}
        raise CausewayError("setup.matrix_refused" if refused else "setup.matrix_unreachable") from wrong


def _is_here(server: str) -> bool:
    """A homeserver on this very machine may be without TLS; nobody else's may."""
    return server.partition(":")[0] in {"localhost", "127.0.0.1"}


async def _well_known(address: str) -> str:
    named = (await _json(f"{address}/.well-known/matrix/client")).get("m.homeserver")
    return str(named.get("base_url", "")).rstrip("/") if isinstance(named, dict) else ""


async def _answers(address: str) -> bool:
    return "versions" in await _json(f"{address}/_matrix/client/versions")


async def _json(url: str) -> dict[str, object]:
    try:
        async with aiohttp.ClientSession(timeout=_WAIT) as session, session.get(url) as answer:
            found = await answer.json(content_type=None)
            return found if isinstance(found, dict) and answer.status == 200 else {}
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return {}
