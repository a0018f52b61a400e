"""A small coalition on the rehearsal, connected by hand: what `/org` does is tested elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from bot.spaces import Organization, Place
from tests.conformance.house import House, Seen


@dataclass
class Member:
    """One organization with its space, a moderator and the channels `calls` and `desk`."""

    organization: Organization
    space: str
    moderator: str


async def connect(house: House, name: str, *, language: str = "en", **more: Any) -> Member:
    """An organization with a space of its own; `more` are columns (`policy="auto"`)."""
    space = await house.new_space(name, ("calls", "desk", "lounge"))
    moderator = await house.new_person(f"Mod {name}", language="es" if language == "es" else "en", manages=space)
    channels = await house.app.core.services.adapters[house.platform].rooms(space)
    address = {room.name.removeprefix("#"): room.address for room in channels}
    core, now = house.app.core, house.app.core.clock.now()
    async with core.db.write() as tx:
        made = await core.spaces.add(tx, name, now, language=language, **more)
        own = await core.spaces.connect(tx, made.id, Place(house.platform, space=space), name, now)
        await core.spaces.set_channel(tx, own, "calls", address["calls"], "calls", language)
        await core.spaces.set_channel(tx, own, "moderators", address["desk"], "desk", language)
        person = await core.people.keep(tx, house.platform, account(house, moderator), None, now)
        await core.spaces.grant(tx, person.id, made.id, "moderator", now)
        organization = await core.spaces.get(tx, made.id)
    member = Member(organization, space, moderator)
    members_of(house).append(member)
    return member


def members_of(house: House) -> list[Member]:
    """Everybody who was connected in a house, in order."""
    found: list[Member] = vars(house).setdefault("members", [])
    return found


def account(house: House, person: str) -> str:
    """The platform's id of somebody (a house's own handle is that id)."""
    return person


CALL = {
    "what": "Pack the school board", "ask": "Bring a sign and a friend.", "when": "tomorrow at 5pm",
    "where": "12 Main St", "link": "https://example.org/board",
}  # fmt: skip


async def write(house: House, sender: Member, words: str = "action new", **fields: str) -> Seen:
    """A draft; what comes back is its preview."""
    seen = await house.command(sender.moderator, sender.space, "desk", words)
    return await house.fill(sender.moderator, seen, **{**CALL, **fields})


async def send(house: House, sender: Member, **fields: str) -> str:
    """A call on its way, delivered as far as it goes; its code."""
    seen = await write(house, sender, **fields)
    sent = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    await house.settle()
    code = code_in(sent.text)
    await second_says_yes(house, sender, code)
    return code


async def second_says_yes(house: House, sender: Member, code: str) -> None:
    """The first of those who take such calls at once is the second person; nothing where nobody is asked so."""
    for member in members_of(house):
        if member is sender:
            continue
        try:
            shown = await house.messages(member.space, "desk")
        except KeyError:  # its space is gone
            continue
        cards = [one for one in shown if _asks_for_second(one, code)]
        if cards:
            await say_yes(house, member, code)
            return


def stop_window(house: House, seconds: int = 120) -> None:
    """From now on a call leaves so many seconds after the second person's yes, as it does where the bot is set up."""
    house.app.core.services.settings = SimpleNamespace(delivery=SimpleNamespace(stop_window=seconds))


async def say_yes(house: House, member: Member, code: str) -> Seen:
    """*Accept for us* on the newest card about a call in a member's moderators' channel."""
    [*_, card] = [one for one in await house.messages(member.space, "desk") if code in one.text and one.choices]
    label = "Accept for us" if "Accept for us" in str(card.choices) else "publicar"
    seen = await house.press(member.moderator, member.space, "desk", card, label)
    await house.settle()
    return seen


def _asks_for_second(shown: Any, code: str) -> bool:
    words = ("a second person must say yes", "decir que sí una segunda persona")
    return code in shown.text and any(one in shown.text for one in words)


def code_in(text: str) -> str:
    """The first call's code in a text."""
    import re

    found = re.search(r"\bA-[2-9A-Z]{4}\b", text.replace("\\", ""))
    assert found, text
    return found[0]
