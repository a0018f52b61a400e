"""The greeters' card: who waits, without a name; who took them; that it is over."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from bot.feature import Call, Card, Channel, Choice, KeyGone, Md, Organization
from cogs.welcome.handoff import rules, store
from cogs.welcome.handoff.store import Handoff
from cogs.welcome.handoff.texts import Button, about, greeter_name, joined, read, shared_lines, when


async def channels(call: Call, organization: str) -> Sequence[Channel]:
    """Where greeters' cards of an organization go."""
    chosen = await call.spaces.channels(call.tx, "greeters", [organization])
    return chosen or await call.spaces.channels(call.tx, "moderators", [organization])


async def put_before(call: Call, handoff: Handoff, home: Organization) -> None:
    """Posts the card of a round."""
    for channel in await channels(call, home.id):
        card = await _waiting(call, handoff, home, channel.language)
        await call.broadcast(channel, card, subject=handoff.subject, expires_at=handoff.keep_until_at)


async def _waiting(call: Call, handoff: Handoff, home: Organization, language: str) -> Card:
    words, n = call.words_in(language), await store.open_of(call.tx, home.id)
    title = "card.passed_on" if handoff.passing else "card.again" if handoff.round > 1 else "card.waits"
    text = joined(
        words(title, organization=home.name, greeter=await greeter_name(call, handoff)),
        await _without_a_name(call, handoff, language),
        words("card.until", until=when(handoff.until, home.zone, language)),
        words("card.many", n=n, limit=rules.WARN_AT, organization=home.name) if n >= rules.WARN_AT else "",
    )
    return call.card_in(language, text, claim_button(call, handoff, language), code=handoff.code)


async def _without_a_name(call: Call, handoff: Handoff, language: str) -> Md:
    """What all greeters may read of somebody, as far as it is shared at all."""
    with suppress(KeyGone):
        package = await read(call, handoff)
        shown = {key: package[key] for key in rules.seen_by_all(package)}
        return shared_lines(call.words_in(language), shown)
    return Md("")


def claim_button(call: Call, handoff: Handoff, language: str) -> Choice:
    """*I'll welcome them*."""
    return call.choice(
        "claim_button", "claim", handoff.code, language=language, organization=handoff.organization, weight="main"
    )


async def redraw(call: Call, handoff: Handoff, key: str) -> None:
    """The card of this round says what became of it; nothing can be pressed any more."""
    for channel in await channels(call, handoff.organization):
        shown = await _about(call, handoff, channel.language, key)
        await call.outbox.edit(call.tx, handoff.subject, channel.id, shown, 2, call.now)


async def post(call: Call, handoff: Handoff, key: str, *buttons: Button) -> None:
    """A card of its own for this round: where people answer by number, an edited card keeps its first numbers."""
    for channel in await channels(call, handoff.organization):
        card = await _about(call, handoff, channel.language, key, *buttons)
        await call.broadcast(channel, card, subject=handoff.subject)


async def _about(call: Call, handoff: Handoff, language: str, key: str, *buttons: Button) -> Card:
    card = await about(call, handoff, language, key, *buttons, organization=handoff.organization)
    return call.card_in(language, card.text, *card.choices, code=handoff.code)


async def take_back(call: Call, handoff: Handoff) -> None:
    """The card of this round goes."""
    await call.outbox.withdraw(call.tx, handoff.subject, call.now)
