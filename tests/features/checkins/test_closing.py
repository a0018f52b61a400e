"""Closing while others act: counted before the transaction, frozen only if nothing changed, posted once."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot import jobs, keys
from bot.clock import MovableClock
from cogs.checkins import answering, closing, counting, store
from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import answer, close, open_checkin, people, plain
from tests.features.alerts.coalition import Member, connect
from tests.features.checkins.test_cycles import accounts


async def newest(house: RehearsalHouse, member: Member) -> str:
    """What stands last in the channel, as it is read."""
    return plain((await house.messages(member.space, "calls"))[-1].text)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Something happens once between the counting and the transaction that freezes."""
    real, left = jobs.Jobs._look, [act]

    async def look(self: Any, row: Any, now: Any) -> Any:
        found = await real(self, row, now)
        if row.job == "checkins.close" and left:
            await left.pop()()
        return found

    monkeypatch.setattr(jobs.Jobs, "_look", look)


async def test_who_is_erased_while_it_is_counted_is_not_in_it(
    house: RehearsalHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E2: five were counted, one is erased, four are not enough."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await people(house, member, 4, q1="yes", quote="no")
    ana = await house.new_person("Ana")
    await answer(house, member, ana, q1="no", quote="no")
    [person] = await accounts(house, ana)

    async def erase() -> None:
        async with house.app.core.db.write() as tx:
            await answering.erased(tx, house.app.core.keyring, person)

    meanwhile(monkeypatch, erase)
    await close(house, member, code)
    assert "not enough answers" in await newest(house, member)


async def test_an_organization_that_leaves_while_it_is_counted_is_not_in_it(
    house: RehearsalHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A6: at a table it would stand there by name."""
    opener = await connect(house, "Riverside Tenants")
    other = await connect(house, "Northside Workers", policy="auto")
    code = await open_checkin(house, opener, who="organizations", template="numbers", questions="doors")
    for one, number in ((opener, "80"), (other, "60")):
        await answer(house, one, one.moderator, q1=number, q2=number, quote="no")
    meanwhile(monkeypatch, lambda: house.app.core.end_organization(other.organization))
    await close(house, opener, code)
    shown = await newest(house, opener)
    assert "1 organization answered" in shown
    assert "60" not in shown


async def test_who_joins_two_accounts_while_it_is_counted_counts_once(house: RehearsalHouse) -> None:
    """b4: the row was read under the old account, whose key is gone by now."""
    member = await connect(house, "Riverside Tenants")
    await open_checkin(house, member)
    ana = await house.new_person("Ana")
    await answer(house, member, ana, q1="no", quote="no")
    core = house.app.core
    [old] = await accounts(house, ana)
    async with core.db.write() as tx:
        [row] = await tx.all(store.SYSTEM.select(store.checkin_answer))
        await answering.merged(tx, core.keyring, old, "another")
    await core.keyring.destroy_person(old)
    async with core.db.read() as tx:
        call = SimpleNamespace(tx=tx, people=core.people)
        [found] = await counting._open(call, [row], {row.circle: member.organization.id})  # type: ignore[arg-type]
    assert found.answers == {"q1": "no"}


async def test_an_answer_is_refused_from_the_moment_of_closing(house: RehearsalHouse, clock: MovableClock) -> None:
    """b4: also before the debrief stands; what follows waits for it and says so."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    ana = await house.new_person("Ana")
    seen = await house.press(ana, member.space, "calls", (await house.messages(member.space, "calls"))[-1], "Answer")
    desk = (member.moderator, member.space, "desk")
    await house.command(*desk, "checkin close", code=code)
    assert "nothing was kept" in plain((await house.fill(ana, seen, q1="yes", quote="no")).text)
    for words in ("guide", "outcome"):
        assert "is being counted" in plain((await house.command(*desk, f"checkin {words}", code=code)).text), words
    assert "closed, being counted" in plain((await house.command(*desk, "checkin list")).text)
    await house.settle()
    assert "Debrief" in await newest(house, member)


async def test_closing_twice_publishes_once(house: RehearsalHouse) -> None:
    """b4: the second press finds it closed, or counts again; one debrief stands."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    desk = (member.moderator, member.space, "desk")
    for _ in range(2):
        await house.command(*desk, "checkin close", code=code)
    await house.settle()
    late = await house.command(*desk, "checkin close", code=code)
    await house.settle()
    assert "is closed. Write its outcome first" in plain(late.text)
    shown = [plain(one.text) for one in await house.messages(member.space, "calls")]
    assert ["Debrief" in one for one in shown] == [False, True]


async def test_a_bot_that_dies_after_counting_counts_again(
    house: RehearsalHouse, monkeypatch: pytest.MonkeyPatch, clock: MovableClock
) -> None:
    """n2: nothing is kept between counting and freezing; the row makes it happen."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    with monkeypatch.context() as broken:
        broken.setattr(closing, "_freeze", None)
        await close(house, member, code)
    assert "Debrief" not in await newest(house, member)
    await house.restart()
    clock.move(timedelta(minutes=2))
    await house.settle()
    assert [("Debrief" in one.text) for one in await house.messages(member.space, "calls")] == [False, True]


async def test_many_keys_are_found_in_few_statements(house: RehearsalHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """E2: destroyed ones are absent, others' are not given, and the cache stays as it was."""
    keyring = house.app.core.keyring
    made = {(f"p{number}", "o1"): await keyring.of_member(f"p{number}", "o1") for number in range(keys.BATCH + 3)}
    await keyring.of_member("p1", "o2")
    await keyring.destroy_person("p7")
    cached = list(keyring._cache)
    found = await keyring.existing_of([*made, ("nobody", "o1")])
    assert found.keys() == made.keys() - {("p7", "o1")}
    sealed = made["p3", "o1"].seal("a word", "table", "row", "field")
    assert found["p3", "o1"].open(sealed, "table", "row", "field") == "a word"
    assert list(keyring._cache) == cached


async def test_the_number_of_people_is_the_one_it_was_opened_with(house: RehearsalHouse) -> None:
    """6.3 b8: said in its first line, in its questions and in the receipt; a later setting does not change it."""
    member = await connect(house, "Riverside Tenants")
    settings = SimpleNamespace(privacy=SimpleNamespace(people_together=7))
    house.app.core.services.settings = settings
    code = await open_checkin(house, member)
    assert "sums of at least 7 people" in await newest(house, member)
    settings.privacy.people_together = 3
    ana = await house.new_person("Ana")
    receipt = await answer(house, member, ana, q1="no", quote="no")
    assert "sums of at least 7 people" in plain(receipt.text)
    await people(house, member, 5, q1="yes", quote="no")
    await close(house, member, code)
    assert "not enough answers" in await newest(house, member)


async def test_more_spaces_than_fit_into_one_transaction_each_get_it_once(
    house: RehearsalHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """b4 n2: in parts, each part a row; with the picture in its own language."""
    monkeypatch.setattr(closing, "AT_ONCE", 2)
    opener = await connect(house, "Riverside Tenants")
    names = ("Northside Workers", "Harbor Pickers", "Inquilinas del Río")
    others = [await connect(house, one, policy="auto", language="es" if "Río" in one else "en") for one in names]
    code = await open_checkin(house, opener, who="organizations", template="numbers", questions="doors")
    await answer(house, opener, opener.moderator, q1="80", q2="60", quote="no")
    await close(house, opener, code)
    for one in (opener, *others):
        shown = [plain(each.text) for each in await house.messages(one.space, "calls")]
        title = "Balance" if one.organization.language == "es" else "Debrief"
        assert [title + ": " in each for each in shown] == [False, True], one.organization.name
        assert [bool(each.picture) for each in await house.messages(one.space, "calls")] == [False, True]
