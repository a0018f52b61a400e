"""`causeway check`: what works, what is missing and the one next thing to do. It changes nothing and sends nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nio import AsyncClient
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot import backup
from bot import tables as t
from bot.clock import Clock
from bot.config import Settings
from bot.db import Database
from bot.errors import CausewayError, PlatformError
from bot.keys import Keyring
from bot.platforms.matrix.calls import CLIENT_API, ask
from bot.platforms.matrix.rights import read_rights
from bot.platforms.matrix.send import member_of
from bot.platforms.matrix.session import Account, open_client
from bot.secrets import Secrets, database_url, master_key, refuse_open_file
from bot.setup import discord
from bot.setup.findings import Finding, remind, works, wrong
from bot.setup.service import secret_names
from bot.spaces import REQUIRED, Channel, Organization, Spaces, to_channel, to_organization

OLD_BACKUP = timedelta(days=2)
MANY_ROOMS = 10  # the burst that Synapse allows; above it the default limit is felt (FACTS 6)
SECONDS_PER_MESSAGE = 5  # Synapse's default rc_message: 0.2 a second


@dataclass(frozen=True)
class Stored:
    """What the databases say."""

    organizations: list[Organization]
    channels: list[Channel]
    coordinators: int


async def look_around(settings: Settings, now: datetime) -> list[Finding]:
    """Every finding, in the order in which people set things up."""
    findings = list(_files(settings))
    stored, more = await _databases(settings)
    findings += more
    channels = stored.channels if stored else []
    if not settings.discord.enabled and not settings.matrix.enabled:
        findings.append(wrong("no_platform"))
    if settings.discord.enabled:
        findings += [one async for one in _discord(settings, [c for c in channels if c.platform == "discord"])]
    if settings.matrix.enabled:
        findings += [one async for one in _matrix(settings, [c for c in channels if c.platform == "matrix"])]
    if stored:
        findings += [*_people(stored), *_organizations(stored)]
    return findings + list(_backups(settings, now))


def _files(settings: Settings) -> Iterator[Finding]:
    """Secrets are there and nobody else can read them."""
    try:
        for name in secret_names(settings):
            path = settings.bot.secrets_dir / name
            if path.exists():
                refuse_open_file(path)
        master_key(settings)
    except CausewayError as error:
        yield wrong("said", error=error)
    if settings.bot.data_dir.exists() and settings.bot.data_dir.stat().st_mode & 0o077:
        yield wrong("folder_open", folder=str(settings.bot.data_dir))


async def _databases(settings: Settings) -> tuple[Stored | None, list[Finding]]:
    if not _is_there(settings.database.url):
        return None, [wrong("not_set_up")]
    try:
        backup.refuse_what_does_not_fit(settings)
        stored = await _read(settings)
    except CausewayError as error:
        return None, [wrong("said", error=error)]
    except Exception:  # a driver's own error for a table that is not there yet; each driver has another one
        return None, [wrong("database_behind")]
    return stored, [works("database", n=len(stored.organizations))]


async def _read(settings: Settings) -> Stored:
    """Read as it is: `check` brings nothing up to date, the bot may be running."""
    db = Database(database_url(settings, settings.database.url))
    keyring = Keyring(Database(database_url(settings, settings.database.keyring_url)), master_key(settings), Clock())
    await db.open()
    try:
        await keyring.open()
        async with db.read() as tx:
            return Stored(
                [to_organization(row) for row in await tx.all(select(t.organization).order_by(t.organization.c.name))],
                [to_channel(row) for row in await tx.all(select(t.channel))],
                len(await Spaces(keyring).holders(tx, "", "coordinator")),
            )
    finally:
        await keyring.close()
        await db.close()


def _is_there(url: str) -> bool:
    parts = make_url(url)
    return parts.get_backend_name() != "sqlite" or (bool(parts.database) and Path(str(parts.database)).exists())


async def _discord(settings: Settings, channels: Sequence[Channel]) -> AsyncIterator[Finding]:
    try:
        token = Secrets.of(settings).read(settings.discord.token_secret)
        application = await discord.look(token, settings.discord.api_url)
    except CausewayError as error:
        yield wrong("said", error=error)
        return
    if not application.public:
        yield wrong("discord_private", name=application.name)
    async with discord.signed_in(token, settings.discord.api_url) as client:
        servers = await discord.servers(client)
        rights = {one.name: await discord.rights_in(client, int(one.address)) for one in channels}
    yield works("discord", name=application.name, n=servers)
    if not servers:
        yield remind("discord_nowhere", link=application.invite())
    for name, found in rights.items():
        for missing in found.missing:
            yield wrong("permission", channel=name, missing=missing)
    extra = sorted({name for found in rights.values() for name in found.extra})
    if extra:
        yield remind("too_much", rights=", ".join(extra))


async def _matrix(settings: Settings, channels: Sequence[Channel]) -> AsyncIterator[Finding]:
    secrets, section = Secrets.of(settings), settings.matrix
    try:
        account = Account(section.homeserver, section.user_id, section.device_id, secrets.read(section.token_secret))
        client = open_client(account, None, secrets.read(section.pickle_key_secret))
    except CausewayError as error:
        yield wrong("said", error=error)
        return
    try:
        who = await ask(client, "GET", f"{CLIENT_API}/account/whoami")
        if who.get("device_id") != section.device_id:
            yield wrong("matrix_other_device", device=section.device_id)
        yield works("matrix", user=section.user_id)
        for one in channels:
            for missing in await _missing_in_room(client, one.address):
                yield wrong("permission", channel=one.name, missing=missing)
    except PlatformError as error:
        yield wrong("matrix_revoked" if error.reason == "revoked" else "matrix_unreachable", server=section.homeserver)
    finally:
        await client.close()
    if len(channels) > MANY_ROOMS and not settings.delivery.matrix_limit_lifted:
        minutes = round(len(channels) * SECONDS_PER_MESSAGE / 60) or 1
        yield remind("matrix_limit", rooms=len(channels), minutes=minutes, user=section.user_id)


async def _missing_in_room(client: AsyncClient, room: str) -> list[str]:
    try:
        if await member_of(client, room, client.user_id) != "join":
            return ["joined"]
        return [] if (await read_rights(client, room)).may_send(client.user_id) else ["level"]
    except PlatformError:
        return ["joined"]


def _people(stored: Stored) -> Iterator[Finding]:
    if stored.coordinators == 0:
        yield remind("no_coordinator")
    elif stored.coordinators == 1:
        yield remind("one_coordinator")
    else:
        yield works("coordinators", n=stored.coordinators)


def _organizations(stored: Stored) -> Iterator[Finding]:
    has = {(channel.organization, channel.purpose) for channel in stored.channels}
    for one in stored.organizations:
        if one.state == "connected" and any((one.id, purpose) not in has for purpose in REQUIRED):
            yield remind("channels_missing", name=one.name)
    waiting = [one.name for one in stored.organizations if one.state == "waiting"]
    if waiting:
        yield remind("waiting", n=len(waiting), names=", ".join(waiting[:5]))
    if not stored.organizations:
        yield remind("nobody")


def _backups(settings: Settings, now: datetime) -> Iterator[Finding]:
    places = settings.backup.data_to, settings.backup.keys_to
    newest = backup.last(settings)
    if None in places:
        yield remind("backup_nowhere")
        return
    if newest is None:
        yield remind("backup_never")
    elif now - newest > OLD_BACKUP:
        yield remind("backup_old", n=(now - newest).days)
    else:
        yield works("backup", at=newest.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    if _same_disk(*places):
        yield remind("backup_same_disk")


def _same_disk(*places: Path | None) -> bool:
    """Copies of data and keys on one disk are found together, and are lost together."""
    disks = {place.stat().st_dev for place in places if place is not None and place.is_dir()}
    return len(disks) < len(places)

