"""*Where it landed*: every state in words, and what needs somebody with its fix, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot import tables as t
from cogs.alerts.ledger import ORDER
from cogs.alerts.store import alert_copy
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import connect, send
from tests.features.alerts.test_later import plain

SEEN = {  # state of the delivery, why, standing of the copy -> what stands behind the space's name
    ("unknown", "unsure", "auto"): (
        "Not sure it arrived: I could not find out whether it arrived. Look again, or Send anyway",
        "Sin confirmar: no pude averiguar si llegó. Volver a mirar, o Enviar igual",
    ),
    ("failed", "denied", "auto"): ("Did not arrive: I lack a permission", "No llegó: "),
    ("failed", "gone", "auto"): ("Did not arrive: the channel is no longer there", "No llegó: "),
    ("failed", "something new", "auto"): ("Did not arrive: the platform refused it", "No llegó: "),
    ("queued", "unreachable", "auto"): ("Lined up: the platform could not be reached; I keep trying", "En fila: "),
    ("sending", "", "auto"): ("Going out", "Saliendo"),
    ("sent", "", "auto"): ("Posted", "Publicada"),
    ("held", "", "auto"): ("Waiting for a second person", "Esperando a otra persona"),
    ("held", "", "hold"): ("Waiting for their OK", "Esperando su visto bueno"),
    ("expired", "", "auto"): ("Too late, not posted: it could not leave", "Venció, no se publicó: no pudo salir"),
    ("expired", "silence", "lapsed"): ("Too late, not posted: nobody there answered", "Venció, no se publicó: "),
    ("withdrawn", "", "auto"): ("Taken back", "Retirada"),
    ("withdrawn", "declined", "declined"): ("Not for them", "Dijeron que no"),
    ("removed", "", "auto"): ("Removed by them: its moderators took it away", "La quitaron: quien modera"),
    ("sent", "", "never"): ("Never: they take no calls from others", "Nunca: "),
    ("sent", "", "late"): ("No time left to ask: ", "Sin tiempo para preguntar: "),
    ("sent", "", "nowhere"): ("No channel: ", "Sin canal: "),
    ("sent", "", "left"): ("Left", "Se fue"),
}


@pytest.mark.parametrize(("state", "why", "standing"), list(SEEN))
async def test_every_state_is_in_words_with_its_fix(
    house: RehearsalHouse, state: str, why: str, standing: str
) -> None:
    """a10: what the author reads of a space, whatever became of the copy there."""
    sender = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    code = await send(house, sender)
    its = t.delivery.c.organization == willing.organization.id
    async with house.app.core.db.write() as tx:
        await tx.run(update(t.delivery).where(its).values(state=state, reason=why))
        copy = alert_copy.c.organization == willing.organization.id
        await tx.run(update(alert_copy).where(copy).values(standing=standing))
    for language, expected in zip(("en", "es"), SEEN[state, why, standing], strict=True):
        author: Any = await house.new_person(f"Author {language}", language, manages=sender.space)
        seen = await house.command(author, sender.space, "desk", "action where", code=code)
        [line] = [one for one in plain(seen.text).replace("*", "").splitlines() if "Northside" in one]
        assert line.removeprefix("- Northside Workers (#calls): ").startswith(expected)


def test_the_states_that_are_tried_here_are_all_there_are() -> None:
    """a10: those that only a correction or a taking back leaves are in the tests of versions."""
    after = {"standing", "outdated", "old", "withdrawing"}
    tried = {standing if standing in ORDER else state for state, _, standing in SEEN} | {"second"}
    assert tried | after == set(ORDER)
