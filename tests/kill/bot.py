"""The bot as a process, on the town: `python -m tests.kill.bot FOLDER ADDRESS`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import App, build_core
from bot.cards import Card, Option, Outcome
from bot.clock import MovableClock
from bot.core import Core, note, set_note
from bot.db import Tx
from bot.deliveries import Delivery
from bot.errors import Unreachable
from bot.platforms.base import Act, Found, Health, Room, Sent
from bot.platforms.typed import answer_line, settle_by_outbox
from bot.spaces import Place
from bot.text import parse, to_plain

NAME, READ = "town", "town.read"


class TownAdapter:
    """The contract of an adapter against the town's address."""

    name, in_flight, remembers = NAME, 3, timedelta(hours=1)

    def __init__(self, core: Core, address: str) -> None:
        self._core, self._address = core, address

    async def _ask(self, way: str, given: Any = None, **query: Any) -> Any:
        try:
            async with aiohttp.ClientSession(self._address) as session:
                call = session.post(way, json=given) if given is not None else session.get(way, params=query)
                async with call as answer:
                    answer.raise_for_status()
                    return await answer.json()
        except aiohttp.ClientError as error:
            raise Unreachable from error

    async def run(self) -> None:
        """Reads on after the last line whose act was committed: none is lost, none is carried out twice."""
        async with self._core.db.read() as tx:
            read = int(await note(tx, READ) or 0)
        print("ready", flush=True)
        while True:
            line = await self._ask("/read", after=read)
            await self._carry_out(line)
            read = line["number"]

    async def _carry_out(self, line: dict[str, Any]) -> None:
        place = Place(NAME, channel=f"direct/{line['who']}", direct=True)
        if room := line.get("room"):
            place = Place(NAME, space=room.partition("/")[2], channel=room)
        act = Act(NAME, line["who"], place, f"line {line['number']}", stepwise=True)

        async def settle(tx: Tx, outcome: Outcome) -> None:
            await settle_by_outbox(self._core, act, tx, outcome)
            await set_note(tx, READ, str(line["number"]))

        await answer_line(self._core, replace(act, settle=settle), line["text"], reply_to=line.get("reply", ""))

    async def deliver(self, delivery: Delivery) -> Sent:
        room = f"direct/{delivery.account}" if delivery.kind == "direct" else delivery.address
        tokens = tuple(one.token for one in delivery.card.choices) if delivery.card else ()
        if delivery.kind in {"edit", "tally"} and delivery.card:
            await self._ask("/edit", {"room": room, "id": delivery.targets[0], **self._draw(delivery.card)})
            return Sent((delivery.targets[0],), room, tokens)
        assert delivery.card is not None
        made = await self._ask("/post", {"room": room, "nonce": delivery.id, **self._draw(delivery.card)})
        return Sent((made["id"],), room, tokens)

    @staticmethod
    def _draw(card: Card) -> dict[str, Any]:
        return {"text": to_plain(parse(card.text)), "labels": [one.label for one in card.choices]}

    async def find(self, delivery: Delivery) -> Sent | Found:
        return Found.CANNOT_KNOW

    async def rooms(self, space: str, channel: str = "") -> Sequence[Room]:
        return ()

    async def mentionable(self, space: str, channel: str = "") -> Sequence[Option] | None:
        return None

    async def problems(self, address: str) -> tuple[str, ...]:
        return ()

    async def leave(self, address: str) -> None:
        pass

    async def manages(self, account: str, place: Place) -> bool:
        return False

    def realm(self, account: str) -> str:
        return ""

    async def shares(self, accounts: Sequence[str], address: str) -> bool:
        return False

    def health(self) -> Health:
        return Health(True, "health.well", {"platform": NAME})

    def seconds_for(self, messages: int) -> float:
        return 0.0


def clock_in(folder: Path) -> MovableClock:
    """The clock of a scene: put forward by the seconds that its file says, the same after every start."""
    clock, ahead = MovableClock(), folder / "ahead"
    if ahead.exists():
        clock.move(timedelta(seconds=float(ahead.read_text())))
    return clock


async def main(folder: str, address: str) -> None:
    url, keys = (f"sqlite:///{folder}/{name}" for name in ("main.db", "keys.db"))
    core = await build_core(url, keys, b"m" * 32, clock=clock_in(Path(folder)))
    await App(core, [lambda built: TownAdapter(built, address)]).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
