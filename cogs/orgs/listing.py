"""`/orgs`: who is connected and who waits."""

from __future__ import annotations

from datetime import datetime

from bot.feature import Call, Level, Md, Organization, When, show_when_short
from cogs.orgs import rules
from cogs.orgs.letters import coalition_name

ORDER = ("connected", "waiting", "left")


async def show(call: Call, page: str) -> None:
    """A page of the directory; coordinators also see how the letters stand, and the code to ask again with."""
    inside = call.can(Level.COORDINATOR)
    states = ORDER if inside else ORDER[:2]
    found = sorted(await call.spaces.all(call.tx, *states), key=lambda one: ORDER.index(one.state))
    last = rules.pages(len(found))
    at = min(max(1, int(page or 1)), last)
    letters = await call.spaces.letters(call.tx) if inside else {}
    shown = found[(at - 1) * rules.PAGE : at * rules.PAGE]
    lines = [_line(call, one, letters, inside) for one in shown] or [call.words("nobody_yet")]
    more = [call.choice("more_button", "list", str(at + 1))] if at < last else []
    which = [call.words("list_page", at=at, of=last)] if last > 1 else []
    call.say(Md("\n\n".join([_title(call, found), "\n".join(lines), *which])), *more)


def _title(call: Call, found: list[Organization]) -> Md:
    count = {state: sum(one.state == state for one in found) for state in ORDER}
    return call.words(
        "list_title", coalition=coalition_name(call, call.language), connected=count["connected"],
        waiting=count["waiting"],
    )  # fmt: skip


def _line(call: Call, one: Organization, letters: dict[str, datetime], inside: bool) -> Md:
    state = call.words(f"state_{one.state}")
    if not inside:
        return call.words("list_line", name=one.name, state=state)
    return call.words("list_line_inside", name=one.name, code=one.code, state=_with_letter(call, one, letters, state))


def _with_letter(call: Call, one: Organization, letters: dict[str, datetime], state: Md) -> Md:
    until = letters.get(one.id)
    if until is None:
        return call.words("state_no_letter", code=one.code) if one.state == "waiting" else state
    zone = call.person.zone or one.zone
    since = show_when_short(When(until - rules.LETTER_LIFE, zone), call.language)
    key = "state_letter_over" if until <= call.now else "state_letter_open"
    return call.words(key, state=state, code=one.code, since=since)
