"""Encryption against a real Synapse and another, independent device: round trips, cross-signing, refusals,
lost keys.
"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from nio import AsyncClient, MatrixRoom

from bot.errors import ConfigError, Denied
from bot.platforms.matrix import send as sending
from bot.platforms.matrix.calls import Json
from bot.platforms.matrix.content import message
from bot.platforms.matrix.crypto import cross_sign, load_seeds, new_seeds, save_seeds, seed_file
from bot.platforms.matrix.inbox import TEXT
from bot.platforms.matrix.keys import sent_by_own_device
from bot.platforms.matrix.rights import state_content
from bot.platforms.matrix.send import Sender
from bot.platforms.matrix.session import (
    PUBLIC_PICKLE_KEY,
    adopt_token,
    check_pickle_key,
    open_client,
    own_store,
    sign_in,
)
from bot.platforms.matrix.sync import TIMELINE
from tests.adapters.matrix_parts import PICKLE_KEY, Listener, account_of, client_for
from tests.adapters.test_matrix_sync import room_with
from tests.rigs.file_inbox import FileInbox
from tests.rigs.matrix_user import Refused
from tests.rigs.synapse import Synapse


async def has_text(listener: Listener, text: str) -> bool:
    """Whether this text waits in the inbox, read or decrypted."""
    return any(arrival.content.get("body") == text for arrival in await listener.inbox.waiting())


async def test_an_encrypted_room_works_both_ways(synapse: Synapse, tmp_path: Path) -> None:
    """h10: what the bot writes a member's device reads, and the other way round; the server sees neither."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot, encrypted=True)
    async with client_for(bot, tmp_path / "bot") as ours, client_for(anna, tmp_path / "anna") as hers:
        us, her = Listener(ours), Listener(hers)
        await us.loop.step()
        await her.loop.step()
        await us.loop.step()
        await us.sender.send(room, message("a secret call", loud=True), "e1")
        await her.until(lambda: has_text(her, "a secret call"))
        await her.sender.send(room, message("a secret answer", loud=True), "e2")
        await us.until(lambda: has_text(us, "a secret answer"))
        (arrival,) = await us.inbox.waiting()
        assert arrival.kind == TEXT
        assert arrival.sender_key is not None
        assert await sent_by_own_device(ours, anna.user_id, arrival.sender_key)
        assert not await sent_by_own_device(ours, bot.user_id, arrival.sender_key)
    assert "secret" not in str(await anna.timeline(room))


async def test_the_store_and_the_seeds_are_for_the_owner_only(synapse: Synapse, tmp_path: Path) -> None:
    """e4: 0600 before SQLite opens the file, so for its journals too."""
    bot = await synapse.user("bot")
    folder = tmp_path / "keys"
    async with client_for(bot, folder) as client:
        await Listener(client).loop.step()
        await cross_sign(client, folder, PICKLE_KEY)
        assert client.olm is not None
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in folder.iterdir()
        if ".db" in path.name or "cross" in path.name
    }
    assert modes
    assert set(modes.values()) == {0o600}


