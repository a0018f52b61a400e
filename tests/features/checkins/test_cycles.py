"""Time goes by, people and organizations go: what stays of a check-in and what does not."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.cards import Card
from bot.clock import MovableClock
from cogs.checkins import answering, store
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import answer, close, code_in, follow, open_checkin, people, plain
from tests.features.alerts.coalition import connect


async def rows(house: RehearsalHouse, table: Any) -> int:
    """How many rows a table has."""
    async with house.app.core.db.read() as tx:
        return int(await tx.value(select(func.count()).select_from(table)))


async def test_it_closes_by_itself_when_its_time_is_over(house: RehearsalHouse, clock: MovableClock) -> None:
    """b4: also after a restart, and only once."""
    member = await connect(house, "Riverside Tenants")
    await open_checkin(house, member)
    await people(house, member, 2, q1="yes", quote="no")
    await house.restart()
    clock.move(timedelta(days=3))
    await house.settle()
    await house.settle()
    shown = [plain(one.text) for one in await house.messages(member.space, "calls")]
    assert [("is closed" in one, "Debrief" in one) for one in shown] == [(True, False), (False, True)]


async def test_the_guide_comes_with_a_page_and_a_table(house: RehearsalHouse) -> None:
    """b19: both can be kept; the message says the same."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await close(house, member, code)
    act = house.adapter.act(member.moderator, f"{member.space}/desk")
    outcome = await house.app.core.runner.command(act, "checkins.guide", {"code": code})
    page, table = outcome.says[0].card.files
    assert (page.name, table.name) == (f"guide-{code}.html", f"guide-{code}.csv")
    assert b"<!doctype html>" in base64.b64decode(page.data)
    assert Card.from_json(outcome.says[0].card.to_json()) == outcome.says[0].card


async def test_nothing_is_counted_while_it_is_open(house: RehearsalHouse) -> None:
    """6.3: two readings would isolate the newest answer."""
    member = await connect(house, "Riverside Tenants")
    await open_checkin(house, member)
    before = [one.text for one in await house.messages(member.space, "calls")]
    await people(house, member, 6, q1="yes", quote="no")
    await house.settle()
    assert [one.text for one in await house.messages(member.space, "calls")] == before


async def test_an_erased_person_is_not_in_the_debrief(house: RehearsalHouse) -> None:
    """E2: five answered, one is erased, four are not enough."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    found = await people(house, member, 4, q1="yes", quote="no")
    ana = await house.new_person("Ana")
    await answer(house, member, ana, q1="no", quote="no")
    assert await rows(house, store.checkin_answer) == len(found) + 1
    core = house.app.core
    async with core.db.write() as tx:
        person = await core.people.find(tx, house.platform, ana)
        for feature in core.registry.features:
            if "erased" in feature.hooks:
                await feature.hooks["erased"](tx, core.people.keyring, person.id)
    assert await rows(house, store.checkin_answer) == len(found)
    await close(house, member, code)
    assert "not enough answers" in plain((await house.messages(member.space, "calls"))[-1].text)


async def accounts(house: RehearsalHouse, *people: str) -> list[str]:
    """The ids of persons."""
    core = house.app.core
    async with core.db.write() as tx:
        return [(await core.people.find(tx, house.platform, one)).id for one in people]


async def test_two_accounts_of_one_person_count_once(house: RehearsalHouse, clock: MovableClock) -> None:
    """b4: the later answer counts, and it can still be read at the close."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await people(house, member, 4, q1="yes", quote="no")
    first, second = await house.new_person("Ana"), await house.new_person("Ana again")
    await answer(house, member, first, q1="no", q2="Early words", quote="yes")
    clock.move(timedelta(minutes=1))
    await answer(house, member, second, q1="no", q2="Later words", quote="yes")
    old, new = await accounts(house, second, first)
    async with house.app.core.db.write() as tx:
        await answering.merged(tx, house.app.core.people.keyring, old, new)
    assert await rows(house, store.checkin_answer) == 5
    await close(house, member, code)
    shown = plain((await house.messages(member.space, "calls"))[-1].text)
    assert "Later words" in shown
    assert "Early words" not in shown


