"""Keys and sealed values: one key per person and one per person in an organization (SECURITY 6.2a, 6.7).

    master (32 bytes, never in a database) ── HKDF ──> wrapping key ── RFC 3394 ──> the random keys in the keyring
    a value = version byte + nonce (12) + AES-256-GCM, bound to `v1|owner|table|row|field`

The keyring is a database of its own, backed up apart. A key is committed there *before* the first value it seals, and
destroyed *before* the rows are: a stolen or restored main database is noise without it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    Column,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.schema import CreateTable

from bot.clock import Clock
from bot.db import Database, Moment, Row, insert, upsert
from bot.errors import KeyGone, StoreError
from bot.ids import new_id

VERSION = b"\x01"
NONCE_BYTES = 12
CACHED_KEYS = 4096  # unwrapped keys kept in memory; about 1 MB
STOCK = 32  # keys that are made at once for people to come
BATCH = 64  # people whose keys one statement finds: unwrapping them holds everybody else up for 2 ms

keyring_metadata = MetaData()
key_table = Table(
    "keyring",
    keyring_metadata,
    Column("person", String(40), primary_key=True),  # "" for a key of an organization or of the coalition
    Column("organization", String(40), primary_key=True),  # "" for a person's own key
    Column("wrapped", LargeBinary, nullable=False),
    Column("kek", String(16), nullable=False),  # which master wrapped it
    Column("made_at", Moment, nullable=False),
)

COALITION = ("", "*")  # the row of the secret that account indexes and tokens derive from


@dataclass(frozen=True)
class Key:
    """One unwrapped key. `owner` is part of what every value is bound to."""

    owner: str
    cipher: AESGCM

    def seal(self, text: str, table: str, row: str, field: str) -> bytes:
        """Ciphertext bound to its place: moved to another row, column or table it opens no more."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self.cipher.encrypt(nonce, text.encode(), self._place(table, row, field))

    def open(self, sealed: bytes, table: str, row: str, field: str) -> str:
        """The text again; InvalidTag when the value was moved, swapped or changed."""
        if sealed[:1] != VERSION:
            raise StoreError("store.version", found=sealed[:1].hex())
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        return self.cipher.decrypt(nonce, body, self._place(table, row, field)).decode()

    def _place(self, table: str, row: str, field: str) -> bytes:
        return f"v1|{self.owner}|{table}|{row}|{field}".encode()


def derive(secret: bytes, purpose: str, length: int = 32) -> bytes:
    """HKDF-SHA256 of a secret for one purpose."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose.encode()).derive(secret)


def kek_of(master: bytes) -> str:
    """The name of a master in the keyring's rows: 16 hex digits that tell nothing about it."""
    return hashlib.sha256(derive(master, "causeway wrap v1")).hexdigest()[:16]


