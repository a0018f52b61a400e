"""n4: whoever belongs to two organizations speaks for each at a table, and counts once among people."""

from __future__ import annotations

from sqlalchemy import func, select

from cogs.checkins import answering, store
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import answer, card_in, close, open_checkin, plain
from tests.features.alerts.coalition import Member, connect
from tests.features.checkins.test_cycles import accounts
from tests.features.checkins.test_receivers import make_coordinator

DOORS = {"who": "organizations", "template": "numbers", "questions": "doors"}


async def delegate(house: RehearsalHouse, *members: Member) -> str:
    """Somebody who moderates several organizations."""
    name = await house.new_person("Ana")
    core = house.app.core
    async with core.db.write() as tx:
        person = await core.people.keep(tx, house.platform, name, "en", core.clock.now())
        for one in members:
            await core.spaces.grant(tx, person.id, one.organization.id, "moderator", core.clock.now())
    return name


async def kept(house: RehearsalHouse) -> int:
    async with house.app.core.db.read() as tx:
        return int(await tx.value(select(func.count()).select_from(store.checkin_answer)))


async def shown(house: RehearsalHouse, member: Member) -> str:
    return plain("\n".join(one.text for one in await house.messages(member.space, "calls")))


async def test_a_delegate_of_two_organizations_speaks_for_both(house: RehearsalHouse) -> None:
    """What one of them said stands there whether or not another one has the person; each can be changed."""
    opener = await connect(house, "Riverside Tenants")
    other = await connect(house, "Northside Workers", policy="auto")
    code = await open_checkin(house, opener, **DOORS)
    ana = await delegate(house, opener, other)
    await answer(house, opener, ana, q1="100", q2="80", quote="no")
    await answer(house, other, ana, q1="50", q2="60", quote="no")
    again = await house.press(ana, opener.space, "calls", await card_in(house, opener), "Answer")
    assert again.handle.blanks[0].value == "100"
    assert "it counts once" in plain((await house.fill(ana, again, q1="100", q2="90", quote="no")).text)
    await close(house, opener, code)
    debrief = await shown(house, other)
    assert "2 organizations answered" in debrief
    assert "Riverside Tenants: 90 doors" in debrief
    assert "Northside Workers: 60 doors" in debrief


async def test_who_joins_two_accounts_has_spoken_for_both(house: RehearsalHouse) -> None:
    """Each account had answered for another organization: neither word is lost."""
    opener = await connect(house, "Riverside Tenants")
    other = await connect(house, "Northside Workers", policy="auto")
    code = await open_checkin(house, opener, **DOORS)
    for one, number in ((opener, "80"), (other, "60")):
        await answer(house, one, one.moderator, q1=number, q2=number, quote="no")
    [new, old] = await accounts(house, opener.moderator, other.moderator)
    async with house.app.core.db.write() as tx:
        await answering.merged(tx, house.app.core.keyring, old, new)
    assert await kept(house) == 2
    await close(house, opener, code)
    assert "Northside Workers: 60 doors" in await shown(house, opener)


async def test_a_member_of_two_organizations_counts_once(house: RehearsalHouse) -> None:
    """b4: among people it is one answer, the last."""
    opener = await connect(house, "Riverside Tenants")
    other = await connect(house, "Northside Workers", policy="auto")
    await make_coordinator(house, opener)
    await open_checkin(house, opener, who="everybody")
    ana = await house.new_person("Ana")
    await answer(house, opener, ana, q1="yes", quote="no")
    changed = await answer(house, other, ana, q1="no", quote="no")
    assert "it counts once" in plain(changed.text)
    assert await kept(house) == 1