async def test_a_promise_follows_its_person_to_another_account(house: RehearsalHouse) -> None:
    """b17: the name is sealed anew."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await close(house, member, code)
    await house.new_person("Ana")
    await follow(house, member, code)
    [old] = await accounts(house, member.moderator)
    core = house.app.core
    async with core.db.write() as tx:
        await answering.merged(tx, core.people.keyring, old, "another")
        [row] = await tx.all(store.SYSTEM.select(store.checkin_promise))
        key = await core.people.keyring.existing("another", member.organization.id)
    assert key.open(bytes(row.name), "checkin_promise", row.id, "name") == "Rosa"


async def test_a_promise_is_done_or_dropped_with_a_reason_once(house: RehearsalHouse) -> None:
    """b17: then it does not come back."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await close(house, member, code)
    desk = (member.moderator, member.space, "desk")
    for words, given, said in (("done", {}, "Done: Maps"), ("drop", {"reason": "No printer"}, "Why: No printer")):
        seen = await house.command(*desk, "checkin commit", code=code)
        seen = await house.fill(member.moderator, seen, what="Maps", name="Rosa", due="Dec 15")
        promise = code_in(seen.text, "K")
        seen = await house.command(*desk, f"checkin {words}", code=promise)
        assert said in plain((await house.fill(member.moderator, seen, **given)).text)
        seen = await house.command(*desk, "checkin done", code=promise)
        assert "already" in plain(seen.text)
    async with house.app.core.db.read() as tx:
        assert {row.state for row in await tx.all(store.SYSTEM.select(store.checkin_promise))} == {"done", "dropped"}


async def test_what_was_answered_stands_nowhere_in_the_database(house: RehearsalHouse, tmp_path: Path) -> None:
    """A1 A3: neither the words nor the name of a promise can be read in the files."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await people(house, member, 1, q1="yes", q2="CANARY-ANSWER", quote="no")
    await close(house, member, code)
    seen = await house.command(member.moderator, member.space, "desk", "checkin commit", code=code)
    await house.fill(member.moderator, seen, what="Bring maps", name="CANARY-NAME", due="Dec 15")
    await house.app.core.db.checkpoint()
    content = b"".join(one.read_bytes() for one in tmp_path.glob("*.db*"))
    assert b"Bring maps" in content
    assert b"CANARY" not in content


async def test_a_promise_loses_its_name_with_its_person(house: RehearsalHouse) -> None:
    """E2 b17: the organization's word stays."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await close(house, member, code)
    await follow(house, member, code)
    core = house.app.core
    async with core.db.write() as tx:
        person = await core.people.find(tx, house.platform, member.moderator)
        await answering.erased(tx, core.people.keyring, person.id)
        assert [row.name for row in await tx.all(store.SYSTEM.select(store.checkin_promise))] == [b""]


async def test_answers_are_forgotten_after_sixty_days(house: RehearsalHouse, clock: MovableClock) -> None:
    """6.6: the published debrief stays for a year."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await people(house, member, 2, q1="yes", quote="no")
    await close(house, member, code)
    for days, answers, cycles in ((59, 2, 1), (2, 0, 1), (310, 0, 0)):
        clock.move(timedelta(days=days))
        async with house.app.core.db.write() as tx:
            await store.purge(tx, clock.now())
        assert await rows(house, store.checkin_answer) == answers
        assert await rows(house, store.checkin) == cycles


async def test_an_organization_that_leaves_takes_its_check_ins_along(
    house: RehearsalHouse, clock: MovableClock
) -> None:
    """A6: its open ones end, its answers and promises go."""
    member = await connect(house, "Riverside Tenants")
    await open_checkin(house, member)
    await people(house, member, 2, q1="yes", quote="no")
    async with house.app.core.db.write() as tx:
        await store.end_organization(tx, member.organization.id, clock.now())
    assert await rows(house, store.checkin_answer) == 0
    clock.move(timedelta(days=4))
    await house.settle()
    assert len(await house.messages(member.space, "calls")) == 1
