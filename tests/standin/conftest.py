"""A stand-in with one server, a person in it, and a bare client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.discord_standin import Channel, Guild, Person, StandIn

from .rest import Bare


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with StandIn() as server:
        yield server


@pytest.fixture
def guild(standin: StandIn) -> Guild:
    return standin.add_guild("Tenants")


@pytest.fixture
def calls(guild: Guild) -> Channel:
    return guild.channel("calls")


@pytest.fixture
def rosa(standin: StandIn, guild: Guild) -> Person:
    return standin.person("Rosa", guild, manager=True)


@pytest.fixture
async def bare(standin: StandIn) -> AsyncIterator[Bare]:
    async with Bare(standin) as client:
        yield client
