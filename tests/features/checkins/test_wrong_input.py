"""b4 b12 b16: what people do wrong with check-ins is said at once, in their language, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import close, code_in, open_checkin, plain
from tests.features.alerts.coalition import connect

OWN = """
opción bien / regular / mal: ¿Cómo estuvo?
escala: ¿Qué tan útil fue?
número puertas: ¿Cuántas?
¿Qué más?
texto: ¿Y ahora?
"""


async def test_nobody_fills_a_form_that_cannot_be_sent(house: RehearsalHouse) -> None:
    """Too early, twice, or settled: said before anything is typed."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    desk = (member.moderator, member.space, "desk")
    for words in ("outcome", "commit"):
        early = await house.command(*desk, f"checkin {words}", code=code)
        assert not early.asked, words
        assert "is still open. Close it first" in plain(early.text), words
    await close(house, member, code)
    seen = await house.command(*desk, "checkin outcome", code=code)
    await house.fill(member.moderator, seen, statement="We start at nine.", review="Dec 20")
    again = await house.command(*desk, "checkin outcome", code=code)
    assert not again.asked
    assert "is over and has its outcome" in plain(again.text)
    seen = await house.command(*desk, "checkin commit", code=code)
    promise = code_in((await house.fill(member.moderator, seen, what="Maps", name="Rosa", due="Dec 15")).text, "K")
    await house.command(*desk, "checkin done", code=promise)
    late = await house.command(*desk, "checkin drop", code=promise)
    assert not late.asked
    assert "already" in plain(late.text)


@pytest.mark.parametrize("due", ["last Tuesday", "November 1, 2020", "soonish"])
async def test_a_day_that_is_past_or_none_is_asked_again(house: RehearsalHouse, due: str) -> None:
    """b17: what was typed stays."""
    member = await connect(house, "Riverside Tenants")
    code = await open_checkin(house, member)
    await close(house, member, code)
    seen = await house.command(member.moderator, member.space, "desk", "checkin commit", code=code)
    seen = await house.fill(member.moderator, seen, what="Bring maps", name="Rosa", due=due)
    assert "Noted" not in plain(seen.text)
    assert seen.asked
    done = await house.fill(member.moderator, seen, due="Dec 15")
    assert "Bring maps" in plain(done.text)


@pytest.mark.parametrize("code", ["C-ZZZZ", "nonsense", "K-2222", "../../etc"])
async def test_a_wrong_code_is_answered_with_one_sentence(house: RehearsalHouse, code: str) -> None:
    """A2: the same for every entry."""
    member = await connect(house, "Riverside Tenants")
    said = set()
    for words in ("answer", "close", "guide", "outcome", "commit", "next"):
        seen = await house.command(member.moderator, member.space, "desk", f"checkin {words}", code=code)
        assert not seen.asked, words
        said.add(plain(seen.text))
    assert len(said) == 1
    assert said != {""}


async def test_five_questions_of_ones_own_in_spanish_fit(house: RehearsalHouse) -> None:
    """b4 h8: five on the first page, and whether to be quoted on the next."""
    member = await connect(house, "Inquilinas del Río", language="es")
    await open_checkin(house, member, subject="Volanteo", template="own", questions=OWN)
    ana = await house.new_person("Ana", "es")
    card = (await house.messages(member.space, "calls"))[-1]
    seen = await house.press(ana, member.space, "calls", card, "Responder")
    receipt = await house.fill(ana, seen, q1="o1", q2="4", q3="12", q4="Nada", q5="Seguir", quote="yes")
    assert "quedó guardada" in plain(receipt.text)
