"""Builds every statement on a table that belongs to an organization or a person (SECURITY 6.2a).

A feature's store asks its scope for `select`, `insert`, `update` and `delete`; the owner's condition is added here from
the table's declaration and cannot be forgotten. A law test walks all stores: none builds a statement itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Delete, Select, Table, Update
from sqlalchemy import delete as sql_delete
from sqlalchemy import insert as sql_insert
from sqlalchemy import select as sql_select
from sqlalchemy import update as sql_update
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ColumnElement

from bot.db import insert as insert_into
from bot.errors import Refused


@dataclass(frozen=True)
class Scope:
    """In whose name statements are built. `system` is for jobs and hooks that go through all owners in turn."""

    organization: str = ""
    person: str = ""
    system: bool = False

    def _own(self, table: Table) -> list[ColumnElement[bool]]:
        owner = table.info["owner"]
        if self.system or owner in {"coalition", "system"}:
            return []
        mine = getattr(self, owner)
        if not mine:
            raise Refused
        return [table.c[owner] == mine]

    def select(self, table: Table, *columns: Any) -> Select[Any]:
        """SELECT of a table's rows that are the scope's."""
        return sql_select(*(columns or (table,))).select_from(table).where(*self._own(table))

    def update(self, table: Table) -> Update:
        """UPDATE of the scope's rows."""
        return sql_update(table).where(*self._own(table))

    def delete(self, table: Table) -> Delete:
        """DELETE of the scope's rows."""
        return sql_delete(table).where(*self._own(table))

    def insert(self, table: Table) -> Executable:
        """INSERT of a row that is the scope's: its owner column is filled in."""
        owner = table.info["owner"]
        if self.system or owner in {"coalition", "system"}:
            return insert_into(table)
        self._own(table)
        return sql_insert(table).values({owner: getattr(self, owner)})


SYSTEM = Scope(system=True)
