"""*Stop* until a call leaves after the second person's yes, nobody who says yes, and asking again."""

from __future__ import annotations

from bot.feature import Call, Missing, UserError
from cogs.alerts import store as calls
from cogs.alerts.approving import ahead, rules, second, store
from cogs.alerts.copies import own_call
from cogs.alerts.sending import ask_anew
from cogs.alerts.store import Alert


async def halt(call: Call, code: str) -> None:
    """Any moderator whom a call concerns takes it out of the line before it leaves for other organizations."""
    if (found := await ahead.concerning(call, code)) and found[0].state == "planned":
        await ahead.stop(call, *found)
        return
    alert = await _concerning(call, code)
    row = await store.of(call.tx, alert.id)
    if row is None or row.state != "given" or row.leaves_at is None or row.leaves_at <= call.now:
        raise UserError("second.nothing_to_stop", title=alert.content.title)
    await second.hold_back(call, alert)
    await store.change(call.tx, alert.id, state="stopped", second="", whose=call.home.id, leaves_at=None)
    await call.record("halted", alert.code)
    await second.show_at_desks(call, alert, "second.was_stopped", ("auto", "hold"))
    await second.tell_senders(call, alert, "second.stopped")
    call.say("second.stopped_now", title=alert.content.title)


async def _concerning(call: Call, code: str) -> Alert:
    """A call of this organization, or one that was meant for it. Missing for all others."""
    alert = await calls.public(call.tx, code)
    rows = await calls.received(call.tx, call.scope, alert.id) if alert is not None else []
    if alert is None or not any(one.channel for one in rows):
        raise Missing
    return alert


async def propose(call: Call, code: str) -> None:
    """Its senders ask again, after it was stopped or nobody said yes: as new, with the text as it is now."""
    alert = await own_call(call, code, "sent")
    row = await store.of(call.tx, alert.id)
    if row is None or row.state not in ("stopped", "expired"):
        raise UserError("second.nothing_to_ask", title=alert.content.title)
    until = rules.asked_until(call.now, alert.content)
    if until <= call.now:
        raise UserError("second.too_late", title=alert.content.title)
    await second.note_author(call, alert)
    await store.change(call.tx, alert.id, state="waiting", until_at=until)
    await second.bind_anew(call, alert)
    await call.at(until, "unsaid", alert.id)
    await call.record("proposed", alert.code)
    await second.ask_again(call, alert)
    waiting = await calls.copies(call.tx, alert.id)
    await ask_anew(call, alert, {one.organization: one.hold_until_at for one in waiting if one.standing == "hold"})
    call.say("second.asked_again", title=alert.content.title)


async def unsaid(call: Call, subject: str) -> None:
    """Due work: nobody of another organization said yes in time."""
    alert = await calls.of_id(call.tx, subject)
    row = await store.of(call.tx, subject)
    if alert is None or alert.state != "sent" or row is None or row.state != "waiting":
        return
    if row.until_at is not None and row.until_at > call.now:  # asked for anew since; its own due work comes then
        return
    await store.change(call.tx, alert.id, state="expired")
    await second.show_at_desks(call, alert, "second.is_over", ("auto",))
    await second.tell_senders(call, alert, "second.unsaid")
