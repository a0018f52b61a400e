"""D1: two words from one foreign homeserver count as one; from the bot's own server or two platforms they count."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.platforms.matrix.adapter import MatrixAdapter
from bot.platforms.matrix.session import Account
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import connect, say_yes
from tests.security.test_two_person import proposed, refusals, standing


@pytest.mark.parametrize(
    ("account", "realm"),
    [("@a:own.example", ""), ("@a:other.example", "other.example"), ("@a:other.example:8448", "other.example:8448")],
)
def test_a_homeserver_other_than_the_bots_own_is_a_realm(tmp_path: Path, account: str, realm: str) -> None:
    """D1: the bot's own server could speak for the bot itself."""
    core: Any = SimpleNamespace()
    own = Account("https://own.example", "@bot:own.example", "DEVICE", "token")
    assert MatrixAdapter(core, own, tmp_path, "key").realm(account) == realm


async def test_two_users_of_one_homeserver_are_not_two_people(
    house: RehearsalHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D1: refused in words and noted; somebody from elsewhere can say yes."""
    sender, near = await connect(house, "River Tenants"), await connect(house, "Hill Workers", policy="auto")
    far = await connect(house, "Valley Choir", policy="auto")
    servers = {sender.moderator: "one.example", near.moderator: "one.example", far.moderator: "two.example"}
    monkeypatch.setattr(type(house.adapter), "realm", lambda _self, account: servers.get(account, ""))
    code = await proposed(house, sender)
    assert "on one homeserver" in (await say_yes(house, near, code)).text
    assert await refusals(house) == 1
    assert await standing(house, near, far) == [0, 0]
    await say_yes(house, far, code)
    assert await standing(house, near, far) == [1, 1]
