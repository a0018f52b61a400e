"""Every error of the bot, drawn once.

    CausewayError                 something the bot can say in one sentence
    ├── ConfigError               a setting is wrong; the sentence names it
    ├── StoreError                the database cannot be used
    │   ├── NewerDatabase         it was written by a newer version of the bot
    │   └── KeyGone               the key of a value was destroyed (erased person, departed organization)
    ├── UserError                 a person asked for something that cannot be; shown to them, nothing is changed
    │   ├── Refused               they lack the right
    │   └── Missing               no such thing, or not theirs: the same words for both
    └── PlatformError             a chat platform answered with a fault
        ├── Unreachable           5xx, a dropped connection, a time-out: try again later
        │   └── Limited           429: try again after `retry_after` seconds
        ├── Unsure                it may or may not have arrived: look before sending again
        ├── Denied                403, 404, closed direct messages: no use in trying again
        │   └── Gone              the message or the channel is no longer there
        ├── TooLarge              the platform does not take so many bytes
        └── Revoked               401: the token is dead; the adapter stops and tells

A sentence is a key of the locales with its parameters, so that everybody reads it in their language; the cause
(`raise ... from`) is for the log only and never shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class CausewayError(Exception):
    """An error with a sentence: `key` names it in the locales, `params` fill it."""

    key = "core.failed"

    def __init__(self, key: str | None = None, **params: Any) -> None:
        self.key = key or type(self).key
        self.params = params
        super().__init__(self.key, params)


class ConfigError(CausewayError):
    """A setting is missing, unknown or of the wrong kind."""

    key = "config.wrong"


class StoreError(CausewayError):
    """The database cannot be opened or used."""

    key = "store.failed"


class NewerDatabase(StoreError):
    """The database has migration steps that this version of the bot does not know."""

    key = "store.newer"


class KeyGone(StoreError):
    """The key of a sealed value no longer exists: the value cannot be read by anybody."""

    key = "store.key_gone"


class UserError(CausewayError):
    """A person's request cannot be met; `field` names the field of the form to mend, if it was one."""

    def __init__(self, key: str | None = None, *, field: str | None = None, **params: Any) -> None:
        super().__init__(key, **params)
        self.field = field


class Refused(UserError):
    """The person lacks the right."""

    key = "core.refused"


class Missing(UserError):
    """There is no such thing, or it belongs to somebody else: both read the same (SECURITY A2)."""

    key = "core.missing"


class PlatformError(CausewayError):
    """A platform did not take what we sent; `reason` is a key under `reason.` that people read in the ledger.

    `begun`: some of what we sent is there all the same, its first message or file for example.
    """

    key = "core.platform"
    reason = "platform"
    begun = False

    def __init__(self, reason: str | None = None, **params: Any) -> None:
        self.reason = reason or type(self).reason
        super().__init__(None, reason=self.reason, **params)


class Unreachable(PlatformError):
    """The platform is down, or the line to it."""

    reason = "unreachable"


class Limited(Unreachable):
    """Too many requests; `retry_after` in seconds, as the platform gave it."""

    reason = "limited"

    def __init__(self, retry_after: float) -> None:
        super().__init__(None, retry_after=retry_after)
        self.retry_after = retry_after


class Unsure(PlatformError):
    """The answer was lost: the message may or may not be there."""

    reason = "unsure"


class Denied(PlatformError):
    """The platform will not do this, however often it is asked."""

    reason = "denied"


class Gone(Denied):
    """The message, the channel or the space is no longer there."""

    reason = "gone"


class TooLarge(PlatformError):
    """More bytes than the platform takes in one message."""

    reason = "too_large"


class Revoked(PlatformError):
    """The token was revoked: asking again is useless and may get the address banned."""

    reason = "revoked"


@contextmanager
def after_some(begun: bool) -> Iterator[None]:
    """What goes wrong inside goes wrong after some of the delivery arrived, if `begun`."""
    try:
        yield
    except PlatformError as error:
        error.begun = error.begun or begun
        raise
