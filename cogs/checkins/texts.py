"""The words of a check-in's cards in one language, from plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.feature import BOTH, LANGUAGES, Bars, Md, Speaker, When, show_when_short
from cogs.checkins import rules
from cogs.checkins.questions import Question
from cogs.checkins.rules import NO_ANSWER, Debrief
from cogs.checkins.store import Checkin

Speakers = Callable[[str], Speaker]


@dataclass(frozen=True)
class Promise:
    """An open promise as it is shown."""

    code: str
    organization: str
    name: str
    what: str
    due_at: datetime


@dataclass(frozen=True)
class Look:
    """What a card needs besides the check-in: the zone of its readers, names of organizations, open promises."""

    zone: str
    names: Mapping[str, str]
    promises: Sequence[Promise] = ()


def in_languages(speak: Speakers, language: str, write: Callable[[Speaker], Md]) -> Md:
    """A text in one language, or in English and then Spanish."""
    spoken = LANGUAGES if language == BOTH else (language,)
    return Md("\n\n".join(write(speak(one)) for one in spoken))


def day(speak: Speaker, at: datetime, zone: str, date_only: bool = True) -> str:
    """A day, or a moment, in words."""
    return show_when_short(When(at, zone, date_only), speak.language)


def invitation(speak: Speaker, checkin: Checkin, look: Look) -> Md:
    """Who sees what comes first, then what is still open from last time, then what is asked."""
    lines = [speak(f"sees.{checkin.who}", k=checkin.k), *promise_lines(speak, look)]
    lines.append(speak("invited", title=checkin.title, organization=look.names.get(checkin.organization, "")))
    lines += [speak("asked_line", question=one.say(speak.language)) for one in checkin.questions]
    lines.append(speak("until", at=day(speak, checkin.closes_at, look.zone, False)))
    return Md("\n".join(lines))


def promise_lines(speak: Speaker, look: Look) -> list[Md]:
    """What is still open, one line each, under its heading."""
    lines = [promise_line(speak, one, look.zone) for one in look.promises]
    return [speak("still_open"), *lines] if lines else []


def promise_line(speak: Speaker, one: Promise, zone: str) -> Md:
    """Who does what by when."""
    shown = {"organization": one.organization, "name": one.name, "what": one.what, "code": one.code}
    return speak("promise" if one.name else "promise_unnamed", due=day(speak, one.due_at, zone), **shown)


def debrief_text(speak: Speaker, checkin: Checkin, look: Look) -> Md:
    """The debrief in words: everything the picture shows, too."""
    debrief = checkin.published
    title = speak("debrief.title", title=checkin.title)
    if not debrief.blocks:
        return Md(f"{title}\n{speak('debrief.not_enough')}")
    lines = [title, _who(speak, checkin, debrief, look)]
    parts = [Md("\n".join(lines))]
    parts += [Md("\n".join(_question_lines(speak, checkin, one, debrief, look))) for one in checkin.questions]
    parts.append(Md("\n".join([*opinion_lines(speak, checkin, debrief), speak("debrief.rule")])))
    return Md("\n\n".join(parts))  # a part that follows a list or a quotation is no line of it


def _who(speak: Speaker, checkin: Checkin, debrief: Debrief, look: Look) -> Md:
    if checkin.at_a_table:
        return speak("debrief.table", n=len(debrief.blocks))
    few = "debrief.few" if debrief.n <= rules.FEW else "debrief.people"
    return speak(few, n=debrief.n)


def _question_lines(speak: Speaker, checkin: Checkin, one: Question, debrief: Debrief, look: Look) -> list[Md]:
    lines = [speak("debrief.question", question=one.say(speak.language))]
    if checkin.at_a_table and one.kind != "text":
        lines += _table_lines(speak, one, debrief, look)
    elif one.kind != "text":
        lines += [_figure_line(speak, one, debrief), *_block_lines(speak, one, debrief, look)]
    lines += word_lines(speak, one, debrief, look)
    return lines if len(lines) > 1 else [*lines, speak("debrief.nothing_released")]


def _figure_line(speak: Speaker, one: Question, debrief: Debrief) -> Md:
    total = debrief.total(one.key)
    if one.kind == "number":
        unit = one.unit_in(speak.language)
        return speak("debrief.hidden_sum") if total is None else speak("debrief.sum", n=total, unit=unit)
    counts = debrief.counts(one.key)
    return speak("debrief.counts", counts=counts_of(speak, one, counts)) if counts else speak("debrief.hidden")


def counts_of(speak: Speaker, one: Question, counts: Mapping[str, int]) -> str:
    """ "Yes: 12, No: 3, no answer: 3"."""
    shown = [f"{one.option(value, speak.language)}: {counts.get(value, 0)}" for value, _, _ in one.options]
    if counts.get(NO_ANSWER):
        shown.append(f"{speak.label('debrief.no_answer')}: {counts[NO_ANSWER]}")
    return ", ".join(shown)


def _block_lines(speak: Speaker, one: Question, debrief: Debrief, look: Look) -> list[Md]:
    if len(debrief.blocks) < 2:
        return []
    lines = []
    for block in debrief.blocks:
        figure = block.figures[one.key]
        name = block_name(speak, block.organizations, look.names)
        if figure.total is not None:
            lines.append(speak("debrief.block", name=name, figure=one.amount(figure.total, speak.language)))
        elif figure.counts is not None:
            lines.append(speak("debrief.block", name=name, figure=counts_of(speak, one, figure.counts)))
    return lines


def block_name(speak: Speaker, organizations: Sequence[str], names: Mapping[str, str]) -> str:
    """An organization's name; of several together only how many, so that nobody reads who is missing."""
    if len(organizations) == 1:
        return names.get(organizations[0], speak.label("somebody_gone"))
    return speak.label("debrief.together", n=len(organizations))


