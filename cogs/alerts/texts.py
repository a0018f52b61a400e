"""The text of a copy, from plain values: no await, no database. The whole call is text; nothing is only in a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.feature import BOTH, LANGUAGES, Md, Speaker, When, escape, show_when_short, time_markdown
from cogs.alerts import rules
from cogs.alerts.rules import Content

Speakers = Callable[[str], Speaker]


@dataclass(frozen=True)
class Look:
    """What one space's copy adds to the call: its language and zone, who stands behind it, its version, the sum."""

    language: str
    zone: str
    sender: str
    receiver: str
    own: bool = False
    line: str = ""
    changed: tuple[str, ...] = ()
    corrected_at: datetime | None = None
    people: int = 0
    version: int = 1


def copy_text(speak: Speakers, content: Content, look: Look) -> Md:
    """The whole copy in small Markdown, without its code."""
    parts = bodies(speak, content, look.language)
    parts += [speak(one)("untranslated") for one in readers(look.language) if one not in content.languages]
    return Md("\n\n".join([*parts, *_tail(speak, content, look)]))


def readers(language: str) -> tuple[str, ...]:
    """The languages of a space or person: at `both` each one, so that a date is never in the other's words."""
    return LANGUAGES if language == BOTH else (language,)


def bodies(speak: Speakers, content: Content, language: str) -> list[Md]:
    """The call in each of the languages that are read, the original first; without a text in one, the original."""
    spoken = [one for one in content.languages if one in readers(language)] or [content.language]
    return [body(speak(one), content, one) for one in spoken]


def told_text(speak: Speakers, content: Content, language: str, kind: str, changed: tuple[str, ...]) -> Md:
    """What those who said yes are told: `corrected`, with the call as it is now, or `withdrawn`."""
    intros = []
    for one in readers(language):
        words = speak(one)
        title = title_in(content, one)
        intros.append(words(f"told.{kind}", title=title, what=changed_words(words, changed)))
    intro = Md("\n".join(intros))
    return intro if kind == "withdrawn" else Md("\n\n".join([intro, *bodies(speak, content, language)]))


def title_in(content: Content, language: str) -> str:
    """The title in a language, or the original's."""
    known = language != content.language and language in content.languages
    return content.other_title if known else content.title


def body(speak: Speaker, content: Content, language: str) -> Md:
    """Title, time and place; the ask; time in full, place in full, access notes: in one language."""
    original = language == content.language
    title = content.title if original else content.other_title
    place = rules.fit_head(title, when_short(content, language), content.place)
    lines = [
        _head(title, when_short(content, language), place),
        speak("ask", ask=content.ask if original else content.other_ask),
    ]
    if content.starts_at is not None and not content.date_only:
        lines.append(speak("time_line", time=Md(time_markdown(content.starts_at, content.zone, language))))
    if content.place != place:
        lines.append(speak("place_line", place=content.place))
    access = content.access if original else content.other_access or content.access
    if access:
        lines.append(speak("access_line", access=access))
    return Md("\n".join(lines))


def _head(title: str, when: str, place: str) -> str:
    return " · ".join([f"**{escape(title)}**", *(escape(one) for one in (when, place) if one)])


def when_short(content: Content, language: str) -> str:
    """ "Sat, Nov 28, 5:00 PM ET", or nothing."""
    return "" if content.starts_at is None else show_when_short(moment(content), language)


def moment(content: Content) -> When:
    """The call's time as the reader of times gave it."""
    assert content.starts_at is not None
    return When(content.starts_at, content.zone, content.date_only)


def link_text(url: str) -> Md:
    """An address that passed the link gate, shown as it is."""
    return Md(f"[{escape(url)}]({url})")


def _tail(speakers: Speakers, content: Content, look: Look) -> list[Md]:
    lines: list[Md] = []
    speak = speakers(look.language)
    if content.link:
        lines.append(link_text(content.link))
    if look.line:
        lines.append(speak("line_from", name=look.receiver, line=look.line))
    if look.corrected_at is not None:
        lines.append(_corrected(speakers, When(look.corrected_at, look.zone), look))
    if look.people >= rules.SUM_FROM:
        lines.append(speak("so_many_done" if not content.timed else "so_many_in", n=look.people))
    if content.limit:
        lines.append(_room(speak, content.limit, look.people))
    through = "from_own" if look.own else "from_through"
    lines.append(speak(through, sender=look.sender, receiver=look.receiver))
    return lines


def _room(speak: Speaker, limit: int, people: int) -> Md:
    """How many places are left; as long as fewer than five people have one, only how many there are."""
    if people >= limit:
        return speak("full")
    return speak("places_left", n=limit - people) if people >= rules.SUM_FROM else speak("places_all", n=limit)


def _corrected(speak: Speakers, at: When, look: Look) -> Md:
    said = [
        speak(one)(
            "corrected", version=look.version, at=show_when_short(at, one),
            what=changed_words(speak(one), look.changed),
        )
        for one in readers(look.language)
    ]  # fmt: skip
    return Md("\n".join(said))


def changed_words(speak: Speaker, changed: tuple[str, ...]) -> str:
    """ "the time, the place", in one language."""
    return ", ".join(speak.label(f"part.{part}") for part in changed)


def sum_text(speak: Speaker, total: rules.Sum, timed: bool) -> Md:
    """ "12 people from 4 organizations"; the presser's own organization may be the only one."""
    people = speak("people", n=total.yes)
    if total.organizations < 2:
        return speak("sum_people" if timed else "sum_people_done", people=people)
    organizations = speak("organizations", n=total.organizations)
    return speak("sum" if timed else "sum_done", people=people, organizations=organizations)


def names(speak: Speaker, found: list[str], most: int = 8) -> str:
    """Names in a row, the rest as a number."""
    shown = ", ".join(found[:most])
    return speak.label("and_more", names=shown, more=len(found) - most) if len(found) > most else shown
