"""What every life needs before it begins, made once in the zygote: the words, and databases of the newest step."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.app import build_core
from bot.clock import Clock
from bot.core import Core
from bot.db import Database
from bot.feature import Services
from bot.keys import Keyring
from bot.outbox import Outbox
from bot.people import People
from bot.registry import Registry
from bot.runner import Runner
from bot.spaces import Spaces
from bot.words import Words

MASTER = b"f" * 32
FILES = ("main.db", "keys.db")


@dataclass(frozen=True)
class Womb:
    """`words`, and a folder with empty databases."""

    words: Words
    folder: Path

    @classmethod
    async def prepared(cls, folder: Path) -> Womb:
        """As `build_core` makes it, and closed again."""
        core = await build_core(*_urls(folder), MASTER, features=())
        await core.keyring.close()
        await core.db.close()
        return cls(core.words, folder)

    async def open(self, folder: Path, clock: Clock) -> Core:
        """`build_core` on the databases in `folder` (copied into it once), without what is ready already: reading the
        words and comparing the databases with the newest step are most of what a short life would cost."""
        for name in FILES:
            if not (folder / name).exists():
                shutil.copy(self.folder / name, folder / name)
        url, keys = _urls(folder)
        db, keyring = Database(url), Keyring(Database(keys), MASTER, clock)
        await db.open()
        await keyring.open()
        people, spaces, registry = People(keyring), Spaces(keyring), Registry((), self.words)
        outbox = Outbox(people)
        services = Services(self.words, people, spaces, outbox, {}, lambda: registry.features, None)
        runner = Runner(db, services, registry, clock)
        return Core(None, db, keyring, self.words, people, spaces, outbox, services, registry, runner, clock)


def _urls(folder: Path) -> tuple[str, str]:
    main, keys = (f"sqlite:///{folder}/{name}" for name in FILES)
    return main, keys
