"""One call to action, whole, in the words that every platform understands."""

from __future__ import annotations

from typing import Any

import pytest

from cogs.alerts import store
from cogs.alerts.answering import store as replies
from tests.conformance.house import House
from tests.features.alerts.coalition import CALL, Member, code_in, connect, second_says_yes, send, write


def plain(text: str) -> str:
    """Answers come as small Markdown on some platforms; what is read is the same."""
    return text.replace("\\", "").replace("**", "")


async def copy_in(house: House, member: Member) -> Any:
    """The one copy that stands in a member's channel."""
    [copy] = await house.messages(member.space, "calls")
    return copy


async def test_a_call_is_written_previewed_sent_answered_and_found(house: House) -> None:
    """a1 a7 a10 a12: the thinnest whole walk."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    asked = await connect(house, "Hill Neighbors")
    seen = await write(house, sender)
    assert "Northside Workers" in seen.text
    assert "Asked first (1): Hill Neighbors" in plain(seen.text)
    sent = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    code = code_in(sent.text)
    await house.settle()
    assert not await house.messages(willing.space, "calls"), "it waits for a second person"
    await second_says_yes(house, sender, code)

    copy = await copy_in(house, willing)
    assert "Pack the school board" in copy.text[:120]
    assert "12 Main St" in copy.text[:120]
    assert "From Riverside Tenants through Northside Workers" in copy.text
    assert not await house.messages(asked.space, "calls")

    person = await house.new_person("Ana")
    answered = await house.press(person, willing.space, "calls", copy, "I'm in")
    assert "You're in" in plain(answered.text)
    assert "1 person" in answered.text

    where = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "Posted: 2" in where.text
    assert "Waiting for their OK" in where.text


async def test_a_held_call_is_posted_by_a_yes_of_its_receivers(house: House) -> None:
    """a3 a4: accept for us."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    await send(house, sender)
    [question] = await house.messages(asked.space, "desk")
    assert "Riverside Tenants asks" in plain(question.text)
    done = await house.press(asked.moderator, asked.space, "desk", question, "Accept for us")
    await house.settle()
    assert "goes out" in done.text
    assert "through Hill Neighbors" in (await copy_in(house, asked)).text
    [question] = await house.messages(asked.space, "desk")
    assert "accepted for this space" in plain(question.text)
    assert not question.choices


async def test_a_correction_reaches_every_copy_after_a_restart(house: House) -> None:
    """a8 n3: and those who said yes hear of the new place in a message of their own."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    person = await house.new_person("Ana")
    await house.press(person, willing.space, "calls", await copy_in(house, willing), "I'm in")
    await house.restart()
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    seen = await house.fill(sender.moderator, seen, where="City Hall")
    assert "Corrected" in seen.text
    await house.settle()
    for member in (sender, willing):
        copy = await copy_in(house, member)
        assert "City Hall" in copy.text[:120]
        assert "the place" in copy.text
        assert "12 Main St" not in copy.text
    told = [one.text for one in await house.direct(person) if "A change in a call" in plain(one.text)]
    assert len(told) == 1
    assert "City Hall" in told[0]


async def test_a_call_taken_back_is_gone_from_every_space(house: House) -> None:
    """a9: also where it was still asked."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    asked = await connect(house, "Hill Neighbors")
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action takeback", code=code)
    await house.press(sender.moderator, sender.space, "desk", seen, "Yes, take it back")
    await house.settle()
    assert not await house.messages(sender.space, "calls")
    assert not await house.messages(willing.space, "calls")
    [question] = await house.messages(asked.space, "desk")
    assert "took it back" in question.text
    where = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "Taken back: 3" in where.text


async def test_a_copy_removed_by_its_moderators_never_comes_back(house: House) -> None:
    """a10: *removed by them*; a correction does not post it again."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    await house.remove_message(willing.space, "calls", await copy_in(house, willing))
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    await house.fill(sender.moderator, seen, where="City Hall")
    await house.settle()
    assert not await house.messages(willing.space, "calls")
    where = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "Removed by them" in where.text


async def test_a_forbidden_channel_shows_its_fix(house: House) -> None:
    """a10: each reason comes with what to do."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    await house.forbid(willing.space, "calls")
    code = await send(house, sender)
    where = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "Did not arrive" in where.text
    assert "Northside Workers" in where.text
    assert "Grant" in where.text or "Raise it" in where.text


