"""Those in whose channels a call of others stands are told when it is corrected, and can take it down there alone."""

from __future__ import annotations

from bot.feature import Call, Md, Organization
from cogs.alerts import rules, store
from cogs.alerts.copies import organizations
from cogs.alerts.store import Alert
from cogs.alerts.texts import changed_words, readers, title_in

STANDS = ("sent", "sending", "unknown", "outdated")  # how a copy is that people can read, or may
ON_ITS_WAY = ("queued", *STANDS)


async def tell_hosts(call: Call, alert: Alert) -> None:
    """Into the moderators' channels of everybody else in whose channels it stands: what was changed, and *Take down*.

    A correction needs no second person, so that a wrong place is mended at once; but no text that an organization said
    yes to becomes another one unseen.
    """
    standing = {one.channel for one in await call.outbox.landed(call.tx, alert.id) if one.state in STANDS}
    copies = [one for one in await store.copies(call.tx, alert.id) if one.channel in standing]
    hosts = {one.organization for one in copies} - {alert.organization}
    everybody = await organizations(call)
    for desk in await call.spaces.channels(call.tx, "moderators", sorted(hosts)):
        quiet = not rules.must_be_told(alert.changed) or rules.is_quiet(call.now, everybody[desk.organization].zone)
        lines = [_told(call, alert, everybody[alert.organization], one) for one in readers(desk.language)]
        down = call.choice("hosting.button", "takedown", alert.code, language=desk.language, weight="danger")
        card = call.card_in(desk.language, Md("\n".join(lines)), down, code=alert.code)
        # Rank 1: the copies themselves are changed first.
        await call.broadcast(desk, card, subject=alert.hosts, version=alert.version, silent=quiet, rank=1)


def _told(call: Call, alert: Alert, sender: Organization, language: str) -> Md:
    speak = call.words_in(language)
    what = changed_words(speak, alert.changed)
    return speak("hosting.corrected", sender=sender.name, title=title_in(alert.content, language), what=what)
