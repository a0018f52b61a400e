"""What an organization decides about others' calls, in the words that every platform understands."""

from __future__ import annotations

from tests.conformance.house import House, Seen
from tests.conformance.test_checkins import plain
from tests.features.alerts.coalition import Member, connect, send, write


async def decide(house: House, member: Member, words: str = "incoming rule", **given: str) -> Seen:
    """A decision of a member's moderator."""
    seen = await house.command(member.moderator, member.space, "desk", words)
    usual = {"sender": "", "topic": "all", "mode": "hold", "hours": "", "silence": ""}
    return await house.fill(member.moderator, seen, **{**usual, **given})


async def test_a_sender_is_trusted_and_a_topic_refused(house: House) -> None:
    """n1 a2 a3: one organization's calls at once, but never about elections; the list says both."""
    sender, receiver = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    await decide(house, receiver, sender="Riverside Tenants", mode="auto")
    await decide(house, receiver, topic="electoral", mode="never")
    listed = await house.command(receiver.moderator, receiver.space, "desk", "incoming rules")
    assert "Riverside Tenants, every topic: Post at once" in plain(listed.text)
    assert "everybody, Elections: Never" in plain(listed.text)
    code = await send(house, sender)
    [copy] = await house.messages(receiver.space, "calls")
    assert code in copy.text
    desk = (sender.moderator, sender.space, "desk")
    asked = await house.press(*desk, await write(house, sender), "Topic")
    seen = await house.fill(sender.moderator, asked, topic="electoral")
    await house.press(*desk, seen, "Send")
    await house.settle()
    assert len(await house.messages(receiver.space, "calls")) == 1


async def test_they_ask_each_other_and_the_text_is_proved(house: House) -> None:
    """a3 C6: a question, its answer, a reason, and what a code stands for."""
    sender, receiver = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    desk = (receiver.moderator, receiver.space, "desk")
    seen = await house.press(*desk, (await house.messages(receiver.space, "desk"))[-1], "Ask them")
    await house.fill(receiver.moderator, seen, text="Is there a ramp?")
    await house.settle()
    asked = (await house.messages(sender.space, "desk"))[-1]
    assert "Is there a ramp?" in asked.text
    seen = await house.press(sender.moderator, sender.space, "desk", asked, "Answer")
    await house.fill(sender.moderator, seen, text="Yes, at the side door.")
    await house.settle()
    assert "Yes, at the side door." in (await house.messages(receiver.space, "desk"))[-1].text
    said = await house.command(*desk, "action decline", code=code)
    await house.fill(
        receiver.moderator, await house.press(*desk, said, "Say why"), text="Same evening as ours."
    )  # fmt: skip
    ledger = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "Same evening as ours" in ledger.text
    ours = await house.command(receiver.moderator, receiver.space, "calls", "action verify", code=code)
    assert "This is ours" in ours.text
    assert "Pack the school board" in ours.text


async def test_decisions_are_spanish_from_end_to_end(house: House) -> None:
    """h8: the same in Spanish, and its refusal."""
    receiver = await connect(house, "Inquilinas del Río", language="es")
    said = await decide(house, receiver, "entrantes regla", topic="housing", mode="never")
    assert "todas, Vivienda: Nunca" in plain(said.text)
    ana = await house.new_person("Ana", "es")
    refused = await house.command(ana, receiver.space, "calls", "entrantes reglas")
    assert "quienes moderan" in refused.text
    wrong = await house.command(receiver.moderator, receiver.space, "calls", "convocatoria verificar", code="A-ZZZZ")
    assert "De aquí no salió ninguna" in wrong.text