class Keyring:
    """All keys. Keys made here are durable before this returns them."""

    def __init__(self, database: Database, master: bytes, clock: Clock, older: Sequence[bytes] = ()) -> None:
        self._db, self._clock = database, clock
        self.kek = kek_of(master)
        # Two masters live side by side until the older is dropped: a rotation can stop half-way and go on.
        self._wrapping = {kek_of(one): derive(one, "causeway wrap v1") for one in (*older, master)}
        self._cache: OrderedDict[tuple[str, str], Key] = OrderedDict()
        self._secret = b""
        self._stock: list[tuple[str, bytes]] = []  # people to come: their id, and their key, durable already
        self._stocking: asyncio.Task[None] | None = None
        self._naming: dict[str, hmac.HMAC] = {}
        self._derived: dict[str, bytes] = {}  # by purpose: a dozen; deriving one takes longer than a sealed value

    async def open(self) -> None:
        """Makes the table when new and reads the coalition's secret; refuses a master that opens nothing."""
        await self._db.open()
        async with self._db.write() as tx:
            await tx.script(str(CreateTable(key_table, if_not_exists=True)).replace("BLOB", self._blob))
        try:
            self._secret = await self._load(*COALITION) or await self._make(*COALITION)
        except BaseException:
            await self.close()
            raise

    async def __aenter__(self) -> Keyring:
        await self.open()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._db.checkpoint()
        await self.close()

    @property
    def _blob(self) -> str:
        return "BLOB" if self._db.is_sqlite else "BYTEA"

    async def close(self) -> None:
        """Closes the key database and forgets what was unwrapped."""
        await self._stocked()
        self._cache.clear()
        self._stock.clear()
        self._derived.clear()
        self._naming.clear()
        await self._db.close()

    def index(self, purpose: str, value: str) -> str:
        """A keyed, one-way name: 32 hex digits of HMAC-SHA256 under the coalition's secret."""
        if purpose not in self._naming:
            self._naming[purpose] = hmac.new(self.secret_for(purpose), digestmod="sha256")
        # A copy: to find SHA-256 anew each time takes OpenSSL longer than to use it.
        name = self._naming[purpose].copy()
        name.update(value.encode())
        return name.hexdigest()[:32]

    def secret_for(self, purpose: str) -> bytes:
        """32 bytes for one purpose, derived from the coalition's secret; the same after a rotation of the master."""
        if purpose not in self._derived:
            self._derived[purpose] = derive(self._secret, purpose)
        return self._derived[purpose]

    async def new_person(self) -> tuple[str, Key]:
        """An id for somebody new, and their key. Made in stock, so that a crowd of new people does not wait for a
        commit each; what is left of a stock when the process ends is an orphan, and destroyed the next night."""
        if len(self._stock) <= STOCK // 2:
            more = self._more_stock()
            if not self._stock:
                await asyncio.shield(more)  # who waits for it with others may give up alone
        person, raw = self._stock.pop()
        return person, self._remember((person, ""), raw)

    def _more_stock(self) -> asyncio.Task[None]:
        """Made beside those who act, while there is some left."""
        if self._stocking is None or self._stocking.done():
            self._stocking = asyncio.create_task(self._make_stock())
            self._stocking.add_done_callback(_seen)
        return self._stocking

    async def _stocked(self) -> None:
        """Waits for a stock that is being made: its keys are in the database before they are in `_stock`."""
        if self._stocking is not None:
            await asyncio.wait([self._stocking])

    async def _make_stock(self) -> None:
        made = [(new_id(), secrets.token_bytes(32)) for _ in range(STOCK)]
        async with self._db.write() as tx:
            wrapping, now = self._wrapping[self.kek], self._clock.now()
            rows = [
                {
                    "person": person, "organization": "", "kek": self.kek, "made_at": now,
                    "wrapped": aes_key_wrap(wrapping, raw),
                }
                for person, raw in made
            ]  # fmt: skip
            await tx.run(insert(key_table), rows)
        self._stock += made

    async def of_person(self, person: str) -> Key:
        """The person's own key, made at the first use."""
        return await self._get(person, "")

    async def of_member(self, person: str, organization: str) -> Key:
        """The key of what one organization keeps about one person: gone when either leaves."""
        return await self._get(person, organization)

    async def of_organization(self, organization: str) -> Key:
        """The key of what an organization keeps that concerns nobody by name."""
        return await self._get("", organization)

    async def existing(self, person: str, organization: str = "") -> Key:
        """A key that must be there already; KeyGone when it was destroyed."""
        return await self._get(person, organization, make=False)

    async def existing_of(self, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Key]:
        """The keys of many (person, organization), in few statements; a destroyed one is not among them.

        They pass the cache by: reading everybody's must not push out the keys of those who act meanwhile.
        """
        found, wanted = {}, set(names)
        people = sorted({person for person, _ in wanted})
        for at in range(0, len(people), BATCH):
            some = people[at : at + BATCH]
            some += some[-1:] * (BATCH - len(some))  # always the same statement: it is compiled once
            async with self._db.read() as tx:
                rows = await tx.all(_FIND_SOME, **{f"p{number}": one for number, one in enumerate(some)})
            for row in rows:
                if (name := (row.person, row.organization)) in wanted:
                    found[name] = _key(name, self._unwrap(row))
        return found

    async def destroy_person(self, person: str) -> None:
        """Every key of a person, in every organization."""
        await self._destroy(key_table.c.person == person, lambda known: known[0] == person)

    async def destroy_organization(self, organization: str) -> None:
        """Every key that an organization holds."""
        await self._destroy(key_table.c.organization == organization, lambda known: known[1] == organization)

    async def destroy_orphans(self, people: set[str], organizations: set[str]) -> int:
        """Keys whose person or organization is no longer in the main database (a crash between the two databases)."""
        await self._stocked()
        self._stock.clear()  # they are nobody's yet, and so among what is destroyed here
        async with self._db.read() as tx:
            rows = await tx.all(select(key_table.c.person, key_table.c.organization))
        gone = [
            (row.person, row.organization)
            for row in rows
            if (row.person and row.person not in people)
            or (row.organization not in {"", "*"} and row.organization not in organizations)
        ]
        for person, organization in gone:
            where = and_(key_table.c.person == person, key_table.c.organization == organization)
            await self._destroy(where, lambda known, lost=(person, organization): known == lost)
        return len(gone)

    async def rotate(self, new_master: bytes) -> int:
        """Wraps every key under a new master, all or none; no value is touched. How many were wrapped anew."""
        kek, wrapping = kek_of(new_master), derive(new_master, "causeway wrap v1")
        async with self._db.write() as tx:
            rows = await tx.all(select(key_table).where(key_table.c.kek != kek))
            fresh = [
                {"p": row.person, "o": row.organization, "w": aes_key_wrap(wrapping, self._unwrap(row)), "k": kek}
                for row in rows
            ]
            await tx.run(_REWRAP, fresh)
        self._wrapping[kek], self.kek = wrapping, kek
        return len(rows)

    async def count(self) -> dict[str, int]:
        """Keys per master, for `causeway keys status`."""
        async with self._db.read() as tx:
            rows = await tx.all(select(key_table.c.kek))
        return {kek: sum(row.kek == kek for row in rows) for kek in {row.kek for row in rows}}

    async def _get(self, person: str, organization: str, make: bool = True) -> Key:
        name = (person, organization)
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        raw = await self._load(*name)
        if raw is None and not make:
            raise KeyGone
        return self._remember(name, raw or await self._make(*name))

    def _remember(self, name: tuple[str, str], raw: bytes) -> Key:
        key = self._cache[name] = _key(name, raw)
        if len(self._cache) > CACHED_KEYS:
            self._cache.popitem(last=False)
        return key

    async def people(self) -> set[str]:
        """The people who have a key of their own; who is still to come is none of them."""
        await self._stocked()
        async with self._db.read() as tx:
            own = and_(key_table.c.organization == "", key_table.c.person != "")
            rows = await tx.all(select(key_table.c.person).where(own))
        return {row.person for row in rows} - {person for person, _ in self._stock}

    async def _load(self, person: str, organization: str) -> bytes | None:
        async with self._db.read() as tx:
            row = await tx.one(_FIND, p=person, o=organization)
        return None if row is None else self._unwrap(row)

    async def _make(self, person: str, organization: str) -> bytes:
        """A new random key; where another act made it meanwhile, that one."""
        raw = secrets.token_bytes(32)
        wrapped = aes_key_wrap(self._wrapping[self.kek], raw)
        async with self._db.write() as tx:
            made = await tx.run(
                upsert(key_table, "person", "organization"),
                person=person, organization=organization, kek=self.kek, made_at=self._clock.now(), wrapped=wrapped,
            )  # fmt: skip
            if made:
                return raw
            row = await tx.one(_FIND, p=person, o=organization)
        assert row is not None
        return self._unwrap(row)

    def _unwrap(self, row: Row) -> bytes:
        if row.kek not in self._wrapping:
            raise StoreError("store.master")
        try:
            return aes_key_unwrap(self._wrapping[row.kek], bytes(row.wrapped))
        except InvalidUnwrap as cause:
            raise StoreError("store.master") from cause

    async def _destroy(self, where: object, is_it: object) -> None:
        async with self._db.write() as tx:
            await tx.run(delete(key_table).where(where))  # type: ignore[arg-type]
        for name in [known for known in self._cache if is_it(known)]:  # type: ignore[operator]
            del self._cache[name]
        await self._db.checkpoint()


def _seen(making: asyncio.Task[None]) -> None:
    """A stock that could not be made is made by the next who needs it, who then reads why not."""
    if not making.cancelled():
        making.exception()


def _key(name: tuple[str, str], raw: bytes) -> Key:
    return Key(owner=f"{name[0]}@{name[1]}", cipher=AESGCM(raw))


_FIND_SOME = select(key_table).where(key_table.c.person.in_([bindparam(f"p{number}") for number in range(BATCH)]))
_FIND = select(key_table.c.wrapped, key_table.c.kek).where(
    key_table.c.person == bindparam("p"), key_table.c.organization == bindparam("o")
)
_REWRAP = (
    update(key_table)
    .where(key_table.c.person == bindparam("p"), key_table.c.organization == bindparam("o"))
    .values(wrapped=bindparam("w"), kek=bindparam("k"))
)

__all__ = ["COALITION", "InvalidTag", "Key", "Keyring", "derive", "kek_of", "key_table", "keyring_metadata"]
