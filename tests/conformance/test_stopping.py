"""n18: any moderator stops all sending in one step; starting again takes two people of two organizations."""

from __future__ import annotations

from tests.conformance.house import House
from tests.conformance.test_checkins import plain
from tests.features.alerts.coalition import code_in, connect, say_yes, send, write


async def test_everything_stops_and_two_organizations_start_it_again(house: House) -> None:
    """n18: both desks are told at once; what stood in line goes on in the end; taking back works meanwhile."""
    first, second = await connect(house, "Riverside Tenants"), await connect(house, "Hill Neighbors", policy="auto")
    old = await send(house, first)
    desk, other = (first.moderator, first.space, "desk"), (second.moderator, second.space, "desk")
    under_way = code_in(
        (await house.press(*desk, await write(house, first, what="Call the council"), "Send")).text
    )  # fmt: skip
    await house.settle()
    said = await house.command(*other, "stopall")
    assert "All sending is stopped" in plain(said.text)
    await house.settle()
    await say_yes(house, second, under_way)
    assert "A moderator of Hill Neighbors stopped all sending" in plain(
        (await house.messages(first.space, "desk"))[-1].text
    )
    assert all("Call the council" not in one.text for one in await house.messages(second.space, "calls"))
    back = await house.command(*desk, "action takeback", code=old)
    await house.press(*desk, back, "Yes, take it back")
    await house.settle()
    assert not await house.messages(second.space, "calls")
    notice = (await house.messages(first.space, "desk"))[-1]
    wish = await house.press(*desk, notice, "Start again")
    assert "A moderator of another organization must say so too" in plain(wish.text)
    again = await house.command(*desk, "startagain")
    assert "must say so too" in plain(again.text)
    done = await house.command(*other, "startagain")
    assert "Sending goes on" in plain(done.text)
    await house.settle()
    assert any("Call the council" in one.text for one in await house.messages(second.space, "calls"))


async def test_only_moderators_stop_and_it_is_said_in_spanish(house: House) -> None:
    """n18 h8: the same entry, refused to a member and carried out for a moderator."""
    member = await connect(house, "Inquilinas del Río", language="es")
    ana = await house.new_person("Ana", "es")
    for words in ("detenertodo", "reanudar", "envios"):
        refused = await house.command(ana, member.space, "calls", words)
        assert "Esto solo lo pueden hacer quienes moderan" in refused.text
    desk = (member.moderator, member.space, "desk")
    assert "siguen como siempre" in plain((await house.command(*desk, "envios")).text)
    assert "Todo envío está detenido" in plain((await house.command(*desk, "detenertodo")).text)
    shown = plain((await house.command(*desk, "envios")).text)
    assert "por la moderación de Inquilinas del Río" in shown
