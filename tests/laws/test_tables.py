"""Law 8 and SECURITY 6.2a: tables that say who reads them and when they end, and statements nobody builds by hand."""

from __future__ import annotations

import ast

import pytest
from sqlalchemy import Column, LargeBinary, Table, Text

from bot import registry
from bot import tables as _house
from bot.db import metadata
from tests.laws.sources import Source, sources

registry.discover()
TABLES = metadata.sorted_tables
ABOUT_PEOPLE = [table for table in TABLES if table.name == "person" or "person" in table.c]
BUILDERS = {"select", "insert", "update", "delete", "text"}
KNOWN_PLAIN = {"id", "organization", "alert"}  # random ids of things, not of people


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_says_who_owns_reads_and_erases_it(table: Table) -> None:
    """Law 8"""
    assert table.info.keys() >= {"owner", "readers", "erased"}
    assert table.info["owner"] in {"person", "organization", "coalition", "system"}
    assert all(table.info[key].strip() for key in ("readers", "erased"))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_the_column_by_which_its_owner_is_told(table: Table) -> None:
    """6.2a: the scope's condition needs it."""
    if table.info["owner"] in {"person", "organization"} and table.name != "person":
        assert table.info["owner"] in table.c


@pytest.mark.parametrize("table", ABOUT_PEOPLE, ids=lambda table: table.name)
def test_every_column_about_a_person_is_sealed_or_says_why_not(table: Table) -> None:
    """Law 8"""
    bare = [column.name for column in table.c if _needs_a_word(column) and not column.info.keys() & {"sealed", "plain"}]
    assert not bare


def _needs_a_word(column: Column[object]) -> bool:
    """Free text and names; a moment, a number, a state or another thing's random id tell nobody's name."""
    if column.name.endswith("_at") or column.name in KNOWN_PLAIN:
        return False
    return isinstance(column.type, Text | LargeBinary) or column.name in {"person", "address", "name", "lane"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_sealed_column_stands_in_a_table_with_random_ids(table: Table) -> None:
    """6.2a: the place is part of the value, and must be known before the row is written."""
    if any(column.info.get("sealed") for column in table.c):
        assert {"id", "index", "key"} & set(table.c.keys())


def built_by_hand(source: Source) -> list[str]:
    """Calls of SQLAlchemy's own builders."""
    taken = {
        alias.asname or alias.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in BUILDERS
    }
    return [
        f"{source.path}:{node.lineno} builds `{node.func.id}` itself"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in taken
    ]


@pytest.mark.parametrize("source", sources("cogs"), ids=lambda source: source.module)
def test_no_feature_builds_a_statement_without_its_scope(source: Source) -> None:
    """6.2a: `scope.select / insert / update / delete`, so that the owner's condition cannot be forgotten."""
    allowed = _reads_about_several_tables(source)
    assert [found for found in built_by_hand(source) if not any(f":{line} " in found for line in allowed)] == []


def _reads_about_several_tables(source: Source) -> set[int]:
    """Lines that give their reason: `# scope: ...` at the end of the line."""
    return {number for number, line in enumerate(source.text.splitlines(), 1) if "# scope: " in line}


@pytest.mark.parametrize("source", sources("cogs"), ids=lambda source: source.module)
def test_no_feature_reads_the_accounts(source: Source) -> None:
    """6.2a: only `people` knows which account is whose."""
    assert "tables.account" not in source.text
    assert not [node for node in ast.walk(source.tree) if isinstance(node, ast.Name) and node.id == "account"]


def test_the_house_is_looked_at_too() -> None:
    assert _house.person in TABLES
