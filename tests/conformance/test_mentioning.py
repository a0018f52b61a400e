"""a19 on every platform: a moderator chooses, in the platform's own way, which role a call notifies."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.conformance.discord_house import DiscordHouse, until
from tests.conformance.house import House, RehearsalHouse
from tests.features.alerts.coalition import Member, connect, send


def zone_where_it_is_noon() -> str:
    """At night nobody is notified, and a scenario runs by the real clock."""
    ahead = 12 - datetime.now(UTC).hour  # -11 to 12 hours; the signs of these names are the other way round
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


async def role_in(house: House, member: Member) -> str:
    """A role that anyone may mention, where there are roles; its value in the list."""
    if isinstance(house, DiscordHouse):
        guild = house.standin.world.guilds[int(member.space)]
        role = guild.add_role("Action", mentionable=True)
        client = house.adapter._client
        assert client is not None
        await until(lambda: client.get_guild(guild.id).get_role(role.id) is not None)  # type: ignore[union-attr]
        return str(role.id)
    if isinstance(house, RehearsalHouse):
        house.world.spaces[member.space].roles["r1"] = "Action"
    return "r1"


async def test_a_chosen_role_is_notified_or_why_not_is_said(house: House) -> None:
    sender = await connect(house, "Riverside Tenants")
    receiver = await connect(house, "Hill Neighbors", policy="auto", zone=zone_where_it_is_noon())
    role = await role_in(house, receiver)
    desk = (receiver.moderator, receiver.space, "desk")
    seen = await house.command(*desk, "incoming mention")
    if house.platform in ("lines", "matrix"):
        assert "There are no roles here that a message can notify" in seen.text
        assert not seen.asked
        return
    said = await house.fill(receiver.moderator, seen, role=role, sender="", topic="all")
    assert "@Action" in said.text.replace("\\", "")
    await send(house, sender)
    [copy] = await house.messages(receiver.space, "calls")
    if isinstance(house, DiscordHouse):
        assert copy.message.pings == {role}
    else:
        assert copy.notified == "Action"
