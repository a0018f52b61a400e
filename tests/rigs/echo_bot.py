"""A bot in twenty lines on the real loop, inbox and sender, as a process of its own that tests kill with -9.

It answers each text once with "echo N TEXT", where N is how many it has answered before a message was marked handled.

    python -m tests.rigs.echo_bot ACCOUNT.json HOME
"""

import asyncio
import json
import sys
from pathlib import Path

from bot.platforms.matrix.content import message
from bot.platforms.matrix.inbox import TEXT
from bot.platforms.matrix.keys import brought_keys, look_after_keys, reread_parked
from bot.platforms.matrix.send import Sender
from bot.platforms.matrix.session import Account, open_client
from bot.platforms.matrix.sync import SyncLoop
from tests.rigs.file_inbox import FileInbox

PICKLE_KEY = "a key of the rig, long enough"


async def work(loop: SyncLoop, sender: Sender) -> None:
    """Answer what waits; the transaction id comes from the event, so a repeat after a kill is the same event."""
    while True:
        loop.arrived.clear()
        for arrival in await loop.inbox.waiting():
            if arrival.kind == TEXT:
                echo = message(f"echo {arrival.content['body']}", loud=True)
                await sender.send(arrival.room_id, echo, tx_id=f"echo-{arrival.key.strip('$')}")
            await loop.inbox.finish(arrival.key)
        await loop.arrived.wait()


async def main(account_file: Path, home: Path) -> None:
    """Run until killed."""
    account = Account(**json.loads(account_file.read_text()))
    client = open_client(account, home / "keys", PICKLE_KEY)
    inbox = FileInbox(home / "inbox.db")

    async def after(_client: object, answer: object) -> None:
        await look_after_keys(client)
        if brought_keys(answer) and await reread_parked(client, inbox):
            loop.arrived.set()

    loop = SyncLoop(client, inbox, after=after)
    listening = asyncio.create_task(loop.run())
    await loop.ready.wait()
    print("ready", flush=True)
    await asyncio.gather(listening, work(loop, Sender(client)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
