"""A word to somebody who answered: in their own language, or in that of the space where they answered."""

from __future__ import annotations

from bot.feature import Call, Choice
from cogs.alerts.answering import store as replies
from cogs.alerts.copies import answer_choices, organizations
from cogs.alerts.rules import Given
from cogs.alerts.store import Alert
from cogs.alerts.texts import told_text
from cogs.alerts.timing.rules import remind_at


async def given_of(call: Call, alert: Alert, person: str) -> Given:
    """What a person answered, opened; nothing when they did not. KeyGone when they were erased half-way."""
    row = await replies.answer_of(call.tx, alert.id, person)
    if row is None:
        return Given()
    return replies.unpack(await call.unseal(person, "", row.value, "alert_answer", row.id, "value"))


async def language_of(call: Call, alert: Alert, person: str, home: str) -> str:
    """Theirs, if they chose one; else that of the space where they answered, which may be both."""
    own = (await call.people.get(call.tx, person)).language
    homes = {} if own else await organizations(call)
    return own or (homes[home].language if home in homes else alert.content.language)


async def tell_one(call: Call, alert: Alert, person: str, home: str, kind: str) -> None:
    """A direct message of a kind (`corrected`, `withdrawn`, `promoted`, `reminder`) with what can be answered to it."""
    language = await language_of(call, alert, person, home)
    text = told_text(call.words_in, alert.content, language, kind, alert.changed)
    card = call.card_in(language, text, *_choices(call, alert, language, kind), code=alert.code)
    await call.tell(person, card, alert.id)


def _choices(call: Call, alert: Alert, language: str, kind: str) -> list[Choice]:
    answers = answer_choices(call, alert, language)[:-1]
    shown = {"withdrawn": [], "corrected": answers}.get(kind, answers[-1:])
    return [*shown, *remind_choice(call, alert, language)] if kind in ("corrected", "promoted") else shown


def remind_choice(call: Call, alert: Alert, language: str, known: bool = False) -> list[Choice]:
    """*Remind me*, as long as there is a moment left for it. `known`: on the press path (see `Call.choice`)."""
    starts_at = alert.content.starts_at
    if starts_at is None or remind_at(starts_at, alert.content.zone, call.now) is None:
        return []
    return [call.choice("remind_button", "remind", alert.code, language=language, known=known)]
