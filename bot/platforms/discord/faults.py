"""Discord's errors and the line's, as ours (bot.errors)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.errors import Denied, Gone, Limited, PlatformError, Revoked, TooLarge, Unreachable

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
CLOSED_DOORS = {50007, 50278}  # direct messages closed; no server in common
TOO_LARGE = 40005
UNKNOWN_MESSAGE = 10008
BAD_TOKEN = 4004
BANNED_FOR = 600.0  # seconds: what is counted against an address are ten minutes (FACTS 26)


@contextmanager
def translated() -> Iterator[None]:
    """Whatever goes wrong inside is raised as a PlatformError."""
    try:
        yield
    except discord.HTTPException as error:
        raise of_answer(error) from error
    except discord.LoginFailure as error:
        raise Revoked from error
    except discord.ConnectionClosed as error:
        raise (Revoked if error.code == BAD_TOKEN else Unreachable)() from error
    except discord.RateLimited as error:
        raise Limited(error.retry_after) from error
    except (aiohttp.ClientError, discord.GatewayNotFound, OSError, TimeoutError) as error:
        raise Unreachable from error


def of_answer(error: discord.HTTPException) -> PlatformError:
    """The meaning of one refused request."""
    if error.status == 401:
        return Revoked()
    if error.status == 429:
        return Limited(_wait(error))
    if error.status >= 500:
        return Unreachable()
    if error.code in CLOSED_DOORS:
        return Denied("closed")
    if error.status == 413 or error.code == TOO_LARGE:
        return TooLarge()
    if error.status == 404:
        return Gone()
    return Denied() if error.status == 403 else PlatformError()


def _wait(error: discord.HTTPException) -> float:
    """A 429 that discord.py gave up on: its own waiting time, or the ban's when it came from the network's edge."""
    return float(error.response.headers.get("Retry-After", BANNED_FOR))
