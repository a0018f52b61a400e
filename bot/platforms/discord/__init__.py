"""The Discord adapter. `make(core)` builds it from the settings; `look_at(token)` is for set-up and checks."""

from bot.core import Core
from bot.platforms.discord.adapter import DiscordAdapter
from bot.platforms.discord.check import Application, invite_link, look_at
from bot.secrets import Secrets

__all__ = ["Application", "DiscordAdapter", "invite_link", "look_at", "make"]


def make(core: Core) -> DiscordAdapter:
    """The adapter that the settings describe. ConfigError when the token's secret is not there."""
    settings = core.services.settings
    own, pace = settings.discord, settings.delivery
    return DiscordAdapter(
        core, Secrets.of(settings).read(own.token_secret), api_url=own.api_url, gateway_url=own.gateway_url,
        per_second=pace.discord_per_second, per_channel=pace.discord_channel_messages,
    )  # fmt: skip
