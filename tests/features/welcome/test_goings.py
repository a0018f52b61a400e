"""People and organizations go, accounts become one: nobody waits unseen, and nothing of them stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.clock import MovableClock
from bot.feature import Scope
from cogs.welcome import store as cases_store
from cogs.welcome.handoff import consent, keeping, store
from cogs.welcome.handoff.store import COLUMN, TABLE
from cogs.welcome.store import welcome_case, welcome_consent, welcome_handoff
from tests.conformance.house import RehearsalHouse
from tests.features.welcome.handoffs import (
    greeters_card,
    handoff_of,
    new_greeter,
    night,
    plain,
    request_of,
    shares,
    takes,
    told,
    welcoming,
)


async def id_of(house: RehearsalHouse, account: str) -> str:
    """Somebody's id."""
    async with house.app.core.db.read() as tx:
        return (await house.app.core.people.find(tx, house.platform, account)).id


async def erase(house: RehearsalHouse, account: str) -> None:
    """*Erase me*."""
    seen = await house.command(account, "", "", "mydata erase")
    await house.press(account, "", "", seen, seen.choices[0])
    await house.settle()


async def test_an_organization_that_leaves_lets_nobody_fall(house: RehearsalHouse) -> None:
    """c9 A6: its keys are gone first; everybody it had reads that, and chooses again."""
    river = await welcoming(house, "River Tenants")
    await welcoming(house, "Hill Workers")
    ana, ben = await house.new_person("Ana"), await house.new_person("Ben")
    rosa = await new_greeter(house, river, "Rosa")
    code = await shares(house, ana, river)
    await takes(house, rosa, river)
    await shares(house, ben, river)
    await house.remove_bot(river.space)
    await house.settle()
    for person in (ana, ben):
        said = await told(house, person)
        assert said.count("River Tenants has left the coalition") == 1
        assert "Hill Workers" in said
    assert f"Nobody has your request {code} now" in plain((await request_of(house, ana)).text)
    async with house.app.core.db.read() as tx:
        assert await tx.all(store.SYSTEM.select(welcome_handoff)) == []
        consents = await tx.all(store.SYSTEM.select(welcome_consent))
    assert all(row.withdrawn_at for row in consents)


async def test_an_erased_newcomer_leaves_nothing(house: RehearsalHouse, tmp_path: Path) -> None:
    """E2: package, proof and card; the greeter reads that the code is over."""
    river = await welcoming(house, "River Tenants")
    ana, ben, rosa = await house.new_person("Ana"), await house.new_person("Ben"), await new_greeter(house, river, "R")
    code = await shares(house, ana, river)
    await takes(house, rosa, river)
    await shares(house, ben, river)
    gone = [await id_of(house, one) for one in (ana, ben)]
    for person in (ana, ben):
        await erase(house, person)
    assert f"{code} is not there any more" in await told(house, rosa)
    assert await house.messages(river.space, "desk") == []
    async with house.app.core.db.read() as tx:
        for table in (welcome_case, welcome_handoff, welcome_consent):
            assert await tx.all(store.SYSTEM.select(table)) == []
    await house.app.core.db.checkpoint()
    for path in tmp_path.glob("main.db*"):
        assert not [one for one in gone if one.encode() in path.read_bytes()], path.name


async def test_an_erased_greeter_gives_everybody_back(house: RehearsalHouse) -> None:
    """c9: the newcomer reads it and has a new time."""
    river = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, river, "Rosa")
    code = await shares(house, ana, river)
    await takes(house, rosa, river)
    await erase(house, rosa)
    assert "is not there any more. The other greeters have until" in await told(house, ana)
    assert (await handoff_of(house, code)).state == "offered"
    assert "Still waiting" in (await greeters_card(house, river)).text


async def test_two_accounts_of_a_newcomer_and_of_a_greeter_become_one(house: RehearsalHouse) -> None:
    """c15: package, proof and name are sealed anew, and still open."""
    river = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, river, "Rosa")
    code = await shares(house, ana, river)
    await takes(house, rosa, river)
    core = house.app.core
    old_ana, old_rosa = await id_of(house, ana), await id_of(house, rosa)
    async with core.db.write() as tx:
        await keeping.merged(tx, core.keyring, old_ana, "new-ana")
        await keeping.merged(tx, core.keyring, old_rosa, "new-rosa")
        [row] = await store.consents_of(tx, "new-ana")
        [name] = await store.greeters_of(tx, "new-rosa")
        [case] = await cases_store.cases_of(tx, "new-ana")
    moved = await handoff_of(house, code)
    assert (moved.person, moved.greeter) == ("new-ana", "new-rosa")
    assert consent.holds(core.keyring, consent.export(row))
    key = await core.keyring.existing("new-ana", river.organization.id)
    assert '"name": "Ana ' in key.open(moved.value, TABLE, moved.id, COLUMN)
    assert '"activity": "housing"' in (await core.keyring.existing("new-ana")).open(
        bytes(case.given), "welcome_case", case.id, "given"
    )
    own = await core.keyring.existing("new-rosa", river.organization.id)
    assert own.open(bytes(name.name), "welcome_greeter", name.id, "name") == "Rosa"


async def test_what_is_kept_is_shown_to_the_person(house: RehearsalHouse) -> None:
    """E5: /mydata counts packages, proofs and a greeter's name."""
    river = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, river, "Rosa")
    await shares(house, ana, river)
    await takes(house, rosa, river)
    assert "What was shared with an organization for you: 1" in plain((await house.command(ana, "", "", "mydata")).text)
    assert "Your name as a greeter: 1" in plain((await house.command(rosa, "", "", "mydata")).text)


async def test_thirty_days_after_it_was_taken_only_counts_stay(house: RehearsalHouse, clock: MovableClock) -> None:
    """6.6: the package is gone, whoever still waits is told."""
    river = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, river, "Rosa")
    await shares(house, ana, river)
    seen = await takes(house, rosa, river)
    form = await house.press(rosa, "", "", seen, "Write first message")
    await house.fill(rosa, form, text="Hello!")
    await house.settle()
    clock.move(timedelta(days=30, hours=1))
    await night(house)
    async with house.app.core.db.read() as tx:
        assert await tx.all(store.SYSTEM.select(welcome_handoff)) == []
        sums = await store.counts(tx, Scope(organization=river.organization.id))
    assert sums["introduced"] == 1
    assert "our copy of what you shared was shredded" in await told(house, ana)
