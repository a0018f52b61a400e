"""From *Share with X* to *we met*, on the rehearsal with a clock that stands still."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse
from tests.features.welcome.handoffs import (
    consent_card,
    greeters_card,
    handoff_of,
    label,
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

DAY = timedelta(days=1)


async def test_the_consent_card_shows_the_exact_package(house: RehearsalHouse) -> None:
    """c10: field by field, everything but the name and three digits off unless the person ticks it."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana")
    code = await starts(house, ana)
    seen = await consent_card(house, ana, code, member)
    shown = plain(seen.text)
    assert "What we will share with River Tenants" in shown
    assert "- Name: Ana" in shown
    assert "ZIP codes that begin with 220" in shown
    assert "22041" not in shown
    assert "Support tenants" not in shown
    assert "Not shared unless you add it: what you would like to do" in shown
    assert "All of the above is seen by the one person" in shown
    more = await house.press(ana, "", "", seen, "Add what I'd do")
    assert "Would like to: Support tenants" in plain(more.text)
    back = await house.press(ana, "", "", more, "Leave out what I do")
    assert plain(back.text) == shown


async def test_a_person_is_shared_taken_introduced_and_met(house: RehearsalHouse, clock: MovableClock) -> None:
    """c6 c8 c10 c11 c13: the whole way."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, member, "Rosa")
    code = await shares(house, ana, member)
    card = await greeters_card(house, member)
    assert "Ana" not in card.text
    assert code in card.text
    assert "about where: zip codes that begin with 220" in plain(card.text).lower()
    assert "Nobody there sees your name before that" in plain((await request_of(house, ana)).text)
    mine = await takes(house, rosa, member)
    assert "- Name: Ana" in plain(mine.text)
    assert "Taken by Rosa" in plain((await greeters_card(house, member)).text)
    assert "Rosa of River Tenants welcomes you (speaks: English and Spanish)" in await told(house, ana)
    form = await house.press(rosa, "", "", mine, "Write first message")
    draft = form.handle.blanks[0].value
    assert draft.startswith("Hi Ana Quetzal, I'm Rosa from River Tenants.")
    sent = await house.fill(rosa, form, text=f"{draft}\nSaturday?")
    await house.settle()
    assert "On its way to Ana" in plain(sent.text)
    letter = (await house.direct(ana))[-1]
    assert "Saturday?" in letter.text
    assert "your name, about where you are, the language of this conversation" in letter.text
    back = await house.press(ana, "", "", letter, "Write back")
    await house.fill(ana, back, text="Yes, gladly")
    await house.settle()
    assert "Yes, gladly" in await told(house, rosa)
    clock.move(3 * DAY)
    await house.settle()
    for person in (ana, rosa):
        asked = (await house.direct(person))[-1]
        await house.press(person, "", "", asked, "Yes, we connected")
        await house.settle()
    assert (await handoff_of(house, code)).state == "met"
    assert "You and Rosa of River Tenants connected" in plain((await request_of(house, ana)).text)


async def test_undo_and_share_again(house: RehearsalHouse) -> None:
    """c10: as if it had never been shared; the greeters' card is gone."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana")
    code = await starts(house, ana)
    done = await share_again(house, ana, code, member)
    await house.press(ana, "", "", done, "Undo")
    await house.settle()
    assert await house.messages(member.space, "desk") == []
    gone = await handoff_of(house, code)
    assert (gone.state, gone.value) == ("undone", b"")
    again = await share_again(house, ana, code, member)
    assert label(again, "My request")
