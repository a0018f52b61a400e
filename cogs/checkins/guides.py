"""The one-page guide for a meeting on a debrief: as a message, as a page, as a table."""

from __future__ import annotations

from bot.feature import Md, Speaker
from cogs.checkins.store import Checkin
from cogs.checkins.texts import Look, counts_of, promise_line, word_lines

PARTS = (("thanks", 5), ("planned", 10), ("agree", 10), ("differ", 15), ("decide", 10), ("who", 10))  # minutes


def guide_text(speak: Speaker, checkin: Checkin, look: Look) -> Md:
    """The guide in one language: six parts, each with its time and what the debrief says on it."""
    lines = [speak("page.title", title=checkin.title, n=sum(minutes for _, minutes in PARTS))]
    for at, (part, minutes) in enumerate(PARTS, 1):
        lines.append(speak("page.part", at=at, part=speak.label(f"page.{part}"), n=minutes))
        lines += part_lines(speak, checkin, look, part)
    return Md("\n".join(lines))


def part_lines(speak: Speaker, checkin: Checkin, look: Look, part: str) -> list[Md]:
    """What the debrief says on one part."""
    if part in ("agree", "differ"):
        return _opinions(speak, checkin, part)
    if part == "thanks":
        return [_thanks(speak, checkin)]
    if part == "planned":
        return _figures(speak, checkin, look)
    if part == "who":
        lines = [promise_line(speak, one, look.zone) for one in look.promises]
        return lines or [speak("page.nobody_yet", code=checkin.code)]
    words = [line for one in checkin.questions for line in word_lines(speak, one, checkin.published, look)]
    return [*words, speak("page.decide_line", code=checkin.code)]


def _thanks(speak: Speaker, checkin: Checkin) -> Md:
    debrief = checkin.published
    if not debrief.blocks:
        return speak("debrief.not_enough")
    if checkin.at_a_table:
        return speak("debrief.table", n=len(debrief.blocks))
    return speak("debrief.people", n=debrief.n)


def _figures(speak: Speaker, checkin: Checkin, look: Look) -> list[Md]:
    debrief, lines = checkin.published, []
    for one in checkin.questions:
        total, counts = debrief.total(one.key), debrief.counts(one.key)
        shown = counts_of(speak, one, counts) if counts else ""
        if total is not None:
            shown = one.amount(total, speak.language)
        if shown:
            lines.append(speak("debrief.block", name=one.say(speak.language), figure=shown))
    return lines or [speak("page.no_figures")]


def _opinions(speak: Speaker, checkin: Checkin, part: str) -> list[Md]:
    opinions = checkin.published.opinions
    found = [one.say(speak.language) for one in checkin.questions if opinions.get(one.key) == part]
    return [speak("page.item", text=one) for one in found] or [speak(f"page.no_{part}")]
