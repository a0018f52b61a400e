"""A word to somebody who answered: in their own language, or in that of the space where they answered."""

from __future__ import annotations

from bot.feature import Call, Choice
from cogs.alerts.copies import answer_choices, organizations
from cogs.alerts.store import Alert
from cogs.alerts.texts import told_text


async def language_of(call: Call, alert: Alert, person: str, home: str) -> str:
    """Theirs, if they chose one; else that of the space where they answered, which may be both."""
    own = (await call.people.get(call.tx, person)).language
    homes = {} if own else await organizations(call)
    return own or (homes[home].language if home in homes else alert.content.language)


async def tell_one(call: Call, alert: Alert, person: str, home: str, kind: str) -> None:
    """A direct message of a kind (`corrected`, `withdrawn`, `promoted`) with what can be answered to it."""
    language = await language_of(call, alert, person, home)
    text = told_text(call.words_in, alert.content, language, kind, alert.changed)
    card = call.card_in(language, text, *_choices(call, alert, language, kind), code=alert.code)
    await call.tell(person, card, alert.id)


def _choices(call: Call, alert: Alert, language: str, kind: str) -> list[Choice]:
    if kind == "withdrawn":
        return []
    answers = answer_choices(call, alert, language)[:-1]
    return answers[-1:] if kind == "promoted" else answers
