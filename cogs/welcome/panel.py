"""The panel: what stands in a channel for new people, one button for each language."""

from __future__ import annotations

from datetime import timedelta

from bot.feature import LANGUAGES, Call, Card, Channel, Choice, Md, UserError, new_id
from cogs.welcome import door, store
from cogs.welcome.directory.store import profile_of

RENEWED = timedelta(days=60)  # before its rows are a quarter old and go: then nothing could change or remove it
STANDING = ("queued", "sending", "sent", "unknown")


async def panel(call: Call) -> None:
    """Posts the panel in the channels for new people; the one that stood before is taken away."""
    channels = await call.spaces.channels(call.tx, "welcome", [call.home.id])
    if not channels:
        raise UserError("panel_nowhere")
    await _post(call, call.home.id, channels)
    await call.record("panel", spaces=len(channels))
    rooms = ", ".join(channel.name for channel in channels)
    profile = await profile_of(call.tx, call.home.id)
    lines = [call.words("panel_posted", n=len(channels), rooms=rooms)]
    if profile is None or not profile.open:
        lines.append(call.words("panel_without_profile", name=call.home.name))
    button = call.choice("profile_button", "profile", organization=call.home.id, mine=True)
    call.say(Md("\n\n".join(lines)), *([] if len(lines) == 1 else [button]))


async def renew(call: Call, subject: str) -> None:
    """An organization's (its id) panel comes anew where it still stands: its buttons and rows do not grow too old."""
    row = await store.panel_of(call.tx, subject)
    landed = await call.outbox.landed(call.tx, row.subject) if row else []
    standing = {one.channel for one in landed if one.state in STANDING}
    channels = [one for one in await call.spaces.channels(call.tx, "welcome", [subject]) if one.id in standing]
    if channels:
        await _post(call, subject, channels)


async def _post(call: Call, home: str, channels: list[Channel]) -> None:
    before = await store.panel_of(call.tx, home)
    if before is not None:
        await call.outbox.withdraw(call.tx, before.subject, call.now)
    subject = new_id()
    for channel in channels:
        await call.broadcast(channel, panel_card(call, channel.language), subject=subject, silent=True)
    await store.set_panel(call.tx, home, subject, call.now)
    await call.not_at("renew", home)
    await call.at(call.now + RENEWED, "renew", home)


def panel_card(call: Call, language: str) -> Card:
    """What will be asked, who will read it, and a button for each language: the button is the language."""
    buttons = [_start(call, one) for one in LANGUAGES]
    for one in LANGUAGES:  # the buttons of the first question exist already: who is under 18 leaves no row at all (C7)
        door.ages(call, one)
    return call.card_in(language, "panel_text", *buttons, invite=call.words_in(language)("panel_invite"))


def _start(call: Call, language: str) -> Choice:
    return call.choice("start_button", "start", language, language=language, weight="main")
