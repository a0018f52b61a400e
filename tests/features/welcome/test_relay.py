"""Words passed on: under the consented names, across platforms, through the gate, kept nowhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import Member
from tests.features.welcome.handoffs import (
    handoff_of,
    new_greeter,
    plain,
    request_of,
    share_again,
    shares,
    starts,
    takes,
    told,
    welcoming,
)

CANARY = "canary words of a letter 5519"


async def introduced(house: RehearsalHouse, text: str = "Saturday at ten?") -> tuple[Member, str, str, str]:
    """Ana and Rosa, introduced: the member, both accounts and the code."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, member, "Rosa")
    code = await shares(house, ana, member)
    seen = await takes(house, rosa, member)
    form = await house.press(rosa, "", "", seen, "Write first message")
    await house.fill(rosa, form, text=text)
    await house.settle()
    return member, ana, rosa, code


async def test_the_first_message_is_in_the_newcomers_language(house: RehearsalHouse) -> None:
    """c11: what surrounds it is in the greeter's."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana", "es"), await new_greeter(house, member, "Rosa")
    await shares(house, ana, member, "es")
    form = await house.press(rosa, "", "", await takes(house, rosa, member), "Write first message")
    blank = form.handle.blanks[0]
    assert blank.value.startswith("Hola, Ana Quetzal. Soy Rosa, de River Tenants.")
    assert blank.label == "Read it, change it, send it"
    await house.fill(rosa, form, text=blank.value)
    await house.settle()
    letter = (await house.direct(ana))[-1]
    assert "Rosa de River Tenants te escribe" in plain(letter.text)
    assert "lo leen solo ustedes dos" in letter.text
    assert [one for one, _ in letter.choices] == ["Responder", "No más mensajes", "Mi solicitud"]


async def test_what_the_person_added_is_in_the_draft(house: RehearsalHouse) -> None:
    """c11: what they would like to do, only where they shared it."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, member, "Rosa")
    code = await shares(house, ana, member, fields="activity")
    form = await house.press(rosa, "", "", await takes(house, rosa, member), "Write first message")
    assert "You said you would like this: Support tenants" in form.handle.blanks[0].value
    assert code


async def test_words_cross_platforms(house: RehearsalHouse, clock: MovableClock) -> None:
    """c7 c11: a newcomer who types numbers, a greeter who presses buttons."""
    member = await welcoming(house, "River Tenants")
    rosa = await new_greeter(house, member, "Rosa")
    lines = RehearsalHouse(house.app, house.world, "lines", None)
    ana = await lines.new_person("Ana")
    code = await starts(lines, ana)
    clock.move(timedelta(seconds=1))  # a number answers the newest card
    await share_again(lines, ana, code, member)
    seen = await takes(house, rosa, member)
    form = await house.press(rosa, "", "", seen, "Write first message")
    await house.fill(rosa, form, text="Saturday at ten?")
    await house.settle()
    clock.move(timedelta(seconds=1))
    assert "Saturday at ten?" in await told(lines, ana)
    letter = (await lines.direct(ana))[-1]
    back = await lines.press(ana, "", "", letter, "Write back")
    await lines.fill(ana, back, text="I'll be there")
    await house.settle()
    answer = (await house.direct(rosa))[-1]
    assert "Ana Quetzal (N-" in plain(answer.text)
    assert "I'll be there" in answer.text


async def test_typed_by_code_it_is_the_same(house: RehearsalHouse) -> None:
    """n16: `/write CODE text`."""
    _, ana, rosa, code = await introduced(house)
    sent = await house.fill(ana, await house.command(ana, "", "", "write", code=code.lower()), text="Here I am")
    assert "On its way to Rosa" in sent.text
    await house.settle()
    assert "Here I am" in await told(house, rosa)


async def test_stop_ends_it_in_both_directions(house: RehearsalHouse) -> None:
    """Every message has a way out."""
    _, ana, rosa, code = await introduced(house)
    letter = (await house.direct(ana))[-1]
    stopped = await house.press(ana, "", "", letter, "Stop these messages")
    assert "Nothing more is passed on" in stopped.text
    await house.settle()
    assert f"{code} asked for no more messages" in await told(house, rosa)
    for person in (ana, rosa):
        seen = await house.command(person, "", "", "write", code=code)
        assert not seen.asked
        assert seen.text
    over = await handoff_of(house, code)
    assert (over.state, over.reason, over.value) == ("lost", "stopped", b"")


async def test_the_greeter_can_stop_too(house: RehearsalHouse) -> None:
    """The newcomer reads it and can choose again."""
    _, ana, rosa, code = await introduced(house)
    await house.command(rosa, "", "", "welcome enough", code=code)
    await house.settle()
    assert "Rosa of River Tenants ended the messages" in await told(house, ana)
    assert "Nobody has your request" in plain((await request_of(house, ana)).text)


async def test_a_closed_door_keeps_the_letter_for_the_next_act(house: RehearsalHouse) -> None:
    """c16: never a dead end."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, member, "Rosa")
    await shares(house, ana, member)
    seen = await takes(house, rosa, member)
    house.world.closed_doors.add(ana)
    form = await house.press(rosa, "", "", seen, "Write first message")
    await house.fill(rosa, form, text="Saturday at ten?")
    await house.settle()
    assert "Saturday at ten?" not in await told(house, ana)
    assert "Saturday at ten?" in (await request_of(house, ana)).text


async def test_whoever_said_stop_to_the_bot_is_not_written_to(house: RehearsalHouse) -> None:
    """C9: the writer reads that nothing was sent."""
    _, ana, rosa, code = await introduced(house)
    await house.command(ana, "", "", "stop")
    seen = await house.fill(rosa, await house.command(rosa, "", "", "write", code=code), text="Hello?")
    assert "takes no messages from this bot now" in seen.text


async def test_a_letter_is_kept_nowhere(house: RehearsalHouse, tmp_path: Path) -> None:
    """E1: sealed while it waits, emptied when it is there."""
    await introduced(house, CANARY)
    for path in tmp_path.glob("*.db*"):
        assert CANARY.encode() not in path.read_bytes(), path.name


async def test_what_is_passed_on_goes_through_the_gate(house: RehearsalHouse) -> None:
    """G3, G7: no mark-up of somebody else's, nothing endless."""
    _, ana, rosa, code = await introduced(house)
    seen = await house.command(rosa, "", "", "write", code=code)
    long = await house.fill(rosa, seen, text="a" * 2000)
    assert "1,200" in plain(long.text)
    await house.fill(rosa, await house.command(rosa, "", "", "write", code=code), text="**@everyone** <b>hi</b>")
    await house.settle()
    letter = (await house.direct(ana))[-1]
    assert "<b>hi" not in letter.html
    assert "<strong>@everyone" not in letter.html
