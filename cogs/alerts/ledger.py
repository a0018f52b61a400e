"""Where a call landed: each space in words, with what to do; the list of one's own calls."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from bot.feature import Call, Card, Choice, Landing, Md, Missing, UserError, When, frozen, show_when_short
from cogs.alerts import rules, store
from cogs.alerts.approving import store as approvals
from cogs.alerts.copies import organizations, own_call
from cogs.alerts.landing.outcome import coalition, count_text
from cogs.alerts.store import Alert
from cogs.alerts.texts import when_short

LISTED = 10
PAGE = 40  # spaces on one page of the ledger: about two messages
EXPLAINED = ("failed", "queued", "unknown", "outdated", "standing")  # by what the platform said
# What needs somebody comes first.
ORDER = (
    "unknown", "failed", "standing", "outdated", "old", "held", "second", "queued", "sending", "withdrawing", "sent",
    "removed", "withdrawn", "expired", "declined", "never", "late", "nowhere", "left",
)  # fmt: skip


def state_of(standing: str, landing: Landing | None) -> str:
    """One word for how a copy stands: what was decided about it, else what became of its delivery."""
    if standing == "lapsed":
        return "expired"
    if standing == "declined" and landing is not None and landing.state in ("standing", "withdrawing"):
        return landing.state  # it was taken down there afterwards
    if standing in ("declined", "never", "late", "nowhere", "left"):
        return standing
    if standing == "auto" and landing is not None and landing.state == "held":
        return "second"
    return landing.state if landing else "old"  # deliveries are forgotten after 90 days


async def where(call: Call, code: str, page: str) -> None:
    """The ledger of one call; what needs somebody is on its first page."""
    alert = await own_call(call, code, "sent", "withdrawn")
    rows = await rows_of(call, alert)
    shown = sorted(rows, key=lambda one: ORDER.index(one[0]))
    at = max(1, int(page or 1))
    lines = [call.words("ledger.title", title=alert.content.title, code=alert.code, version=alert.version)]
    lines.append(call.words("ledger.counts", counts=_counts(call, [state for state, _, _, _ in rows])))
    lines += [await line_of(call, alert, *one) for one in shown[(at - 1) * PAGE : at * PAGE]]
    rest = len(shown) - at * PAGE
    if rest > 0:
        lines.append(call.words("ledger.rest", n=rest))
    answered = await coalition(call, alert)
    following, states = str(at + 1) if rest > 0 else "", {state for state, _, _, _ in rows}
    found = await approvals.of(call.tx, alert.id)
    if found is not None and found.state in ("stopped", "expired"):
        states.add("propose")
    call.say(_card(call, alert, Md("\n".join([*lines, "", *answered])), states, following))


async def rows_of(call: Call, alert: Alert) -> list[tuple[str, Any, Landing | None, str]]:
    """Every copy by the name of its organization: how it stands, its row, its delivery, the name."""
    landed = {one.channel: one for one in await call.outbox.landed(call.tx, alert.id)}
    everybody = await organizations(call)
    found = []
    for copy in await store.copies(call.tx, alert.id):
        landing = landed.get(copy.channel) if copy.channel else None
        receiver = everybody.get(copy.organization)
        name = receiver.name if receiver else call.words.label("somebody_gone")
        found.append((state_of(copy.standing, landing), copy, landing, name))
    return sorted(found, key=lambda one: one[3])


def _counts(call: Call, states: list[str]) -> str:
    shown = [state for state in ORDER if state in states]
    return ", ".join(f"{call.words.label(f'state.{state}')}: {states.count(state)}" for state in shown)


def _has_begun(call: Call, alert: Alert) -> bool:
    """Whether it is too late to post it: what is not there is only looked for."""
    return rules.useful_until(call.now, alert.content) <= call.now


async def line_of(call: Call, alert: Alert, state: str, copy: Any, landing: Landing | None, name: str) -> Md:
    """One space: where, how it stands, why."""
    place = f"{name} (#{copy.place.removeprefix('#')})" if copy.place else name
    said = call.words(f"state.{state}")
    if state == "held" and copy.hold_until_at is not None:
        at = show_when_short(When(copy.hold_until_at, call.home.zone), call.language)
        said = call.words("ledger.held_until", state=said, at=at)
    why = await _why(call, alert, state, copy, landing)
    if why:
        return call.words("ledger.line_why", place=place, state=said, why=why)
    return call.words("ledger.line", place=place, state=said)


async def _why(call: Call, alert: Alert, state: str, copy: Any, landing: Landing | None) -> Md | None:
    """What went wrong and the fix: what is missing in the channel now, else what the platform said then."""
    if state in ("never", "late", "nowhere", "old", "removed"):
        return call.words(f"ledger.{state}")
    if state in ("second", "held", "queued") and (said := await _about_second(call, alert.id, state)):
        return said
    if state == "declined" and copy.line:
        return call.words("ledger.because", said=copy.line)
    if state == "expired" and copy.standing == "lapsed":
        return call.words("reason.silence")
    if state == "expired":
        return call.words("ledger.expired")
    if state == "queued" and await frozen(call.tx) is not None:
        return call.words("ledger.stopped")
    if landing is None or not (landing.reason or state == "unknown") or state not in EXPLAINED:
        return None
    with suppress(Missing):  # another channel was chosen since
        if found := await call.problems(await call.spaces.channel(call.tx, copy.channel)):
            return call.words(f"permission.{found[0]}")
    if state == "unknown":
        return call.words("ledger.unknown_late" if _has_begun(call, alert) else "ledger.unknown")
    key = f"reason.{landing.reason}"
    return call.words(key if call.words.words.has(key) else "reason.platform")


async def _about_second(call: Call, alert: str, state: str) -> Md | None:
    """Why a copy waits for a second person, and until when; when it goes, once she said yes."""
    row = await approvals.of(call.tx, alert)
    if row is None or (state == "queued") != (row.state == "given") or (state == "held" and row.state != "stopped"):
        return None
    moment = row.leaves_at if row.state == "given" else row.until_at
    if moment is None or (row.state == "given" and moment <= call.now):
        return None
    at = show_when_short(When(moment, call.home.zone), call.language)
    return call.words(f"second.ledger_{row.state}", at=at)


def _card(call: Call, alert: Alert, text: Md, states: set[str], following: str) -> Card:
    own = call.home.id
    choices: list[Choice] = []
    if following:
        choices.append(call.choice("more_button", "where", alert.code, following, organization=own))
    sent = alert.state == "sent"  # a call that was taken back is not sent again, but taken back again
    late = _has_begun(call, alert)
    if sent and "unknown" in states:
        choices.append(call.choice("look_button", "again", alert.code, "look", organization=own))
    if sent and "unknown" in states and not late:
        choices.append(call.choice("anyway_button", "again", alert.code, "anyway", organization=own))
    if states & ({"outdated"} if sent and late else {"failed", "outdated"} if sent else {"standing"}):
        choices.append(call.choice("retry_button", "again", alert.code, "retry", organization=own))
    if sent and "propose" in states:
        choices.append(call.choice("second.again_button", "propose", alert.code, organization=own))
    choices.append(call.choice("outcome_button", "outcome", alert.code, organization=own))
    if sent:
        choices.append(call.choice("correct_button", "correct", alert.code, organization=own))
        choices.append(call.choice("takeback_button", "takeback", alert.code, organization=own, weight="danger"))
    return call.card(text, *choices, code=alert.code)


async def again(call: Call, code: str, how: str) -> None:
    """A person's word on copies that are not sure (look, anyway) or did not arrive (retry)."""
    alert = await own_call(call, code, "sent", "withdrawn")
    sent = alert.state == "sent"
    wanted = ("unknown",) if how != "retry" else ("failed", "outdated") if sent else ("standing",)
    until, done, late = rules.useful_until(call.now, alert.content), 0, False
    for state, _, landing, _ in await rows_of(call, alert) if sent or how == "retry" else []:
        if state in wanted and landing is not None:
            if state in ("outdated", "standing"):
                done += await call.outbox.resend(call.tx, landing.change, call.now, look=True)
            elif until > call.now or how == "look":  # what has begun is looked for, and not posted any more
                last = max(until, call.now)
                done += await call.outbox.resend(call.tx, landing.delivery, call.now, look=how != "anyway", until=last)
            else:
                late = True
    if not done:
        raise UserError(f"again.late.{how}" if late else "again.nothing", title=alert.content.title)
    await call.record(f"again_{how}", alert.code, copies=done)
    call.say(f"again.{how}", call.choice("where_button", "where", alert.code, organization=call.home.id), n=done)


async def own_calls(call: Call) -> None:
    """The organization's last calls and drafts, with their codes."""
    found = await store.newest(call.tx, call.scope, LISTED)
    if not found:
        call.say("list_empty")
        return
    lines = [call.words("list_title", name=call.home.name)]
    for one in found:
        when = when_short(one.content, call.language) or call.words.label("list_no_time")
        state = call.words.label(f"list_state.{one.state}")
        n = await count_text(call, one)
        shown = {"code": one.code, "title": one.content.title, "when": when, "state": state, "n": n}
        lines.append(call.words("list_line", **shown))
    call.say(Md("\n".join(lines)))
