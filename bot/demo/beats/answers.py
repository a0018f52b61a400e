"""Answers from everywhere, one sum; and a correction that reaches every copy."""

from __future__ import annotations

from bot.demo.beats.calls import FIRST, stands
from bot.demo.hands import SECRET, Walk

CHANGED_ON_BUTTONS = 4  # copies of the first call on the platform with buttons


def _every_copy_says(walk: Walk, n: int) -> None:
    shown = {slug: f"{n}" in one.text for slug, one in walk.copies(walk.kept["first"])}
    walk.expect(all(shown.values()), f"the copies show {n} people: {shown}")


async def answers(walk: Walk) -> None:
    """Members answer by a button, by a number, by a typed line; the copies get the sum a little later."""
    await walk.choose("Beto", "calls", walk.word("alerts.answer.value.in", "Beto"))
    await walk.choose("Joel", "calls", walk.word("alerts.answer.value.cant", "Joel"))
    await walk.choose("Nico", "calls", walk.word("alerts.answer.value.in", "Nico"))
    await walk.choose("Fina", "calls", "Ahí estaré")
    await walk.choose("Ida", "calls", walk.pick(en="I'm in", es="Ahí estaré"))
    await walk.write("Reyna", "direct", f"convocatoria responder {walk.kept['first']} ahí estaré")
    walk.did["answers"] = 6
    await walk.later(minutes=10)
    _every_copy_says(walk, 5)


async def one_press(walk: Walk) -> None:
    """One more says yes, in Spanish: the sum moves in every copy, whatever its language."""
    await walk.choose("Hilda", "calls", "Ahí estaré")
    walk.did["answers"] += 1
    await walk.later(minutes=10)
    _every_copy_says(walk, 6)


async def twice(walk: Walk) -> None:
    """A second press counts nothing."""
    await walk.choose("Beto", "calls", walk.word("alerts.answer.value.in", "Beto"))


async def one_person(walk: Walk) -> None:
    """Somebody answers with a second account too; once linked they count once."""
    yes = walk.word("alerts.answer.value.in", "Nico (Matrix)")
    await walk.write("Nico (Matrix)", "direct", f"action answer {walk.kept['first']} {yes}")
    await walk.command("Nico", "direct", "mydata link")
    code = SECRET.findall(walk.last("Nico", "direct").text)[-1]
    await walk.command("Nico (Matrix)", "direct", "mydata link", code=code)


async def another_mind(walk: Walk) -> None:
    """Somebody who could not come can; the copies get the new sum a little later."""
    await walk.choose("Joel", "calls", walk.word("alerts.answer.value.maybe", "Joel"))
    await walk.choose("Joel", "calls", walk.word("alerts.answer.value.in", "Joel"))
    await walk.later(minutes=10)
    _every_copy_says(walk, 7)


async def corrected(walk: Walk) -> None:
    """Another address. The bot is killed in the middle: some copies are changed and it does not know it."""
    await walk.command("Alma", "moderators", "action correct", code=walk.kept["first"])
    walk.stage.world.jam = {"forms": "after", "lines": "before"}
    await walk.fill("Alma", "moderators", where=walk.pick(en="New Library, Main Hall", es="Biblioteca nueva, salón"))
    await walk.until(lambda: len(_changed(walk)) == CHANGED_ON_BUTTONS)
    walk.found("half_corrected", n=len(_changed(walk)), all=len(FIRST))
    await walk.kill()
    await walk.later(minutes=1)
    walk.expect(sorted(_changed(walk)) == sorted(FIRST), f"every copy is changed: {_changed(walk)}")
    stands(walk, "first", FIRST)
    walk.expect(walk.seen("Nico", "direct"), "those who said yes are told")
    walk.found("all_corrected", all=len(FIRST))


def _changed(walk: Walk) -> list[str]:
    new = walk.pick(en="New Library", es="Biblioteca nueva")
    return [slug for slug, one in walk.copies(walk.kept["first"]) if new in one.text]
