"""People: who an account is, what language they read, linking two accounts, and erasing somebody for good.

Only this module reads the account table. An account is found by HMAC(platform, id); the id itself is sealed under the
person's own key and opened only to send them a direct message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from bot import tables as t
from bot.db import Row, Tx, insert, upsert
from bot.errors import KeyGone, UserError
from bot.ids import new_secret_code, read_code
from bot.keys import Key, Keyring

LINK_CODE_LIFE = timedelta(hours=1)
SEEN_EVERY = timedelta(days=1)  # `seen_at` is only for retention: a row is not rewritten at each press


@dataclass(frozen=True)
class Person:
    """Somebody who acts. `id` is "" for one of whom nothing is kept (yet)."""

    id: str
    language: str | None = None
    zone: str | None = None
    stopped: bool = False
    seen_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether anything is kept about them."""
        return bool(self.id)

    @property
    def met_before(self) -> bool:
        """Whether anything was kept about them before this act."""
        return self.seen_at is not None


NOBODY = Person("")


def _to_person(row: Row) -> Person:
    return Person(row.id, row.language, row.zone, bool(row.stopped), row.seen_at)


_FIND = (
    select(t.person, t.account.c.index)
    .join(t.account, t.account.c.person == t.person.c.id)
    .where(t.account.c.index == bindparam("i"))
)