def _table_lines(speak: Speaker, one: Question, debrief: Debrief, look: Look) -> list[Md]:
    lines = []
    for block in debrief.blocks:
        figure, name = block.figures[one.key], block_name(speak, block.organizations, look.names)
        if figure.total is not None:
            lines.append(speak("debrief.block", name=name, figure=one.amount(figure.total, speak.language)))
        elif figure.counts is not None and NO_ANSWER not in figure.counts:
            said = ", ".join(one.option(value, speak.language) for value in figure.counts)
            lines.append(speak("debrief.block", name=name, figure=said))
    total = debrief.total(one.key)
    return [speak("debrief.sum", n=total, unit=one.unit_in(speak.language)), *lines] if total is not None else lines


def word_lines(speak: Speaker, one: Question, debrief: Debrief, look: Look) -> list[Md]:
    """What people wrote and released."""
    found = [words for words in debrief.words if words.question == one.key][: rules.QUOTED]
    lines = []
    for words in found:
        name = look.names.get(words.organization, "")
        lines.append(speak("debrief.words_of" if name else "debrief.words", text=words.text, name=name))
    return lines


def opinion_lines(speak: Speaker, checkin: Checkin, debrief: Debrief) -> list[Md]:
    """Where we agree, where we differ."""
    lines = []
    for said in ("agree", "differ"):
        found = [one.say(speak.language) for one in checkin.questions if debrief.opinions.get(one.key) == said]
        if found:
            lines.append(speak(f"debrief.{said}", questions=", ".join(found)))
    return lines


def bars(speak: Speaker, checkin: Checkin, look: Look) -> list[Bars]:
    """What the picture shows: published numbers only, by organization or block."""
    planned, done = (by_role(checkin, role) for role in ("planned", "done"))
    if planned is None or done is None:
        return []
    found = []
    for block in checkin.published.blocks:
        first, second = block.figures[planned.key].total, block.figures[done.key].total
        if first is not None and second is not None:
            found.append(Bars(block_name(speak, block.organizations, look.names), first, second))
    return found


def by_role(checkin: Checkin, role: str) -> Question | None:
    """The question on what was planned, or done."""
    return next((one for one in checkin.questions if one.role == role), None)


def bar_words(checkin: Checkin, language: str) -> tuple[str, str]:
    """What the two bars are called; in both languages where both are read."""
    spoken = LANGUAGES if language == BOTH else (language,)
    found = [by_role(checkin, role) for role in ("planned", "done")]
    first, second = (" · ".join(one.say(each) for each in spoken) if one else "" for one in found)
    return first, second


def bars_in_words(title: str, rows: Sequence[Bars], words: tuple[str, str]) -> str:
    """The picture as text."""
    shown = [f"{row.name}: {words[0]} {row.planned}, {words[1]} {row.done}" for row in rows]
    return f"{title}. {'; '.join(shown)}."[:1000]
