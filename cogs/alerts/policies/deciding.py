"""`/action receive`, `/action decisions`, `/action room`: which calls of others an organization takes, and where."""

from __future__ import annotations

from bot.feature import Call, Md, Missing, Option, Organization, UserError, read_code
from cogs.alerts.mentioning import showing
from cogs.alerts.policies import rules, store
from cogs.alerts.policies.rules import Decision, Policy

USUAL = "usual"
ALL = "all"
# What a decision leaves in the audit; the last one later, when nobody answered.
ACTS = (*(f"rule_{one}" for one in (*rules.MODES, USUAL)), "silence")
SUGGESTED = 20  # names of senders to pick from


# -- the fields -----------------------------------------------------------------------------------------------------


async def senders(call: Call) -> list[Option]:
    """Other organizations, to pick from while typing."""
    found = await call.spaces.all(call.tx, "connected")
    own = call.organization.id if call.organization else ""
    return [Option(one.code, one.name) for one in found if one.id != own][:SUGGESTED]


async def check_sender(call: Call, value: str) -> str:
    """An organization's code or name; UserError for one that is not there, or one's own."""
    try:
        found = await call.spaces.by_code(call.tx, value)
    except Missing:
        found = None
    if found is None or found.state != "connected" or (call.organization and found.id == call.organization.id):
        raise UserError("receive.no_sender", said=value[:40])
    return found.code


async def check_hours(call: Call, value: str) -> str:
    """Waking hours to answer in."""
    if not 1 <= int(value) <= rules.MOST_HOURS:
        raise UserError("receive.wrong_hours", limit=rules.MOST_HOURS)
    return value


# -- the entries ----------------------------------------------------------------------------------------------------


async def receive(call: Call, sender: str, topic: str, mode: str, hours: str, silence: str) -> None:
    """A decision about one sender, one topic, or both; what is under way and not delivered follows it."""
    whose = await call.spaces.by_code(call.tx, read_code(sender)) if sender else None
    about = "" if topic in ("", ALL) else topic
    if whose is None and not about:
        raise UserError("receive.everything", field="sender")
    if mode == USUAL:
        await store.forget(call.tx, call.scope, whose.id if whose else "", about)
    else:
        policy = Policy(mode, int(hours or rules.HOLD), silence == "yes")
        await store.decide(call.tx, call.scope, Decision(whose.id if whose else "", about, policy), call.now)
    await call.record(f"rule_{mode}", whose.code if whose else "", topic=about or ALL)
    await call.tell_features("policy")
    call.say(await listed(call))


async def trust(call: Call, organization: str) -> None:
    """All calls of one organization are posted at once from now on."""
    await receive(call, organization, ALL, "auto", "", "")


async def decisions(call: Call) -> None:
    """Everything that was decided, and what happens to the rest."""
    call.say(await listed(call))


async def listed(call: Call) -> Md:
    """The decisions in words, one line each; the usual policy last."""
    names = {one.id: one.name for one in await call.spaces.all(call.tx)}
    lines = [call.words("receive.title_line", name=call.home.name)]
    lines += [_line(call, one, names) for one in await store.of(call.tx, call.home.id)]
    lines += await showing.lines(call, names)
    lines.append(call.words("receive.rest", mode=call.words.label(f"receive.mode.{call.home.policy}")))
    if call.home.kind == "nonprofit":
        lines.append(call.words("receive.nonprofit"))
    return Md("\n".join(lines))


def _line(call: Call, one: Decision, names: dict[str, str]) -> Md:
    whose = names.get(one.sender, "") or call.words.label("receive.all_senders")
    about = call.words.label(f"topic.topic.{one.topic}") if one.topic else call.words.label("receive.all_topics")
    key = "receive.line_hold" if one.policy.mode == "hold" else "receive.line"
    silence = call.words.label("receive.silence.yes" if one.policy.posts else "receive.silence.no")
    mode = call.words.label(f"receive.mode.{one.policy.mode}")
    return call.words(key, sender=whose, topic=about, mode=mode, n=one.policy.hours, silence=silence)


async def choose_room(call: Call, topic: str, room: str) -> None:
    """A channel of its own for one topic."""
    seat = await call.spaces.seat(call.tx, call.home.id, call.place)
    found = next((one for one in await call.rooms() if one.address == room), None)
    if seat is None or found is None:
        raise UserError("orgs.room_unknown", field="room")
    await call.spaces.set_channel(call.tx, seat.id, purpose_of(topic), room, found.name, call.home.language)
    await call.record("room", topic=topic)
    await call.tell_features("channels")
    call.say("room.chosen", topic=call.words.label(f"topic.topic.{topic}"), room=found.name)


def purpose_of(topic: str) -> str:
    """What a channel for one topic is for, in the house's table of channels: 16 characters, which PostgreSQL counts."""
    return f"on.{topic}"


# -- offering *at once* ---------------------------------------------------------------------------------------------


async def offer_at_once(call: Call, sender: Organization) -> None:
    """After three acceptances of one sender *at once* is offered; once, and only where it is not decided yet."""
    home = call.home
    if any(one.sender == sender.id and not one.topic for one in await store.of(call.tx, home.id)):
        return
    if await store.accepted_from(call.tx, call.scope, sender.id) < rules.OFFER_AFTER:
        return
    if await store.offer(call.tx, home.id, sender.id, call.now):
        yes = call.choice("receive.at_once", "trust", sender.code, organization=home.id)
        call.say("receive.offer", yes, name=sender.name, n=rules.OFFER_AFTER)
