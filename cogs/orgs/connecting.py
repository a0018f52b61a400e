"""`/connect CODE`: a server or room becomes an organization's; a person becomes a moderator, or a coordinator.

What cannot be is refused in one sentence that is the same for a wrong code and for somebody else's right one (SECURITY
A2); the refusal is noted, and the code is not used up.
"""

from __future__ import annotations

from bot.feature import Call, Level, Organization, Refused, UserError
from cogs.orgs import store
from cogs.orgs.letters import coalition_name


async def connect(call: Call, code: str) -> None:
    """Whatever a one-time code is for."""
    if (organization := await store.whose_moderator_code(call, code)) is not None:
        await _become_moderator(call, code, organization)
    elif await call.spaces.code_owner(call.tx, code, call.now) == "":
        await _become_coordinator(call, code)
    else:
        await _connect_place(call, code)


async def _become_moderator(call: Call, code: str, organization: str) -> None:
    home = await call.spaces.get(call.tx, organization)
    if (home.id, "moderator") in await call.spaces.roles(call.tx, call.person.id):
        raise UserError("orgs.already_moderator", name=home.name)
    await store.use_moderator_code(call, code)
    await call.spaces.grant(call.tx, call.person.id, home.id, "moderator", call.now)
    await call.record("moderator_made", whose=home.id)
    call.say("now_moderator", name=home.name)


async def _become_coordinator(call: Call, code: str) -> None:
    await call.spaces.redeem(call.tx, code, call.now)
    await call.spaces.grant(call.tx, call.person.id, "", "coordinator", call.now)
    await call.record("coordinator_made", whose="")
    add = call.choice("add_button", "add", weight="main", mine=True)
    call.say("now_coordinator", add, coalition=coalition_name(call, call.language))


async def _connect_place(call: Call, code: str) -> None:
    """The code of a letter. What is wrong with the place is said first: it is the same sentence for every code."""
    if call.place.direct:
        raise _refusal("orgs.not_in_direct")
    if await call.spaces.of_place(call.tx, call.place) is not None:
        raise _refusal("orgs.place_taken")
    if not call.can(Level.MANAGER):
        raise _refusal("core.refused_manager")
    try:
        owner = await call.spaces.redeem(call.tx, code, call.now)
    except UserError as wrong:
        raise _refusal("core.code_wrong") from wrong
    await _settle_in(call, await call.spaces.get(call.tx, owner))


async def _settle_in(call: Call, organization: Organization) -> None:
    space = await call.spaces.connect(call.tx, organization.id, call.place, organization.name, call.now)
    await call.spaces.grant(call.tx, call.person.id, organization.id, "moderator", call.now)
    call.organization = await call.spaces.get(call.tx, organization.id)
    await call.record("connected", organization.code)
    if call.act is not None and call.act.stepwise:
        # Where commands are typed, everybody in this room has read the code: it is the moderators' room.
        name = next((room.name for room in await call.rooms() if room.address == call.place.channel), organization.name)
        await call.spaces.set_channel(
            call.tx, space, "moderators", call.place.channel, name, organization.language
        )  # fmt: skip
    for feature in call.features:
        if "connected" in feature.hooks:
            await feature.hooks["connected"](call)
    setup = call.choice("setup_button", "setup", weight="main", mine=True, organization=organization.id)
    call.say("connected" if organization.state == "waiting" else "connected_too", setup, name=organization.name)


def _refusal(key: str) -> Refused:
    return Refused(key, entry="orgs.connect")
