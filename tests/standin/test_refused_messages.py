"""Messages that Discord refuses. Each test names the page that says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_standin import Channel, Person, StandIn, openapi
from tests.discord_standin.errors import (
    CUSTOM_ID_PAGE,
    EMBED_PAGE,
    MESSAGE_PAGE,
    PERMISSION_PAGE,
    REFERENCE_PAGE,
    ROW_PAGE,
    SCHEMA_PAGE,
)

from .rest import Bare


def button(label: str, custom_id: str | None = None) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": label, "custom_id": custom_id or label}


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


TOO_MUCH: list[tuple[str, dict[str, Any], str]] = [
    ("content over 2,000", {"content": "a" * 2001}, MESSAGE_PAGE),
    ("a nonce over 25", {"content": "a", "nonce": "n" * 26}, MESSAGE_PAGE),
    ("embeds over 6,000 together", {"embeds": [{"description": "a" * 3001}] * 2}, EMBED_PAGE),
    ("an embed title over 256", {"embeds": [{"title": "a" * 257}]}, EMBED_PAGE),
    ("more than 25 fields", {"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, EMBED_PAGE),
    ("more than 5 buttons a row", {"components": [row(*(button(str(n)) for n in range(6)))]}, ROW_PAGE),
    ("more than 5 rows", {"components": [row(button(str(n))) for n in range(6)]}, ROW_PAGE),
    ("a double custom_id", {"components": [row(button("a", "x"), button("b", "x"))]}, CUSTOM_ID_PAGE),
    ("a custom_id over 100", {"components": [row(button("a", "x" * 101))]}, CUSTOM_ID_PAGE),
    ("an unknown key", {"content": "a", "colour": 1}, REFERENCE_PAGE),
    ("an unknown key in an embed", {"embeds": [{"titel": "a"}]}, REFERENCE_PAGE),
    ("an unknown key in a button", {"components": [row(button("a") | {"text": "a"})]}, REFERENCE_PAGE),
    ("an unknown key in allowed_mentions", {"content": "a", "allowed_mentions": {"all": []}}, REFERENCE_PAGE),
]


@pytest.mark.parametrize(("what", "body", "page"), TOO_MUCH, ids=[one[0] for one in TOO_MUCH])
async def test_too_much_is_refused_and_nothing_is_posted(
    standin: StandIn, calls: Channel, bare: Bare, what: str, body: dict[str, Any], page: str
) -> None:
    """resources/message#create-message, #embed-object-embed-limits, components/reference#action-row,
    components/reference#anatomy-of-a-component-custom-id, reference#error-messages."""
    standin.judge_by_openapi = False
    status, answer = await bare.post(calls, **body)
    assert (status, answer["code"]) == (400, 50035), what
    assert standin.refusals[-1].page == page
    assert calls.messages == []


async def test_the_longest_message_passes(calls: Channel, bare: Bare) -> None:
    """resources/message#create-message: content of 2,000, embeds of 6,000, five rows of five."""
    rows = [row(*(button(f"{line}{place}") for place in range(5))) for line in range(5)]
    status, _ = await bare.post(calls, content="a" * 2000, embeds=[{"description": "a" * 3000}] * 2, components=rows)
    assert status == 200
    assert len(calls.messages[0].labels) == 25


async def test_an_empty_message_is_refused(standin: StandIn, calls: Channel, bare: Bare) -> None:
    """resources/message#create-message: one of content, embeds, stickers, components, files or poll."""
    status, answer = await bare.post(calls, content="")
    assert (status, answer["code"]) == (400, 50006)
    assert standin.refusals[-1].page == MESSAGE_PAGE


@pytest.mark.parametrize(
    ("missing", "body", "code"),
    [
        ("view_channel", {"content": "a"}, 50001),
        ("send_messages", {"content": "a"}, 50013),
        ("embed_links", {"embeds": [{"title": "a"}]}, 50013),
    ],
)
async def test_a_missing_permission_is_refused(
    standin: StandIn, calls: Channel, bare: Bare, missing: str, body: dict[str, Any], code: int
) -> None:
    """topics/permissions#permission-overwrites: what a channel denies to the bot is denied."""
    calls.deny(missing)
    status, answer = await bare.post(calls, **body)
    assert (status, answer["code"]) == (403, code)
    assert standin.refusals[-1].page == PERMISSION_PAGE
    calls.allow(missing)
    assert (await bare.post(calls, **body))[0] == 200


async def test_without_the_history_permission_the_list_is_empty(calls: Channel, bare: Bare) -> None:
    """resources/message#get-channel-messages: without READ_MESSAGE_HISTORY no messages are returned."""
    await bare.post(calls, content="a")
    path = f"/channels/{calls.id}/messages"
    assert len((await bare.ask("GET", path))[1]) == 1
    calls.deny("read_message_history")
    assert await bare.ask("GET", path) == (200, [])


async def test_a_closed_direct_room_refuses(standin: StandIn, rosa: Person, bare: Bare) -> None:
    """topics/opcodes-and-status-codes#json: 50007, cannot send messages to this user."""
    status, room = await bare.ask("POST", "/users/@me/channels", {"recipient_id": str(rosa.id)})
    assert status == 200
    rosa.close_direct_messages()
    status, answer = await bare.ask("POST", f"/channels/{room['id']}/messages", {"content": "a"})
    assert (status, answer["code"]) == (403, 50007)
    assert rosa.inbox == []


@pytest.mark.skipif(openapi.location() is None, reason=openapi.MISSING)
async def test_the_openapi_file_judges_what_the_rules_do_not(standin: StandIn, calls: Channel, bare: Bare) -> None:
    """The published description (discord-api-spec) catches wrong types."""
    status, _ = await bare.post(calls, content=5)
    assert status == 400
    assert standin.refusals[-1].page == SCHEMA_PAGE


async def test_without_the_openapi_file_its_part_says_so(
    standin: StandIn, calls: Channel, bare: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FACTS 45: the stand-in's own refusals stay."""
    monkeypatch.setenv("DISCORD_OPENAPI", "/nowhere.json")
    assert openapi.location() is None
    assert "DISCORD_OPENAPI" in openapi.MISSING
    assert (await bare.post(calls, content="a" * 2001))[0] == 400
