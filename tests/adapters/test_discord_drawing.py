"""Cards and forms as Discord's payloads: within its limits whatever the words, and judged by the stand-in's rules."""

from __future__ import annotations

from typing import Any, cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import Blank, Card, Choice, FormPage, Option
from bot.errors import Denied, Gone, Limited, PlatformError, Revoked, TooLarge, Unreachable
from bot.platforms.discord.faults import of_answer
from bot.platforms.discord.render import buttons_of, modal_of, parts_of, view_of
from bot.words import Md
from tests.adapters.discord_rig import Rig
from tests.discord_standin.components import check_message_components, check_modal
from tests.discord_standin.rules import check_message
from tests.security.hostile import TEXTS


@given(st.text(max_size=9000), st.sampled_from(["", "A-7KQ2"]))
def test_no_part_is_longer_than_discord_takes(text: str, code: str) -> None:
    """G7: content of 2,000, the code at the end of every part."""
    for part in parts_of(Card(Md(text), code=code)):
        check_message({"content": part.content, "allowed_mentions": {"parse": []}}, "message")
        assert part.content.split("\n")[-1].startswith(code)


LABELS, TOKENS = st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=40)
WEIGHTS = st.sampled_from(["plain", "main", "danger"])
CHOICES = st.lists(st.builds(Choice, LABELS, TOKENS, WEIGHTS), min_size=1, max_size=60)


@given(CHOICES)
async def test_any_choices_fit_into_the_rows(choices: list[Choice]) -> None:
    """FACTS 35: 5 buttons a row, labels of 80, every custom_id once, else selects of 25."""
    view = view_of(choices)
    check_message_components(view.to_components())
    assert view.is_finished()
    assert buttons_of(choices) == view.to_components()  # what is written down is what the library makes


def page(*blanks: Blank, **more: Any) -> FormPage:
    return FormPage("form", more.pop("title", "A march"), blanks, more.pop("number", 1), more.pop("pages", 1), "Send")


def blank(key: str, kind: str = "line", **more: Any) -> Blank:
    return Blank(key, kind, more.pop("label", key), more.pop("hint", ""), more.pop("required", True),
                 more.pop("limit", 200), **more)  # fmt: skip


async def test_a_form_keeps_to_the_limits_of_a_modal() -> None:
    """FACTS 35: five components, title and labels of 45, descriptions of 100."""
    many = tuple(Option(str(number), "o" * 200, "h" * 200) for number in range(25))
    fields = (
        blank("a", label="l" * 90, hint="h" * 200, value="v" * 300),
        blank("b", "text", limit=9000, required=False),
        blank("c", "choice", options=many, value="3"),
        blank("d", "choice", options=(*many, Option("26", "one too many"))),
        blank("e", "room", required=False, value="123"),
    )
    made = modal_of(page(*fields, title="t" * 90, pages=3), "f.form").to_dict()
    check_modal(made)
    assert made["title"].endswith("… (1/3)")
    kinds = [one["component"]["type"] for one in cast(list[dict[str, Any]], made["components"])]
    assert kinds == [4, 4, 3, 4, 8]  # 26 options are typed, the channel is picked in Discord's own list


async def test_hostile_texts_ping_nobody_and_arrive(rig: Rig) -> None:
    """G1 to G4, law 5: each of the hostile texts as a call, through the real library."""
    guild = rig.standin.add_guild("Tenants")
    await rig.connect(guild)
    calls = guild.channel("calls")
    for number, text in enumerate(TEXTS.values()):
        async with rig.core.db.write() as tx:
            for channel in await rig.core.spaces.channels(tx, "calls"):
                card = Card(Md(text), code="A-7KQ2")
                await rig.core.outbox.post(tx, channel, card, subject=f"alert {number}", now=rig.clock.now())
    await rig.deliver()
    assert len(calls.messages) >= len(TEXTS)
    assert {state for state, _ in await rig.states()} == {"sent"}
    assert [one.pings for one in calls.messages if one.pings] == []


class _Answer:
    """As much of an HTTP answer as discord.py's errors look at."""

    def __init__(self, status: int, **headers: str) -> None:
        self.status, self.reason, self.headers = status, "", headers


@pytest.mark.parametrize(
    ("status", "code", "meaning", "reason"),
    [
        (401, 0, Revoked, "revoked"),
        (403, 50013, Denied, "denied"),
        (403, 50001, Denied, "denied"),
        (403, 50007, Denied, "closed"),
        (404, 10003, Gone, "gone"),
        (413, 40005, TooLarge, "too_large"),
        (400, 50035, PlatformError, "platform"),
        (429, 0, Limited, "limited"),
        (503, 0, Unreachable, "unreachable"),
    ],
)
def test_each_refusal_of_discord_has_its_meaning(
    status: int, code: int, meaning: type[PlatformError], reason: str
) -> None:
    """topics/opcodes-and-status-codes: what is tried again, what is not, and what people read."""
    answer = cast(Any, _Answer(status))
    error = of_answer(discord.HTTPException(answer, {"code": code, "message": ""}))
    assert type(error) is meaning
    assert error.reason == reason


async def test_a_banned_address_keeps_quiet(rig: Rig) -> None:
    """J3: a 429 from the network's edge is for everything; asking on would prolong it."""
    for name in ("One", "Two", "Three"):
        await rig.connect(rig.standin.add_guild(name))
    rig.standin.limits.invalid_allowed = 0
    rig.adapter.most_in_flight = 1
    await rig.post()
    await rig.deliver()
    refused = [one for one in rig.standin.requests if one.status == 429]
    assert len(refused) == 1
    assert {state for state, _ in await rig.states()} == {"queued"}
