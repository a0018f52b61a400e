"""What the handlers share: whose check-in a code is, and where its cards stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from bot.feature import (
    Call,
    Channel,
    Md,
    Missing,
    Organization,
    UserError,
    When,
    find_links,
    read_code,
    show_when_short,
)
from cogs.checkins import store
from cogs.checkins.store import Checkin


async def check_code(call: Call, value: str) -> str:
    """A code as people type it."""
    return read_code(value)


async def check_words(call: Call, value: str) -> str:
    """Refuses an address that hides where it leads."""
    for link in find_links(value):
        if link.verdict == "refuse":
            raise UserError(link.reason, host=link.host)
    return value


async def own(call: Call, code: str, *states: str) -> Checkin:
    """A check-in of the asker's organization; in another state it says which step is missing."""
    call.home  # noqa: B018  # says so where there is no organization
    found = await store.of_code(call.tx, call.scope, code)
    if found is None or found.state == "ended":
        raise Missing
    if (state := found.stands(call.now)) not in states:
        raise UserError(f"state_is.{state}", title=found.title, which=found.code)
    return found


def closed(call: Call, checkin: Checkin) -> Checkin:
    """The same once it has a debrief; else it says what is missing."""
    if checkin.state not in ("closed", "settled"):
        raise UserError(f"state_is.{checkin.stands(call.now)}", title=checkin.title, which=checkin.code)
    return checkin


async def shared(call: Call, code: str) -> Checkin:
    """A check-in in which the asker's organization takes part."""
    found = await store.posted(call.tx, call.home.id, read_code(code))
    if found is None:
        raise Missing
    return found


async def names(call: Call) -> Mapping[str, str]:
    """The names of all organizations by id."""
    return {one.id: one.name for one in await call.spaces.all(call.tx)}


def circle(call: Call, cycle: str, home: str) -> str:
    """An organization inside one check-in: the same for its people, and no name without the keyring."""
    return call.people.keyring.index("checkin circle", f"{cycle}|{home}")


async def rooms_for(call: Call, home: Organization, who: str) -> list[tuple[Organization, Channel]]:
    """Where a check-in is asked: the channels for check-ins, else for calls. Who did not choose to get others' posts at
    once is asked in its moderators' channels, and who takes nothing from others is left alone."""
    found = []
    asked = [home] if who == "members" else await call.spaces.all(call.tx, "connected")
    for one in asked:
        if one.id != home.id and one.policy == "never":
            continue
        willing = one.id == home.id or one.policy == "auto"
        for purpose in ("checkins", "calls" if willing else "moderators"):
            channels = await call.spaces.channels(call.tx, purpose, [one.id])
            if channels:
                found += [(one, channel) for channel in channels]
                break
    return found


async def standing(call: Call, subject: str) -> list[tuple[Organization, Channel]]:
    """The channels in which a card of a check-in was posted and not taken away."""
    everybody = {one.id: one for one in await call.spaces.all(call.tx, "connected")}
    gone = ("removed", "withdrawn", "expired")
    landed = [one.channel for one in await call.outbox.landed(call.tx, subject) if one.state not in gone]
    channels = await still_there(call, landed)
    return [(everybody[one.organization], one) for one in channels if one.organization in everybody]


async def still_there(call: Call, channels: Iterable[str]) -> list[Channel]:
    """Channels by id, without those in whose place another was chosen since."""
    found = []
    for one in channels:
        with suppress(Missing):
            found.append(await call.spaces.channel(call.tx, one))
    return found


def short(at: datetime, zone: str, language: str) -> str:
    """A moment in words."""
    return show_when_short(When(at, zone), language)


def joined(*parts: str) -> Md:
    """Lines of one card, without the empty ones."""
    return Md("\n".join(part for part in parts if part))
