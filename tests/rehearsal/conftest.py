"""A stage, its page, a plain client and a real browser."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.cli.demo import staged
from bot.demo.hands import Walk
from bot.demo.server import serve
from bot.demo.stage import Stage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# FACTS 51
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Client:
    """A browser's requests without a browser. `base` is the page's own address with its random path."""

    session: ClientSession
    root: str
    base: str

    async def act(self, name: str, /, **body: Any) -> tuple[int, Any]:
        """One act as the page sends it: (status, answer)."""
        headers = {"Origin": self.root.rstrip("/")}
        async with self.session.post(f"{self.base}act", json={"act": name, **body}, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status == 200 else await answer.text()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The invented coalition with the bot running on it."""
    async with staged(tmp_path) as opened:
        yield opened


@pytest.fixture
def walk(stage: Stage) -> Walk:
    """Hands for the people on the stage."""
    return Walk(stage, "en")


@pytest.fixture
async def address(stage: Stage) -> AsyncIterator[str]:
    """The page's address; its story leaves little time to read."""
    runner, found = await serve(stage, 0, tempo=0.1)
    yield found
    await runner.cleanup()


@pytest.fixture
async def client(address: str) -> AsyncIterator[Client]:
    """Plain requests to the page."""
    async with ClientSession() as session:
        async with session.get(address, allow_redirects=False) as answer:
            base = address.rstrip("/") + answer.headers["Location"]
        yield Client(session, address, base)


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    """The system's Chromium, driven by playwright."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)")
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        await opened.close()
