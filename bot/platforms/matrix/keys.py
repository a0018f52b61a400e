"""The daily housekeeping of encryption: keys after every sync, room keys before a send, whose device wrote this."""

from __future__ import annotations

import logging

from aiohttp import ClientError
from nio import AsyncClient, MatrixRoom
from nio.crypto.device import OlmDevice
from nio.events import ForwardedRoomKeyEvent, RoomKeyEvent
from nio.exceptions import LocalProtocolError
from nio.responses import SyncResponse

from bot.errors import Denied, PlatformError, Revoked, Unreachable
from bot.platforms.matrix.arrivals import ALL, Interest, arrival_of, parse
from bot.platforms.matrix.calls import CLIENT_API, ask, call, check, room_path
from bot.platforms.matrix.inbox import UNREADABLE, Arrival, Inbox

log = logging.getLogger(__name__)

_HERE = ("join", "invite")


async def look_after_keys(client: AsyncClient) -> None:
    """What nio's own loop would do after every sync (FACTS 20). One step that fails does not keep the others
    from theirs.
    """
    if client.olm is None:
        return
    faults = []
    for step in (_send_to_devices, _upload, _query, _claim):
        try:
            await step(client)
        except Revoked:
            raise
        except PlatformError as fault:
            faults.append(fault)
    if faults:
        raise faults[0]


async def _upload(client: AsyncClient) -> None:
    olm = client.olm
    if not client.should_upload_keys or (olm.account.shared and olm.uploaded_key_count is None):
        return
    try:
        await call(client.keys_upload())
    except Denied:
        # Killed between an upload and nio's note of it: the server has other keys under these names and would refuse
        # them for ever. Called published, they are left alone, and the next ones get new names.
        log.warning("matrix: one-time keys were there already; new ones follow")
        olm.mark_keys_as_published()
        olm.save_account()


async def _query(client: AsyncClient) -> None:
    if client.should_query_keys:
        await call(client.keys_query())


async def _claim(client: AsyncClient) -> None:
    if client.should_claim_keys:
        await call(client.keys_claim(client.get_users_for_key_claiming()))


async def _send_to_devices(client: AsyncClient) -> None:
    try:
        answers = await client.send_to_device_messages()
    except (ClientError, TimeoutError, ConnectionError) as fault:
        raise Unreachable() from fault
    for answer in answers:
        check(answer)


def brought_keys(answer: SyncResponse) -> bool:
    """Whether this sync carried a room key, so that parked messages are worth another try."""
    return any(isinstance(event, RoomKeyEvent | ForwardedRoomKeyEvent) for event in answer.to_device_events)


async def reread_parked(client: AsyncClient, inbox: Inbox, interest: Interest = ALL) -> list[Arrival]:
    """Try the messages that could not be read; gives back those that are readable now."""
    read = []
    for parked in await inbox.parked():
        event = parse(client, parked.content, parked.room_id)
        arrival = arrival_of(client, event, parked.room_id, interest)
        if arrival is None:  # it was an edit, a picture, ...: nothing to act on
            await inbox.finish(parked.key)
        elif arrival.kind != UNREADABLE:
            await inbox.reread(arrival)
            read.append(arrival)
    return read


async def share_room_key(client: AsyncClient, room: MatrixRoom) -> None:
    """Give the room's key to every device there before anything is encrypted with it.

    nio marks a key as shared even where the request to a device failed, and that person then reads nothing; so a
    device that did not get it makes this `Unreachable`, and the outbox tries again. A sharing that broke off
    earlier would also make nio wait for ever: its mark is taken away (sends of one room never overlap, so it cannot
    be a live one).
    """
    olm = client.olm
    assert olm is not None
    client.sharing_session.pop(room.room_id, None)
    if not olm.should_share_group_session(room.room_id):
        return
    await _list_members(client, room)
    olm.update_tracked_users(room)
    if client.should_query_keys:
        await call(client.keys_query())
    try:
        await call(client.share_group_session(room.room_id, ignore_unverified_devices=True))
    except LocalProtocolError as fault:
        raise Unreachable() from fault
    if _missed(client, room):
        client.invalidate_outbound_session(room.room_id)
        raise Unreachable("keys_not_shared")


async def _list_members(client: AsyncClient, room: MatrixRoom) -> None:
    """Everybody who is in the room or invited. Members are synced lazily, and nio's own call lists no invited ones:
    a person who takes the invitation to a direct room later could not read what was said to them first."""
    query = {"not_membership": "leave"}
    events = (await ask(client, "GET", room_path(room.room_id, "members"), query=query))["chunk"]
    here = {event["state_key"]: event["content"] for event in events if event["content"]["membership"] in _HERE}
    for user_id in set(room.users) - set(here):
        room.remove_member(user_id)
    for user_id, content in here.items():
        name = content.get("displayname")
        room.add_member(user_id, name, content.get("avatar_url"), content["membership"] == "invite")
    room.members_synced = True


def _missed(client: AsyncClient, room: MatrixRoom) -> list[OlmDevice]:
    """Devices that we have a channel to and that still lack the room's key."""
    olm = client.olm
    assert olm is not None
    session = olm.outbound_group_sessions[room.room_id]
    have = session.users_shared_with | session.users_ignored
    devices = [device for user in room.users for device in client.device_store.active_user_devices(user)]
    return [
        device
        for device in devices
        if (device.user_id, device.id) not in have
        and device.curve25519 != olm.account.identity_keys["curve25519"]
        and olm.session_store.get(device.curve25519)
    ]


async def sent_by_own_device(client: AsyncClient, sender: str, sender_key: str) -> bool:
    """Whether the key that encrypted a message is one of a device that `sender` has now (FACTS 20).

    For commands of moderators in encrypted rooms: nio alone does not tie a message to its sender's device list.
    """
    answer = await ask(client, "POST", f"{CLIENT_API}/keys/query", {"device_keys": {sender: []}})
    devices = answer.get("device_keys", {}).get(sender, {})
    return any(device.get("keys", {}).get(f"curve25519:{name}") == sender_key for name, device in devices.items())
