"""Introducing two people: a private place for just them where their platform has one; else the feature relays.

Who is introduced is kept as pseudonyms, sealed under the new person's key; the accounts are opened only when the place
is made. So erasing either of the two is enough that nothing is made any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from bot import tables as t
from bot.cards import Card
from bot.db import Row, Tx
from bot.errors import KeyGone, PlatformError
from bot.people import People
from bot.spaces import Channel

if TYPE_CHECKING:
    from bot.feature import Services
    from bot.outbox import Outbox

log = structlog.get_logger(__name__)

AT_ONCE = 2.0  # seconds for the platforms to say where two people can meet; after that it is a relay
UNMET = frozenset({"failed", "expired", "unknown"})  # how a row ends that may not have brought them together


@dataclass(frozen=True)
class Spot:
    """Where two accounts can be brought together. `address`: a channel near which, or ""."""

    platform: str
    address: str
    accounts: tuple[str, str]


class Introduces:
    """The part of a `Call` that introduces two people."""

    if TYPE_CHECKING:
        tx: Tx
        now: datetime
        _services: Services

    async def meeting_place(self, newcomer: str, greeter: str, near: Sequence[Channel]) -> str:
        """Where two people (ids) can be introduced by the bot: the name of a platform, or "" when only a relay is
        possible. `near`: channels of the greeter's organization in which a private thread could be made; who does
        not see such a channel (one for greeters alone) would not see its thread either, so then it is a relay."""
        spot = await self._spot(newcomer, greeter, near)
        return spot.platform if spot else ""

    async def meet(
        self, newcomer: str, greeter: str, near: Sequence[Channel], card: Card, title: str, otherwise: Card, *,
        subject: str = "",
    ) -> bool:  # fmt: skip
        """A private thread or an invite-only room with both of them and `card` as its first message: one delivery row.

        When the platform in the end refuses it, `otherwise` goes to the newcomer as a direct message in the same
        transaction that marks the row. False when there is no such place: then nothing was written. `title` names
        nobody: lists of threads and rooms show it. The card's choices are left out: others who may read the place
        (managers of threads) could press them, and on Matrix nothing is pressed in a room that is not connected.
        """
        spot = await self._spot(newcomer, greeter, near)
        if spot is None:
            return False
        index = self._services.people.index
        inside = {
            "card": replace(card, choices=()).to_json(), "otherwise": otherwise.to_json(), "title": title,
            "greeter": greeter, "accounts": [index(spot.platform, one) for one in spot.accounts],
        }  # fmt: skip
        await self._services.outbox.meet(
            self.tx, spot.platform, spot.address, inside, self.now, person=newcomer, subject=subject,
            organization=near[0].organization if near else "",
        )  # fmt: skip
        return True

    async def _spot(self, newcomer: str, greeter: str, near: Sequence[Channel]) -> Spot | None:
        people, tx = self._services.people, self.tx
        if newcomer == greeter or not (await people.may_tell(tx, newcomer) and await people.may_tell(tx, greeter)):
            return None
        theirs = await people.addresses(tx, greeter)
        spots = [
            Spot(platform, address, (account, other))
            for platform, account, _room in await people.addresses(tx, newcomer)
            for other in [one[1] for one in theirs if one[0] == platform]
            for address in [*(one.address for one in near if one.platform == platform), ""]
        ]
        # The transaction is open: one platform that hangs must not keep the others from writing.
        with suppress(TimeoutError):
            async with asyncio.timeout(AT_ONCE):
                for spot in spots:
                    if await self._shares(spot):
                        return spot
        return None

    async def _shares(self, spot: Spot) -> bool:
        adapter = self._services.adapters.get(spot.platform)
        with suppress(PlatformError):
            return adapter is not None and await adapter.shares(spot.accounts, spot.address)
        return False


class Meetings:
    """Rows of kind `meet` for the sender."""

    def __init__(self, outbox: Outbox, people: People) -> None:
        self._outbox, self._people = outbox, people

    async def accounts(self, tx: Tx, row: Row) -> tuple[str, ...]:
        """The two accounts, in order; () when one of the two is gone, or takes no messages any more."""
        inside = await self._outbox.inside(row)
        found: dict[str, str] = {}
        for person in (row.person, inside["greeter"]):
            if not await self._people.may_tell(tx, person):
                return ()
            for platform, account, _room in await self._people.addresses(tx, person):
                found[self._people.index(platform, account)] = account
        wanted = inside["accounts"]
        return tuple(found[one] for one in wanted) if all(one in found for one in wanted) else ()

    async def relay(self, tx: Tx, row: Row, state: str, now: datetime) -> None:
        """The row ended in `state` without a place: the newcomer is told otherwise. Not when it was ended by somebody
        else meanwhile, or when the newcomer is erased."""
        standing = await tx.value(select(t.delivery.c.state).where(t.delivery.c.id == row.id))
        if standing != state:
            return
        try:
            otherwise = Card.from_json((await self._outbox.inside(row))["otherwise"])
        except KeyGone:
            return
        except Exception:
            # A damaged row must not stand in the way of all others.
            log.exception("an introduction cannot be opened", delivery=row.id)
            return
        await self._outbox.tell(tx, row.person, otherwise, now, row.subject)
