"""A discord.py bot that does the least: `python -m benchmarks.bare_bot API_URL GATEWAY_URL TOKEN CHANNEL...`

It answers every press. Each line on standard input is a number of messages to send, spread over the channels; a line on
standard output says that they are sent. Nothing of ours is imported: its memory is the library's.
"""

from __future__ import annotations

import asyncio
import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

IN_FLIGHT = 16
ANSWER = "**You're in.** 1 person is in."
TEXT = "**Rent strike hearing** Sat, Nov 28, 5:00 PM, City Hall. Bring a neighbor; we sign in at the door. " * 3


class Bare(discord.Client):
    """Guilds intent only and no message cache, like ours."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        await interaction.response.send_message(ANSWER, ephemeral=True)


async def send(client: Bare, messages: int, channels: tuple[str, ...]) -> None:
    """So many messages, a few at a time."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(number: int) -> None:
        async with gate:
            await client.get_partial_messageable(int(channels[number % len(channels)])).send(TEXT)

    await asyncio.gather(*(one(number) for number in range(messages)))


async def main(api_url: str, gateway_url: str, token: str, *channels: str) -> None:
    """Until standard input ends."""
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api_url, yarl.URL(gateway_url)
    client = Bare()
    running = asyncio.create_task(client.start(token))
    while line := await asyncio.to_thread(sys.stdin.readline):
        await send(client, int(line), channels)
        print("sent", flush=True)
    await client.close()
    await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
