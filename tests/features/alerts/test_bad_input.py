"""6: each gets one clear sentence in its language; nothing typed is lost; nothing is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from bot import tables as t
from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import CALL, connect, send, write

BAD: dict[str, tuple[dict[str, str], str, str]] = {
    "over-long": ({"what": "x" * 81}, "81 characters; at most 80", "caracteres"),
    "over-long ask": ({"ask": "y" * 601}, "601 characters", "caracteres"),
    "huge": ({"ask": "z" * 3999}, "characters", "caracteres"),
    "empty": ({"what": "\u200b \u2060"}, "nothing readable", "nada que se pueda leer"),
    "everyone": ({"ask": "Wake up @everyone!"}, "Nobody is pinged", "no hace sonar"),
    "everyone hidden": ({"ask": "Wake up @\u200beveryone!"}, "Nobody is pinged", "no hace sonar"),
    "room": ({"what": "@room now"}, "Nobody is pinged", "no hace sonar"),
    "tags": ({"ask": "Come <script>alert(1)</script>"}, "plain words", "palabras sencillas"),
    "look-alike link in the ask": ({"ask": "see http://example.org/x"}, "https://", "https://"),
    "bare number": ({"link": "https://127.0.0.1/x"}, "bare number", "número"),
    "user in link": ({"link": "https://bank.example@evil.example/"}, "before the @", "@"),
    "past": ({"when": "yesterday at 5pm"}, "already gone by", "ya"),
    "no time": ({"when": "when the moon is blue"}, "could not read that time", "No entendí esa fecha"),
    "no such day": ({"when": "Feb 30 at 5pm"}, "time", ""),
}


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_bad_field_comes_back_with_its_sentence(house: RehearsalHouse, language: str) -> None:
    """6: the form opens again with everything typed."""
    sender = await connect(house, "Riverside Tenants", language=language)
    for name, (wrong, english, spanish) in BAD.items():
        seen = await write(house, sender, **wrong)
        page: Any = seen.handle
        assert (english if language == "en" else spanish) in str(page.error).replace("\\", ""), name
        assert {one.key: one.value for one in page.blanks} == {**CALL, **wrong}
        mended = await house.fill(sender.moderator, seen, **{key: CALL[key] for key in wrong})
        assert "Draft" in mended.text or "Borrador" in mended.text
    await house.settle()
    assert not await house.messages(sender.space, "calls")


STEERING = [
    "a\u202egnp.exe", "![](" * 140, "*" * 600, "[" * 600, "# not a heading", "> " * 100 + "deep",
    "<@123> </ban:4> <t:0:R>",
]  # fmt: skip


async def test_steering_characters_and_markdown_bombs_are_only_text(house: RehearsalHouse) -> None:
    """6 G3: what can be said is said literally, what steers is taken out; too much of it is refused in a sentence."""
    sender = await connect(house, "Riverside Tenants")
    said = []
    for text in STEERING:
        seen = await write(house, sender, ask=text)
        assert not seen.asked or "fit in one message" in seen.text
        if not seen.asked:
            said.append(text.replace("\u202e", ""))
            await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    await house.settle()
    copies = await house.messages(sender.space, "calls")
    assert [text in copy.text for text, copy in zip(said, copies, strict=True)] == [True] * len(said)


async def test_a_look_alike_link_is_shown_as_what_it_is(house: RehearsalHouse) -> None:
    """G5: the preview names the ASCII form."""
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender, link="https://exаmple.org/")  # Cyrillic a
    assert "really leads to **xn--" in seen.text.replace("\\", "")


async def test_somebody_elses_button_is_refused(house: RehearsalHouse) -> None:
    """6: a draft's buttons are its writer's."""
    sender = await connect(house, "Riverside Tenants")
    other = await house.new_person("Max", manages=sender.space)
    seen = await write(house, sender)
    refused = await house.press(other, sender.space, "desk", seen, "Send")
    assert "somebody else" in refused.text
    await house.settle()
    assert not await house.messages(sender.space, "calls")


async def test_a_draft_is_sent_once(house: RehearsalHouse) -> None:
    """n2: a second press on *Send* sends nothing."""
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender)
    for _ in range(2):
        last = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    assert "sent already" in last.text
    await house.settle()
    assert len(await house.messages(sender.space, "calls")) == 1


async def test_a_draft_whose_hour_went_by_is_not_sent(house: RehearsalHouse, clock: MovableClock) -> None:
    """6: a date in the past, a day later."""
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender)
    clock.move(timedelta(days=2))
    last = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    assert "already gone by" in last.text
    await house.settle()
    assert not await house.messages(sender.space, "calls")


async def test_a_draft_is_kept_for_seven_days(house: RehearsalHouse, clock: MovableClock) -> None:
    """1.3: then its code is like none."""
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender, when="")
    clock.move(timedelta(days=8))
    last = await house.press(sender.moderator, sender.space, "desk", seen, "Change")
    assert "There is no such thing here" in last.text


async def test_more_than_1500_characters_are_refused_in_all(house: RehearsalHouse) -> None:
    """G7: both languages and notes together."""
    sender = await connect(house, "Riverside Tenants")
    seen = await write(house, sender, ask="a" * 600)
    form = await house.press(sender.moderator, sender.space, "desk", seen, "Add Spanish")
    seen = await house.fill(sender.moderator, form, other_what="t" * 80, other_ask="b" * 600, other_access="c" * 250)
    assert "at most 1,500 fit" in seen.text.replace("\\", "")


async def test_nothing_changed_is_not_a_correction(house: RehearsalHouse) -> None:
    """a8: no version without a change."""
    sender = await connect(house, "Riverside Tenants")
    code = await send(house, sender)
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    seen = await house.fill(sender.moderator, seen)
    assert "Nothing was changed" in seen.text


async def test_a_call_that_would_reach_nobody_is_not_sent(house: RehearsalHouse) -> None:
    """1.3: the preview names what cannot be reached, *Send* says what to do."""
    sender = await connect(house, "Riverside Tenants")
    core = house.app.core
    async with core.db.write() as tx:
        await tx.run(delete(t.channel).where(t.channel.c.purpose == "calls"))
    seen = await write(house, sender)
    assert "no channel was chosen there:** Riverside Tenants" in seen.text
    seen = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    assert "No space would get it now" in seen.text


async def test_the_preview_names_a_channel_that_is_closed_to_the_bot(house: RehearsalHouse) -> None:
    """1.3: who cannot be reached, and why."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    await house.forbid(willing.space, "calls")
    seen = await write(house, sender)
    assert "Will not arrive at Northside Workers (#calls)" in seen.text.replace("\\", "")
    assert "Grant *Send Messages*" in seen.text


async def test_the_preview_counts_spaces_without_a_text_in_their_language(house: RehearsalHouse) -> None:
    """h8: until the other language is added."""
    sender = await connect(house, "Riverside Tenants")
    await connect(house, "Vecinos Unidos", language="es", policy="auto")
    seen = await write(house, sender)
    assert "1 space reads Spanish and gets the original" in seen.text
    form = await house.press(sender.moderator, sender.space, "desk", seen, "Add Spanish")
    seen = await house.fill(sender.moderator, form, other_what="Llenemos la junta", other_ask="Trae un cartel.")
    assert "reads Spanish" not in seen.text
    assert "Change the Spanish" in seen.choices
