"""Stop all sending, in one step by any moderator; start again, by two people of two organizations."""

from __future__ import annotations

from bot.feature import (
    LANGUAGES,
    NOTICE,
    Call,
    Channel,
    Entry,
    Feature,
    Frozen,
    Level,
    Md,
    Organization,
    UserError,
    When,
    freeze,
    frozen,
    is_second,
    show_when_short,
    thaw,
    wish_again,
)  # fmt: skip


async def stop(call: Call) -> None:
    """Nothing more goes into any channel, of any organization, until two start it again."""
    first = await freeze(call.tx, call.home.id, call.person.id, call.now)
    await call.record("stopped", whose="")
    if first:
        await _tell_all(call, "stopped_notice", offer="start")
    again = call.choice("start_button", "start", organization=call.home.id)
    call.say("stopped_now" if first else "stopped_already", again)


async def start(call: Call) -> None:
    """The first of two asks, the second starts everything."""
    found = await frozen(call.tx)
    if found is None:
        raise UserError("not_stopped")
    if is_second(found, call.home.id, call.person.id, call.now):
        await thaw(call.tx)
        await call.record("started", whose="")
        await _tell_all(call, "started_notice")
        call.outbox.wake()
        call.say("started_now")
        return
    await _wish(call, found)


async def _wish(call: Call, found: Frozen) -> None:
    """The first wish; somebody else of the same organization, or the same person elsewhere, is still the first."""
    await wish_again(call.tx, call.home.id, call.person.id, call.now)
    await call.record("asked_to_start", whose="")
    if found.again_organization != call.home.id:
        await _tell_all(call, "wish_notice", offer="start")
    call.say("wish_noted", name=call.home.name)


async def show(call: Call) -> None:
    """Whether everything is stopped, by whom, since when, and who wants to start again."""
    found = await frozen(call.tx)
    if found is None:
        call.say("running", call.choice("stop_button", "stop", organization=call.home.id, weight="danger"))
        return
    names = {one.id: one.name for one in await call.spaces.all(call.tx)}
    at = show_when_short(When(found.made_at, call.home.zone), call.language)
    lines = [call.words("is_stopped", name=names.get(found.organization, ""), at=at)]
    if found.again_organization:
        lines.append(call.words("one_wishes", name=names.get(found.again_organization, "")))
    call.say(Md("\n".join(lines)), call.choice("start_button", "start", organization=call.home.id))


async def _tell_all(call: Call, key: str, offer: str = "") -> None:
    """Into every organization's moderators' channel, although everything is stopped."""
    homes = {one.id: one for one in await call.spaces.all(call.tx, "connected")}
    for desk in await call.spaces.channels(call.tx, "moderators"):
        await _tell_one(call, desk, homes[desk.organization], key, offer)


async def _tell_one(call: Call, desk: Channel, home: Organization, key: str, offer: str) -> None:
    spoken = LANGUAGES if desk.language == "both" else (desk.language,)
    text = Md("\n".join(call.words_in(one)(key, name=call.home.name) for one in spoken))
    choices = []
    if offer:
        label = f"{offer}_button"
        choices = [call.choice(label, offer, language=desk.language, organization=home.id)]
    card = call.card_in(desk.language, text, *choices)
    await call.broadcast(desk, card, subject="stopping", rank=NOTICE, urgent=True)


feature = Feature(
    "stopping",
    entries=(
        Entry("stop", stop, Level.MODERATOR, alone=True, records=("stopped",)),
        Entry("start", start, Level.MODERATOR, alone=True, records=("asked_to_start", "started")),
        Entry("show", show, Level.MODERATOR, alone=True),
    ),
)
