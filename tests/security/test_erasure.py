"""E2, 6.2a: who is erased is gone from the rows, from the files, and from every older back-up."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from bot import tables as t
from bot.app import keep_house
from bot.clock import Clock
from bot.db import Database, metadata
from bot.errors import KeyGone
from bot.keys import Keyring
from bot.people import People
from tests.conformance.house import RehearsalHouse
from tests.security.walking import walk


async def sealed_values(house: RehearsalHouse, person: str) -> list[bytes]:
    """Every sealed value about a person, in every table."""
    found: list[bytes] = []
    async with house.app.core.db.read() as tx:
        for table in about_people():
            sealed = [column for column in table.c if column.info.get("sealed")]
            for row in await tx.all(select(*sealed).where(table.c.person == person)) if sealed else []:
                found += [bytes(value) for value in vars(row).values() if value is not None]
    return found


def about_people() -> list[Table]:
    return [table for table in metadata.sorted_tables if "person" in table.c]


async def id_of(house: RehearsalHouse, account: str) -> str:
    async with house.app.core.db.read() as tx:
        return (await house.app.core.people.find(tx, house.platform, account)).id


async def erase(house: RehearsalHouse, account: str) -> None:
    seen = await house.command(account, "", "", "mydata erase")
    await house.press(account, "", "", seen, seen.choices[0])


async def test_an_erased_person_is_in_no_row_and_no_file(house: RehearsalHouse, tmp_path: Path) -> None:
    """E2: not in the database, its write-ahead log or its free pages; neither the words nor the sealed values."""
    walked = await walk(house)
    person = await id_of(house, walked.ana)
    values = await sealed_values(house, person)
    assert len(values) >= 2, "an account and an answer"
    index = house.app.core.people.index(house.platform, walked.ana)
    await erase(house, walked.ana)
    async with house.app.core.db.read() as tx:
        for table in about_people():
            assert await tx.all(select(table).where(table.c.person == person)) == [], table.name
        assert await tx.all(select(t.person).where(t.person.c.id == person)) == []
    for path in tmp_path.glob("*.db*"):
        data = path.read_bytes()
        left = [value for value in (*values, person.encode(), index.encode()) if value in data]
        assert not left, path.name


async def test_the_sums_do_not_keep_who_was_erased(house: RehearsalHouse) -> None:
    """h10: one who said yes is not counted any more."""
    walked = await walk(house)
    await erase(house, walked.ana)
    seen = await house.command(walked.sender.moderator, walked.sender.space, "desk", "action where", code=walked.code)
    assert "1 person" not in seen.text


async def test_an_older_back_up_stays_unreadable(house: RehearsalHouse, tmp_path: Path) -> None:
    """E2: the back-up of the main database from before, with the keys of today."""
    walked = await walk(house)
    person = await id_of(house, walked.ana)
    await house.app.core.db.checkpoint()
    shutil.copy(tmp_path / "main.db", tmp_path / "older.db")
    await erase(house, walked.ana)
    older = Database(f"sqlite:///{tmp_path}/older.db")
    await older.open()
    async with Keyring(Database(f"sqlite:///{tmp_path}/keys.db"), b"m" * 32, Clock()) as keys, older.read() as tx:
        with pytest.raises(KeyGone):
            await People(keys).addresses(tx, person)
    await older.close()


async def test_a_crash_between_the_two_databases_is_mended_by_the_tick(house: RehearsalHouse) -> None:
    """6.2a: the keys are gone, the rows are still there."""
    walked = await walk(house)
    core, person = house.app.core, await id_of(house, walked.ana)
    await core.people.destroy_keys(person)
    await keep_house(core)
    assert await id_of(house, walked.ana) == ""
    assert await sealed_values(house, person) == []


async def test_a_key_whose_person_never_came_to_be_is_taken_away_by_the_tick(house: RehearsalHouse) -> None:
    """6.2a: the key is committed first; the row was not written any more."""
    core = house.app.core
    await core.keyring.of_person("never")
    await core.keyring.of_member("never", "nowhere")
    await keep_house(core)
    with pytest.raises(KeyGone):
        await core.keyring.existing("never")
    with pytest.raises(KeyGone):
        await core.keyring.existing("never", "nowhere")


async def test_a_key_is_durable_before_its_first_value(house: RehearsalHouse) -> None:
    """6.2a: the act is undone, its key stays (and is noise until the tick)."""
    core = house.app.core
    with suppress(RuntimeError):
        async with core.db.write() as tx:
            made = await core.people.keep(tx, "forms", "somebody", None, core.clock.now())
            assert await core.keyring.people() == {made.id}, "committed in its own database already"
            raise RuntimeError
    async with core.db.read() as tx:
        assert await tx.all(select(t.person)) == []


async def test_an_organization_that_left_takes_its_keys_along(house: RehearsalHouse) -> None:
    """A6: at once, whatever is left in a back-up."""
    walked = await walk(house)
    core = house.app.core
    home = walked.receiver.organization
    key = await core.keyring.of_member("ana", home.id)
    value = key.seal("theirs", "t", "r", "f")
    await house.remove_bot(walked.receiver.space)
    with pytest.raises(KeyGone):
        (await core.keyring.existing("ana", home.id)).open(value, "t", "r", "f")