async def test_a_wrong_date_costs_one_field_also_over_a_restart(house: House) -> None:
    """a7: the form comes back with the sentence and everything typed; killed in between it goes on."""
    sender = await connect(house, "Riverside Tenants")
    seen = await house.command(sender.moderator, sender.space, "desk", "action new")
    for _ in range(3):  # where one question is asked at a time, the third is the date
        seen = await house.fill(sender.moderator, seen, **{**CALL, "when": "yesterday at 5pm"}, again="")
    assert "already gone by" in seen.text
    await house.restart()
    seen = await house.fill(sender.moderator, seen, **CALL)
    assert "Draft: Pack the school board" in plain(seen.text)
    assert "5:00 PM" in seen.text


async def test_an_ask_without_a_time_becomes_i_did_it(house: House) -> None:
    """a17: one tap, counted once."""
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender, when="", where="")
    assert "No time: people answer" in plain(seen.text)
    await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    await house.settle()
    person = await house.new_person("Ana")
    for _ in range(2):
        copy = await copy_in(house, sender)
        done = await house.press(person, sender.space, "calls", copy, "I did it")
        assert "So far 1 person did it" in plain(done.text)


@pytest.mark.parametrize(("language", "words"), [("en", "action answer"), ("es", "convocatoria responder")])
async def test_press_and_typed_command_end_in_the_same_row_and_words(house: House, language: str, words: str) -> None:
    """n16: by button or number, or by the command in either language."""
    sender = await connect(house, "Riverside Tenants", language="both")
    seen = await write(house, sender)
    sent = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    code = code_in(sent.text)
    await house.settle()
    ana, ben = [await house.new_person(name, language) for name in ("Ana", "Ben")]
    # Where a platform does not tell an app's language, the first typed word does.
    await house.command(ana, sender.space, "calls", words, code=code, value="maybe")
    await house.command(ben, sender.space, "calls", words, code=code, value="maybe")
    typed = await house.command(ben, sender.space, "calls", words, code=code, value="in")
    await house.command(ben, sender.space, "calls", words, code=code, value="maybe")
    label = "I'm in · Ahí estaré"
    pressed = await house.press(ana, sender.space, "calls", await copy_in(house, sender), label)
    assert pressed.text == typed.text or language == "es"
    async with house.app.core.db.read() as tx:
        alert = await store.public(tx, code)
        assert alert is not None
        assert (await replies.total(tx, alert.id)).counts == {"in": 1, "maybe": 1}


async def test_why_here_says_who_said_yes(house: House) -> None:
    """1.3: and how that is changed."""
    sender = await connect(house, "Riverside Tenants")
    await connect(house, "Valley Choir", policy="auto")  # its moderator is the second person
    willing = await connect(house, "Northside Workers", policy="auto")
    await send(house, sender)
    person = await house.new_person("Ana")
    seen = await house.press(person, willing.space, "calls", await copy_in(house, willing), "Why here?")
    assert "Northside Workers posts calls of other organizations at once" in plain(seen.text)
    assert "org setup" in seen.text


async def test_a_local_line_stands_below_the_text_as_the_receivers(house: House) -> None:
    """a4: add-only, the core text stays."""
    sender = await connect(house, "Riverside Tenants")
    asked = await connect(house, "Hill Neighbors")
    await send(house, sender)
    [question] = await house.messages(asked.space, "desk")
    seen = await house.press(asked.moderator, asked.space, "desk", question, "Accept with a line")
    await house.fill(asked.moderator, seen, text="We meet at 4:30 at the library.")
    await house.settle()
    copy = await copy_in(house, asked)
    assert "Bring a sign and a friend." in copy.text
    assert "Hill Neighbors adds:" in copy.text.replace("*", "")
    assert "We meet at 4:30 at the library." in copy.text


async def test_another_organizations_code_reads_like_none_at_all(house: House) -> None:
    """A2: byte-equal to a code that nobody has."""
    sender = await connect(house, "Riverside Tenants")
    other = await connect(house, "Hill Neighbors", policy="never")
    code = await send(house, sender)
    for words in ("action where", "action correct", "action takeback", "action accept", "action decline"):
        foreign = await house.command(other.moderator, other.space, "desk", words, code=code)
        nothing = await house.command(other.moderator, other.space, "desk", words, code="A-2222")
        assert foreign.text == nothing.text, words
        assert "There is no such thing here" in foreign.text


async def test_a_person_without_the_right_is_told_whom_to_ask(house: House) -> None:
    """6: one clear sentence, nothing is sent."""
    sender = await connect(house, "Riverside Tenants")
    person = await house.new_person("Max")
    seen = await house.command(person, sender.space, "lounge", "action new")
    assert "Only people who may send for Riverside Tenants" in plain(seen.text)
    assert not seen.asked
