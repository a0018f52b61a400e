"""The bot as a process that can be killed: `python -m tests.adapters.discord_bot FOLDER API GATEWAY TOKEN`."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from bot.app import App
from bot.platforms.discord import DiscordAdapter
from tests.adapters.discord_rig import March, core_in


async def serve(folder: str, api_url: str, gateway_url: str, token: str) -> None:
    """Runs until it is killed."""
    core = await core_in(Path(folder), March())
    # Faster than Discord allows, slow enough that a kill lands in the middle of a broadcast.
    make = partial(
        DiscordAdapter, token=token, api_url=api_url, gateway_url=gateway_url, per_second=200, per_channel=1000
    )
    await App(core, [make]).run()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
