"""From *Share with X* to *did you connect*, in the words that every platform understands."""

from __future__ import annotations

from sqlalchemy import select

from bot import tables as t
from tests.conformance.house import House, RehearsalHouse, Seen
from tests.features.alerts.coalition import Member
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


async def first_words(house: House, greeter: str, seen: Seen, text: str, button: str = "Write first message") -> Seen:
    """The greeter sends a first message."""
    form = await house.press(greeter, "", "", seen, button)
    sent = await house.fill(greeter, form, text=text)
    await house.settle()
    return sent


async def test_consent_claim_and_words_both_ways(house: House) -> None:
    """c6 c7 c8 c10 c11: nobody sees a name before; then both write through the bot."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, member, "Rosa")
    code = await starts(house, ana, name="Quetzal")
    seen = await consent_card(house, ana, code, member)
    assert "What we will share with River Tenants" in plain(seen.text)
    assert "Not shared unless you add it" in plain(seen.text)
    more = await house.press(ana, "", "", seen, "Add what I'd do")
    assert "Would like to: Support tenants" in plain(more.text)
    shared = await house.press(ana, "", "", more, "Share with")
    await house.settle()
    assert "Shared with River Tenants" in plain(shared.text)
    card = await greeters_card(house, member)
    assert code in plain(card.text)
    assert "Support tenants" in plain(card.text)
    assert "Quetzal" not in card.text
    mine = await takes(house, rosa, member)
    assert "Name: Quetzal" in plain(mine.text)
    assert "Taken by Rosa" in plain((await greeters_card(house, member)).text)
    assert "Rosa of River Tenants welcomes you" in await told(house, ana)
    await first_words(house, rosa, mine, "Saturday at ten?")
    assert "Saturday at ten?" in await told(house, ana)
    letter = (await house.direct(ana))[-1]
    back = await house.press(ana, "", "", letter, "Write back")
    await house.fill(ana, back, text="I'll be there")
    await house.settle()
    assert "I'll be there" in await told(house, rosa)
    for name in ("calls", "desk"):
        assert "Quetzal" not in "\n".join(one.text for one in await house.messages(member.space, name))


async def test_who_says_so_is_brought_together_with_the_greeter(house: House) -> None:
    """c7 c11: only with the newcomer's own tick; what is said says who can read it; the words stand in that place."""
    member = await welcoming(house, "River Tenants")
    ana = await house.new_person("Ana", manages=member.space)
    rosa = await house.new_person("Rosa", manages=member.space)
    await _in_one_place(house, member, ana, rosa)
    code = await starts(house, ana)
    seen = await consent_card(house, ana, code, member)
    assert "your account, to talk directly" in plain(seen.text)
    more = await house.press(ana, "", "", seen, "Let us talk directly")
    await house.press(ana, "", "", more, "Share with")
    await house.settle()
    sent = await first_words(house, rosa, await takes(house, rosa, member), "Saturday at ten?")
    assert "those who manage threads in that server can read too" in plain(sent.text)
    await house.settle()
    async with house.app.core.db.read() as tx:
        rows = await tx.all(select(t.delivery).where(t.delivery.c.kind == "meet"))
    assert [(row.state, row.private) for row in rows] == [("sent", None)]
    assert "Saturday at ten?" not in await told(house, ana)
    back = await house.command(ana, "", "", "write", code=code)
    await house.fill(ana, back, text="I'll be there")
    await house.settle()
    assert "I'll be there" in await told(house, rosa)


async def _in_one_place(house: House, member: Member, *people: str) -> None:
    """The channel where new people start, and both of them where they can see it."""
    core = house.app.core
    async with core.db.write() as tx:
        [own] = await core.spaces.spaces(tx, member.organization.id)
        [calls] = await core.spaces.channels(tx, "calls", [member.organization.id])
        await core.spaces.set_channel(tx, own.id, "welcome", calls.address, "calls", "en")
    if isinstance(house, RehearsalHouse):
        house.world.spaces[member.space].members |= set(people)


