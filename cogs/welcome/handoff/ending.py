"""Ways out, open at any time: undo, withdraw, *deleted on our side*, no more messages."""

from __future__ import annotations

from bot.feature import Call, Missing, UserError
from cogs.welcome import cases
from cogs.welcome.choosing import choices_card
from cogs.welcome.handoff import cards, rules, store
from cogs.welcome.handoff.greeting import own
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.handoff.texts import about, tell_greeter, tell_newcomer
from cogs.welcome.handoff.waiting import finish, offer_others
from cogs.welcome.rules import TAKEN_KEPT

GONE = ("undone", "withdrawn", "deleted", "unclaimed")


async def of_mine(call: Call, code: str) -> Handoff:
    """The asker's own hand-off as a newcomer. Missing for anybody else's."""
    handoff = await store.of_newcomer(call.tx, call.person.id, code) if call.person.known else None
    if handoff is None:
        raise Missing
    return handoff


async def undo(call: Call, code: str) -> None:
    """*Undo*, as long as nobody took them: as if it had never been shared."""
    handoff = await of_mine(call, code)
    if handoff.state in rules.HELD:
        again = (("withdraw_button", "withdraw"), ("request_button", "request"))
        call.say(await about(call, handoff, call.language, "taken_already", *again))
        return
    if handoff.state != "offered":
        raise UserError("nothing_shared", request=code)
    await _undo(call, handoff)


async def _undo(call: Call, handoff: Handoff) -> None:
    handoff = await finish(call, handoff, "undone")
    await cards.take_back(call, handoff)
    call.say(await about(call, handoff, call.language, "undone"))
    await _choose_again(call, handoff)


async def _choose_again(call: Call, handoff: Handoff) -> None:
    case = await cases.of_id(call, handoff.case)
    if case is not None and case.state != "ended":
        tried = await store.tried(call.tx, handoff.case)
        call.say(await choices_card(call, case, call.language, tried))


async def withdraw(call: Call, code: str) -> None:
    """*Withdraw*: our copy is shredded now; the organization is told and must confirm that theirs is gone."""
    handoff = await of_mine(call, code)
    if handoff.state in GONE:
        raise UserError("nothing_shared", request=code)
    if handoff.state == "offered":
        await _undo(call, handoff)
        return
    handoff = await finish(call, handoff, "withdrawn")
    await cards.take_back(call, handoff)
    again = {"round": handoff.round + 1, "keep_until_at": call.now + TAKEN_KEPT}
    handoff = await store.change(call.tx, handoff, **again)
    await cards.post(call, handoff, "card.withdrawn", ("deleted_button", "deleted"))
    if handoff.greeter:
        await tell_greeter(call, handoff, "withdrawn.greeter", ("deleted_button", "deleted"))
    call.say(await about(call, handoff, call.language, "withdrawn.newcomer", ("request_button", "request")))
    await _choose_again(call, handoff)


async def deleted(call: Call, code: str) -> None:
    """*Deleted on our side*: the organization says that its own notes are gone."""
    handoff = await store.of_organization(call.tx, call.scope, code)
    if handoff is None:
        raise Missing
    if handoff.state != "withdrawn":
        raise UserError("nothing_to_delete", request=code)
    handoff = await store.change(call.tx, handoff, state="deleted")
    await cards.redraw(call, handoff, "card.deleted")
    await tell_newcomer(call, handoff, "deleted.newcomer")
    await call.record("deleted", code)
    call.say("deleted_now", request=code)


async def enough(call: Call, code: str) -> None:
    """*Stop these messages*: nothing more is passed on, in either direction."""
    handoff = await store.of_newcomer(call.tx, call.person.id, code)
    by_newcomer = handoff is not None
    handoff = handoff or await own(call, code, *rules.TALKING)
    if handoff.state not in rules.TALKING:
        raise UserError("nobody_to_write_to")
    if handoff.state == "met":
        await store.change(call.tx, handoff, reason="stopped")
        call.say(await about(call, handoff, call.language, "stopped_now"))
        return
    handoff = await finish(call, handoff, "lost", "stopped")
    await cards.redraw(call, handoff, "card.lost")
    call.say(await about(call, handoff, call.language, "stopped_now", ("request_button", "request")))
    if by_newcomer:
        await tell_greeter(call, handoff, "stopped.greeter", ("mine_button", "mine"))
        await _choose_again(call, handoff)
    else:
        await tell_newcomer(call, handoff, "stopped.newcomer", ("request_button", "request"))
        await offer_others(call, handoff)
