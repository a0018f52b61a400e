"""The gate: who may do what, in which organization. Asked in one place, `runner`, before every entry.

Authority comes from the bot's own role rows and from what the platform says of the person *in this place*; a role of
the coalition is only ever a row (SECURITY 4b).
"""

from __future__ import annotations

from enum import StrEnum

from bot.platforms.base import Act
from bot.spaces import Organization

COALITION = ""


class Level(StrEnum):
    """Who may use an entry; asked by the gate in the one loop that runs entries."""

    ANYONE = "anyone"
    MANAGER = "manager"  # Manage Server or level 50 in the place where it is asked
    SENDER = "sender"  # may send calls to action for the organization
    GREETER = "greeter"  # may welcome new people for the organization
    MODERATOR = "moderator"  # of the organization
    COORDINATOR = "coordinator"  # of the coalition


def may(level: Level, act: Act | None, organization: Organization | None, roles: frozenset[tuple[str, str]]) -> bool:
    """Whether somebody with `roles`, acting like `act`, reaches `level` in `organization`."""
    if act is None or level is Level.ANYONE:  # act None: the bot's own due work
        return True
    if level is Level.COORDINATOR:
        return (COALITION, "coordinator") in roles
    if level is Level.MANAGER:
        return act.manages
    if organization is None or organization.state != "connected":
        return False
    if (organization.id, "moderator") in roles:
        return True
    if level is Level.MODERATOR:
        return False
    return (organization.id, level.value) in roles or (act.manages and organization.who_sends == "managers")