async def test_my_request_undo_and_withdraw(house: House) -> None:
    """c10: as long as nobody took them it is undone; later it is withdrawn, and the organization confirms."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, member, "Rosa")
    code = await shares(house, ana, member)
    shown = await request_of(house, ana)
    assert "River Tenants was asked" in plain(shown.text)
    undone = await house.press(ana, "", "", shown, "Undo")
    await house.settle()
    assert "has nothing of yours" in undone.text
    assert await house.messages(member.space, "desk") == []
    await share_again(house, ana, code, member)
    await takes(house, rosa, member)
    assert "Rosa of River Tenants has taken you on" in plain((await request_of(house, ana)).text)
    gone = await house.command(ana, "", "", "welcome withdraw", code=code)
    await house.settle()
    assert "Withdrawn." in gone.text
    assert (await handoff_of(house, code)).value == b""
    assert f"{code} withdrew" in await told(house, rosa)
    card = await greeters_card(house, member)
    confirmed = await house.press(rosa, member.space, "desk", card, "Deleted on our side")
    await house.settle()
    assert "They read that your notes" in confirmed.text
    assert "confirmed that its own notes about you are gone" in await told(house, ana)


async def test_mine_pass_on_pause_and_more_time(house: House) -> None:
    """c8 c9: the greeter's own list and everything on it, typed."""
    member = await welcoming(house, "River Tenants")
    ana, rosa, luz = await house.new_person("Ana"), *[await new_greeter(house, member, one) for one in ("Rosa", "Luz")]
    code = await shares(house, ana, member)
    await takes(house, rosa, member)
    listed = await house.command(rosa, "", "", "mine")
    assert "1 person is with you" in plain(listed.text)
    assert code in plain(listed.text)
    longer = await house.command(rosa, "", "", "welcome more", code=code)
    assert "You have until" in longer.text
    passed = await house.command(rosa, "", "", "welcome pass", code=code)
    await house.settle()
    assert "were asked about" in passed.text
    await takes(house, luz, member, "Luz")
    assert (await handoff_of(house, code)).misses == 0
    assert "Luz of River Tenants has taken you on" in plain((await request_of(house, ana)).text)
    released = await house.command(luz, "", "", "welcome release", code=code)
    assert "with all greeters again" in released.text
    paused = await house.command(luz, "", "", "welcome pause")
    assert "on a pause" in paused.text
    await house.settle()
    refused = await house.press(luz, member.space, "desk", await greeters_card(house, member), "I'll welcome")
    assert "You are on a pause" in refused.text


async def test_did_you_connect_and_stop_these_messages(house: House) -> None:
    """c13: both say so; a stop ends the words."""
    member = await welcoming(house, "River Tenants")
    ana, rosa = await house.new_person("Ana"), await new_greeter(house, member, "Rosa")
    code = await shares(house, ana, member)
    await first_words(house, rosa, await takes(house, rosa, member), "Hello!")
    said = await house.command(ana, "", "", "welcome connected", code=code, value="yes")
    await house.settle()
    assert "When the other side says so too" in said.text
    await house.command(rosa, "", "", "welcome connected", code=code, value="yes")
    await house.settle()
    assert (await handoff_of(house, code)).state == "met"
    stopped = await house.command(ana, "", "", "welcome enough", code=code)
    assert "Nothing more is passed on" in stopped.text
    silent = await house.command(rosa, "", "", "write", code=code)
    assert "Nothing is passed on under this code" in plain(silent.text)


async def test_it_is_spanish_from_end_to_end(house: House) -> None:
    """h8: the newcomer, the greeters' card, the first message and the way back."""
    member = await welcoming(house, "Inquilinas del Río", "es")
    ana, rosa = await house.new_person("Ana", "es"), await new_greeter(house, member, "Rosa", "es")
    code = await starts(house, ana, "es")
    seen = await house.command(
        ana, "", "", "bienvenida compartir", code=code, organization=member.organization.code
    )
    assert "Lo que compartiremos con Inquilinas del Río" in plain(seen.text)
    shared = await house.press(ana, "", "", seen, "Compartir con")
    await house.settle()
    assert "Se preguntó a Inquilinas del Río" in plain((await request_of(house, ana, "es")).text)
    assert label(shared, "Deshacer")
    card = await greeters_card(house, member)
    assert "Alguien quisiera empezar con Inquilinas del Río" in plain(card.text)
    mine = await takes(house, rosa, member)
    assert "Nombre: Ana" in plain(mine.text)
    await first_words(house, rosa, mine, "¿El sábado a las diez?", "Primer mensaje")
    assert "¿El sábado a las diez?" in await told(house, ana)
    assert "lo leen solo ustedes dos" in await told(house, ana)


async def test_others_may_do_none_of_it(house: House) -> None:
    """c8 A2: another organization's greeter, a member, the code of somebody else."""
    member, other = await welcoming(house, "River Tenants"), await welcoming(house, "Hill Workers")
    ana, eva = await house.new_person("Ana"), await house.new_person("Eva")
    code = await shares(house, ana, member)
    refused = await house.command(eva, member.space, "desk", "welcome claim", code=code)
    assert "Only people who welcome new people for River Tenants" in plain(refused.text)
    foreign = await house.command(other.moderator, other.space, "desk", "welcome claim", code=code)
    assert "There is no such thing here" in foreign.text
    for words in ("undo", "withdraw", "release", "more", "pass", "enough"):
        seen = await house.command(eva, "", "", f"welcome {words}", code=code)
        assert "There is no such thing here" in seen.text, words
    assert (await handoff_of(house, code)).state == "offered"
