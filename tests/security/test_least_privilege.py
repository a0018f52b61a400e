"""F1: a leaked Discord token may do exactly what the bot needs, and no more."""

from __future__ import annotations

from pathlib import Path

import discord
from structlog.testing import capture_logs

from bot.platforms.discord import invite_link, servers
from cogs.orgs import rules
from tests.adapters.discord_rig import rig_on
from tests.conformance.discord_house import until
from tests.discord_standin.permissions import bits


def test_the_invite_link_asks_for_what_the_code_needs() -> None:
    """View, send, embed, attach, read history; with private threads for newcomers; by Discord's own names."""
    named = discord.Permissions(
        view_channel=True, send_messages=True, embed_links=True, attach_files=True, read_message_history=True
    )
    assert servers.LEAST == named.value == 117760 == bits(*servers.NEEDED.values())
    assert servers.WITH_NEWCOMERS == 343597501440
    assert "permissions=117760&" in invite_link(1)
    assert "permissions=343597501440&" in invite_link(1, newcomers=True)


def test_the_letter_to_partners_asks_for_the_same() -> None:
    """The link that organizations forward has the same number."""
    assert rules.permission_bits(False) == servers.LEAST
    assert rules.permission_bits(True) == servers.WITH_NEWCOMERS


async def test_more_rights_than_needed_are_said_at_the_start(tmp_path: Path) -> None:
    """The log names each right that should be taken from the bot's role."""
    with capture_logs() as logs:
        async with rig_on(tmp_path, connect=False) as rig:
            rig.standin.add_guild("Least")
            too_much = servers.LEAST | bits("administrator", "manage_roles")
            generous = rig.standin.add_guild("Generous", permissions=too_much)
            await rig.serve()
            await until(lambda: any(one["event"].startswith("our role may") for one in logs))
    warned = [(one["server"], one["permissions"]) for one in logs if one["event"].startswith("our role may")]
    assert warned == [(generous.id, ["administrator", "manage_roles"])]
