"""What the Matrix adapter tests share: a bot account on the rig, and the parts of the adapter around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from nio import AsyncClient

from bot.platforms.matrix.inbox import Arrival
from bot.platforms.matrix.keys import brought_keys, look_after_keys, reread_parked
from bot.platforms.matrix.send import Sender
from bot.platforms.matrix.session import Account, open_client
from bot.platforms.matrix.sync import SyncLoop
from tests.rigs.file_inbox import FileInbox
from tests.rigs.matrix_user import MatrixUser

PICKLE_KEY = "a key of the tests, long enough"


def account_of(user: MatrixUser) -> Account:
    """The adapter's view of an account made by the rig."""
    return Account(user.url, user.user_id, user.device_id, user.token)


class Listener:
    """The loop with an inbox in memory and a sender: the adapter's lower half."""

    def __init__(self, client: AsyncClient, inbox: FileInbox | None = None) -> None:
        self.client = client
        self.inbox = inbox or FileInbox()
        self.loop = SyncLoop(client, self.inbox, after=self._after, pause=(0.01, 0.05))
        self.sender = Sender(client)

    async def _after(self, client: AsyncClient, answer: object) -> None:
        await look_after_keys(client)
        if brought_keys(answer) and await reread_parked(client, self.inbox):
            self.loop.arrived.set()

    async def arrivals(self, count: int, patience: float = 20.0) -> list[Arrival]:
        """Wait until so many arrivals wait in the inbox."""
        async with asyncio.timeout(patience):
            while len(found := await self.inbox.waiting()) < count:
                self.loop.arrived.clear()
                await self.loop.arrived.wait()
        return found

    async def heard(self, text: str, patience: float = 20.0) -> list[Arrival]:
        """Wait until this text waits in the inbox; gives back everything that waits."""
        async with asyncio.timeout(patience):
            while True:
                self.loop.arrived.clear()
                found = await self.inbox.waiting()
                if any(arrival.content.get("body") == text for arrival in found):
                    return found
                await self.loop.arrived.wait()

    async def until(self, seen: Callable[[], Awaitable[bool]], patience: float = 20.0) -> None:
        """Make sync steps (the loop must not run) until `seen` is true."""
        async with asyncio.timeout(patience):
            while not await seen():
                await self.loop.step()


@asynccontextmanager
async def client_for(user: MatrixUser, folder: Path | None = None) -> AsyncIterator[AsyncClient]:
    """The adapter's nio client, closed afterwards; no folder: without encryption."""
    client = open_client(account_of(user), folder, PICKLE_KEY)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def listening(
    user: MatrixUser, folder: Path | None = None, inbox: FileInbox | None = None
) -> AsyncIterator[Listener]:
    """A running loop of the bot's account."""
    async with client_for(user, folder) as client:
        listener = Listener(client, inbox)
        task = asyncio.create_task(listener.loop.run())
        ready = asyncio.create_task(listener.loop.ready.wait())
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
        try:
            yield listener
        finally:
            for running in (task, ready):
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
