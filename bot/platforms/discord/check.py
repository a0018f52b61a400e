"""Looks at an application before the bot runs: for `causeway init` and `causeway check`."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.platforms.discord.adapter import point_library
from bot.platforms.discord.faults import translated
from bot.platforms.discord.servers import LEAST, WITH_NEWCOMERS


@dataclass(frozen=True)
class Application:
    """What Discord says of the token's application. `public` False: only its owner can add it to a server."""

    id: int
    name: str
    public: bool

    def invite(self, newcomers: bool = False) -> str:
        """The link that adds the bot with the least permissions."""
        return invite_link(self.id, newcomers)


async def look_at(token: str, api_url: str = "") -> Application:
    """The application behind a token, asked live. Revoked when the token is wrong, Unreachable when Discord is away."""
    point_library(api_url, "")
    client = discord.Client(intents=discord.Intents.none())
    try:
        with translated():
            await client.login(token)
        found = client.application
        assert found is not None
        return Application(found.id, found.name, found.bot_public)
    finally:
        await client.close()


def invite_link(application: int, newcomers: bool = False) -> str:
    """Where a server's people add the bot; exactly the permissions it needs."""
    permissions = WITH_NEWCOMERS if newcomers else LEAST
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&permissions={permissions}&scope=bot+applications.commands"
    )
