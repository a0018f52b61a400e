"""D2: the canaries of the whole suite do sing when a sealed value stands in a room."""

from __future__ import annotations

from sqlalchemy import select

from bot import tables as t
from bot.cards import Card
from bot.words import Md
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import connect
from tests.features.welcome.handoffs import new_greeter, shares, takes, welcoming
from tests.rigs.canaries import CANARY, Aviary


async def test_a_newcomers_way_puts_nothing_of_them_into_a_room(house: RehearsalHouse, canaries: Aviary) -> None:
    """D2 c8: their name was sealed, cards were posted, and none has the name or an account."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, member, "Rosa")
    await shares(house, ana, member)
    await takes(house, rosa, member)
    assert canaries.marked
    assert {ana, rosa} <= canaries.accounts
    assert any("River Tenants" in one for one in canaries.public)
    assert canaries.found() == []


async def test_an_account_or_a_name_in_a_room_is_found(house: RehearsalHouse, canaries: Aviary) -> None:
    """D2: the test can fail."""
    member = await connect(house, "River Tenants")
    core = house.app.core
    async with core.db.write() as tx:
        await core.people.keep(tx, "forms", "forms:leak", None, core.clock.now())
        [calls] = await core.spaces.channels(tx, "calls", [member.organization.id])
        for text in ("hello forms:leak", f"hello {CANARY}"):
            await core.outbox.post(tx, calls, Card(Md(text)), subject="leak", now=core.clock.now())
        assert len(await tx.all(select(t.delivery).where(t.delivery.c.subject == "leak"))) == 2
    canaries.sealed(f"Ana {CANARY}", "welcome_case", "given")
    assert canaries.found() == [CANARY, "forms:leak"]
    canaries.public.clear()
