"""Answers to interactions that Discord refuses. Each test names the page that says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.discord_standin import Interaction, Person, StandIn
from tests.discord_standin.errors import CALLBACK_PAGE, CUSTOM_ID_PAGE, MODAL_PAGE, RESPOND_PAGE

from .rest import Bare

COMMANDS = [{"name": "action", "description": "Calls to action", "type": 1}]


def field(custom_id: str) -> dict[str, Any]:
    return {"type": 18, "label": custom_id, "component": {"type": 4, "custom_id": custom_id, "style": 1}}


def modal(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": 9, "data": {"custom_id": "form", "title": "A call", "components": list(fields)}}


class Asking:
    """A person who has typed `/action`, and the bot's hands on the raw interaction."""

    def __init__(self, standin: StandIn, rosa: Person, bare: Bare) -> None:
        self.standin, self.rosa, self.bare = standin, rosa, bare

    async def type_command(self) -> Interaction:
        return await self._start(self.rosa.slash("action"))

    async def _start(self, act: Any) -> Interaction:
        self.task = asyncio.ensure_future(act)
        await asyncio.sleep(0)  # the task asks before it waits
        return list(self.standin.interactions.values())[-1]

    async def submit(self, first: Interaction) -> Interaction:
        return await self._start(self.rosa.submit(first.seen.modal, {"what": "march"}))

    async def answer(self, interaction: Interaction, body: dict[str, Any]) -> tuple[int, Any]:
        return await self.bare.ask("POST", f"/interactions/{interaction.id}/{interaction.token}/callback", body)


@pytest.fixture
async def asking(standin: StandIn, rosa: Person, bare: Bare) -> AsyncIterator[Asking]:
    standin.judge_by_openapi = False
    await bare.ask("PUT", f"/applications/{standin.application.id}/commands", COMMANDS)
    made = Asking(standin, rosa, bare)
    yield made
    made.task.cancel()
    await asyncio.gather(made.task, return_exceptions=True)


async def test_a_second_answer_is_refused(asking: Asking) -> None:
    """interactions/receiving-and-responding#responding-to-an-interaction: one answer, then follow-ups."""
    interaction = await asking.type_command()
    assert (await asking.answer(interaction, {"type": 4, "data": {"content": "a"}}))[0] == 204
    status, answer = await asking.answer(interaction, {"type": 4, "data": {"content": "b"}})
    assert (status, answer["code"]) == (400, 40060)
    assert asking.standin.refusals[-1].page == RESPOND_PAGE
    assert (await asking.task).text == "a"


async def test_an_answer_after_three_seconds_is_refused(asking: Asking) -> None:
    """interactions/receiving-and-responding#responding-to-an-interaction: the first answer within 3 seconds."""
    interaction = await asking.type_command()
    asking.standin.clock.advance(3.1)
    status, answer = await asking.answer(interaction, {"type": 4, "data": {"content": "a"}})
    assert (status, answer["code"]) == (404, 10062)
    assert asking.standin.refusals[-1].page == RESPOND_PAGE


async def test_a_person_who_gets_no_answer_sees_that_it_failed(standin: StandIn, asking: Asking) -> None:
    """interactions/receiving-and-responding#responding-to-an-interaction: no answer shows *interaction failed*."""
    standin.answer_within = 0.02
    await asking.type_command()
    assert (await asking.task).failed


async def test_a_follow_up_after_fifteen_minutes_is_refused(asking: Asking) -> None:
    """interactions/receiving-and-responding#followup-messages: the token lives 15 minutes."""
    interaction = await asking.type_command()
    await asking.answer(interaction, {"type": 4, "data": {"content": "a"}})
    path = f"/webhooks/{asking.standin.application.id}/{interaction.token}"
    assert (await asking.bare.ask("POST", path, {"content": "b"}))[0] == 200
    asking.standin.clock.advance(901)
    status, answer = await asking.bare.ask("POST", path, {"content": "c"})
    assert (status, answer["code"]) == (401, 50027)


async def test_a_follow_up_before_the_first_answer_is_refused(asking: Asking) -> None:
    """interactions/receiving-and-responding#followup-messages."""
    interaction = await asking.type_command()
    path = f"/webhooks/{asking.standin.application.id}/{interaction.token}"
    assert (await asking.bare.ask("POST", path, {"content": "b"}))[0] == 404


async def test_a_modal_with_six_components_is_refused(asking: Asking) -> None:
    """interactions/receiving-and-responding#interaction-response-object-modal: between 1 and 5 components."""
    interaction = await asking.type_command()
    status, _ = await asking.answer(interaction, modal(*(field(str(number)) for number in range(6))))
    assert status == 400
    assert asking.standin.refusals[-1].page == MODAL_PAGE
    assert (await asking.answer(interaction, modal(*(field(str(number)) for number in range(5)))))[0] == 204


async def test_a_modal_with_a_double_custom_id_is_refused(asking: Asking) -> None:
    """components/reference#anatomy-of-a-component-custom-id: unique within the modal."""
    interaction = await asking.type_command()
    status, _ = await asking.answer(interaction, modal(field("what"), field("what")))
    assert status == 400
    assert asking.standin.refusals[-1].page == CUSTOM_ID_PAGE


async def test_a_modal_cannot_answer_a_modal(asking: Asking) -> None:
    """interactions/receiving-and-responding: MODAL is not available for MODAL_SUBMIT interactions."""
    first = await asking.type_command()
    assert (await asking.answer(first, modal(field("what"))))[0] == 204
    second = await asking.submit(first)
    status, answer = await asking.answer(second, modal(field("when")))
    assert (status, answer["code"]) == (400, 50035)
    assert asking.standin.refusals[-1].page == CALLBACK_PAGE


async def test_a_command_cannot_be_answered_by_changing_a_message(asking: Asking) -> None:
    """interactions/receiving-and-responding: UPDATE_MESSAGE is only for component-based interactions."""
    interaction = await asking.type_command()
    assert (await asking.answer(interaction, {"type": 7, "data": {"content": "a"}}))[0] == 400
    assert asking.standin.refusals[-1].page == CALLBACK_PAGE


async def test_an_ephemeral_follow_up_is_seen_by_its_person_only(asking: Asking, standin: StandIn) -> None:
    """interactions/receiving-and-responding#followup-messages: flag 64."""
    interaction = await asking.type_command()
    await asking.answer(interaction, {"type": 5, "data": {"flags": 64}})
    path = f"/webhooks/{standin.application.id}/{interaction.token}"
    await asking.bare.ask("POST", path, {"content": "for you"})
    await asking.bare.ask("POST", path, {"content": "and this", "flags": 64})
    seen = await asking.task
    assert [one.content for one in seen.messages] == ["for you", "and this"]
    assert all(one.ephemeral for one in seen.messages)
    assert interaction.channel.messages == []
    other = standin.person("Ana", interaction.channel.guild)
    assert other.sees(interaction.channel) == []
    assert len(asking.rosa.sees(interaction.channel)) == 2


async def test_the_original_answer_can_be_changed_and_taken_back(asking: Asking, standin: StandIn) -> None:
    """interactions/receiving-and-responding#edit-original-interaction-response."""
    interaction = await asking.type_command()
    await asking.answer(interaction, {"type": 4, "data": {"content": "a"}})
    path = f"/webhooks/{standin.application.id}/{interaction.token}/messages/@original"
    await asking.bare.ask("PATCH", path, {"content": "b"})
    assert (await asking.task).message.versions == ["a", "b"]
    assert (await asking.bare.ask("DELETE", path))[0] == 204
    assert (await asking.bare.ask("GET", path))[0] == 404
