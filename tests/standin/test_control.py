"""The stand-in in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest


@pytest.fixture
async def address() -> AsyncIterator[dict[str, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.discord_standin", "--guilds", "2", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    yield json.loads(await process.stdout.readline())
    process.terminate()
    await process.wait()


async def test_it_runs_alone_and_is_steered_over_http(address: dict[str, str]) -> None:
    """What benchmarks start."""
    base = address["api_url"].removesuffix("/api/v10")
    async with aiohttp.ClientSession(base) as session:

        async def do(what: str, **arguments: Any) -> Any:
            async with session.post("/standin/do", json={"what": what, **arguments}) as response:
                return await response.json()

        made = (await do("add_guild", name="Tenants", channels=["calls"]))["result"][0]
        await do("add_person", name="Rosa", guild="Tenants", manager=True)
        headers = {"Authorization": f"Bot {address['token']}"}
        path = f"/api/v10/channels/{made['channels']['calls']}/messages"
        await session.post(path, json={"content": "a"}, headers=headers)
        async with session.get("/standin/messages", params={"guild": "Tenants", "channel": "calls"}) as response:
            assert [one["content"] for one in await response.json()] == ["a"]
        assert "does not exist" in (await do("slash", person="Rosa", command="action"))["error"]
        assert "error" in await do("_person", name="Rosa")
        await do("fault", kind="fail", where="POST /channels/*/messages", status=503)
        async with session.post(path, json={"content": "b"}, headers=headers) as response:
            assert response.status == 503
        async with session.get("/standin/counts") as response:
            assert (await response.json())["requests"] == 2
