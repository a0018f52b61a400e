"""B1: nothing leaves for other organizations on one person's word; who cannot be the second, and what voids a yes."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import tables as t
from bot.clock import MovableClock
from cogs.alerts.approving.rules import bind, objection
from cogs.alerts.rules import Content
from tests.conformance.house import RehearsalHouse, Seen
from tests.features.alerts.coalition import Member, code_in, connect, say_yes, stop_window, write


async def proposed(house: RehearsalHouse, sender: Member, **fields: str) -> str:
    """A call whose author gave their word; nobody else did."""
    seen = await write(house, sender, **fields)
    sent = await house.press(sender.moderator, sender.space, "desk", seen, "Send")
    await house.settle()
    return code_in(sent.text)


async def standing(house: RehearsalHouse, *members: Member) -> list[int]:
    return [len(await house.messages(one.space, "calls")) for one in members]


async def three(house: RehearsalHouse) -> tuple[Member, Member, Member]:
    """A sender, one who takes such calls at once, one who is asked first."""
    sender = await connect(house, "River Tenants")
    return sender, await connect(house, "Hill Workers", policy="auto"), await connect(house, "Valley Choir")


async def grant(house: RehearsalHouse, account: str, member: Member) -> None:
    core, now = house.app.core, house.app.core.clock.now()
    async with core.db.write() as tx:
        person = await core.people.keep(tx, house.platform, account, None, now)
        await core.spaces.grant(tx, person.id, member.organization.id, "moderator", now)


async def refusals(house: RehearsalHouse) -> int:
    async with house.app.core.db.read() as tx:
        rows = await tx.all(select(t.audit).where(t.audit.c.result == "refused", t.audit.c.act == "alerts.accept"))
    return len(rows)


async def test_one_persons_word_reaches_the_own_organization_only(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5 B1: also a day later; then it is over, in words, and can be asked again."""
    sender, willing, asked = await three(house)
    code = await proposed(house, sender, when="in 3 days at 5pm")
    assert await standing(house, sender, willing, asked) == [1, 0, 0]
    clock.move(timedelta(hours=24, minutes=1))
    await house.settle()
    assert await standing(house, sender, willing, asked) == [1, 0, 0]
    told = (await house.messages(sender.space, "desk"))[-1]
    assert "Nobody of another organization said yes" in told.text
    late = await house.command(willing.moderator, willing.space, "desk", "action accept", code=code)
    assert "nobody said yes in time" in late.text
    await house.press(sender.moderator, sender.space, "desk", told, "Ask again")
    await house.settle()
    await say_yes(house, willing, code)
    assert await standing(house, sender, willing, asked) == [1, 1, 0]


async def test_the_first_yes_of_another_organization_is_the_second_person(house: RehearsalHouse) -> None:
    """a5: of one that is asked first too; it goes to all who take such calls at once, and to nobody else."""
    sender, willing, asked = await three(house)
    other = await connect(house, "Lake Union")
    code = await proposed(house, sender)
    said = await say_yes(house, asked, code)
    assert "all who take such calls at once" in said.text
    assert await standing(house, willing, asked, other) == [1, 1, 0]


async def test_the_author_cannot_be_the_second_person(house: RehearsalHouse) -> None:
    """B1: the same account with a role elsewhere, another account that was linked, and a colleague of the author."""
    sender, willing, _ = await three(house)
    await grant(house, sender.moderator, willing)
    code = await proposed(house, sender)
    assert await _refused(house, sender.moderator, willing, code, "somebody else") == 1
    linked = await house.new_person("Second account")
    link = (await house.command(sender.moderator, "", "", "mydata link")).text.split("**")[1]
    await house.command(linked, "", "", "mydata link", code=link)
    assert await _refused(house, linked, willing, code, "somebody else") == 2
    colleague = await house.new_person("Colleague")
    await grant(house, colleague, sender)
    await grant(house, colleague, willing)
    assert await _refused(house, colleague, willing, code, "of another organization") == 3
    assert await standing(house, willing) == [0]


async def _refused(house: RehearsalHouse, person: str, there: Member, code: str, why: str) -> int:
    card = next(one for one in await house.messages(there.space, "desk") if code in one.text)
    seen = await house.press(person, there.space, "desk", card, "Accept for us")
    await house.settle()
    assert why in seen.text
    return await refusals(house)


async def test_a_yes_is_to_this_text_and_an_edit_voids_it(house: RehearsalHouse) -> None:
    """B1: an old card is refused before; a change in the window takes the yes away, and says so."""
    sender, willing, asked = await three(house)
    stop_window(house)
    code = await proposed(house, sender)
    old = next(one for one in await house.messages(willing.space, "desk") if code in one.text)
    token = next(token for label, token in old.choices if "Accept" in label)
    await _correct(house, sender, code, where="City Hall")
    stale = await house.adapter.press(willing.moderator, f"{willing.space}/desk", token)
    assert "was changed" in str(stale.says[0].card.text)
    await say_yes(house, willing, code)
    await _correct(house, sender, code, where="The park")
    assert "counts no more" in (await house.messages(sender.space, "desk"))[-1].text
    replayed = await house.adapter.press(willing.moderator, f"{willing.space}/desk", token)
    assert "was changed" in str(replayed.says[0].card.text)
    clock = house.app.core.clock
    assert isinstance(clock, MovableClock)
    clock.move(timedelta(minutes=10))
    await house.settle()
    assert await standing(house, willing, asked) == [0, 0]
    await say_yes(house, willing, code)
    clock.move(timedelta(minutes=3))
    await house.settle()
    [copy] = await house.messages(willing.space, "calls")
    assert "The park" in copy.text


