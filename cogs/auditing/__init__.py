"""The audit where people are: `/audit` shows who did what in an organization's name; the weekly seal goes to its log.

The chain itself is the house's (`bot.audit`). Moderators read the lines of their own organization, coordinators those
of the coalition; there is no role that reads both.
"""

from __future__ import annotations

from typing import Any

from bot.feature import (
    BOTH,
    LANGUAGES,
    Call,
    Channel,
    Entry,
    Feature,
    Field,
    Kind,
    Level,
    Md,
    When,
    datetime,
    show_when_short,
    timedelta,
)
from cogs.auditing import rules, store

SEAL_LIFE = timedelta(days=7)  # then the next one comes


async def ours(call: Call, page: str) -> None:
    """What was done, and refused, in the name of the asker's organization."""
    intro = call.words("intro", name=call.home.name)
    await _show(call, intro, call.home.id, call.home.zone, "ours", page)


async def coalition(call: Call, page: str) -> None:
    """What was done in the name of the coalition: letters, codes, who came and left."""
    await _show(call, call.words("intro_coalition"), "", call.person.zone or "UTC", "coalition", page)


async def _show(call: Call, intro: Md, whose: str, zone: str, entry: str, page: str) -> None:
    at = max(1, int(page or 1))
    found = await call.recorded(whose, (at - 1) * rules.PAGE, rules.PAGE + 1)
    lines = [_line(call, one, zone) for one in found[: rules.PAGE]] or [call.words("nothing")]
    more = [call.choice("older_button", entry, str(at + 1), mine=True, organization=whose)]
    call.say(Md("\n".join([intro, "", *lines])), *more[: len(found) > rules.PAGE])


def _line(call: Call, one: Any, zone: str) -> Md:
    """When, what, of which call or organization, by whom: a mark, never a name."""
    known = call.words.words.has(one.key)
    act = call.words(one.key if known else "core.act.gone")
    parts = [call.words("refused", act=act) if one.refused else act]
    parts += [Md(one.code)] if one.code else []
    parts += [call.words("who", mark=one.mark)] if one.mark else []
    at = show_when_short(When(one.at, zone), call.language)
    return call.words("line", at=at, what=Md(" · ".join(parts)))


# -- the weekly seal ------------------------------------------------------------------------------------------------


async def seal(call: Call, subject: str) -> None:
    """Due work: the end of the chain into every organization's log, so that nobody can write the chain anew."""
    head = await call.audit_head()
    for channel in await _logs(call) if head is not None else ():
        spoken = LANGUAGES if channel.language == BOTH else (channel.language,)
        text = Md("\n".join(call.words_in(one)("seal", head=Md(f"`{head}`")) for one in spoken))
        await call.broadcast(
            channel, call.card_in(channel.language, text), subject=f"seal-{call.now:%Y-%m-%d}", silent=True,
            expires_at=call.now + SEAL_LIFE,
        )  # fmt: skip
    await store.plan(call.tx, call.now)


async def _logs(call: Call) -> list[Channel]:
    """Each organization's log; where none was chosen, its moderators' channel."""
    logs = await call.spaces.channels(call.tx, "log")
    with_log = {one.organization for one in logs}
    desks = await call.spaces.channels(call.tx, "moderators")
    return [*logs, *(one for one in desks if one.organization not in with_log)]


async def connected(call: Call) -> None:
    """Hook: with the first organization the weeks begin."""
    await store.plan(call.tx, call.now)


async def purge(tx: Any, now: datetime) -> None:
    """Hook, nightly: there is always a next time, also after a row that failed for good."""
    await store.plan(tx, now)


PAGE = Field("page", Kind.NUMBER, required=False)
feature = Feature(
    "auditing",
    entries=(
        Entry("ours", ours, Level.MODERATOR, fields=(PAGE,), anywhere=False, default=True),
        Entry("coalition", coalition, Level.COORDINATOR, fields=(PAGE,)),
    ),
    jobs={"seal": seal},
    hooks={"connected": connected, "purge": purge},
)
