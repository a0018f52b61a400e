"""Afterwards: how did it go? Asked, answered, a debrief, a page for the meeting."""

from __future__ import annotations

from bot.demo.hands import CHECKIN, Walk

# (who answers for an organization, in which room, planned, done)
BY_FORM = (("Alma", "lounge", 40, 36), ("Gael", "lounge", 25, 31), ("Irene", "calls", 30, 30))
BY_LINES = (("Odell", "moderators", 15, 18), ("Emery", "calls", 20, 12))
DONE = 127  # altogether


async def asked(walk: Walk) -> None:
    """On Sunday: planned and done in numbers, asked of every organization that lets itself be asked."""
    await walk.later(days=5)
    await walk.command("Alma", "moderators", "checkin open")
    await walk.fill(
        "Alma", "moderators", who="organizations", template="numbers", days="3",
        subject=walk.pick(en="School board meeting", es="Junta escolar"),
        questions="pers.",
    )  # fmt: skip
    walk.kept["checkin"] = CHECKIN.findall(walk.last("Alma", "moderators").text)[-1]
    walk.did["checkins"] += 1


async def delegates(walk: Walk) -> None:
    """One delegate answers for each organization, in a form or by typed lines."""
    for who, room, planned, done in BY_FORM:
        await walk.choose(who, room, *walk.in_both("checkins.answer_button"))
        words = walk.pick(en="More rides home", es="Más viajes de regreso") if who == "Alma" else ""
        await walk.fill(who, room, q1=str(planned), q2=str(done), q3=words, quote="yes")
    for who, room, planned, done in BY_LINES:
        await walk.choose(who, room, *walk.in_both("checkins.answer_button"))
        words = walk.pick(en="Start half an hour earlier", es="Empezar media hora antes") if who == "Odell" else "skip"
        await walk.answer_each(who, str(planned), str(done), words, walk.word("checkins.quote_yes", who))


async def debrief(walk: Walk) -> None:
    """Closed: the same numbers for everybody, with a picture; nobody who said nothing is named."""
    await walk.choose("Alma", "moderators", walk.word("checkins.close_button", "Alma"))
    shown = walk.last("Hilda", "lounge")
    walk.expect(str(DONE) in shown.text, "what was done is added up")
    said = all(f" {done}" in shown.alt for *_, done in (*BY_FORM, *BY_LINES))
    walk.expect(shown.picture and said, "the picture says the same in words")
    walk.did["assessments"] += 1


async def guide(walk: Walk) -> None:
    """One page for the meeting, in both languages."""
    await walk.choose("Alma", "moderators", walk.word("checkins.guide_button", "Alma"))
    page = walk.last("Alma", "moderators")
    both = all(part in page.text for part in ("Meeting guide", "Guía"))
    walk.expect(both and page.files, "the guide is there, in both languages, as a page and as a table")


async def followed_up(walk: Walk) -> None:
    """What came of it, and who does what; the next check-in begins with what is still open."""
    await walk.command("Alma", "moderators", "checkin commit", code=walk.kept["checkin"])
    promise = walk.pick(en="Find drivers", es="Buscar quien maneje")
    day = walk.pick(en="Dec 30", es="30 de diciembre")
    await walk.fill("Alma", "moderators", what=promise, name="Alma", due=day)
    await walk.command("Alma", "moderators", "checkin outcome", code=walk.kept["checkin"])
    statement = walk.pick(en="We go again, with drivers.", es="Volvemos, con quien maneje.")
    await walk.fill("Alma", "moderators", statement=statement, review=day)
    await walk.command("Alma", "moderators", "checkin next", code=walk.kept["checkin"])
    walk.did["checkins"] += 1
    walk.expect(promise in walk.last("Hilda", "lounge").text, "what is still open stands first")
