"""The rehearsal as a bad day: a short memory for delivery ids, lost answers, no history, killed on the way."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta

from bot.clock import Clock
from bot.core import Core
from bot.deliveries import Delivery
from bot.errors import Denied, Limited, Unreachable
from bot.platforms.base import Found, Sent
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import Message, World
from tests.machines.crashing import Killed

MEMORY = timedelta(seconds=60)


class ForgetfulWorld(World):
    """Refuses a double of a delivery id for a minute only; counts what was ever put there."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.put: dict[str, int] = {}  # delivery id -> messages that ever stood for it

    def post(self, address: str, message: Message) -> Message:
        messages = self.channels[address].messages
        known = [one for one in messages if message.nonce and one.nonce == message.nonce]
        fresh = [one for one in known if one.at and self.clock.now() - one.at <= MEMORY]
        if fresh:
            return fresh[-1]
        self.put[message.nonce] = self.put.get(message.nonce, 0) + 1
        message.at = self.clock.now()
        messages.append(message)
        return message


class UnluckyAdapter(RehearsalAdapter):
    """Meets the next of its `faults` at each delivery: limited, denied, lost (the answer), late (`arrive` carries it
    out), killed before or after, or it waits, and meets the fault after that."""

    remembers = MEMORY

    def __init__(self, core: Core, world: World, faults: deque[str]) -> None:
        super().__init__(core, world, "forms")
        self.faults, self.blind = faults, False
        self.late = deque[Delivery]()
        self.looks = deque[str]()  # what meets the next times it looks: "away", or nothing
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()  # of one that "waits"

    async def deliver(self, delivery: Delivery) -> Sent:
        fault = self.faults.popleft() if self.faults else ""
        if fault == "waits":
            self.reached.set()
            await self.go_on.wait()
            fault = self.faults.popleft() if self.faults else ""
        if fault == "limited":
            raise Limited(5)
        if fault == "denied":
            raise Denied
        if fault == "late":
            self.late.append(delivery)
            raise Unreachable
        if fault == "killed before":
            raise Killed
        sent = await super().deliver(delivery)
        if fault == "lost":
            raise Unreachable
        if fault == "killed after":
            raise Killed
        return sent

    async def arrive(self) -> None:
        """What was late is carried out; nobody hears the answer."""
        while self.late:
            await super().deliver(self.late.popleft())

    async def find(self, delivery: Delivery) -> Sent | Found:
        if self.name in self.world.down or (self.looks and self.looks.popleft()):
            raise Unreachable
        return Found.CANNOT_KNOW if self.blind else await super().find(delivery)