class People:
    """The door to persons and their accounts; needs a transaction for each act."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def index(self, platform: str, account: str) -> str:
        """The one-way name of an account."""
        return self.keyring.index("account", f"{platform}|{account}")

    async def find(self, tx: Tx, platform: str, account: str) -> Person:
        """Who an account is, or NOBODY."""
        row = await tx.one(_FIND, i=self.index(platform, account))
        return NOBODY if row is None else _to_person(row)

    async def keep(self, tx: Tx, platform: str, account: str, language: str | None, now: datetime) -> Person:
        """The person of an account, made when new."""
        found = await self.find(tx, platform, account)
        return found if found.known else await self.add(tx, platform, account, language, now)

    async def add(self, tx: Tx, platform: str, account: str, language: str | None, now: datetime) -> Person:
        """The person of an account that was not found. Their key is durable before the row is."""
        person, key = await self.keyring.new_person()
        new, index = Person(person, language), self.index(platform, account)
        await tx.run(insert(t.person), id=new.id, language=language, stopped=False, made_at=now, seen_at=now)
        await tx.run(
            insert(t.account), index=index, person=new.id, platform=platform,
            address=key.seal(account, "account", index, "address"),
        )  # fmt: skip
        return new

    async def set_language(self, tx: Tx, person: Person, language: str) -> Person:
        """Remembers the language a person chose."""
        await tx.run(update(t.person).where(t.person.c.id == person.id).values(language=language))
        return replace(person, language=language)

    async def set_zone(self, tx: Tx, person: Person, zone: str) -> Person:
        """Remembers a person's IANA zone."""
        await tx.run(update(t.person).where(t.person.c.id == person.id).values(zone=zone))
        return replace(person, zone=zone)

    async def set_stopped(self, tx: Tx, person: Person, stopped: bool) -> None:
        """Turns direct messages off or on again."""
        await tx.run(update(t.person).where(t.person.c.id == person.id).values(stopped=stopped))

    async def get(self, tx: Tx, person: str) -> Person:
        """A person by id, or NOBODY."""
        row = await tx.one(select(t.person).where(t.person.c.id == person))
        return NOBODY if row is None else _to_person(row)

    # -- where to reach somebody ------------------------------------------------------------------------------------

    async def addresses(self, tx: Tx, person: str) -> list[tuple[str, str, str]]:
        """(platform, account id, direct room or "") of each account; only the outbox and introductions ask."""
        rows = await tx.all(select(t.account).where(t.account.c.person == person))
        key = await self.keyring.existing(person)
        return [(row.platform, self._open(key, row, "address"), self._open(key, row, "room")) for row in rows]

    async def remember_room(self, tx: Tx, platform: str, account: str, room: str) -> None:
        """Keeps the direct room (Matrix room id, Discord channel id) of an account, sealed."""
        index = self.index(platform, account)
        person = await tx.value(select(t.account.c.person).where(t.account.c.index == index))
        if person:
            key = await self.keyring.existing(person)
            sealed = key.seal(room, "account", index, "room")
            await tx.run(update(t.account).where(t.account.c.index == index).values(room=sealed))

    @staticmethod
    def _open(key: Key, row: Any, field: str) -> str:
        value = getattr(row, field)
        return key.open(bytes(value), "account", row.index, field) if value else ""

    # -- one person, two accounts -----------------------------------------------------------------------------------

    async def new_link_code(self, tx: Tx, person: Person, now: datetime) -> str:
        """A code good for an hour that joins the account which sends it to this person."""
        code = new_secret_code()
        await tx.run(delete(t.link_code).where(t.link_code.c.person == person.id))
        await tx.run(
            insert(t.link_code),
            index=self.keyring.index("link", code),
            person=person.id,
            expires_at=now + LINK_CODE_LIFE,
        )
        return code

    async def redeem_link_code(self, tx: Tx, person: Person, code: str, now: datetime) -> tuple[str, str]:
        """Joins `person` into the code's person; gives (kept id, absorbed id). UserError for a wrong or old code."""
        index = self.keyring.index("link", read_code(code))
        row = await tx.one(select(t.link_code).where(t.link_code.c.index == index, t.link_code.c.expires_at > now))
        if row is None or row.person == person.id:
            raise UserError("core.link_wrong")
        await tx.run(delete(t.link_code).where(t.link_code.c.person.in_((person.id, row.person))))
        await self._move_accounts(tx, person.id, row.person)
        await self._move_sealed(tx, person.id, row.person)
        await self._move_roles(tx, person.id, row.person)
        if person.stopped:  # whoever said stop on one account said it
            await tx.run(update(t.person).where(t.person.c.id == row.person).values(stopped=True))
        return row.person, person.id

    async def _move_accounts(self, tx: Tx, old: str, new: str) -> None:
        source, target = await self.keyring.of_person(old), await self.keyring.of_person(new)
        for row in await tx.all(select(t.account).where(t.account.c.person == old)):
            room = self._open(source, row, "room")
            await tx.run(
                update(t.account).where(t.account.c.index == row.index).values(
                    person=new,
                    address=target.seal(self._open(source, row, "address"), "account", row.index, "address"),
                    room=target.seal(room, "account", row.index, "room") if room else None,
                )
            )  # fmt: skip

    async def _move_sealed(self, tx: Tx, old: str, new: str) -> None:
        """Forms in progress, messages still to be sent and buttons of one's own: sealed anew under the kept key."""
        source, target = await self.keyring.of_person(old), await self.keyring.of_person(new)
        for table, field in ((t.form, "given"), (t.delivery, "private")):
            name, column = table.name, table.c[field]
            for row in await tx.all(select(table.c.id, column).where(table.c.person == old, column.is_not(None))):
                text = source.open(bytes(getattr(row, field)), name, row.id, field)
                values = {field: target.seal(text, name, row.id, field)}
                await tx.run(update(table).where(table.c.id == row.id).values(**values))
            await tx.run(update(table).where(table.c.person == old).values(person=new))
        await tx.run(update(t.choice).where(t.choice.c.person == old).values(person=new))

    async def _move_roles(self, tx: Tx, old: str, new: str) -> None:
        for row in await tx.all(select(t.role).where(t.role.c.person == old)):
            await tx.run(
                upsert(t.role, "person", "organization", "name"),
                person=new, organization=row.organization, name=row.name, granted_at=row.granted_at,
            )  # fmt: skip
        await tx.run(delete(t.role).where(t.role.c.person == old))
        await tx.run(update(t.person).where(t.person.c.id == old).values(merged_into=new))

    # -- erasing ----------------------------------------------------------------------------------------------------

    async def kept(self, tx: Tx, person: Person) -> dict[str, int]:
        """How many rows of the house's own tables concern a person (features add theirs through their hook)."""
        own: Sequence[tuple[str, Any, Any]] = (
            ("accounts", t.account, t.account.c.person),
            ("roles", t.role, t.role.c.person),
            ("forms", t.form, t.form.c.person),
            ("messages", t.delivery, t.delivery.c.person),
        )
        return {name: len(await tx.all(select(column).where(column == person.id))) for name, _table, column in own}

    async def erase(self, tx: Tx, person: Person) -> None:
        """Deletes the house's rows about a person. `bot.erasure` does the whole of it, keys and features too."""
        own = select(t.delivery.c.id).where(t.delivery.c.person == person.id)
        await tx.run(delete(t.message).where(t.message.c.delivery.in_(own)))
        for table in (t.account, t.role, t.form, t.link_code, t.delivery, t.choice):
            await tx.run(delete(table).where(table.c.person == person.id))
        await tx.run(delete(t.person).where(or_(t.person.c.id == person.id, t.person.c.merged_into == person.id)))

    async def saw(self, tx: Tx, person: Person, now: datetime) -> None:
        """Notes that a person acted, once a day: nothing finer is kept, and a press is not made slower."""
        if person.seen_at is not None and person.seen_at < now - SEEN_EVERY:
            await tx.run(update(t.person).where(t.person.c.id == person.id).values(seen_at=now))

    async def to_forget(self, tx: Tx, before: datetime) -> list[str]:
        """People without an act since a moment and without a role; and those whose key is gone (a crash half-way)."""
        held = select(t.role.c.person)
        query = select(t.person.c.id, t.person.c.seen_at).where(t.person.c.merged_into.is_(None))
        quiet = {row.id for row in await tx.all(query.where(t.person.c.seen_at < before, t.person.c.id.not_in(held)))}
        keyed = await self.keyring.people()
        return [row.id for row in await tx.all(query) if row.id in quiet or row.id not in keyed]

    async def destroy_keys(self, person: str) -> None:
        """Makes every sealed value about a person unreadable, in old back-ups of the main database too."""
        await self.keyring.destroy_person(person)

    async def may_tell(self, tx: Tx, person: str) -> bool:
        """Whether a direct message may be sent: they acted before, did not say /stop, and can still be read."""
        found = await self.get(tx, person)
        try:
            await self.keyring.existing(person)
        except KeyGone:
            return False
        return found.known and not found.stopped
