"""What we know about you: seen, joined with your other account, put right, erased for good; `/stop` ends messages."""

from __future__ import annotations

from bot.feature import (
    LANGUAGES,
    Call,
    Entry,
    Feature,
    Field,
    Kind,
    Md,
    Person,
    UserError,
    WhenRefused,
    is_zone,
    show_zone,
    zone_of_state,
)

# -- what is kept ---------------------------------------------------------------------------------------------------


async def show(call: Call) -> None:
    """Everything kept about the asker, in words and counts: who may read it, and until when."""
    if not call.person.known:
        call.say("nothing")
        return
    lines = [call.words("intro"), await _accounts(call), _settings(call)]
    lines += [await _role(call, organization, name) for organization, name in sorted(call.roles)]
    lines += await _counts(call)
    lines.append(call.words("refusals"))
    erase = call.choice("erase_button", "erase", weight="danger", mine=True)
    call.say(Md("\n".join(lines)), call.choice("link_button", "link", mine=True), erase)


async def _accounts(call: Call) -> Md:
    found = await call.people.addresses(call.tx, call.person.id)
    names = ", ".join(sorted(platform.title() for platform, _account, _room in found))
    return call.words("accounts", n=len(found), platforms=names)


def _settings(call: Call) -> Md:
    words, person = call.words, call.person
    language = words.label(f"language.language.{person.language}") if person.language else words.label("not_chosen")
    zone = show_zone(person.zone, call.language) if person.zone else words.label("not_chosen")
    return words("settings_stopped" if person.stopped else "settings", spoken=language, zone=zone)


async def _role(call: Call, organization: str, name: str) -> Md:
    role = call.words.label(f"role_{name}")
    if not organization:
        return call.words("role_coalition", role=role)
    return call.words("role", role=role, name=(await call.spaces.get(call.tx, organization)).name)


async def _counts(call: Call) -> list[Md]:
    own = await call.people.kept(call.tx, call.person)
    lines = [call.words(f"kept_{name}", n=own[name]) for name in ("forms", "messages") if own[name]]
    for feature in call.features:
        if "kept" in feature.hooks:
            counts: dict[str, int] = await feature.hooks["kept"](call.tx, call.person.id)
            lines += [call.words("kept_by_feature", what=call.words.label(key), n=n) for key, n in counts.items() if n]
    return lines


# -- one person, two accounts ---------------------------------------------------------------------------------------


async def link(call: Call, code: str) -> None:
    """A code for one's other account; with the code, the two accounts become one person."""
    if code:
        await call.join(code)
        call.say("linked")
        return
    once = await call.people.new_link_code(call.tx, call.person, call.now)
    call.say("link_code", once=Md(once))


# -- erasing --------------------------------------------------------------------------------------------------------


async def erase(call: Call, sure: str) -> None:
    """Asks once, with what it means; then everything goes, keys first."""
    if not call.person.known:
        call.say("nothing")
    elif sure:
        await call.record("erased", whose="", unnamed=True)
        await call.erase(call.person)
        call.person = Person("")  # nobody any more
        call.say("erased")
    else:
        yes = call.choice("erase_yes", "erase", "yes", weight="danger", mine=True)
        call.say(Md("\n".join([call.words("erase_ask"), *await _left_alone(call)])), yes)


async def _left_alone(call: Call) -> list[Md]:
    """A warning for each role of which the asker is the last holder."""
    warnings = []
    for organization, name in sorted(call.roles):
        if await call.spaces.holders(call.tx, organization, name) != [call.person.id]:
            continue
        if not organization and name == "coordinator":
            warnings.append(call.words("last_coordinator"))
        elif name == "moderator":
            home = await call.spaces.get(call.tx, organization)
            warnings.append(call.words("last_moderator", name=home.name))
    return warnings


# -- putting right --------------------------------------------------------------------------------------------------


async def set_language(call: Call, language: str) -> None:
    """The language in which the bot speaks to the asker from now on."""
    call.person = await call.people.set_language(call.tx, call.person, language)
    call.language = language
    call.say("language_set")


async def set_zone(call: Call, zone: str) -> None:
    """The zone in which the asker reads times."""
    call.person = await call.people.set_zone(call.tx, call.person, zone)
    call.say("zone_set", zone=show_zone(zone, call.language))


async def check_zone(call: Call, value: str) -> str:
    """A zone from its name or from a state; UserError when it is neither."""
    if is_zone(value):
        return value
    try:
        return zone_of_state(value)
    except WhenRefused as unknown:
        raise UserError("zone_unknown") from unknown


async def stop(call: Call) -> None:
    """Ends direct messages in one step, and says how they start again."""
    await call.people.set_stopped(call.tx, call.person, True)
    call.say("stopped", call.choice("start_button", "start", mine=True))


async def start(call: Call) -> None:
    """Direct messages may come again."""
    await call.people.set_stopped(call.tx, call.person, False)
    call.say("started")


feature = Feature(
    "mydata",
    entries=(
        Entry("show", show, keeps=False, default=True),
        Entry("link", link, fields=(Field("code", required=False, limit=40),)),
        Entry(
            "erase", erase, keeps=False, fields=(Field("sure", Kind.CHOICE, required=False, options=("yes",)),),
            records=("erased",),
        ),
        Entry("language", set_language, fields=(Field("language", Kind.CHOICE, options=LANGUAGES),)),
        Entry("zone", set_zone, fields=(Field("zone", limit=64, check=check_zone),)),
        Entry("stop", stop, alone=True),
        Entry("start", start, alone=True),
    ),
)  # fmt: skip
