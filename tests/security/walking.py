"""A walk through the whole product by people whose traces are then looked for in every file."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.house import RehearsalHouse, Seen
from tests.features.alerts.coalition import Member, connect, send

# What must be readable nowhere: accounts, and what was typed in a form that is not sent yet.
ANA, BEN = "Canary-Ana-7731", "Canary-Ben-4182"
TYPED = "canary words in an open form"


@dataclass
class Walked:
    """Who took part, and the call's code."""

    sender: Member
    receiver: Member
    ana: str
    ben: str
    code: str


async def walk(house: RehearsalHouse) -> Walked:
    """Two organizations, a call, two answers, a half-filled form, settings, a direct message."""
    sender, receiver = await connect(house, "River Tenants"), await connect(house, "Hill Workers", policy="auto")
    code = await send(house, sender)
    ana, ben = await house.new_person(ANA), await house.new_person(BEN, language="es")
    for person, label in ((ana, "I'm in"), (ben, "Maybe")):
        [copy] = await house.messages(receiver.space, "calls")
        await house.press(person, receiver.space, "calls", copy, label)
    await house.command(ana, "", "", "mydata zone", zone="IL")
    await house.command(ana, "", "", "mydata language", language="en")
    await leave_a_form_open(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where="City Hall")
    await house.settle()
    return Walked(sender, receiver, ana, ben, code)


async def leave_a_form_open(house: RehearsalHouse, sender: Member) -> Seen:
    """A form that came back with an error: what was typed is kept, sealed."""
    seen = await house.command(sender.moderator, sender.space, "desk", "action new")
    return await house.fill(sender.moderator, seen, what=TYPED, ask=TYPED, when="the 31st of February", where=TYPED)
