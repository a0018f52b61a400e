"""Deadlines: a reminder at half time, then back to all greeters, then another organization. Nobody waits unseen."""

from __future__ import annotations

from typing import Any

from bot.feature import Call, Missing, Organization
from cogs.welcome import cases
from cogs.welcome.choosing import choices_card
from cogs.welcome.directory.store import profile_of
from cogs.welcome.handoff import cards, rules, store, timing
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.handoff.texts import greeter_name, home_of, language_of, say_to, tell_greeter, tell_newcomer
from cogs.welcome.rules import UNTAKEN_KEPT

# -- due work -------------------------------------------------------------------------------------------------------


async def nudge(call: Call, subject: str) -> None:
    """Half of the time is over: a word to whoever can act."""
    handoff = await store.of_id(call.tx, subject)
    if handoff is None or handoff.state not in {"offered", "claimed"} or call.now >= handoff.until:
        return
    home = await home_of(call, handoff)
    if await timing.at_night(call, handoff, home, "nudge"):
        return
    if handoff.state == "claimed" and not handoff.passing:
        await tell_greeter(call, handoff, "nudge.greeter", *FIRST_WORDS)
    else:
        await put_again(call, handoff, home)


FIRST_WORDS = (("introduce_button", "introduce"), ("more_button", "more"), ("release_button", "release"))


async def put_again(call: Call, handoff: Handoff, home: Organization, **values: Any) -> Handoff:
    """A new round: the card of the last one goes and a new one comes, so that it is seen."""
    await cards.take_back(call, handoff)
    handoff = await store.change(call.tx, handoff, round=handoff.round + 1, **values)
    await cards.put_before(call, handoff, home)
    return handoff


async def late(call: Call, subject: str) -> None:
    """A deadline is over."""
    handoff = await store.of_id(call.tx, subject)
    if handoff is None or handoff.state not in {"offered", "claimed"} or call.now < handoff.until:
        return
    home = await home_of(call, handoff)
    if await timing.at_night(call, handoff, home, "late"):
        await store.change(call.tx, handoff, until_at=rules.waking(call.now, home.zone))
    elif handoff.state == "claimed" and handoff.misses + 1 < rules.MISSES:
        await tell_greeter(call, handoff, "late.greeter", ("mine_button", "mine"))
        await back_to_all(call, handoff, home, "late.newcomer", misses=handoff.misses + 1)
    else:
        await nobody_came(call, handoff, home)


async def back_to_all(call: Call, handoff: Handoff, home: Organization, key: str, **values: Any) -> Handoff:
    """Nobody has them any more: all greeters may take them again, and the newcomer reads that and until when."""
    name = await greeter_name(call, handoff)
    until = rules.deadline(call.now, home.zone)
    keep = min(handoff.keep_until_at, call.now + UNTAKEN_KEPT)
    handoff = await put_again(
        call, handoff, home,
        state="offered", greeter="", passing=False, until_at=until, keep_until_at=keep, introduced_at=None, **values,
    )  # fmt: skip
    await timing.plan(call, handoff, home)
    await tell_newcomer(call, handoff, key, ("request_button", "request"), greeter=name)
    return handoff


async def nobody_came(call: Call, handoff: Handoff, home: Organization) -> None:
    """Time is over for an organization: the package is shredded, the person told and given another choice, and a
    coordinator reads a line without personal data."""
    if handoff.greeter:
        await tell_greeter(call, handoff, "late.greeter", ("mine_button", "mine"))
    handoff = await finish(call, handoff, "unclaimed", "nobody")
    await cards.redraw(call, handoff, "card.over")
    await tell_newcomer(call, handoff, "nobody_came")
    await offer_others(call, handoff)
    await warn_coordinators(call, home)


async def warn_coordinators(call: Call, home: Organization) -> None:
    """Which organization did not manage, and nothing about whom."""
    for person in await call.spaces.holders(call.tx, "", "coordinator"):
        await say_to(call, person, "coordinator_line", organization=home.name)


# -- how a hand-off ends --------------------------------------------------------------------------------------------


async def finish(call: Call, handoff: Handoff, state: str, reason: str = "") -> Handoff:
    """Ends it: no more deadlines and questions. Unless they met our copy of the package is shredded at once, and the
    consent with it."""
    await timing.forget(call, handoff)
    values: dict[str, Any] = {"state": state, "reason": reason, "done_at": call.now, "passing": False}
    if state != "met":
        values["value"] = b""
        await store.end_consent(call.tx, handoff.consent, call.now)
    if state in {"met", "lost"}:
        await store.count(call.tx, handoff.organization, state, call.now)
    case = await cases.of_id(call, handoff.case)
    if case is not None:
        over = state == "met" or reason in rules.STAYS_ALONE
        await cases.change(call, case, state="ended" if over else "asked")
    return await store.change(call.tx, handoff, **values)


async def offer_others(call: Call, handoff: Handoff) -> None:
    """The public page of the organization that did not manage, and another choice."""
    profile = await profile_of(call.tx, handoff.organization)
    language = await language_of(call, handoff.person)
    if profile is not None and profile.link:
        await say_to(call, handoff.person, "public_link", link=profile.link)
    case = await cases.of_id(call, handoff.case)
    if case is not None:
        tried = await store.tried(call.tx, handoff.case)
        await call.tell(handoff.person, await choices_card(call, case, language, tried))


# -- what hooks leave behind, which have no call --------------------------------------------------------------------


async def look(call: Call, subject: str) -> None:
    """Whoever had somebody is gone (erased): back to all greeters."""
    handoff = await store.of_id(call.tx, subject)
    if handoff is not None and handoff.is_open and not handoff.greeter:
        await back_to_all(call, handoff, await home_of(call, handoff), "look.newcomer")


async def bereft(call: Call, subject: str, organization: str, why: str = "left") -> None:
    """A hand-off (of this case) went away under somebody: its organization left, or its time to be kept was over."""
    case = await cases.of_id(call, subject)
    if case is None or case.state != "placed" or await _has_another(call, subject):
        return
    await cases.change(call, case, state="asked")
    language = await language_of(call, case.person)
    try:
        name = (await call.spaces.get(call.tx, organization)).name
    except Missing:  # its name is forgotten after 30 days
        name = call.words_in(language).label("somebody_gone")
    await say_to(call, case.person, f"bereft.{why}", organization=name)
    tried = await store.tried(call.tx, case.id) | {organization}
    await call.tell(case.person, await choices_card(call, case, language, tried))


async def _has_another(call: Call, case: str) -> bool:
    newest = await store.newest_of_case(call.tx, case)
    return newest is not None and newest.is_open


async def gone(call: Call, subject: str, code: str, greeter: str = "") -> None:
    """A hand-off that was open was deleted (its person erased, its time over): its card goes (`subject` is the
    card's), and the greeter is told (`greeter`: the row of their name)."""
    await call.outbox.withdraw(call.tx, subject, call.now)
    row = await store.greeter_row(call.tx, greeter)
    if row is not None:
        mine = call.choice("mine_button", "mine", language=await language_of(call, row.person))
        await say_to(call, row.person, "gone", mine, request=code)
