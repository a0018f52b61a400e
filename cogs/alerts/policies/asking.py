"""Between two organizations' moderators: a question about a call before deciding, its answer, and why not."""

from __future__ import annotations

from bot.feature import Call, Choice, Md, Missing, Organization, UserError
from cogs.alerts import store
from cogs.alerts.copies import organizations, own_call
from cogs.alerts.receiving import asked_of_us, ours
from cogs.alerts.store import Alert
from cogs.alerts.texts import readers, title_in


async def question(call: Call, code: str, text: str) -> None:
    """Asks the sender's moderators something; the call waits meanwhile as long as it would have."""
    alert = await asked_of_us(call, code)
    sender = (await organizations(call))[alert.organization]
    if not await _say_to(call, alert, sender, "question.asks", text, call.home, answerable=True):
        raise UserError("question.nobody", name=sender.name)
    await call.record("asked", alert.code)
    call.say("question.sent", name=sender.name)


async def reply(call: Call, code: str, organization: str, text: str) -> None:
    """Answers one organization's question; Missing for one that this call never went to."""
    alert = await own_call(call, code, "sent")
    receiver = await call.spaces.by_code(call.tx, organization)
    if not any(one.organization == receiver.id and one.channel for one in await store.copies(call.tx, alert.id)):
        raise Missing
    if not await _say_to(call, alert, receiver, "question.answers", text, call.home):
        raise UserError("question.nobody", name=receiver.name)
    await call.record("answered", alert.code)
    call.say("question.answered", name=receiver.name)


async def _say_to(
    call: Call, alert: Alert, to: Organization, key: str, said: str, speaker: Organization, answerable: bool = False
) -> int:
    """Into every moderators' channel of an organization, in the languages read there; in how many."""
    desks = await call.spaces.channels(call.tx, "moderators", [to.id])
    for desk in desks:
        lines = [
            call.words_in(one)(key, name=speaker.name, title=title_in(alert.content, one), said=said)
            for one in readers(desk.language)
        ]
        choices: list[Choice] = []
        if answerable:
            label, own = "question.reply_button", to.id
            choices = [
                call.choice(label, "reply", alert.code, speaker.code, language=desk.language, organization=own)
            ]
        card = call.card_in(desk.language, Md("\n".join(lines)), *choices, code=alert.code)
        await call.broadcast(desk, card, subject=f"{alert.id}.talk")
    return len(desks)


async def because(call: Call, code: str, text: str) -> None:
    """Why not: the sender reads it in *Where it landed*. Nobody has to say it."""
    alert, rows = await ours(call, code)
    if not any(one.standing == "declined" for one in rows):
        raise UserError("because.not_declined", title=alert.content.title)
    await store.give_reason(call.tx, call.scope, alert.id, text)
    await call.record("reason", alert.code)
    call.say("because.noted")
