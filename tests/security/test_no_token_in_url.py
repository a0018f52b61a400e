"""F5: no request of either library carries a token in its address, where proxies and logs would keep it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import discord
import pytest
from aiohttp import web
from discord.http import Route
from nio import AsyncClient, AsyncClientConfig

TOKEN = "canary-token-5f0e"


@dataclass
class Recorder:
    """A server that notes what it is asked and understands nothing."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)  # (path with query, authorization)

    async def note(self, request: web.Request) -> web.Response:
        self.asked.append((request.path_qs, request.headers.get("Authorization", "")))
        return web.json_response({"errcode": "M_UNKNOWN", "error": "no"}, status=404)


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    found = Recorder()
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", found.note)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = str(site.name)
    yield found
    await runner.cleanup()


async def test_matrix_requests_carry_the_token_in_a_header(recorder: Recorder) -> None:
    """F5: nio 0.26 takes it out of the query; a later version that puts it back fails here."""
    client = AsyncClient(recorder.url, "@bot:example.org", config=AsyncClientConfig(max_timeouts=1))
    client.restore_login("@bot:example.org", "DEVICE", TOKEN)
    await client.whoami()
    await client.room_redact("!room:example.org", "$event", tx_id="t")
    await client.sync(timeout=0)
    await client.download("mxc://example.org/picture")
    await client.close()
    assert len(recorder.asked) >= 4
    assert not [path for path, _ in recorder.asked if TOKEN in path or "access_token" in path]
    assert any(TOKEN in header for _, header in recorder.asked)


async def test_discord_requests_carry_the_token_in_a_header(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F5."""
    monkeypatch.setattr(Route, "BASE", f"{recorder.url}/api")
    client = discord.Client(intents=discord.Intents(guilds=True))
    with pytest.raises(discord.HTTPException):
        await client.login(TOKEN)
    await client.close()
    assert recorder.asked
    assert not [path for path, _ in recorder.asked if TOKEN in path]
    assert any(TOKEN in header for _, header in recorder.asked)
