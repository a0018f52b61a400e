"""An organization's profile: what new people are shown of it, and whether it takes them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.feature import LANGUAGES, Call, Md, UserError, find_links, fold, judge_link
from cogs.welcome import rules
from cogs.welcome.directory import store
from cogs.welcome.directory.finding import group_of
from cogs.welcome.directory.places import atlas
from cogs.welcome.directory.rules import NATIONAL, NEAR, STATE, Fit, is_digits
from cogs.welcome.directory.states import read_state
from cogs.welcome.directory.store import Profile, Shown
from cogs.welcome.directory.texts import offer_lines

LINE = 150  # characters of the line about itself: three organizations stand on one screen of a phone
MOST = 500
RANKS = {"local": NEAR, "state": STATE, "national": NATIONAL}
DOES = tuple(one for one in rules.ACTIVITIES if one != "unsure")


# -- what is read ---------------------------------------------------------------------------------------------------


async def check_line(call: Call, value: str) -> str:
    """A line without an address in it: the link has a field of its own, and a gate."""
    if find_links(value):
        raise UserError("line_link")
    return value


async def check_activities(call: Call, value: str) -> str:
    """Words with commas between, in either language, as keys."""
    return _keys(call, value, "does", DOES)


async def check_free(call: Call, value: str) -> str:
    """When it meets, the same way."""
    return _keys(call, value, "meets", rules.FREE)


def _keys(call: Call, value: str, group: str, keys: Sequence[str]) -> str:
    known = {fold(call.words_in(one).label(f"{group}.{key}")): key for one in LANGUAGES for key in keys}
    typed = [fold(part) for part in value.replace(";", ",").split(",") if part.strip()]
    unknown = [part for part in typed if part not in known and part not in keys]
    if unknown:
        raise UserError(f"{group}_unknown", said=unknown[0][:40], known=_words(call, group, keys))
    return ",".join(dict.fromkeys(known.get(part, part) for part in typed))


def _words(call: Call, group: str, keys: Sequence[str]) -> str:
    return ", ".join(call.words.label(f"{group}.{key}") for key in keys)


async def check_centre(call: Call, value: str) -> str:
    """A ZIP code, a state, or *national*."""
    typed = value.strip()
    if fold(typed) in {"national", *(fold(call.words_in(one).label("national")) for one in LANGUAGES)}:
        return "national"
    if is_digits(typed) and len(typed) == 5 and (found := atlas().where(typed)) and found.zip:
        return typed
    if state := read_state(typed):
        return state
    raise UserError("centre_wrong", said=typed[:40])


async def check_most(call: Call, value: str) -> str:
    """A number of people, 0 for no limit."""
    if not 0 <= int(value) <= MOST:
        raise UserError("most_wrong", limit=MOST)
    return value


async def check_link(call: Call, value: str) -> str:
    """The link gate; an address without its beginning gets one."""
    link = judge_link(value if "://" in value else f"https://{value}")
    if link.verdict == "refuse":
        raise UserError(link.reason, host=link.host)
    return link.url


# -- the form -------------------------------------------------------------------------------------------------------


async def as_it_is(call: Call) -> Mapping[str, str]:
    """What stands in the profile now; before there is one, what the house knows."""
    profile = await store.profile_of(call.tx, call.home.id)
    if profile is None:
        language = call.home.language if call.home.language in ("en", "es") else "both"
        return {"languages": language, "centre": call.home.region, "taking": "yes"}
    centre = profile.place or profile.state or call.words.label("national")
    return {
        "line_en": profile.line_en, "line_es": profile.line_es, "languages": profile.languages,
        "activities": _words(call, "does", profile.activities), "centre": centre,
        "free": _words(call, "meets", profile.free), "most": str(profile.most) if profile.most else "",
        "link": profile.link, "taking": "yes" if profile.open else "no",
    }  # fmt: skip


async def profile(call: Call, languages: str, activities: str, centre: str, taking: str, **rest: str) -> None:
    """Keeps it; whoever waits for a local organization there hears it."""
    if not (rest["line_en"] or rest["line_es"]):
        raise UserError("line_needed", field="line_en")
    place, state, reach = _place(centre)
    new = Profile(
        call.home.id, rest["line_en"], rest["line_es"], languages, _split(activities), _split(rest["free"]), place,
        state, reach, int(rest["most"] or 0), rest["link"], taking == "yes",
    )  # fmt: skip
    await store.save(call.tx, new, call.now)
    await call.not_at("opened", call.home.id)
    if new.open:
        await call.at(call.now, "opened", call.home.id)
    said = "profile_open" if new.open else "profile_closed"
    await call.record(said)
    call.say(Md("\n\n".join([call.words(said), _preview(call, new)])))


def _split(keys: str) -> tuple[str, ...]:
    return tuple(filter(None, keys.split(",")))


def _place(centre: str) -> tuple[str, str, str]:
    """(ZIP code, state, reach)."""
    if centre == "national":
        return "", "", "national"
    where = atlas().where(centre)
    return (centre, where.state, "local") if where and where.zip else ("", centre, "state")


def _preview(call: Call, new: Profile) -> Md:
    shown = Shown(new, call.home.code, call.home.name, (), False)
    return offer_lines(call.words, Fit(group_of(shown), RANKS[new.reach]), shown)
