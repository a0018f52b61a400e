"""The one-time codes with which a moderator makes somebody else a moderator. Only their HMAC is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, String, Table

from bot.db import Moment, Tx, metadata
from bot.feature import Call, Organization, Scope, new_secret_code, read_code, timedelta
from bot.tables import ID, owned

moderator_code = Table(
    "moderator_code",
    metadata,
    Column("index", String(40), primary_key=True, info={"plain": "HMAC of a one-time code"}),
    Column("organization", ID, nullable=False, index=True),
    Column("expires_at", Moment, nullable=False),
    info=owned("organization", "nobody", "when used, after a day, or with the organization"),
)
# A code is looked up before anybody knows whose it is.
_ANYBODYS = Scope(system=True)


async def new_moderator_code(call: Call, life: timedelta) -> str:
    """A code with which one person becomes a moderator of the call's organization."""
    code = new_secret_code()
    await call.tx.run(call.scope.insert(moderator_code), index=_index(call, code), expires_at=call.now + life)
    return code


async def whose_moderator_code(call: Call, code: str) -> str | None:
    """The organization of an open code, without using it up."""
    c = moderator_code.c
    found = await call.tx.value(
        _ANYBODYS.select(moderator_code, c.organization).where(c.index == _index(call, code), c.expires_at > call.now)
    )
    return None if found is None else str(found)


async def use_moderator_code(call: Call, code: str) -> None:
    """The code is used up."""
    c = moderator_code.c
    await call.tx.run(_ANYBODYS.delete(moderator_code).where(c.index == _index(call, code)))


async def forget_organization(tx: Tx, organization: Organization, now: datetime) -> None:
    """Hook `left`: its codes end with it."""
    await tx.run(Scope(organization=organization.id).delete(moderator_code))


async def forget_old_codes(tx: Tx, now: datetime) -> None:
    """Hook `purge`."""
    await tx.run(_ANYBODYS.delete(moderator_code).where(moderator_code.c.expires_at < now))


def _index(call: Call, code: str) -> str:
    return call.people.keyring.index("moderate", read_code(code))
