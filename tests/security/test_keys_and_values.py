"""6.7, A3: what a sealed value is bound to, fixed vectors, nonces, and a wrong master that opens nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.clock import Clock
from bot.db import Database
from bot.errors import StoreError
from bot.keys import STOCK, InvalidTag, Key, Keyring, derive, kek_of

# Made once with this code; what was sealed by an earlier version must open for ever.
SECRET = bytes(range(32))
SEALED = bytes.fromhex("01000102030405060708090a0b34c17b37e584aad82061f2f8c5880aae2af1c130e5a95de6e7ca60d8bf0988e3de")
DERIVED = "0e7ac6a4217dcfe161cf6642e538e5a90b8b2c5d254209f31150168bd3872731"
KEK = "937fbfc5fbd2b11f"


def key(owner: str = "ana@river", secret: bytes = SECRET) -> Key:
    return Key(owner, AESGCM(secret))


def test_crypto_vectors() -> None:
    """6.7"""
    assert key().open(SEALED, "answer", "r1", "value") == "sí, ahí estaré"
    assert derive(SECRET, "causeway wrap v1").hex() == DERIVED
    assert kek_of(SECRET) == KEK


@pytest.mark.parametrize(
    ("owner", "table", "row", "field"),
    [
        ("ben@river", "answer", "r1", "value"),
        ("ana@hills", "answer", "r1", "value"),
        ("ana@river", "account", "r1", "value"),
        ("ana@river", "answer", "r2", "value"),
        ("ana@river", "answer", "r1", "note"),
    ],
    ids=["person", "organization", "table", "row", "field"],
)
def test_a_value_that_was_moved_opens_no_more(owner: str, table: str, row: str, field: str) -> None:
    """A3: even under the same secret, the place is part of the value."""
    with pytest.raises(InvalidTag):
        key(owner).open(SEALED, table, row, field)


@pytest.mark.parametrize("at", [1, 13, len(SEALED) - 1])
def test_a_value_that_was_changed_opens_no_more(at: int) -> None:
    """A3"""
    broken = SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :]
    with pytest.raises(InvalidTag):
        key().open(broken, "answer", "r1", "value")


def test_an_unknown_version_is_said_so() -> None:
    """6.7: the version byte lets the cipher change later."""
    with pytest.raises(StoreError):
        key().open(b"\x02" + SEALED[1:], "answer", "r1", "value")


def test_nonces_are_never_used_twice() -> None:
    """6.7"""
    one = key()
    nonces = {one.seal("same", "t", "r", "f")[1:13] for _ in range(20_000)}
    assert len(nonces) == 20_000


async def test_a_wrong_master_fails_closed(tmp_path: Path) -> None:
    """6.7: it opens nothing, makes nothing and changes nothing."""
    url = f"sqlite:///{tmp_path}/keys.db"
    async with Keyring(Database(url), b"m" * 32, Clock()) as right:
        await right.of_person("ana")
        before = await right.count()
    with pytest.raises(StoreError) as refused:
        await Keyring(Database(url), b"x" * 32, Clock()).open()
    assert refused.value.key == "store.master"
    async with Keyring(Database(url), b"m" * 32, Clock()) as right:
        assert await right.count() == before


async def test_the_keys_of_new_people_are_durable_before_they_are_used(tmp_path: Path) -> None:
    """6.7: they are made in stock, in one commit; each is given once and opens after a restart."""
    url = f"sqlite:///{tmp_path}/keys.db"
    async with Keyring(Database(url), b"m" * 32, Clock()) as ring:
        made = [await ring.new_person() for _ in range(STOCK + 1)]
        assert len({person for person, _ in made}) == STOCK + 1
        sealed = {person: key.seal("hello", "t", "r", "f") for person, key in made}
        assert (await ring.count())[ring.kek] == 2 * STOCK + 1  # and the coalition's own
    async with Keyring(Database(url), b"m" * 32, Clock()) as ring:
        for person, value in sealed.items():
            assert (await ring.existing(person)).open(value, "t", "r", "f") == "hello"


async def test_nobody_waits_for_a_stock_while_there_is_some(tmp_path: Path) -> None:
    """6.7: more is made beside those who act; a clean-up meanwhile leaves none of its keys to be given."""
    async with Keyring(Database(f"sqlite:///{tmp_path}/keys.db"), b"m" * 32, Clock()) as ring:
        first = {(await ring.new_person())[0] for _ in range(STOCK // 2 + 1)}
        assert (await ring.count())[ring.kek] in {STOCK + 1, 2 * STOCK + 1}, "half of it is used: more is on its way"
        making = ring._stocking
        assert making is not None
        assert await ring.destroy_orphans(first, set()) == 2 * STOCK - len(first)
        assert making.done()
        second = {(await ring.new_person())[0] for _ in range(2 * STOCK)}
        assert await ring.people() == first | second, "each given key is there"


async def test_a_stock_that_cannot_be_made_harms_nobody_who_has_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Keyring(Database(f"sqlite:///{tmp_path}/keys.db"), b"m" * 32, Clock()) as ring:
        await ring.new_person()
        with monkeypatch.context() as full:
            full.setattr(ring._db, "write", _disk_is_full)
            for _ in range(STOCK - 1):
                await ring.new_person()
                await asyncio.sleep(0)
            with pytest.raises(OSError, match="full"):
                await ring.new_person()
        assert await ring.new_person()


def _disk_is_full() -> None:
    raise OSError("the disk is full")


async def test_what_is_left_of_a_stock_is_never_given_once_it_is_destroyed(tmp_path: Path) -> None:
    """A nightly clean-up takes keys of nobody: the next new person gets one of another stock."""
    url = f"sqlite:///{tmp_path}/keys.db"
    async with Keyring(Database(url), b"m" * 32, Clock()) as ring:
        first, _ = await ring.new_person()
        assert await ring.people() == {first}, "who is still to come is nobody yet"
        assert await ring.destroy_orphans({first}, set()) == STOCK - 1
        second, key = await ring.new_person()
        sealed = key.seal("hello", "t", "r", "f")
    async with Keyring(Database(url), b"m" * 32, Clock()) as ring:
        assert (await ring.existing(second)).open(sealed, "t", "r", "f") == "hello"
