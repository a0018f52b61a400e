"""Whom calls notify, in words: for who decides, who chose, and who wonders why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.feature import Call, Md, Scope
from cogs.alerts import store as calls
from cogs.alerts.mentioning import store
from cogs.alerts.mentioning.rules import Chosen
from cogs.alerts.store import Alert


async def lines(call: Call, names: Mapping[str, str]) -> list[Md]:
    """What the asker's organization chose, one line each; `names` of organizations by id."""
    found = await store.of(call.tx, call.home.id)
    seats = {one.id: one.name for one in await call.spaces.spaces(call.tx, call.home.id)} if found else {}
    return [_line(call, one, names, seats.get(one.space, "")) for one in found]


def _line(call: Call, one: Chosen, names: Mapping[str, str], seat: str) -> Md:
    whose = names.get(one.sender, "") or call.words.label("receive.all_senders")
    about = call.words.label(f"topic.topic.{one.topic}") if one.topic else call.words.label("receive.all_topics")
    key = "mention.line" if one.mention else "mention.line_nobody"
    return call.words(key, sender=whose, topic=about, role=one.mention.name, space=seat)


async def notified(call: Call, organization: str, alert: Alert) -> list[str]:
    """Names of the roles that a call's copies notify, or will, in the spaces of an organization."""
    copies = await calls.received(call.tx, Scope(organization=organization), alert.id)
    return await role_names(call, organization, (one.mention for one in copies))


async def role_names(call: Call, organization: str, roles: Iterable[str]) -> list[str]:
    """The names of roles by id, as they were when they were chosen; one that is not chosen any more has none."""
    wanted = {one for one in roles if one}
    known = {one.mention.role: one.mention.name for one in await store.of(call.tx, organization)} if wanted else {}
    return sorted({known[one] for one in wanted if one in known})
