"""What people do on Discord and what they see: commands, presses, forms, across restarts and slow moments."""

from __future__ import annotations

import asyncio

import pytest

from bot.platforms.discord import conversation
from tests.adapters.discord_rig import Rig
from tests.conformance.discord_house import until
from tests.discord_standin import CannotDo, Guild, Person


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moments after which somebody sees *is thinking*, made short."""
    monkeypatch.setattr(conversation, "DEFER_AFTER", 0.02)
    monkeypatch.setattr(conversation, "FORM_DEFER_AFTER", 0.5)  # a busy machine must still open a form in time


def is_thinking(rig: Rig) -> bool:
    """Whether the newest interaction shows *is thinking*."""
    newest = list(rig.standin.interactions.values())[-1:]
    return bool(newest) and newest[0].seen.thinking


async def test_an_answer_is_for_the_asker_alone(rig: Rig, rosa: Person, guild: Guild) -> None:
    """h1: commands are answered privately; the card has its buttons."""
    seen = await rosa.slash("march ask")
    assert seen.message.ephemeral
    assert seen.text == "Will you *march*?"
    assert seen.message.labels == ["I'm in", "Can't"]
    assert guild.channels[0].messages == []


async def test_commands_have_spanish_names_in_both_spanishes(rig: Rig, guild: Guild) -> None:
    """h8: the name is found in es-ES and es-419, and the answer is Spanish."""
    for locale in ("es-ES", "es-419"):
        ana = rig.standin.person(f"Ana {locale}", guild, locale=locale)
        seen = await ana.slash("marcha preguntar")
        assert seen.message.labels[0] == "Ahí estaré"


async def test_an_answer_for_all_stands_in_the_channel_and_pings_nobody(rosa: Person, guild: Guild) -> None:
    """law 5, G1: even a text that says @everyone."""
    seen = await (await rosa.slash("march shout")).until(2)
    assert [one.ephemeral for one in seen.messages] == [False, True]
    assert [one.pings for one in guild.channels[0].messages] == [set()]


async def test_a_press_works_after_a_restart(rig: Rig, rosa: Person) -> None:
    """n2, FACTS 36b: nothing of a button lives in memory."""
    seen = await rosa.slash("march ask")
    await rig.restart()
    assert (await rosa.press(seen.message, "I'm in")).text == "You said yes"
    assert rig.march.told == [{"answer": "yes"}]


async def test_somebody_elses_button_is_refused_in_one_sentence(rig: Rig, rosa: Person, guild: Guild) -> None:
    """A1: a token alone is no right."""
    seen = await rosa.slash("march ask")
    seen.message.for_user = None  # as if a modified client had seen the token
    other = await rig.standin.person("Max", guild).press(seen.message, "Can't")
    assert other.text == "This button is for somebody else."
    assert rig.march.told == []


async def test_more_choices_than_buttons_become_a_select(rig: Rig, rosa: Person) -> None:
    """FACTS 35: 25 options a select."""
    seen = await rosa.slash("march crowd")
    assert [len(one["options"]) for one in seen.message.buttons] == [25, 5]
    assert (await rosa.choose(seen.message, "choices.25", "Number 29")).text == "You said 29"


async def test_options_of_every_kind_arrive_by_their_field(rig: Rig, rosa: Person, guild: Guild) -> None:
    """h1: number, choice, channel, and a town that is completed while it is typed."""
    assert await rosa.complete("march count", "town", "port") == ["Portland"]
    calls = guild.channel("calls")
    await rosa.slash("march count", people=12, kind="Vigil", room=calls, town="pdx")
    assert rig.march.told == [{"town": "pdx", "people": "12", "kind": "vigil", "room": str(calls.id)}]
    with pytest.raises(CannotDo):
        await rosa.slash("march count", people="twelve")


async def test_a_command_of_an_older_bot_is_answered(rig: Rig, rosa: Person) -> None:
    """h1: Discord may still show what is gone; nothing fails silently."""
    rig.standin.commands[None].append({"id": "1", "name": "gone", "type": 1, "description": "x"})
    assert "help" in (await rosa.slash("gone")).text


async def test_a_form_of_two_pages_goes_on_behind_continue(rig: Rig, rosa: Person, guild: Guild) -> None:
    """a9, FACTS 36: a modal cannot answer a modal; page 1 is saved."""
    first = (await rosa.slash("march plan")).modal
    assert first is not None
    assert (first.title, first.labels) == ("A march (1/2)", ["Title", "Kind", "Notes"])
    between = await rosa.submit(first, {"Title": "May Day", "Kind": ["Vigil"]})
    assert (between.text, between.message.labels) == ("Page 1 of 2 is saved.", ["Continue"])
    second = (await rosa.press(between.message, "Continue")).modal
    calls = guild.channel("calls")
    done = await rosa.submit(second, {"When": "Sat 5pm", "Channel": [calls]})
    assert done.text == "Planned: May Day"
    expected = {"title": "May Day", "kind": "vigil", "notes": "", "when": "Sat 5pm", "room": str(calls.id)}
    assert rig.march.told == [expected]


async def test_the_bot_may_be_restarted_between_two_pages(rig: Rig, rosa: Person) -> None:
    """n2: what was typed on page 1 is a row."""
    first = (await rosa.slash("march plan")).modal
    between = await rosa.submit(first, {"Title": "May Day", "Kind": ["Rally"]})
    await rig.restart()
    second = (await rosa.press(between.message, "Continue")).modal
    await rig.restart()
    assert (await rosa.submit(second, {"When": "Sat 5pm"})).text == "Planned: May Day"
    assert rig.march.told[0]["title"] == "May Day"


async def test_a_slip_is_mended_in_the_filled_in_form(rig: Rig, rosa: Person) -> None:
    """a9: an error answers with the sentence and *Mend it*, which opens the page as it was."""
    between = await rosa.submit((await rosa.slash("march plan")).modal, {"Title": "May Day", "Kind": ["Rally"]})
    second = (await rosa.press(between.message, "Continue")).modal
    wrong = await rosa.submit(second, {"When": "yesterday"})
    assert wrong.message.ephemeral
    assert "a day to come" in wrong.text
    assert wrong.message.labels == ["Mend it"]
    again = (await rosa.press(wrong.message, "Mend it")).modal
    assert again is not None
    assert again.values["When"] == "yesterday"
    assert (await rosa.submit(again, {"When": "Sat"})).text == "Planned: May Day"


async def test_somebody_elses_form_cannot_be_sent(rig: Rig, rosa: Person, guild: Guild) -> None:
    """A1: the id of a form is no right."""
    form = (await rosa.slash("march plan")).modal
    max_ = rig.standin.person("Max", guild)
    seen = await max_.submit(form, {"Title": "Mine now", "Kind": ["Rally"]})
    assert "Planned" not in seen.text
    assert rig.march.told == []


@pytest.mark.usefixtures("hurried")
async def test_who_waits_sees_that_it_is_worked_on(rig: Rig, rosa: Person) -> None:
    """FACTS 31: deferred in time, answered later, still for the asker alone."""
    asked = asyncio.ensure_future(rosa.slash("march slow"))
    await until(lambda: is_thinking(rig))
    rig.march.door.set()
    seen = await asked
    assert seen.deferred
    assert (seen.text, seen.message.ephemeral) == ("It took a while", True)


@pytest.mark.usefixtures("hurried")
async def test_a_slow_public_answer_stays_public(rig: Rig, rosa: Person, guild: Guild) -> None:
    """DESIGN 2: never turns private into public, nor the other way round."""
    async with rig.core.db.write():  # everybody waits for the one writer
        asked = asyncio.ensure_future(rosa.slash("march shout"))
        await until(lambda: is_thinking(rig))
    seen = await (await asked).until(2)
    assert [one.ephemeral for one in seen.messages if not one.deleted] == [False, True]


@pytest.mark.usefixtures("hurried")
async def test_a_form_that_comes_too_late_stands_behind_a_button(rig: Rig, rosa: Person) -> None:
    """FACTS 36: what was deferred cannot open a form any more; *Continue* can."""
    asked = asyncio.ensure_future(rosa.slash("march slowform"))
    await until(lambda: is_thinking(rig))
    rig.march.door.set()
    seen = await asked
    assert seen.message.labels == ["Continue"]
    form = (await rosa.press(seen.message, "Continue")).modal
    assert form is not None
    assert form.labels == ["Title", "Kind", "Notes"]


async def test_an_answer_that_is_lost_loses_nothing(rig: Rig, rosa: Person) -> None:
    """n2: committed before it is answered; pressing again shows it."""
    seen = await rosa.slash("march ask")
    rig.standin.answer_within = 0.3
    rig.standin.faults.fail("POST /interactions/*/*/callback", 400)
    assert (await rosa.press(seen.message, "I'm in")).failed
    assert rig.march.told == [{"answer": "yes"}]
    assert (await rosa.press(seen.message, "I'm in")).text == "You said yes"


@pytest.mark.usefixtures("hurried")
async def test_even_a_lost_deferral_loses_nothing(rig: Rig, rosa: Person) -> None:
    """n2: the work goes on although Discord shows that it failed."""
    seen = await rosa.slash("march ask")
    rig.standin.answer_within = 0.3
    rig.standin.faults.fail("POST /interactions/*/*/callback", 404, times=2)
    async with rig.core.db.write():
        pressed = asyncio.ensure_future(rosa.press(seen.message, "I'm in"))
        assert (await pressed).failed
    await until(lambda: rig.march.told == [{"answer": "yes"}])


async def test_a_press_that_says_nothing_does_not_fail(rig: Rig, rosa: Person) -> None:
    """h1: no *interaction failed* on the screen."""
    seen = await rosa.slash("march silent")
    assert not seen.failed
    assert [one for one in seen.messages if not one.deleted] == []


async def test_commands_work_in_the_direct_room(rig: Rig, rosa: Person) -> None:
    """h1: nobody else reads along there."""
    seen = await rosa.slash("march ask", channel=rosa.direct_room)
    assert (await rosa.press(seen.message, "I'm in")).text == "You said yes"


async def test_an_unknown_server_gets_one_sentence(rig: Rig, rosa: Person) -> None:
    """C4: until it is connected."""
    strange = rig.standin.add_guild("Strangers")
    max_ = rig.standin.person("Max", strange)
    assert "connect CODE" in (await max_.slash("march ask")).text


async def test_a_command_for_managers_is_hidden_from_others(rig: Rig, rosa: Person, guild: Guild) -> None:
    """The hint for Discord's own menu; the gate decides (FACTS 34)."""
    with pytest.raises(CannotDo, match="not offered"):
        await rosa.slash("manage")
    assert not (await rig.standin.person("Boss", guild, manager=True).slash("manage")).failed
