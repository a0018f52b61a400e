"""The second person of a planned call is asked when it is planned, so that it leaves on time."""

from __future__ import annotations

from bot.clock import MovableClock
from tests.conformance.house import RehearsalHouse, Seen
from tests.features.alerts.coalition import Member, connect, say_yes, stop_window
from tests.features.alerts.test_later import pass_time, plain, planned, standing


async def question(house: RehearsalHouse, member: Member) -> str:
    """What its moderators read last."""
    shown = await house.messages(member.space, "desk")
    return plain(shown[-1].text).replace("*", "") if shown else ""


async def plan_it(house: RehearsalHouse, sender: Member, **fields: str) -> tuple[Seen, str]:
    """What its author reads, and its code; the others are asked."""
    code, seen = await planned(house, sender, "tomorrow at 10am", **fields)
    await house.settle()
    return seen, code


async def until_it_leaves(house: RehearsalHouse, clock: MovableClock) -> None:
    await pass_time(house, clock, 21)


async def press(house: RehearsalHouse, member: Member, label: str) -> str:
    """A button of the newest card in its moderators' channel that has one of that name."""
    cards = [one for one in await house.messages(member.space, "desk") if label in str(one.choices)]
    seen = await house.press(member.moderator, member.space, "desk", cards[-1], label)
    await house.settle()
    return plain(seen.text).replace("*", "")


