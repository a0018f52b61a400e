"""People, keys, organizations, outbox, forms and due work: the same on both databases."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.app import App, keep_house
from bot.cards import Card
from bot.clock import MovableClock
from bot.core import Core
from bot.errors import KeyGone, UserError
from bot.people import Person
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from bot.spaces import Place
from bot.words import Md
from tests.conformance.house import RehearsalHouse
from tests.security.walking import walk


@pytest.fixture
async def house(core: Core, clock: MovableClock) -> RehearsalHouse:
    """The rehearsal on this database."""
    world = World(clock)
    app = App(core, [partial(RehearsalAdapter, world=world, style=style) for style in ("forms", "lines")])
    return RehearsalHouse(app, world, "forms", None)


async def meet(core: Core, account: str, platform: str = "forms") -> Person:
    async with core.db.write() as tx:
        return await core.people.keep(tx, platform, account, None, core.clock.now())


async def test_the_whole_walk(house: RehearsalHouse) -> None:
    """Law 3: a call sent, answered, corrected, found; then somebody is erased."""
    walked = await walk(house)
    seen = await house.command(walked.sender.moderator, walked.sender.space, "desk", "action where", code=walked.code)
    assert "Posted: 2" in seen.text
    seen = await house.command(walked.ana, "", "", "mydata erase")
    await house.press(walked.ana, "", "", seen, seen.choices[0])
    assert "nothing about you" in (await house.command(walked.ana, "", "", "mydata show")).text


async def test_the_house_is_kept(house: RehearsalHouse, clock: MovableClock) -> None:
    """6.6: a year later nobody and nothing is left but the organizations."""
    await walk(house)
    core = house.app.core
    for _ in range(3):
        clock.move(timedelta(days=200))
        await keep_house(core)
    async with core.db.read() as tx:
        left = {table.name for table in (t.choice, t.delivery, t.form) if await tx.all(select(table))}
        assert left == set()
        assert {row.act for row in await tx.all(select(t.audit.c.act))} == {"core.rolled_up"}
        people = await tx.all(select(t.person.c.id))
    assert len(people) == 2, "the two moderators hold roles"


async def test_an_account_is_one_person_however_often_it_is_met(core: Core) -> None:
    first, again = await meet(core, "ana"), await meet(core, "ana")
    assert first.id == again.id
    assert (await meet(core, "ana", "lines")).id != first.id


async def test_linking_moves_accounts_roles_forms_and_messages(core: Core) -> None:
    kept, absorbed = await meet(core, "ana"), await meet(core, "ana", "lines")
    now = core.clock.now()
    async with core.db.write() as tx:
        await core.spaces.grant(tx, absorbed.id, "", "coordinator", now)
        assert await core.outbox.tell(tx, absorbed.id, Card(Md("still to come")), now)
        code = await core.people.new_link_code(tx, kept, now)
        assert await core.people.redeem_link_code(tx, absorbed, code.lower(), now) == (kept.id, absorbed.id)
    await core.people.destroy_keys(absorbed.id)
    async with core.db.write() as tx:
        assert await core.spaces.roles(tx, kept.id) == {("", "coordinator")}
        assert {one[:2] for one in await core.people.addresses(tx, kept.id)} == {("forms", "ana"), ("lines", "ana")}
        [row] = await tx.all(select(t.delivery))
        delivery = await core.outbox.open(row)
        assert (row.person, delivery.account, delivery.card) == (kept.id, "ana", Card(Md("still to come")))
        with pytest.raises(UserError):
            await core.people.redeem_link_code(tx, absorbed, code, now)


async def test_a_link_code_is_good_for_an_hour(core: Core, clock: MovableClock) -> None:
    ana, other = await meet(core, "ana"), await meet(core, "other")
    async with core.db.write() as tx:
        code = await core.people.new_link_code(tx, ana, clock.now())
    clock.move(timedelta(hours=1))
    async with core.db.write() as tx:
        with pytest.raises(UserError):
            await core.people.redeem_link_code(tx, other, code, clock.now())


async def test_a_connection_code_is_used_up(core: Core) -> None:
    now = core.clock.now()
    async with core.db.write() as tx:
        river = await core.spaces.add(tx, "River", now)
        code = await core.spaces.new_code(tx, river.id, now)
        assert await core.spaces.redeem(tx, code.replace("-", " ").lower(), now) == river.id
        with pytest.raises(UserError):
            await core.spaces.redeem(tx, code, now)


async def test_an_organization_whose_last_space_is_gone_ends_even_after_a_kill(core: Core) -> None:
    """Killed between the two steps of being thrown out: the next round of house-keeping ends it."""
    now, place = core.clock.now(), Place("forms", space="s", channel="s/c")
    async with core.db.write() as tx:
        river = await core.spaces.add(tx, "River", now)
        await core.spaces.connect(tx, river.id, place, "River", now)
        await core.spaces.drop_space(tx, "forms", "s")
    await core.keyring.of_organization(river.id)
    await keep_house(core)
    async with core.db.read() as tx:
        assert (await core.spaces.get(tx, river.id)).state == "left"
    with pytest.raises(KeyGone):
        await core.keyring.existing("", river.id)


async def test_quiet_people_are_forgotten_but_not_those_with_a_role(core: Core, clock: MovableClock) -> None:
    """6.6: a year without an act."""
    quiet, busy = await meet(core, "quiet"), await meet(core, "busy")
    async with core.db.write() as tx:
        await core.spaces.grant(tx, busy.id, "", "coordinator", clock.now())
    clock.move(timedelta(days=364))
    await keep_house(core)
    assert await core.keyring.people() == {quiet.id, busy.id}
    clock.move(timedelta(days=2))
    await keep_house(core)
    assert await core.keyring.people() == {busy.id}
