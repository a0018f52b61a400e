"""Matrix: the real nio, with our own loop, inbox, rights, cross-signing and send queue (each file says why)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core import Core
    from bot.platforms.base import Adapter

STORE = "matrix"  # folder in data_dir with the device's keys and the cross-signing seeds


def make(core: Core) -> Adapter:
    """The adapter from the settings; a ConfigError says which secret is missing."""
    # Imported here: the set-up needs only the sign-in of this package, not the whole bot.
    from bot.config import Settings
    from bot.platforms.matrix.adapter import MatrixAdapter, Options
    from bot.platforms.matrix.session import Account
    from bot.secrets import Secrets

    settings = core.settings
    assert isinstance(settings, Settings)
    section, secrets = settings.matrix, Secrets.of(settings)
    account = Account(section.homeserver, section.user_id, section.device_id, secrets.read(section.token_secret))
    options = Options(
        name=settings.bot.name,
        in_flight=settings.delivery.matrix_in_flight,
        lifted=settings.delivery.matrix_limit_lifted,
    )
    return MatrixAdapter(core, account, settings.bot.data_dir / STORE, secrets.read(section.pickle_key_secret), options)