async def test_what_the_first_sync_tells_of_a_room_is_not_asked_again(
    synapse: Synapse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """h12: a call to many rooms after a start is one request a room, not two. A room that was encrypted meanwhile, far
    back, is known to be; one that comes during the session is asked about."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    plain, turned = await room_with(anna, bot), await room_with(anna, bot)
    inbox, asked = FileInbox(), list[str]()

    async def counted(client: AsyncClient, room: str, kind: str) -> Json | None:
        asked.append(room)
        return await state_content(client, room, kind)

    monkeypatch.setattr(sending, "state_content", counted)
    async with client_for(bot) as client:
        await Listener(client, inbox).loop.step()
    await anna.put_state(turned, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    for number in range(TIMELINE + 20):
        await anna.send(turned, f"in the clear all the same {number}")
    async with client_for(bot) as client:
        loop = Listener(client, inbox).loop
        await loop.step()
        sender = Sender(client)
        await sender.send(plain, message("hello"), "a")
        with pytest.raises(Denied, match="plaintext"):
            await sender.send(turned, message("private"), "b")
        assert asked == []
        later = await room_with(anna, bot)
        await loop.step()
        await sender.send(later, message("hello"), "c")
        await sender.send(later, message("again"), "d")
        assert asked == [later]


async def test_plain_text_never_goes_into_an_encrypted_room(synapse: Synapse) -> None:
    """g2: a client with encryption off refuses (nio alone would send in the clear), also where it never synced."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot, encrypted=True)
    async with client_for(bot) as client:
        with pytest.raises(Denied) as refusal:
            await Listener(client).sender.send(room, message("secret"), "p1")
        assert refusal.value.reason == "plaintext"
    assert not await anna.messages(room, bot.user_id)


async def test_a_room_that_only_looks_plain_gets_nothing_in_the_clear(synapse: Synapse, tmp_path: Path) -> None:
    """g2: a sync can bring a room before its encryption; the server is asked before the first word."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot, encrypted=True)
    async with client_for(bot, tmp_path) as client:
        client.rooms[room] = MatrixRoom(room, bot.user_id, encrypted=False)
        await Listener(client).sender.send(room, message("secret"), "p2")
    assert "secret" not in str(await anna.timeline(room))


async def test_the_bot_vouches_for_its_own_device(synapse: Synapse, tmp_path: Path) -> None:
    """h10: the three keys are published and the device is signed by them; a restart changes nothing."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    for _ in range(2):
        async with client_for(bot, tmp_path) as client:
            await Listener(client).loop.step()
            assert await cross_sign(client, tmp_path, PICKLE_KEY)
    seeds = load_seeds(tmp_path, bot.user_id, PICKLE_KEY)
    assert seeds is not None
    keys = await anna.call("POST", "/_matrix/client/v3/keys/query", {"device_keys": {bot.user_id: []}})
    device = keys["device_keys"][bot.user_id][bot.device_id]
    self_signing = seeds["self_signing"]
    name = f"ed25519:{self_signing.public}"
    assert keys["self_signing_keys"][bot.user_id]["keys"] == {name: self_signing.public}
    assert device["signatures"][bot.user_id][name] == self_signing.sign(device)
    own_view = await bot.call("POST", "/_matrix/client/v3/keys/query", {"device_keys": {bot.user_id: []}})
    master = own_view["master_keys"][bot.user_id]  # a device's signature on it is shown to its owner only
    assert f"ed25519:{bot.device_id}" in master["signatures"][bot.user_id]
    chained = keys["self_signing_keys"][bot.user_id]["signatures"][bot.user_id]
    assert chained[f"ed25519:{seeds['master'].public}"] == seeds["master"].sign(keys["self_signing_keys"][bot.user_id])


async def test_lost_seeds_are_replaced_only_with_the_password(synapse: Synapse, tmp_path: Path) -> None:
    """h10: without it the bot says so and goes on; with it the new keys are published."""
    bot = await synapse.user("bot")
    async with client_for(bot, tmp_path) as client:
        await Listener(client).loop.step()
        assert await cross_sign(client, tmp_path, PICKLE_KEY)
        seed_file(tmp_path, bot.user_id).unlink()
        assert not await cross_sign(client, tmp_path, PICKLE_KEY)
        assert not seed_file(tmp_path, bot.user_id).exists()
        assert await cross_sign(client, tmp_path, PICKLE_KEY, bot.password)
        assert await cross_sign(client, tmp_path, PICKLE_KEY)


def test_seeds_open_only_with_their_key(tmp_path: Path) -> None:
    """e1: the file alone is noise, and a wrong key is a sentence, not new seeds."""
    seeds = new_seeds()
    save_seeds(tmp_path, "@bot:x", seeds, PICKLE_KEY)
    assert load_seeds(tmp_path, "@bot:x", PICKLE_KEY) == seeds
    assert not any(signer.seed in seed_file(tmp_path, "@bot:x").read_bytes() for signer in seeds.values())
    with pytest.raises(ConfigError):
        load_seeds(tmp_path, "@bot:x", "another key, long enough too")


@pytest.mark.parametrize("key", [None, "", "short", PUBLIC_PICKLE_KEY])
def test_a_public_or_missing_key_is_refused(key: str | None) -> None:
    """f2: nio's default is a word that anybody can read in its source."""
    with pytest.raises(ConfigError):
        check_pickle_key(key)


async def test_a_message_that_could_not_be_read_is_read_when_its_key_comes(synapse: Synapse, tmp_path: Path) -> None:
    """h10: it is parked, then handled once, at its place."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot, encrypted=True)
    async with client_for(bot, tmp_path / "bot") as ours, client_for(anna, tmp_path / "anna") as hers:
        us, her = Listener(ours), Listener(hers)
        await us.loop.step()
        await her.loop.step()
        original = ours.olm.inbound_group_store.get
        ours.olm.inbound_group_store.get = lambda *_: None  # the key is on its way
        await her.sender.send(room, message("late", loud=True), "l1")

        async def is_parked() -> bool:
            return bool(await us.inbox.parked())

        await us.until(is_parked)
        assert not await us.inbox.waiting()
        ours.olm.inbound_group_store.get = original
        hers.invalidate_outbound_session(room)
        await her.sender.send(room, message("next", loud=True), "l2")
        await us.until(lambda: has_text(us, "next"))
        assert [arrival.content["body"] for arrival in await us.inbox.waiting()] == ["late", "next"]
        assert not await us.inbox.parked()


async def test_keys_that_the_server_has_already_do_not_stop_the_others(
    synapse: Synapse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """h10: killed between an upload and its note, the next keys get new names and the loop goes on."""
    bot = await synapse.user("bot")
    store = own_store(tmp_path, account_of(bot))
    async with client_for(bot, tmp_path) as client:
        client.store.database.close()
    before = store.read_bytes()
    async with client_for(bot, tmp_path) as client:
        await Listener(client).loop.step()
        assert client.olm.account.shared
        client.store.database.close()
    store.write_bytes(before)  # as if nothing of the upload had been written down
    async with client_for(bot, tmp_path) as client:
        listener = Listener(client)
        assert not client.olm.account.shared
        await listener.loop.step()
        await bot.send(await bot.create_room("Own"), "wake up")
        await listener.loop.step()
        assert client.olm.account.shared
    assert "one-time keys were there already" in caplog.text


async def test_a_restart_after_a_send_does_not_double_an_encrypted_message(synapse: Synapse, tmp_path: Path) -> None:
    """a11: encrypted anew with another session, the same transaction is still the same event."""
    anna, bot = await synapse.user("anna"), await synapse.user("bot")
    room = await room_with(anna, bot, encrypted=True)
    inbox, sent = FileInbox(), []
    for _ in range(2):
        async with client_for(bot, tmp_path) as client:
            listener = Listener(client, inbox)
            await listener.loop.step()
            sent.append(await listener.sender.send(room, message("once", loud=True), "same"))
    assert sent[0] == sent[1]
    assert len([event for event in await anna.timeline(room) if event["type"] == "m.room.encrypted"]) == 1


async def test_signing_in_makes_a_new_device_and_keeps_no_password(synapse: Synapse, tmp_path: Path) -> None:
    """h8: user id and password once; what is kept has a token and no password."""
    bot = await synapse.user("bot")
    account = await sign_in(synapse.url, bot.user_id, bot.password, "Causeway")
    assert account.user_id == bot.user_id
    assert account.device_id != bot.device_id
    assert bot.password not in str(vars(account))
    assert account.access_token not in repr(account)
    with pytest.raises(Denied):
        await sign_in(synapse.url, bot.user_id, "wrong password", "Causeway")


async def test_a_token_of_a_device_with_keys_is_refused(synapse: Synapse, tmp_path: Path) -> None:
    """h8: a lost store with the same device id is broken for good (FACTS 19)."""
    bot = await synapse.user("bot")
    fresh = await adopt_token(synapse.url, bot.token, bot.device_id, tmp_path)
    assert fresh == account_of(bot)
    with pytest.raises(ConfigError):
        await adopt_token(synapse.url, bot.token, "OTHERDEVICE", tmp_path)
    client: AsyncClient = open_client(fresh, tmp_path, PICKLE_KEY)
    await Listener(client).loop.step()
    await client.close()
    assert await adopt_token(synapse.url, bot.token, bot.device_id, tmp_path) == fresh
    own_store(tmp_path, fresh).unlink()
    with pytest.raises(ConfigError):
        await adopt_token(synapse.url, bot.token, bot.device_id, tmp_path)


async def test_the_rig_itself_refuses_what_a_real_server_refuses(synapse: Synapse) -> None:
    """h14: a stranger's room stays closed; the rig is no stub."""
    anna, bo = await synapse.user("anna"), await synapse.user("bo")
    room = await anna.create_room("Closed")
    with pytest.raises(Refused):
        await bo.join(room)