async def _correct(house: RehearsalHouse, sender: Member, code: str, **fields: str) -> Seen:
    seen = await house.command(sender.moderator, sender.space, "desk", "action correct", code=code)
    seen = await house.fill(sender.moderator, seen, **fields)
    await house.settle()
    return seen


@pytest.mark.parametrize("night", [False, True])
async def test_the_two_minutes_are_told_aloud_by_day(house: RehearsalHouse, clock: MovableClock, night: bool) -> None:
    """a5 a6: they are short; but nobody is woken."""
    sender, willing, _ = await three(house)
    stop_window(house)
    local = clock.now().astimezone(ZoneInfo(sender.organization.zone)) + timedelta(days=1)
    clock.move(local.replace(hour=23 if night else 12).astimezone(UTC) - clock.now())
    await say_yes(house, willing, await proposed(house, sender))
    card = (await house.messages(sender.space, "desk"))[-1]
    assert "Stop" in str(card.choices)
    assert card.silent == night


async def test_for_two_minutes_anybody_concerned_can_stop_it(house: RehearsalHouse, clock: MovableClock) -> None:
    """a5 n18: the second person, another receiver or the author; a stranger cannot; the window outlives a restart."""
    sender, willing, asked = await three(house)
    stop_window(house)
    code = await proposed(house, sender)
    said = await say_yes(house, willing, code)
    assert "Until then you can stop it" in said.text
    where = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "it leaves at" in where.text
    clock.move(timedelta(seconds=100))
    await house.restart()
    stop_window(house)
    await house.settle()
    assert await standing(house, willing) == [0]
    member = await house.new_person("Ana")
    card = (await house.messages(sender.space, "desk"))[-1]
    assert "moderat" in (await house.press(member, sender.space, "desk", card, "Stop")).text
    stopped = await house.press(sender.moderator, sender.space, "desk", card, "Stop")
    assert "Stopped" in stopped.text
    clock.move(timedelta(hours=1))
    await house.settle()
    assert await standing(house, sender, willing, asked) == [1, 0, 0]
    where = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "it was stopped before it left" in where.text
    again = (await house.messages(sender.space, "desk"))[-1]
    await house.press(sender.moderator, sender.space, "desk", again, "Ask again")
    await house.settle()
    await say_yes(house, willing, code)
    clock.move(timedelta(seconds=121))
    await house.settle()
    assert await standing(house, sender, willing, asked) == [1, 1, 0]
    over = await house.command(willing.moderator, willing.space, "desk", "incoming halt", code=code)
    assert "nothing to stop" in over.text


async def test_who_connects_after_the_yes_is_asked(house: RehearsalHouse) -> None:
    """B1: a longer list of targets is not covered by the yes that was given."""
    sender, willing, _ = await three(house)
    code = await proposed(house, sender)
    await say_yes(house, willing, code)
    late = await connect(house, "Lake Union", policy="auto")
    seen = await house.command(sender.moderator, sender.space, "desk", "action where", code=code)
    assert "Lake Union" not in seen.text
    assert await standing(house, late) == [0]


async def test_it_is_said_in_spanish(house: RehearsalHouse) -> None:
    """h8"""
    sender = await connect(house, "River Tenants")
    willing = await connect(house, "Inquilinas del Río", policy="auto", language="es")
    code = await proposed(house, sender)
    [card] = await house.messages(willing.space, "desk")
    assert "antes debe decir que sí una segunda persona" in card.text
    assert "sale ahora hacia tu canal" in (await say_yes(house, willing, code)).text
    assert await standing(house, willing) == [1]


@pytest.mark.parametrize(
    ("person", "home", "homes", "realm", "why"),
    [
        ("p2", "b", {"b"}, "", ""), ("p1", "b", {"b"}, "", "same_person"), ("p2", "a", {"a"}, "", "same_organization"),
        ("p2", "b", {"a", "b"}, "", "same_organization"), ("p2", "b", {"b"}, "one.example", "same_server"),
        ("p2", "b", {"b"}, "two.example", ""),
    ],
)  # fmt: skip
def test_who_cannot_be_the_second(person: str, home: str, homes: set[str], realm: str, why: str) -> None:
    """B1 D1: the author is p1 of organization a, on one.example."""
    assert objection("p1", "a", "one.example", person, home, homes, realm) == why


def test_the_imprint_binds_text_and_targets() -> None:
    """SECURITY 6.5"""
    content = Content("Title", "Ask", "en", "UTC")
    one = bind(content, ["b", "a"])
    assert one == bind(content, ["a", "b", "a"])
    assert one != bind(content, ["a", "b", "c"])
    assert one != bind(Content("Title", "Ask!", "en", "UTC"), ["a", "b"])