async def test_with_a_yes_before_it_leaves_on_time(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5, a6: for who said yes, and for all who take such calls at once; who is asked first is asked when it leaves."""
    sender = await connect(house, "Riverside Tenants")
    at_once = await connect(house, "Northside Workers", policy="auto")
    yes = await connect(house, "Hill Neighbors")
    other = await connect(house, "Valley Choir")
    seen, code = await plan_it(house, sender)
    assert "Moderators of 3 other organizations are asked now" in seen.text
    for member in (at_once, yes, other):
        assert "Riverside Tenants plans this call to 3 other organizations: it leaves" in await question(house, member)
    assert "Your yes to Pack the school board is the second person's" in await press(house, yes, "Accept for us")
    assert "Hill Neighbors said yes" in await question(house, at_once)
    assert "Hill Neighbors said yes" in await question(house, sender)
    assert await standing(house, sender, at_once, yes, other) == [0, 0, 0, 0]
    await until_it_leaves(house, clock)
    assert await standing(house, sender, at_once, yes, other) == [1, 1, 1, 0]
    assert "may this be posted here" in await question(house, other)
    assert "there is nothing to answer here any more" in await question(house, yes)
    await say_yes(house, other, code)
    assert await standing(house, other) == [1]


async def test_a_change_voids_the_yes_and_asks_anew(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5: it is to this text and this moment; without a new one it waits when it leaves, as any other call."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    _, code = await plan_it(house, sender)
    await press(house, willing, "Accept for us")
    seen = await house.command(sender.moderator, sender.space, "desk", "action change", code=code)
    await house.fill(sender.moderator, seen, where="City Hall")
    await house.settle()
    assert "City Hall" in await question(house, willing)
    assert "plans this call" in await question(house, willing)
    await until_it_leaves(house, clock)
    assert await standing(house, sender, willing) == [1, 0]
    await say_yes(house, willing, code)
    assert await standing(house, willing) == [1]


async def test_another_hour_and_another_organization_void_it_too(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5: bound to the moment and to who gets it."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    _, code = await plan_it(house, sender)
    await press(house, willing, "Accept for us")
    seen = await house.command(sender.moderator, sender.space, "desk", "action later", code=code)
    await house.fill(sender.moderator, seen, when="tomorrow at 9am", whose="same")
    await house.settle()
    assert "plans this call" in await question(house, willing)
    await press(house, willing, "Accept for us")
    late = await connect(house, "Valley Choir", policy="auto")
    await until_it_leaves(house, clock)
    assert await standing(house, sender, willing, late) == [1, 0, 0]
    await say_yes(house, late, code)
    assert await standing(house, sender, willing, late) == [1, 1, 1]


async def test_who_connects_meanwhile_is_counted_before_the_yes(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5: the card says to how many it goes; it is renewed, and pressed again."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    await plan_it(house, sender)
    late = await connect(house, "Valley Choir", policy="auto")
    assert "read it and answer there" in await press(house, willing, "Accept for us")
    assert "to 2 other organizations" in await question(house, willing)
    assert "to 2 other organizations" in await question(house, late)
    assert "is the second person's" in await press(house, willing, "Accept for us")
    await until_it_leaves(house, clock)
    assert await standing(house, sender, willing, late) == [1, 1, 1]


async def test_typed_without_a_card_the_text_is_read_first(house: RehearsalHouse, clock: MovableClock) -> None:
    """n16, SECURITY 6.5: a yes is to a text that she read."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    _, code = await plan_it(house, sender)
    seen = await house.command(willing.moderator, willing.space, "desk", "incoming agree", code=code)
    assert "plans this call" in seen.text
    assert "12 Main St" in seen.text
    done = await house.press(willing.moderator, willing.space, "desk", seen, "Accept for us")
    assert "is the second person's" in plain(done.text)
    await until_it_leaves(house, clock)
    assert await standing(house, sender, willing) == [1, 1]


async def test_the_yes_can_be_taken_away_until_it_leaves(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5, n18: by any moderator whom it concerns; its senders read who did."""
    sender = await connect(house, "Riverside Tenants")
    yes = await connect(house, "Northside Workers", policy="auto")
    other = await connect(house, "Valley Choir", policy="auto")
    await plan_it(house, sender)
    await press(house, yes, "Accept for us")
    assert "leaves for other organizations only after another yes" in await press(house, other, "Stop")
    assert "Valley Choir took the yes away" in await question(house, sender)
    await until_it_leaves(house, clock)
    assert await standing(house, sender, yes, other) == [1, 0, 0]


async def test_a_yes_at_the_last_moment_can_be_stopped_too(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5: two minutes, also where they end after the hour at which it was to leave."""
    sender = await connect(house, "Riverside Tenants")
    yes = await connect(house, "Northside Workers", policy="auto")
    stop_window(house)
    _, code = await plan_it(house, sender)
    await pass_time(house, clock, 20.99)
    await press(house, yes, "Accept for us")
    await pass_time(house, clock, 0.02)
    assert await standing(house, sender, yes) == [1, 0]
    seen = await house.command(yes.moderator, yes.space, "desk", "incoming halt", code=code)
    assert "Stopped" in seen.text
    await pass_time(house, clock, 0.1)
    assert await standing(house, sender, yes) == [1, 0]


async def test_who_cannot_say_yes(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5, SECURITY 6.5: nobody of the senders' organization, nobody who is not asked; a second yes changes nothing."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    never = await connect(house, "Never Here", policy="never")
    _, code = await plan_it(house, sender)

    async def agree(member: Member) -> str:
        seen = await house.command(member.moderator, member.space, "desk", "incoming agree", code=code, read="x")
        return plain(seen.text).replace("*", "")

    assert "You sent Pack the school board yourself" in await agree(sender)
    assert "There is no such" in await agree(never)
    assert "was changed after this card" in await agree(willing)
    await press(house, willing, "Accept for us")
    assert "has its second person already" in await agree(willing)
    await until_it_leaves(house, clock)
    assert "does not wait for a yes before it leaves any more" in await agree(willing)


async def test_what_is_thrown_away_or_sent_at_once_asks_no_more(house: RehearsalHouse, clock: MovableClock) -> None:
    """a6: the questions lose their buttons; sent now, it needs a yes of its own."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Centro Obrero", policy="auto", language="es")
    _, code = await plan_it(house, sender)
    assert "programa esta convocatoria" in await question(house, willing)
    await press(house, willing, "Sí, publicar")
    await house.command(sender.moderator, sender.space, "desk", "action send", code=code)
    await house.settle()
    assert await standing(house, sender, willing) == [1, 0]
    await pass_time(house, clock, 0.1)  # the newest call is the first of the list
    _, code = await plan_it(house, sender, what="Another")
    await house.command(sender.moderator, sender.space, "desk", "action discard", code=code)
    await house.settle()
    assert "ya no hay nada que responder" in await question(house, willing)
    assert not (await house.messages(willing.space, "desk"))[-1].choices


async def test_an_organization_alone_asks_nobody(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5: its own space needs the author's word only."""
    sender = await connect(house, "Riverside Tenants")
    seen, _ = await plan_it(house, sender)
    assert "are asked now" not in seen.text
    await until_it_leaves(house, clock)
    assert await standing(house, sender) == [1]
