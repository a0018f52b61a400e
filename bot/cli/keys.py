"""`causeway keys`: how many keys each master wraps, a new master, and the end of the old one (SECURITY 6.7).

A new master waits in `<name>_new` until every key is wrapped under it (all or none), then takes the place of the old
one, which stays in `<name>_old` until it is dropped: key back-ups from before need it. Killed anywhere in between,
`rotate` goes on where it was.
"""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Annotated

import typer

from bot import backup
from bot.cli.session import Session, session_of
from bot.clock import Clock
from bot.db import Database
from bot.errors import StoreError
from bot.keys import Keyring, kek_of
from bot.secrets import Secrets, database_url, master_key


def add_to(root: typer.Typer) -> None:
    """Adds the group."""
    group = typer.Typer(name="keys", help="Keys: status, rotate, drop-old. / Claves.", no_args_is_help=True)
    group.command("status")(status)
    group.command("rotate")(rotate)
    group.command("drop-old")(drop_old)
    root.add_typer(group)


def status(context: typer.Context) -> None:
    """How many keys there are, and under which master. / Cuántas claves hay y con qué clave maestra."""
    masters = Masters(session_of(context))
    counts = asyncio.run(masters.count())
    for kek, n in sorted(counts.items()):
        masters.session.say("keys.under", kek=kek, n=n, which=masters.session.text(f"keys.{masters.which(kek)}"))
    if not counts:
        masters.session.say("keys.none")


def rotate(context: typer.Context) -> None:
    """Wrap every key under a new master; the bot must be stopped. / Nueva clave maestra, con el bot detenido."""
    session = session_of(context)
    masters = Masters(session)
    with backup.running(session.settings.bot.data_dir):
        session.say("keys.rotated", n=asyncio.run(masters.rotate()), file=str(masters.file("_old")))


def drop_old(
    context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask. / No preguntar.")] = False
) -> None:
    """Delete the old master; key back-ups from before end with it. / Borrar la clave maestra anterior."""
    session = session_of(context)
    masters = Masters(session)
    if masters.read("_old") is None:
        raise StoreError("keys.no_old")
    if not yes:
        typer.confirm(session.text("keys.asks_sure"), abort=True)
    asyncio.run(masters.drop_old())
    session.say("keys.dropped")


class Masters:
    """The master keys of one installation: the present one, the next one and the old one, as files of `secrets_dir`."""

    def __init__(self, session: Session) -> None:
        self.session, settings = session, session.settings
        self._name = settings.database.master_key_secret
        self._secrets = Secrets.of(settings)
        self._url = database_url(settings, settings.database.keyring_url)
        self.present = master_key(settings)

    def file(self, suffix: str = "") -> Path:
        """Where one of them lies."""
        return self._secrets.secrets_dir / f"{self._name}{suffix}"

    def read(self, suffix: str) -> bytes | None:
        """One of them, or None."""
        return base64.b64decode(self.file(suffix).read_text()) if self.file(suffix).exists() else None

    def which(self, kek: str) -> str:
        """`present`, `old` or `unknown`."""
        known = {"present": self.present, "old": self.read("_old"), "next": self.read("_new")}
        return next((name for name, master in known.items() if master and kek_of(master) == kek), "unknown")

    async def count(self) -> dict[str, int]:
        """Keys per master."""
        async with self._open(self.present) as ring:
            return await ring.count()

    async def rotate(self) -> int:
        """A new master for every key; how many keys there are. Goes on where an earlier call was killed."""
        if not self.file().exists():
            raise StoreError("keys.elsewhere", name=self._name, folder=str(self._secrets.secrets_dir))
        following = self.read("_new")
        if following is None and self.read("_old") is not None:
            raise StoreError("keys.old_there", file=str(self.file("_old")))
        following = following or base64.b64decode(self._secrets.make(f"{self._name}_new"))
        async with self._open(following) as ring:
            await ring.rotate(following)
            n = sum((await ring.count()).values())
        if following != self.present:
            self._secrets.write(f"{self._name}_old", base64.b64encode(self.present).decode())
            self._secrets.write(self._name, base64.b64encode(following).decode())
        self.file("_new").unlink()
        return n

    async def drop_old(self) -> None:
        """Deletes the old master; StoreError while any key is still under it."""
        async with self._open(self.present) as ring:
            kept = sum(n for kek, n in (await ring.count()).items() if kek != kek_of(self.present))
        if kept:
            raise StoreError("keys.old_used", n=kept)
        self.file("_old").unlink()

    def _open(self, master: bytes) -> Keyring:
        older = [one for one in (self.read("_old"), self.read("_new"), self.present) if one is not None]
        return Keyring(Database(self._url), master, Clock(), older)
