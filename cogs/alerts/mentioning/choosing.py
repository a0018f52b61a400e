"""`/incoming mention`: the role of their own server that its moderators let calls notify; nobody without a choice."""

from __future__ import annotations

from typing import Any

from bot.feature import Call, Md, Missing, Option, UserError, read_code
from cogs.alerts import rules, store
from cogs.alerts.answering import store as replies
from cogs.alerts.copies import copy_card, organizations
from cogs.alerts.mentioning import showing
from cogs.alerts.mentioning import store as mentions
from cogs.alerts.mentioning.rules import NOBODY, Chosen, Mention, resolve
from cogs.alerts.policies.deciding import ALL
from cogs.alerts.sending import ask_anew

NONE, USUAL = "none", "usual"
MOST = 23  # roles to pick from: with the two above as many as one list of Discord takes
ACTS = ("mention_role", "mention_none")


async def roles(call: Call) -> list[Option]:
    """Nobody, the same as for other calls, or one of the roles that can be notified here."""
    plain = [Option(one, call.words.label(f"mention.role.{one}")) for one in (NONE, USUAL)]
    return [*plain, *(await _here(call))[:MOST]]


async def _here(call: Call) -> list[Option]:
    found = await call.mentionable()
    if found is None:
        raise UserError("mention.no_roles")
    return list(found)


async def mention(call: Call, role: str, sender: str, topic: str) -> None:
    """A choice for one sender's calls, one topic, both, or all calls; what is not posted yet follows it."""
    seat = await call.spaces.seat(call.tx, call.home.id, call.place)
    if seat is None:
        raise UserError("mention.not_here")
    chosen = await _chosen(call, role)
    whose = await call.spaces.by_code(call.tx, read_code(sender)) if sender else None
    about = "" if topic in ("", ALL) else topic
    what = Chosen(seat.id, whose.id if whose else "", about, chosen)
    everything = whose is None and not about
    if role == USUAL or (everything and not chosen):
        await mentions.forget(call.tx, call.scope, what.space, what.sender, what.topic)
    else:
        await mentions.choose(call.tx, call.scope, what, call.now)
    act = "mention_role" if chosen else "mention_none"
    await call.record(act, whose.code if whose else "", topic=about or ALL)
    await _bind_what_is_not_posted(call)
    names = {one.id: one.name for one in await call.spaces.all(call.tx)}
    lines = await showing.lines(call, names) or [call.words("mention.nobody")]
    call.say(Md("\n".join([call.words("mention.title_line", name=call.home.name), *lines, call.words("mention.how")])))


async def _chosen(call: Call, role: str) -> Mention:
    """The role itself; UserError for one that is not, or no longer, to be picked."""
    if role in (NONE, USUAL):
        return NOBODY
    found = next((one for one in await _here(call) if one.value == role), None)
    if found is None:
        raise UserError("mention.gone", field="role")
    return Mention(found.value, found.label.removeprefix("@"))


async def _bind_what_is_not_posted(call: Call) -> None:
    """Copies that wait: their column, their text where it is ready, and the question about them where one is open."""
    home, everybody = call.home, await organizations(call)
    own = await mentions.of(call.tx, home.id)
    asked: dict[str, Any] = {}
    for copy in await mentions.not_posted(call.tx, home.id):
        alert = await store.of_id(call.tx, copy.alert)
        if alert is None or alert.state != "sent" or copy.standing in rules.ENDED:
            continue
        role = resolve(own, await _space_of(call, copy.channel), alert.organization, alert.content.topic).role
        sender = everybody.get(alert.organization)
        if role == copy.mention or sender is None:
            continue
        await mentions.set_mention(call.tx, copy.id, role)
        people = (await replies.total(call.tx, alert.id)).yes
        card = copy_card(call, alert, sender, home, copy.language, copy.line, people, role)
        await call.outbox.edit(call.tx, alert.id, copy.channel, card, alert.version, call.now)
        if copy.standing == "hold" and copy.hold_until_at is not None:
            asked[alert.id] = (alert, copy.hold_until_at)
    for alert, until in asked.values():
        await ask_anew(call, alert, {home.id: until})


async def _space_of(call: Call, channel: str) -> str:
    try:
        return (await call.spaces.channel(call.tx, channel)).space
    except Missing:  # another one was chosen since
        return ""
