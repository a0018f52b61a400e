"""What people read of an organization: its own line, its languages, and why it is shown."""

from __future__ import annotations

from bot.feature import Md, Speaker
from cogs.welcome.directory.listings import Listing
from cogs.welcome.directory.rules import HOME, NATIONAL, NEAR, SHARED, Fit
from cogs.welcome.directory.states import name_of
from cogs.welcome.directory.store import Shown


def offer_lines(speak: Speaker, fit: Fit, one: Shown) -> Md:
    """One organization: name and line, then languages and reasons."""
    profile = one.profile
    line = profile.line(speak.language)
    head = speak("offer_line", name=one.name, line=line) if line else speak("offer_name", name=one.name)
    reasons = [_place(speak, fit, one), *_shared(speak, fit)]
    why = speak("offer_why", languages=speak(f"speaks_{profile.languages}"), why="; ".join(reasons))
    return Md("\n".join([head, why, *([speak("full_now")] if fit.full else [])]))


def _place(speak: Speaker, fit: Fit, one: Shown) -> str:
    digits = (one.turf or ("",))[0][:3]
    if fit.rank == HOME:
        return speak.label("why_home")
    if fit.rank == SHARED:
        return speak.label("why_shared", digits=digits)
    if fit.rank == NEAR and fit.miles is not None:
        return speak.label("why_near", n=max(1, round(fit.miles)))
    if fit.rank == NATIONAL:
        return speak.label("why_national")
    return speak.label("why_state", state=name_of(one.profile.state, speak.language))


def _shared(speak: Speaker, fit: Fit) -> list[str]:
    found = [speak.label(f"why_speaks_{language}") for language in fit.speaks]
    if fit.does:
        found.append(speak.label("why_does", what=speak.label(f"ask.activity.{fit.does}").lower()))
    if fit.meets:
        found.append(speak.label(f"why_meets_{fit.meets}"))
    return found


def listing_line(speak: Speaker, one: Listing) -> Md:
    """A public listing with its link, its source and its date; it says that it has not joined."""
    where = ", ".join(part for part in (one.city, " / ".join(one.states)) if part) or speak.label("everywhere")
    key = "listing_through" if one.through else "listing"
    return speak(key, name=one.name, where=where, link=one.link, through=one.through, source=one.source, at=one.as_of)
