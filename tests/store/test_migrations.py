"""Law 3: all steps equal the tables in the code; a newer database is refused; a broken step leaves nothing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot import migrate, registry
from bot.db import metadata
from bot.errors import NewerDatabase
from bot.words import Words
from tests.laws.sources import ROOT

HALF = '''
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "broken_0001", None, ("broken",), ("core_0001",)

def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO there_is_no_such_table VALUES (1)")
'''


LOOK = """
import asyncio, sys
from bot import migrate
asyncio.run(migrate.upgrade(sys.argv[1]))
print(*sys.modules)
"""


async def inside(url: str, look: Any) -> Any:
    """What a function sees through SQLAlchemy's own connection."""
    engine = migrate.engine_for(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(look)
    finally:
        await engine.dispose()


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    return [one for one in compare_metadata(context, metadata) if not _is_alembics(one)]


def _is_alembics(found: Any) -> bool:
    return getattr(found[1], "name", "") == "alembic_version" if isinstance(found, tuple) else False


def tables(connection: Connection) -> set[str]:
    from sqlalchemy import inspect

    return set(inspect(connection).get_table_names())


async def test_all_steps_equal_the_tables_in_the_code(url: str) -> None:
    """Law 3"""
    registry.discover()
    await migrate.upgrade(url)
    assert await inside(url, differences) == []


async def test_a_second_start_changes_nothing(url: str) -> None:
    await migrate.upgrade(url)
    before = await inside(url, tables)
    await migrate.upgrade(url)
    assert await inside(url, tables) == before


async def test_a_second_start_does_not_even_load_what_makes_steps(url: str) -> None:
    """A bot that starts again after a fall sends a fifth of a second sooner, and is 10 MB smaller."""
    await migrate.upgrade(url)
    command = (sys.executable, "-c", LOOK, url)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    printed = (await process.communicate())[0].decode().split()
    assert {"bot.migrate", "bot.drivers"} <= set(printed)
    assert not {"alembic", "sqlalchemy.orm"} & set(printed)


def test_the_last_steps_are_the_ones_that_alembic_finds() -> None:
    assert migrate._heads() == set(ScriptDirectory.from_config(migrate.settings_for()).get_heads())


async def test_answers_of_an_earlier_version_are_kept(url: str) -> None:
    """checkins_0002 makes its table anew on SQLite; from then on a delegate has an answer for each organization."""
    registry.discover()
    await migrate.upgrade(url)
    row = "INSERT INTO checkin_answer VALUES ('{}', 'c', '{}', 'ana', '{}', 1)"

    def as_it_was(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            with op.batch_alter_table("checkin_answer") as batch:
                batch.drop_constraint("one_checkin_answer_a_circle", type_="unique")
                batch.create_unique_constraint("one_checkin_answer_a_person", ["checkin", "person"])
        connection.execute(text(row.format("first", "river", "sealed")))
        back = "UPDATE alembic_version SET version_num='checkins_0001' WHERE version_num='checkins_0002'"
        connection.execute(text(back))
        connection.commit()

    def add_another(connection: Connection) -> list[Any]:
        connection.execute(text(row.format("second", "north", "sealed")))
        return list(connection.execute(text("SELECT id, circle, value FROM checkin_answer ORDER BY id")))

    await inside(url, as_it_was)
    await migrate.upgrade(url)
    found = await inside(url, add_another)
    assert [(one[0], one[1]) for one in found] == [("first", "river"), ("second", "north")]
    assert await inside(url, differences) == []


async def test_work_that_was_over_before_names_nobody_any_more(url: str) -> None:
    """A6: core_0003. What waits keeps what it needs."""
    await migrate.upgrade(url)
    row = text("INSERT INTO due VALUES (:state, 'alerts.lapse', 'a', :args, 'late', :state, 0, 1, NULL)")

    def as_it_was(connection: Connection) -> None:
        for state in ("done", "failed", "waiting"):
            connection.execute(row, {"state": state, "args": '{"organization": "river"}'})
        connection.execute(text("UPDATE alembic_version SET version_num='core_0002' WHERE version_num='core_0003'"))
        connection.commit()

    def standing(connection: Connection) -> list[Any]:
        return list(connection.execute(text("SELECT state, args FROM due ORDER BY state")))

    await inside(url, as_it_was)
    await migrate.upgrade(url)
    found = {state: "river" in args for state, args in await inside(url, standing)}
    assert found == {"done": False, "failed": False, "waiting": True}


async def test_a_newer_database_is_refused_with_a_sentence(url: str) -> None:
    """Law 3"""
    await migrate.upgrade(url)

    def from_the_future(connection: Connection) -> None:
        connection.execute(text("INSERT INTO alembic_version VALUES ('core_9999')"))
        connection.commit()

    await inside(url, from_the_future)
    with pytest.raises(NewerDatabase) as refused:
        await migrate.upgrade(url)
    for language in ("en", "es"):
        sentence = Words.load(ROOT).say(language, refused.value.key, **refused.value.params)
        assert "core_9999" in sentence.replace("\\", "")


async def test_a_step_that_fails_half_way_leaves_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FACTS 48: not its first table either, and the steps before it stay."""
    await migrate.upgrade(url)
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "broken_0001.py").write_text(HALF)
    monkeypatch.setattr(migrate, "FOLDER", folder)
    with pytest.raises(Exception, match="there_is_no_such_table"):
        await migrate.upgrade(url)
    found = await inside(url, tables)
    assert "half" not in found
    assert "person" in found
