"""`/help`: what can be said here, in one's own language, only what the asker may use."""

from __future__ import annotations

from bot.feature import Call, Entry, Feature, Level, Md


async def show(call: Call) -> None:
    """One line for each command that the asker reaches here."""
    blocks = [call.words("intro"), *(_block(call, feature) for feature in call.features), call.words("typed")]
    call.say(Md("\n\n".join(block for block in blocks if block)))


def _block(call: Call, feature: Feature) -> Md:
    """The lines of one subject; a phone shows them as a group."""
    shown = [one for one in feature.entries if _is_shown(call, one)]
    return Md("\n".join(_line(call, f"{feature.name}.{one.name}", one) for one in shown))


def _is_shown(call: Call, entry: Entry) -> bool:
    return entry.listed and call.can(entry.level)


def _line(call: Call, name: str, entry: Entry) -> Md:
    speaker = call.words
    own = speaker.label(f"{name}.word")
    group = speaker.label(".".join([name.partition(".")[0], *filter(None, [entry.group]), "word"]))
    typed = own if entry.alone else f"{group} {own}"
    return speaker("line", typed=typed, about=speaker.label(f"{name}.about"))


feature = Feature("help", entries=(Entry("show", show, Level.ANYONE, alone=True, keeps=False, strangers=False),))
