"""Did you connect? Asked on day 3 and day 14; both say so, or it is lost with a reason; stops at the first *enough*."""

from __future__ import annotations

from bot.feature import Call, UserError
from cogs.welcome.handoff import cards, rules, store, timing
from cogs.welcome.handoff.greeting import own
from cogs.welcome.handoff.relay import introduced
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.handoff.texts import Button, about, home_of, tell_greeter, tell_newcomer
from cogs.welcome.handoff.waiting import finish, offer_others

ANSWERS: tuple[Button, ...] = tuple(
    (f"connected_{one}", "connected", one) for one in ("yes", "later", "no", "enough")
)  # fmt: skip
UNSAID = {"", "later"}


# -- asking ---------------------------------------------------------------------------------------------------------


async def follow(call: Call, subject: str) -> None:
    """Due work: asks each side that has not answered for good."""
    handoff = await store.of_id(call.tx, subject)
    if handoff is None or handoff.state != "introduced":
        return
    if await timing.at_night(call, handoff, await home_of(call, handoff), "follow"):
        return
    if handoff.newcomer_says in UNSAID:
        await tell_newcomer(call, handoff, "follow.newcomer", *ANSWERS)
    if handoff.greeter_says in UNSAID:
        await tell_greeter(call, handoff, "follow.greeter", *ANSWERS)


async def close(call: Call, subject: str) -> None:
    """Due work: nobody is asked any more; without the word of both it is lost."""
    handoff = await store.of_id(call.tx, subject)
    if handoff is None or handoff.state != "introduced":
        return
    if await timing.at_night(call, handoff, await home_of(call, handoff), "close"):
        return
    said = {handoff.newcomer_says, handoff.greeter_says}
    await _lose(call, handoff, "enough" if "enough" in said else "no_answer")


# -- answering ------------------------------------------------------------------------------------------------------


async def connected(call: Call, code: str, value: str, reason: str = "") -> None:
    """One side's answer."""
    handoff = await store.of_newcomer(call.tx, call.person.id, code)
    side = "newcomer" if handoff else "greeter"
    handoff = handoff or await own(call, code, *rules.HELD, "met", "lost")
    if handoff.state not in rules.HELD:
        raise UserError("answered_already" if handoff.state in {"met", "lost"} else "nobody_to_write_to")
    if value == "no":
        await _no(call, handoff, side, reason)
        return
    handoff = await store.change(call.tx, handoff, **{f"{side}_says": value})
    if value == "yes":
        await _yes(call, handoff, side)
    elif value == "enough":
        await timing.forget(call, handoff, "follow")
        call.say("enough_said")
    else:
        call.say("later_said")


async def _yes(call: Call, handoff: Handoff, side: str) -> None:
    if handoff.newcomer_says == handoff.greeter_says == "yes":
        handoff = await finish(call, handoff, "met")
        await cards.redraw(call, handoff, "card.met")
        await _tell_other(call, handoff, side, "met.told")
        call.say(await about(call, handoff, call.language, f"met.{side}"))
        return
    if handoff.state == "claimed":  # they met without a first message through the bot
        handoff = await introduced(call, handoff)
    other = handoff.greeter_says if side == "newcomer" else handoff.newcomer_says
    if other in UNSAID:
        await _tell_other(call, handoff, side, "other_says_met", *ANSWERS)
    call.say(await about(call, handoff, call.language, "yes_said"))


async def _tell_other(call: Call, handoff: Handoff, side: str, key: str, *buttons: Button) -> None:
    tell = tell_greeter if side == "newcomer" else tell_newcomer
    await tell(call, handoff, key, *buttons)


async def _no(call: Call, handoff: Handoff, side: str, reason: str) -> None:
    """Lost, with the reason; without one it is asked."""
    reasons = rules.LOST_FOR_NEWCOMER if side == "newcomer" else rules.LOST_FOR_GREETER
    if reason not in reasons:
        buttons = tuple((f"reason_{one}", "connected", "no", one) for one in reasons)
        organization = handoff.organization if side == "greeter" else ""
        call.say(await about(call, handoff, call.language, "why_not", *buttons, organization=organization))
        return
    if side == "newcomer":
        await tell_greeter(call, handoff, "lost.greeter", ("mine_button", "mine"))
    await _lose(call, handoff, reason, told=side == "newcomer")
    call.say("no_said")


async def _lose(call: Call, handoff: Handoff, reason: str, told: bool = False) -> None:
    handoff = await finish(call, handoff, "lost", reason)
    await cards.redraw(call, handoff, "card.lost")
    if not told:
        await tell_newcomer(call, handoff, "lost.newcomer", ("request_button", "request"))
    if reason not in rules.STAYS_ALONE:
        await offer_others(call, handoff)


