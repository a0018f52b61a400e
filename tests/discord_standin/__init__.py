"""A Discord that runs on loopback, for tests and benchmarks: REST and gateway over real sockets.

    async with StandIn() as discord_server:
        guild = discord_server.add_guild("Tenants Union")
        rosa = discord_server.person("Rosa", guild, manager=True)
        ...start the bot with discord_server.api_url, .gateway_url and .token...
        seen = await rosa.slash("action new")

It refuses what Discord refuses (rules.py, components.py, commands.py, interactions.py) and fails on demand (faults.py).
"""

from __future__ import annotations

from .interactions import Interaction, Modal, Seen
from .message import Message, Upload
from .people import CannotDo, Person
from .server import INVITED_WITH, Counts, StandIn
from .world import Channel, Guild, Role

__all__ = [
    "INVITED_WITH",
    "CannotDo",
    "Channel",
    "Counts",
    "Guild",
    "Interaction",
    "Message",
    "Modal",
    "Person",
    "Role",
    "Seen",
    "StandIn",
    "Upload",
]
