"""`/org setup`, `/org channel`, `/org role`, `/org zone`: what an organization decides for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.feature import (
    PURPOSES,
    Call,
    Channel,
    Md,
    UserError,
    WhenRefused,
    is_zone,
    show_zone,
    zone_of_state,
)  # fmt: skip
from cogs.orgs import rules


async def as_it_stands(call: Call) -> Mapping[str, str]:
    """What the panel opens with. UserError where no channel could be chosen."""
    home = call.home
    chosen = {channel.purpose: channel.address for channel in await _channels(call, await _seat(call))}
    if "moderators" not in chosen and not call.place.direct:
        chosen["moderators"] = call.place.channel
    if not await call.rooms():
        raise UserError("orgs.no_rooms")
    return {**chosen, "who_sends": home.who_sends, "language": home.language, "policy": home.policy}


async def set_up(call: Call, calls: str, moderators: str, who_sends: str, language: str, policy: str) -> None:
    """The panel is filled in; what was left empty stays as it is."""
    given = {"who_sends": who_sends, "language": language, "policy": policy}
    before = call.home
    await call.spaces.change(call.tx, before.id, **{key: value for key, value in given.items() if value})
    call.organization = await call.spaces.get(call.tx, before.id)
    await _choose(call, "calls", calls)
    await _choose(call, "moderators", moderators)
    await call.record("set_up")
    await _speak(call)
    await call.tell_features("channels")
    if call.home.policy != before.policy:
        await call.record(f"policy_{call.home.policy}")
        await call.tell_features("policy")
    if call.home.who_sends != before.who_sends:
        await call.record(f"senders_{call.home.who_sends}")
    call.say(await report(call))


async def choose_channel(call: Call, purpose: str, room: str) -> None:
    """The channel for one purpose."""
    await _choose(call, purpose, room, "room")
    await call.record("channel", purpose=purpose)
    await call.tell_features("channels")
    call.say(await report(call))


async def _choose(call: Call, purpose: str, address: str, field: str = "") -> None:
    """Only a room of this space: an address typed by hand could be anybody's."""
    seat = await _seat(call)
    room = next((one for one in await call.rooms() if one.address == address), None)
    if room is None:
        raise UserError("orgs.room_unknown", field=field or purpose)
    await call.spaces.set_channel(call.tx, seat.id, purpose, address, room.name, call.home.language)


async def _speak(call: Call) -> None:
    """Every channel of the space speaks the language that was chosen for it."""
    seat = await _seat(call)
    for one in await _channels(call, seat):
        await call.spaces.set_channel(call.tx, seat.id, one.purpose, one.address, one.name, call.home.language)


async def _seat(call: Call) -> Any:
    seat = await call.spaces.seat(call.tx, call.home.id, call.place)
    if seat is None:
        raise UserError("orgs.in_the_space")
    return seat


async def _channels(call: Call, seat: Any) -> list[Channel]:
    """What was chosen in one space, in the order of PURPOSES."""
    return [
        channel
        for purpose in PURPOSES
        for channel in await call.spaces.channels(call.tx, purpose, [call.home.id])
        if channel.space == seat.id
    ]


# -- what stands ----------------------------------------------------------------------------------------------------


async def report(call: Call) -> Md:
    """Each channel with *works* or what is missing and where to grant it; then the rest in words."""
    words, home = call.words, call.home
    lines = [words("panel_title", name=home.name)]
    lines += [await _line(call, channel) for channel in await _channels(call, await _seat(call))]
    rest = {
        "who_sends": words.label(f"setup.who_sends.{home.who_sends}"),
        "policy": words.label(f"setup.policy.{home.policy}"),
        "spoken": words.label(f"setup.language.{home.language}"),
    }
    lines.append(words("panel_rest", zone=show_zone(home.zone, call.language), **rest))
    return Md("\n\n".join([lines[0], "\n".join(lines[1:-1]), lines[-1]]))


async def _line(call: Call, channel: Channel) -> Md:
    words, problems = call.words, await call.problems(channel)
    purpose = words.label(f"channel.purpose.{channel.purpose}")
    if not problems:
        return words("panel_works", purpose=purpose, room=channel.name)
    missing = Md(" ".join(words(f"permission.{problem}") for problem in problems))
    return words("panel_missing", purpose=purpose, room=channel.name, missing=missing)


# -- own roles, own time --------------------------------------------------------------------------------------------


async def map_role(call: Call, platform_role: str, role: str) -> None:
    """Gives a role here to a role (or level) of the organization's own server or room; `none` takes it back."""
    own = rules.read_platform_role(platform_role)
    if own is None:
        raise UserError("orgs.role_unreadable", field="platform_role", said=platform_role[:40])
    if own == call.place.space:
        raise UserError("orgs.role_of_everybody", field="platform_role")  # Discord's @everyone has the server's id
    if role == "none":
        await call.spaces.unmap_role(call.tx, call.home.id, own)
    else:
        await call.spaces.map_role(call.tx, call.home.id, own, role)
    await call.record(f"role_{role}")
    call.say(await _roles(call))


async def _roles(call: Call) -> Md:
    words = call.words
    mapped = await call.spaces.role_map(call.tx, call.home.id)
    lines = [
        words("role_line", own=_shown(call, own), role=words.label(f"role.role.{role}")) for own, role in mapped
    ]  # fmt: skip
    return Md("\n".join([words("roles_title", name=call.home.name), *(lines or [words("roles_none")])]))


def _shown(call: Call, own: str) -> str:
    if own.startswith("level:"):
        return call.words.label("level", level=own.removeprefix("level:"))
    return call.words.label("own_role", id=own[-4:])  # enough to tell own roles apart


async def check_zone(call: Call, zone: str) -> str:
    """A state's two letters or the name of a zone."""
    if is_zone(zone.strip()):
        return zone.strip()
    try:
        return zone_of_state(zone)
    except WhenRefused as wrong:
        raise UserError("orgs.zone_wrong", said=zone[:40]) from wrong


async def set_zone(call: Call, zone: str) -> None:
    """The zone in which the organization reads and writes times."""
    await call.spaces.change(call.tx, call.home.id, zone=zone)
    call.say("zone_set", name=call.home.name, zone=show_zone(zone, call.language))
