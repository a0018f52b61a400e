"""Rate limits, nonces and faults on demand."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.discord_standin import Channel, Guild, StandIn

from .rest import Bare


@pytest.mark.parametrize("window", ["fixed", "sliding"])
async def test_fifty_requests_a_second_over_everything(window: str, bare: Bare, standin: StandIn) -> None:
    """topics/rate-limits#global-rate-limit."""
    standin.limits.window = window
    answers = await asyncio.gather(*(bare.ask("GET", "/users/@me") for _ in range(51)))
    refused = [body for status, body in answers if status == 429]
    assert len(refused) == 1
    assert refused[0]["global"] is True
    assert 0 < refused[0]["retry_after"] <= 1.01
    standin.clock.advance(1)
    assert (await bare.ask("GET", "/users/@me"))[0] == 200
    assert standin.counts().limited == 1


async def test_a_sliding_window_refuses_what_a_fixed_one_lets_pass(bare: Bare, standin: StandIn) -> None:
    """topics/rate-limits#global-rate-limit: the kind of window is not documented, so both are here (FACTS 27)."""
    outcomes = {}
    for window in ("fixed", "sliding"):
        standin.limits.window = window
        standin.clock.advance(10)
        await bare.ask("GET", "/users/@me")
        standin.clock.advance(0.9)
        early = [(await bare.ask("GET", "/users/@me"))[0] for _ in range(40)]
        standin.clock.advance(0.15)
        late = [(await bare.ask("GET", "/users/@me"))[0] for _ in range(40)]
        outcomes[window] = (early + late).count(429)
    assert outcomes["fixed"] == 0
    assert outcomes["sliding"] >= 30


async def test_answers_to_interactions_are_not_counted(bare: Bare, standin: StandIn) -> None:
    """interactions/receiving-and-responding: interaction endpoints are not bound to the global limit."""
    standin.limits.window = "sliding"
    for _ in range(60):
        assert (await bare.ask("POST", "/interactions/1/x/callback", {"type": 4}))[0] == 404
    assert standin.counts().limited == 0


async def test_five_messages_per_five_seconds_and_channel(standin: StandIn, guild: Guild) -> None:
    """topics/rate-limits#header-format: each channel has its bucket, with its headers and 429 body."""
    async with StandIn(limits="fixed") as limited, Bare(limited) as bare:
        calls, general = (limited.add_guild("A").channel(name) for name in ("calls", "general"))
        for left in (4, 3, 2, 1, 0):
            assert (await bare.post(calls, content="a"))[0] == 200
            assert bare.headers["X-RateLimit-Remaining"] == str(left)
        status, body = await bare.post(calls, content="a")
        assert (status, body["global"], bare.headers["X-RateLimit-Scope"]) == (429, False, "user")
        assert bare.headers["Via"]
        assert (await bare.post(general, content="a"))[0] == 200
        limited.clock.advance(5)
        assert (await bare.post(calls, content="a"))[0] == 200


async def test_ten_thousand_refusals_ban_the_address(standin: StandIn, bare: Bare) -> None:
    """topics/rate-limits#invalid-request-limit-aka-cloudflare-bans: a 429 without `Via`."""
    standin.limits.invalid_allowed = 3
    for _ in range(3):
        await bare.ask("GET", "/users/@me", token="wrong")
    assert (await bare.ask("GET", "/users/@me"))[0] == 429
    assert "Via" not in bare.headers
    standin.clock.advance(601)
    assert (await bare.ask("GET", "/users/@me"))[0] == 200


async def test_a_nonce_is_used_once_while_it_is_remembered(standin: StandIn, calls: Channel, bare: Bare) -> None:
    """resources/message#create-message: `enforce_nonce` and "the past few minutes"."""
    first = (await bare.post(calls, content="a", nonce="n", enforce_nonce=True))[1]
    again = (await bare.post(calls, content="b", nonce="n", enforce_nonce=True))[1]
    assert again["id"] == first["id"]
    await bare.post(calls, content="c", nonce="n")
    assert [one.content for one in calls.messages] == ["a", "c"]
    standin.clock.advance(standin.nonces.seconds)
    await bare.post(calls, content="d", nonce="n", enforce_nonce=True)
    assert [one.content for one in calls.messages] == ["a", "c", "d"]


async def test_a_nonce_of_a_deleted_message_is_not_found(calls: Channel, bare: Bare) -> None:
    """FACTS 30: 404 on such a resend means posted and then deleted."""
    await bare.post(calls, content="a", nonce="n", enforce_nonce=True)
    calls.remove(calls.messages[0])
    assert (await bare.post(calls, content="a", nonce="n", enforce_nonce=True))[0] == 404


@pytest.mark.parametrize(("after", "posted"), [(False, 0), (True, 1)])
async def test_a_failure_comes_before_or_after_the_work(
    standin: StandIn, calls: Channel, bare: Bare, after: bool, posted: int
) -> None:
    """topics/opcodes-and-status-codes#http: a 5xx says nothing about whether it was done."""
    standin.faults.fail("POST /channels/*/messages", 502, after=after)
    assert (await bare.post(calls, content="a"))[0] == 502
    assert len(calls.messages) == posted
    assert (await bare.post(calls, content="b"))[0] == 200


@pytest.mark.parametrize(("after", "posted"), [(False, 0), (True, 1)])
async def test_a_connection_is_cut_before_or_after_the_work(
    standin: StandIn, calls: Channel, bare: Bare, after: bool, posted: int
) -> None:
    """FACTS 29: the client sees a dropped connection, not an answer."""
    standin.faults.drop("POST /channels/*/messages", after=after)
    with pytest.raises(aiohttp.ClientConnectionError):
        await bare.post(calls, content="a")
    assert len(calls.messages) == posted


async def test_a_hanging_request_goes_on_when_released(standin: StandIn, calls: Channel, bare: Bare) -> None:
    fault = standin.faults.hang("POST /channels/*/messages")
    task = asyncio.ensure_future(bare.post(calls, content="a"))
    await fault.reached.wait()
    assert calls.messages == []
    fault.release()
    assert (await task)[0] == 200


async def test_a_429_on_demand(standin: StandIn, calls: Channel, bare: Bare) -> None:
    """topics/rate-limits#exceeding-a-rate-limit."""
    standin.faults.limit("POST /channels/*/messages", 0.25)
    status, body = await bare.post(calls, content="a")
    assert (status, body["retry_after"]) == (429, 0.25)


async def test_a_lost_channel_is_unknown(calls: Channel, bare: Bare) -> None:
    """topics/opcodes-and-status-codes#json: 10003."""
    calls.lose()
    status, body = await bare.post(calls, content="a")
    assert (status, body["code"]) == (404, 10003)
